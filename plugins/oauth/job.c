/* SPDX-License-Identifier: MIT */
/* Builds what every request of one acquire has in common and makes the credential.
   Knows nothing of how a person signs in. */
#include "oauth/job.h"

#include "common/authority.h"
#include "common/claims.h"
#include "common/memo.h"
#include "common/tenant.h"

#include <string.h>

void
kb_oauth_job_free (KbOauthJob *job)
{
  if (job == NULL)
    return;
  kb_http_free (job->http);
  kb_oauth_provider_free (job->provider);
  kb_secret_unref (job->client_secret);
  kb_secret_unref (job->basic);
  g_free (job->tenant);
  g_free (job->scope);
  g_free (job->claims);
  g_free (job);
}

char *
kb_oauth_known_tenant (const KbOauthSettings *settings, const KbRequest *request)
{
  if (settings->authority == NULL)
    return NULL;
  if (settings->tenant != NULL)
    return g_strdup (settings->tenant);
  if (kb_request_hint (request, "tenant") != NULL)
    return g_ascii_strdown (kb_request_hint (request, "tenant"), -1);
  return kb_tenant_of_challenges (kb_request_challenges (request));
}

const char *
kb_oauth_account (const KbOauthSettings *settings, const KbRequest *request)
{
  const char *account = kb_request_account (request);
  const char *user = kb_instance_string (settings->instance, "user");

  return account != NULL && g_strcmp0 (account, user) == 0 ? NULL : account;
}

char *
kb_oauth_realm (const KbOauthSettings *settings, const KbRequest *request,
                const char *tenant)
{
  const char *scope = kb_request_scope (request);
  g_autofree char *other = scope != NULL ? kb_scope_resource (scope) : NULL;

  if (settings->authority == NULL)
    return g_strdup (settings->resource);
  return g_strdup_printf ("%s/%s", tenant, other != NULL ? other : settings->resource);
}

/* New: the tenant that the credential before this one was for, or NULL.  It was found
   then, and an organization hardly ever moves: one request less for each refresh. */
static char *
prior_tenant (const KbOauthJob *job)
{
  const KbCredential *prior = kb_request_prior (job->request);
  const char *realm = prior != NULL ? kb_credential_realm (prior) : NULL;
  g_autofree char *tenant = NULL;

  if (realm == NULL || kb_request_fresh (job->request))
    return NULL;
  tenant = g_strndup (realm, strcspn (realm, "/"));
  return kb_guid_is_valid (tenant) ? g_steal_pointer (&tenant) : NULL;
}

/* What a person names must not be passed over in silence. */
static gboolean
check_named_tenant (const KbOauthJob *job, GError **error)
{
  const char *named = kb_request_hint (job->request, "tenant");
  const char *fixed = job->settings->tenant;

  if (named == NULL)
    return TRUE;
  if (!kb_tenant_is_valid (named))
    g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                         "the tenant is neither a GUID nor a domain name");
  else if (fixed != NULL && g_ascii_strcasecmp (fixed, named) != 0)
    g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                 "the configuration says tenant=%s, and so it cannot be another", fixed);
  else
    return TRUE;
  return FALSE;
}

static gboolean
find_tenant (KbOauthJob *job, GError **error)
{
  if (job->settings->authority == NULL)
    return TRUE;
  if (!check_named_tenant (job, error))
    return FALSE;
  job->tenant = kb_oauth_known_tenant (job->settings, job->request);
  if (job->tenant == NULL)
    job->tenant = prior_tenant (job);
  if (job->tenant == NULL)
    job->tenant = kb_tenant_discover (job->http, job->request, error);
  if (g_strcmp0 (job->tenant, KB_TENANT_ANY) == 0
      && kb_request_organization_missing (job->request))
    kb_request_note (job->request,
                     "the URL names no organization, so the account's own tenant is "
                     "asked: set credential.useHttpPath");
  return job->tenant != NULL;
}

