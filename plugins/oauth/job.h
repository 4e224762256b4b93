/* SPDX-License-Identifier: MIT */
/* One acquire: which endpoints are asked, what each form begins with, what becomes of the
   token.  Knows nothing of how a person signs in. */
#ifndef KB_OAUTH_JOB_H
#define KB_OAUTH_JOB_H

#include "common/idtoken.h"
#include "common/oauth2.h"
#include "oauth/settings.h"

G_BEGIN_DECLS

typedef struct
{
  const KbOauthSettings *settings; /* borrowed */
  const KbRequest *request;        /* borrowed */
  KbHttp *http;
  KbOauthProvider *provider; /* whole; NULL: Entra */
  KbSecret *client_secret;   /* or NULL */
  KbSecret *basic; /* the client by HTTP Basic: NAME:SECRET in base64, or NULL */
  char *tenant;    /* of Entra: what stands in the path; else NULL */
  char *scope;     /* as it is asked for, perhaps "" */
  char *claims;    /* JSON that the server wants to see satisfied, or NULL */
} KbOauthJob;

/* New, or NULL.  May ask the organization's front door which tenant it has. */
KbOauthJob *kb_oauth_job_new (const KbOauthSettings *settings, const KbRequest *request,
                              GError **error);
void kb_oauth_job_free (KbOauthJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbOauthJob, kb_oauth_job_free)

/* New: the tenant that can be told without network, or NULL. */
char *kb_oauth_known_tenant (const KbOauthSettings *settings, const KbRequest *request);

/* Borrowed, or NULL: the account that is meant.  A user in the URL that is merely the
   name that the token is a password for ("oauth2") is none. */
const char *kb_oauth_account (const KbOauthSettings *settings, const KbRequest *request);

/* New: the realm of TENANT, which may be NULL for a generic provider, and of the scope
   that REQUEST may ask for. */
char *kb_oauth_realm (const KbOauthSettings *settings, const KbRequest *request,
                      const char *tenant);

/* Claims that no refresh could satisfy are remembered for the next sign-in at the place,
   for an hour at most: whoever runs the command that helps does not see the challenge any
   more.  Recall leaves claims that are there alone. */
void kb_oauth_job_remember_claims (const KbOauthJob *job);
void kb_oauth_job_recall_claims (KbOauthJob *job);
void kb_oauth_job_forget_claims (const KbOauthJob *job);

/* New, or NULL: a provider has none. */
char *kb_oauth_job_endpoint (const KbOauthJob *job, KbOauthEndpoint endpoint);

/* New: a form with the client, how it proves itself, and the grant type (or NULL). */
KbBuffer *kb_oauth_job_form (const KbOauthJob *job, const char *grant_type);

/* New: who may post an answer through the browser. */
char *kb_oauth_job_answers_from (const KbOauthJob *job);

/* What of the instance's flows (KB_OAUTH_*) the provider has. */
guint kb_oauth_job_flows (const KbOauthJob *job);

/* Whether ISS (or NULL), as it came with an answer through the browser, is of whoever was
   asked (RFC 9207). */
gboolean kb_oauth_job_check_issuer (const KbOauthJob *job, const char *iss,
                                    GError **error);

/* Appends the scope, and the claims where there are any. */
gboolean kb_oauth_job_add_scope (const KbOauthJob *job, KbBuffer *form);

/* New, or NULL.  GRANT is the code or token in FORM that must never be shown. */
KbOauth2Token *kb_oauth_job_ask (const KbOauthJob *job, const KbBuffer *form,
                                 const KbSecret *grant, KbOauth2Refusal *refusal,
                                 GError **error);

/* Who TOKEN's id_token, which it has, is of; NONCE may be NULL, and RENEWED tells that it
   came with a refresh. */
gboolean kb_oauth_job_read_id (const KbOauthJob *job, const KbOauth2Token *token,
                               const char *nonce, gboolean renewed, KbIdToken *id,
                               GError **error);

/* Who signed in.  NONCE may be NULL.  FALSE with ERROR when it is nobody who may; without
   an id_token (generic providers) it is whoever was meant. */
gboolean kb_oauth_job_who (const KbOauthJob *job, const KbOauth2Token *token,
                           const char *nonce, KbIdToken *id, GError **error);

/* CREDENTIAL is new.  What does not come back in TOKEN stays as RENEWAL (or NULL). */
KbAnswer kb_oauth_job_finish (const KbOauthJob *job, const KbOauth2Token *token,
                              const KbIdToken *id, KbSecret *renewal,
                              KbCredential **credential, GError **error);

G_END_DECLS

#endif
