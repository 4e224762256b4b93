/* SPDX-License-Identifier: MIT */
/* What an id_token says of who signed in.  It came over TLS from the token endpoint
   itself (OpenID Connect Core 3.1.3.7, item 6), so no signature is verified; knows no
   keys. */
#ifndef KB_IDTOKEN_H
#define KB_IDTOKEN_H

#include <glib.h>

#include "base/secret.h"

G_BEGIN_DECLS

typedef struct
{
  char *account; /* preferred_username, upn or email in lower case, else oid@tid or sub;
                    clean text */
  char *tenant;  /* tid in lower case, or NULL */
  char *issuer;  /* iss, clean text, or NULL */
  char *subject; /* SHA-256 of sub, or NULL: it has none */
} KbIdToken;

void kb_id_token_clear (KbIdToken *id);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbIdToken, kb_id_token_clear)

typedef struct
{
  const char *client; /* what `aud` has to be */
  const char *nonce;  /* what `nonce` has to be, or NULL: it was not asked for */
  const char *origin; /* the origin that `iss` has to have, or NULL */
  const char *issuer; /* what `iss` has to be, to the letter, or NULL */
  gboolean renewed;   /* it came with a refresh: its own end does not matter */
} KbIdTokenRules;

/* KB_ERROR_DENIED when it belongs to another client, sign-in or issuer, or is over;
   KB_ERROR_PROTOCOL when it is none.  ID is written only on TRUE. */
gboolean kb_id_token_read (const KbSecret *token, const KbIdTokenRules *rules,
                           KbIdToken *id, GError **error);

/* Whether ISS, an https URL, lies on ORIGIN or (both being Microsoft's) on another of its
   names, as sign-ins are issued by the name that is preferred. */
gboolean kb_issuer_is_of (const char *iss, const char *origin);

G_END_DECLS

#endif