static char *
scope_of (const KbOauthSettings *settings, const KbRequest *request)
{
  const char *scope = kb_request_scope (request);

  return scope != NULL ? g_strdup_printf ("%s %s", scope, KB_OAUTH_OIDC_WORDS)
                       : g_strdup (settings->scope);
}

static gboolean
find_secret (KbOauthJob *job, GError **error)
{
  const KbInstance *instance = job->settings->instance;
  const char *public = kb_instance_string (instance, "public-secret");

  if (kb_instance_secret (instance, "client-secret", &job->client_secret, error)
      == KB_FAILED)
    return FALSE;
  if (job->client_secret == NULL && public != NULL && *public != '\0')
    job->client_secret = kb_secret_new_text (public);
  if (job->client_secret != NULL && job->settings->basic)
    job->basic = kb_oauth2_basic (job->settings->client, job->client_secret);
  return TRUE;
}

static gboolean
find_provider (KbOauthJob *job, GError **error)
{
  const KbOauthSettings *settings = job->settings;

  if (settings->provider == NULL)
    return find_tenant (job, error);
  job->provider
      = kb_oauth_provider_complete (settings->provider, settings->flows,
                                    settings->instance, job->http, job->request, error);
  return job->provider != NULL;
}

KbOauthJob *
kb_oauth_job_new (const KbOauthSettings *settings, const KbRequest *request,
                  GError **error)
{
  g_autoptr (KbOauthJob) job = g_new0 (KbOauthJob, 1);

  job->settings = settings;
  job->request = request;
  job->scope = scope_of (settings, request);
  if (!find_secret (job, error))
    return NULL;
  job->http = kb_http_new (settings->instance, error);
  if (job->http == NULL || !find_provider (job, error))
    return NULL;
  job->claims = kb_claims_challenged (request);
  return g_steal_pointer (&job);
}

/* ---- claims --------------------------------------------------------------------- */

#define CLAIMS "claims"
#define CLAIMS_LIFE 3600

/* New. */
static char *
claims_key (const KbOauthJob *job)
{
  return g_strdup_printf ("%s %s", kb_instance_name (job->settings->instance),
                          kb_request_place (job->request));
}

void
kb_oauth_job_remember_claims (const KbOauthJob *job)
{
  g_autofree char *folder = kb_memo_cache (CLAIMS);
  g_autofree char *key = claims_key (job);

  if (job->claims != NULL)
    kb_memo_write (folder, key, job->claims, strlen (job->claims));
}

void
kb_oauth_job_recall_claims (KbOauthJob *job)
{
  g_autofree char *folder = kb_memo_cache (CLAIMS);
  g_autofree char *key = claims_key (job);
  g_autoptr (KbSecret) text = NULL;
  g_autoptr (KbJson) json = NULL;

  if (job->claims != NULL)
    return;
  text = kb_memo_read (folder, key, CLAIMS_LIFE);
  json = text != NULL ? kb_json_parse (text, NULL) : NULL;
  if (json != NULL && kb_json_type (json, 0) == KB_JSON_OBJECT)
    job->claims = g_strdup (kb_secret_peek (text));
}

void
kb_oauth_job_forget_claims (const KbOauthJob *job)
{
  g_autofree char *folder = kb_memo_cache (CLAIMS);
  g_autofree char *key = claims_key (job);

  kb_memo_forget (folder, key);
}

/* ---- requests ------------------------------------------------------------------- */

char *
kb_oauth_job_endpoint (const KbOauthJob *job, KbOauthEndpoint endpoint)
{
  static const char *const names[] = { "authorize", "token", "devicecode" };

  if (job->provider != NULL)
    return g_strdup (job->provider->endpoints[endpoint]);
  if (endpoint >= G_N_ELEMENTS (names))
    return NULL;
  return g_strdup_printf ("%s/%s/oauth2/v2.0/%s", job->settings->authority, job->tenant,
                          names[endpoint]);
}

char *
kb_oauth_job_answers_from (const KbOauthJob *job)
{
  if (job->provider == NULL)
    return g_strdup (job->settings->authority);
  return kb_oauth_provider_origin_of (job->provider, KB_OAUTH_AUTHORIZE);
}

