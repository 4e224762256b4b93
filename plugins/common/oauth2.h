/* SPDX-License-Identifier: MIT */
/* A token endpoint: the form that is sent, the token that comes back, the refusal in
   plain words.  Knows nothing of which grant is asked for. */
#ifndef KB_OAUTH2_H
#define KB_OAUTH2_H

#include "base/json.h"
#include "common/http.h"

G_BEGIN_DECLS

/* Entra tokens have 1.5 to 3 kB; a credential line of git ends at 64 kB. */
#define KB_OAUTH2_TOKEN_MAX 32768
/* 86,399 s has been seen; what claims to live longer than this is asked for again. */
#define KB_OAUTH2_LIFETIME_MAX (7 * 24 * 3600)
/* RFC 6749 only recommends expires_in: without it we do not trust a token for longer. */
#define KB_OAUTH2_LIFETIME_UNKNOWN 3600

/* Appends NAME=VALUE with everything but RFC 3986's unreserved bytes percent-encoded.
   FALSE when the buffer is full. */
gboolean kb_oauth2_append (KbBuffer *form, const char *name, const char *value);
gboolean kb_oauth2_append_secret (KbBuffer *form, const char *name,
                                  const KbSecret *value);

/* New: what stands behind "Authorization: Basic " (RFC 6749 2.3.1: both are form-encoded
   first). */
KbSecret *kb_oauth2_basic (const char *client, const KbSecret *secret);

typedef struct
{
  KbSecret *access;     /* never NULL; visible ASCII without blanks */
  KbSecret *refresh;    /* or NULL */
  KbSecret *id_token;   /* or NULL; not verified */
  char *scope;          /* what was granted, or NULL when the server did not say */
  gint64 expires;       /* counted from when the answer came */
  gboolean told;        /* the server itself said when it expires */
  gint64 refresh_after; /* 0 when the server did not say */
} KbOauth2Token;

void kb_oauth2_token_free (KbOauth2Token *token);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbOauth2Token, kb_oauth2_token_free)

/* What a refusal says to a program; clear it before each use. */
typedef struct
{
  char *error;  /* or NULL when there was no answer in the form of an error */
  char *claims; /* what a new sign-in has to satisfy: JSON, or NULL */
} KbOauth2Refusal;

void kb_oauth2_refusal_clear (KbOauth2Refusal *refusal);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbOauth2Refusal, kb_oauth2_refusal_clear)

typedef struct
{
  const char *endpoint;
  const KbBuffer *form;
  const KbSecret *secret; /* what FORM proves the client with: never shown, even when the
                             server says it */
  const KbSecret *basic;  /* kb_oauth2_basic, or NULL */
  const KbSecret *grant;  /* a code or refresh token in FORM, as SECRET; or NULL */
  KbOauth2Refusal *refusal; /* filled when it is refused; or NULL */
} KbOauth2Call;

/* New, or NULL with ERROR.  What the server's error means is decided by `error` and the
   HTTP status, never by the AADSTS number, which only chooses the words: KB_ERROR_NETWORK
   429, 5xx, temporarily_unavailable (kb_request_retry_after is told) KB_ERROR_INTERACTION
   invalid_grant, interaction_required and kin KB_ERROR_CONFIG       invalid_request,
   invalid_scope and kin KB_ERROR_DENIED       every other refusal KB_ERROR_PROTOCOL an
   answer that is none. */
KbOauth2Token *kb_oauth2_request (KbHttp *http, const KbRequest *request,
                                  const KbOauth2Call *call, GError **error);

/* What an authorization endpoint said instead of a code, in the same words; either may be
   NULL.  What a person declined is KB_ERROR_DENIED. */
void kb_oauth2_set_redirect_error (GError **error, const char *name,
                                   const char *description);

/* The answer to a form that is no token request, judged in the same way: new, or NULL. An
   `error` in a 200 is a refusal too. */
KbJson *kb_oauth2_send (KbHttp *http, const KbRequest *request, const KbOauth2Call *call,
                        GError **error);

/* The same where an answer has nothing to say: FALSE with ERROR when it is a refusal. */
gboolean kb_oauth2_tell (KbHttp *http, const KbRequest *request, const KbOauth2Call *call,
                         GError **error);

/* The pieces, for tests and fuzzers.  NOW is when the answer came. */
KbOauth2Token *kb_oauth2_parse (KbSecret *body, gint64 now, GError **error);
void kb_oauth2_read_refusal (KbOauth2Refusal *refusal, const KbHttpAnswer *answer);

/* SECRETS has KB_OAUTH2_SECRETS places, any of them NULL, or is NULL itself. */
#define KB_OAUTH2_SECRETS 2
void kb_oauth2_set_error (GError **error, const KbHttpAnswer *answer,
                          const KbSecret *const *secrets);

G_END_DECLS

#endif