guint
kb_oauth_job_flows (const KbOauthJob *job)
{
  guint flows = job->settings->flows;

  if (job->provider == NULL)
    return flows;
  if (job->provider->endpoints[KB_OAUTH_AUTHORIZE] == NULL)
    flows &= ~KB_OAUTH_BROWSER;
  if (job->provider->endpoints[KB_OAUTH_DEVICECODE] == NULL)
    flows &= ~KB_OAUTH_DEVICE;
  return flows;
}

/* Who is known by an issuer says that and nothing else; of others the host is known. */
static gboolean
is_issuer (const KbOauthJob *job, const char *iss)
{
  g_autofree char *origin = NULL;

  if (job->provider != NULL && job->provider->issuer != NULL)
    return g_str_equal (iss, job->provider->issuer);
  origin = kb_oauth_job_answers_from (job);
  return origin != NULL && kb_issuer_is_of (iss, origin);
}

gboolean
kb_oauth_job_check_issuer (const KbOauthJob *job, const char *iss, GError **error)
{
  gboolean silent = job->provider == NULL || !job->provider->iss;

  if (iss == NULL ? silent : is_issuer (job, iss))
    return TRUE;
  g_set_error (error, KB_ERROR, KB_ERROR_DENIED,
               iss == NULL ? "the answer does not say which server it comes from (iss)"
                           : "the answer comes from another server than was asked (iss)");
  return FALSE;
}

/* The buffer takes a megabyte and what goes into it first is ours, so that only what
   callers append can be too long. */
KbBuffer *
kb_oauth_job_form (const KbOauthJob *job, const char *grant_type)
{
  KbBuffer *form = kb_buffer_new (0);

  if (job->basic == NULL)
    (void) kb_oauth2_append (form, "client_id", job->settings->client);
  if (job->basic == NULL && job->client_secret != NULL)
    (void) kb_oauth2_append_secret (form, "client_secret", job->client_secret);
  if (grant_type != NULL)
    (void) kb_oauth2_append (form, "grant_type", grant_type);
  return form;
}

gboolean
kb_oauth_job_add_scope (const KbOauthJob *job, KbBuffer *form)
{
  return (*job->scope == '\0' || kb_oauth2_append (form, "scope", job->scope))
         && (job->claims == NULL || kb_oauth2_append (form, "claims", job->claims));
}

KbOauth2Token *
kb_oauth_job_ask (const KbOauthJob *job, const KbBuffer *form, const KbSecret *grant,
                  KbOauth2Refusal *refusal, GError **error)
{
  g_autofree char *endpoint = kb_oauth_job_endpoint (job, KB_OAUTH_TOKEN);
  KbOauth2Call call = { .endpoint = endpoint,
                        .form = form,
                        .secret = job->client_secret,
                        .basic = job->basic,
                        .grant = grant,
                        .refusal = refusal };

  return kb_oauth2_request (job->http, job->request, &call, error);
}

/* New: whoever is meant, where the provider does not say who signed in. */
static char *
meant_account (const KbOauthJob *job)
{
  const char *account = kb_instance_string (job->settings->instance, "account");

  if (account == NULL)
    account = kb_oauth_account (job->settings, job->request);
  if (account == NULL)
    account = kb_instance_name (job->settings->instance);
  return g_strdup (account);
}

gboolean
kb_oauth_job_read_id (const KbOauthJob *job, const KbOauth2Token *token,
                      const char *nonce, gboolean renewed, KbIdToken *id, GError **error)
{
  KbIdTokenRules rules = { .client = job->settings->client,
                           .nonce = nonce,
                           .origin = job->settings->origin,
                           .issuer = job->provider != NULL ? job->provider->issuer : NULL,
                           .renewed = renewed };

  return kb_id_token_read (token->id_token, &rules, id, error);
}

gboolean
kb_oauth_job_who (const KbOauthJob *job, const KbOauth2Token *token, const char *nonce,
                  KbIdToken *id, GError **error)
{
  if (token->id_token != NULL)
    return kb_oauth_job_read_id (job, token, nonce, FALSE, id, error);
  if (nonce != NULL && kb_oauth_settings_asks (job->settings, "openid"))
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL,
                           "the token answer has no id_token");
      return FALSE;
    }
  if (job->provider != NULL)
    id->account = kb_oauth_provider_account (job->provider, job->http, job->request,
                                             token->access);
  if (id->account == NULL)
    id->account = meant_account (job);
  return TRUE;
}

/* ---- the credential ------------------------------------------------------------- */

/* GitHub joins them with commas. */
static gboolean
is_granted (const char *word, char **granted)
{
  gsize resource
      = g_str_has_suffix (word, "/.default") ? strlen (word) - strlen (".default") : 0;

  for (gsize i = 0; granted[i] != NULL; i++)
    if (g_ascii_strcasecmp (granted[i], word) == 0
        || (resource > 0 && g_ascii_strncasecmp (granted[i], word, resource) == 0))
      return TRUE;
  return FALSE;
}

/* What of the asked words is not in SCOPE: the first one, or NULL.  Those of OpenID
   Connect come back as tokens, not as words. */
static char *
missing_word (const KbOauthJob *job, const char *scope)
{
  static const char *const silent[]
      = { "offline_access", "openid", "profile", "email", "", NULL };
  g_auto (GStrv) asked = g_strsplit (job->scope, " ", -1);
  g_auto (GStrv) granted = g_strsplit_set (scope, " ,", -1);

  for (gsize i = 0; asked[i] != NULL; i++)
    if (!g_strv_contains (silent, asked[i]) && !is_granted (asked[i], granted))
      return g_strdup (asked[i]);
  return NULL;
}

/* Entra's token for another resource would be refused later with no reason given; a forge
   may name a narrower scope by a wider one, so there it is only noted.  So it is where
   the refresh token that was answered with less may be of no use any more. */
static gboolean
check_scope (const KbOauthJob *job, const KbOauth2Token *token, gboolean renewed,
             GError **error)
{
  g_autofree char *missing
      = token->scope != NULL ? missing_word (job, token->scope) : NULL;

  if (missing == NULL)
    return TRUE;
  if (job->provider != NULL && (renewed || job->provider->issuer == NULL))
    {
      kb_request_note (job->request, "the server did not grant the scope %s", missing);
      return TRUE;
    }
  g_set_error (error, KB_ERROR, KB_ERROR_DENIED,
               "the server did not grant the scope %s: ask an administrator to consent",
               missing);
  return FALSE;
}

static KbCredential *
make_credential (const KbOauthJob *job, const KbOauth2Token *token, const char *account,
                 KbSecret *renewal)
{
  const char *user = kb_instance_string (job->settings->instance, "user");
  KbCredential *credential
      = kb_credential_new (user != NULL ? KB_SCHEME_BASIC : KB_SCHEME_BEARER,
                           user != NULL ? user : account, token->access);
  KbSecret *next = token->refresh != NULL ? token->refresh : renewal;

  /* RFC 6749 leaves the end open; what cannot be renewed is used until it is refused. */
  if (token->told || next != NULL)
    kb_credential_set_expires (credential, token->expires);
  kb_credential_set_refresh_after (credential, token->refresh_after);
  kb_credential_set_renewal (credential, next);
  return credential;
}

KbAnswer
kb_oauth_job_finish (const KbOauthJob *job, const KbOauth2Token *token,
                     const KbIdToken *id, KbSecret *renewal, KbCredential **credential,
                     GError **error)
{
  gboolean any = (g_strcmp0 (job->tenant, KB_TENANT_ANY) == 0
                  || kb_request_hint (job->request, "tenant") != NULL)
                 && id->tenant != NULL;
  g_autofree char *realm
      = kb_oauth_realm (job->settings, job->request, any ? id->tenant : job->tenant);

  if (!check_scope (job, token, renewal != NULL, error))
    return KB_FAILED;
  *credential = make_credential (job, token, id->account, renewal);
  kb_credential_set_identity (*credential, id->account, realm);
  return KB_OK;
}
