/* SPDX-License-Identifier: MIT */
/* Source: the token of a person who signed in once, with Microsoft Entra or any OAuth 2.0
   provider.  Knows nothing of where it is kept. */
#include "oauth/refresh.h"
#include "oauth/revoke.h"
#include "oauth/sign-in.h"

#include "common/http-diagnose.h"

static const KbOption options[] = {
  { "authority", KB_OPTION_STRING, FALSE, NULL,
    "Entra's sign-in host, https://login.microsoftonline.com unless named" },
  { "tenant", KB_OPTION_STRING, FALSE, NULL,
    "Tenant: its GUID or a domain name of it; else it is found" },
  { "client-id", KB_OPTION_STRING, FALSE, NULL,
    "Application (client) id, for Entra a well-known one unless named" },
  { "scope", KB_OPTION_STRING, FALSE, NULL,
    "What the token is for, Azure DevOps unless named" },
  { "flows", KB_OPTION_LIST, FALSE, "browser;device",
    "How a person signs in: browser, device" },
  { "port", KB_OPTION_INTEGER, FALSE, NULL, "Loopback port, any free one unless named" },
  { "timeout", KB_OPTION_INTEGER, FALSE, "300",
    "Seconds that a sign-in in the browser may take, 5 to 900" },
  { "response-mode", KB_OPTION_STRING, FALSE, NULL,
    "How the browser brings the answer: form_post or query" },
  { "redirect-host", KB_OPTION_STRING, FALSE, NULL,
    "What the redirect URI calls this computer: localhost or 127.0.0.1" },
  { "account", KB_OPTION_STRING, FALSE, NULL, "Account to sign in with" },
  { "issuer", KB_OPTION_STRING, FALSE, NULL,
    "Another provider that tells its addresses itself" },
  { "endpoint-origins", KB_OPTION_LIST, FALSE, NULL,
    "Where else than on the issuer's host these may be" },
  { "base", KB_OPTION_STRING, FALSE, NULL,
    "Another provider's address, for endpoints that begin with a slash" },
  { "authorization-endpoint", KB_OPTION_STRING, FALSE, NULL,
    "Another provider's address for browsers" },
  { "token-endpoint", KB_OPTION_STRING, FALSE, NULL,
    "Another provider's address for tokens" },
  { "device-endpoint", KB_OPTION_STRING, FALSE, NULL,
    "Another provider's address for device codes" },
  { "revocation-endpoint", KB_OPTION_STRING, FALSE, NULL,
    "Another provider's address for revoking tokens" },
  { "userinfo-endpoint", KB_OPTION_STRING, FALSE, NULL,
    "Another provider's address that tells whose token it is" },
  { "authorization-parameters", KB_OPTION_LIST, FALSE, NULL,
    "NAME=VALUE to add to the address for browsers" },
  { "client-secret", KB_OPTION_SECRET, FALSE, NULL,
    "Secret of the application, where a provider wants one" },
  { "public-secret", KB_OPTION_STRING, FALSE, NULL,
    "The same for an application that everybody has, so that it is none" },
  { "client-auth", KB_OPTION_STRING, FALSE, NULL,
    "How the application proves itself: form or basic" },
  { "expired-errors", KB_OPTION_LIST, FALSE, NULL,
    "What the provider calls a dead refresh token beside invalid_grant" },
  { "user", KB_OPTION_STRING, FALSE, NULL, "User name that the token is a password for" },
  { NULL, KB_OPTION_STRING, FALSE, NULL, NULL }
};

static KbAnswer
oauth_open (const KbInstance *instance, gpointer *self, GError **error)
{
  KbOauthSettings *settings = kb_oauth_settings_new (instance, error);

  if (settings == NULL)
    return KB_FAILED;
  *self = settings;
  return KB_OK;
}

static void
oauth_close (gpointer self)
{
  kb_oauth_settings_free (self);
}

static KbAnswer
oauth_identify (gpointer self, const KbRequest *request, KbIdentity *identity,
                GError **error)
{
  const KbOauthSettings *settings = self;
  const char *account = kb_instance_string (settings->instance, "account");
  g_autofree char *tenant = NULL;

  if (settings->idle != NULL)
    {
      kb_request_note (request, "%s, see keybearer-oauth(8)", settings->idle);
      return KB_DECLINED;
    }
  if (kb_request_scope (request) != NULL && settings->authority == NULL)
    {
      kb_request_note (request, "its scope is a matter of this provider alone");
      return KB_DECLINED;
    }
  tenant = kb_oauth_known_tenant (settings, request);
  if (account == NULL)
    {
      account = kb_oauth_account (settings, request);
      identity->anyone = account == NULL && kb_request_account (request) != NULL;
    }
  identity->account = account != NULL ? g_utf8_strdown (account, -1) : NULL;
  if (tenant != NULL || settings->authority == NULL)
    identity->realm = kb_oauth_realm (settings, request, tenant);
  return KB_OK;
}

/* New: what a person types to end this. */
static char *
login_command (const KbRequest *request)
{
  const char *organization = kb_request_organization (request);

  if (organization != NULL)
    return g_strdup_printf ("keybearer login %s", organization);
  return g_strdup_printf ("keybearer login https://%s", kb_request_host (request));
}

static void
name_the_cure (const KbRequest *request, GError **error)
{
  g_autofree char *command = login_command (request);
  GError *problem = g_steal_pointer (error);

  g_set_error (error, problem->domain, problem->code, "%s; run: %s", problem->message,
               command);
  g_error_free (problem);
}

static KbAnswer
sign_in (KbOauthJob *job, KbCredential **credential, GError **error)
{
  if (kb_request_interactive (job->request))
    return kb_oauth_sign_in (job, credential, error);
  g_set_error (error, KB_ERROR, KB_ERROR_INTERACTION, "nobody has signed in to %s",
               kb_request_place (job->request));
  return KB_FAILED;
}

/* KB_DECLINED: there is nothing that could be refreshed, or a person may be asked to sign
   in again. */
static KbAnswer
refresh (KbOauthJob *job, KbCredential **credential, GError **error)
{
  const KbRequest *request = job->request;
  g_autoptr (GError) problem = NULL;

  if (kb_request_renewal (request) == NULL || kb_request_fresh (request))
    return KB_DECLINED;
  if (kb_oauth_refresh (job, credential, &problem) == KB_OK)
    return KB_OK;
  kb_request_note (request, "%s", problem->message);
  if (g_error_matches (problem, KB_ERROR, KB_ERROR_INTERACTION)
      && kb_request_interactive (request))
    return KB_DECLINED;
  g_propagate_error (error, g_steal_pointer (&problem));
  return KB_FAILED;
}

static KbAnswer
oauth_acquire (gpointer self, const KbRequest *request, KbCredential **credential,
               GError **error)
{
  GError *problem = NULL;
  g_autoptr (KbOauthJob) job = NULL;
  KbAnswer answer = KB_FAILED;

  if (kb_request_renewal (request) != NULL || kb_request_interactive (request))
    job = kb_oauth_job_new (self, request, &problem);
  else
    g_set_error (&problem, KB_ERROR, KB_ERROR_INTERACTION, "nobody has signed in to %s",
                 kb_request_place (request));
  if (job != NULL)
    answer = refresh (job, credential, &problem);
  if (answer == KB_DECLINED)
    answer = sign_in (job, credential, &problem);
  if (answer != KB_FAILED)
    return answer;
  if (g_error_matches (problem, KB_ERROR, KB_ERROR_INTERACTION))
    name_the_cure (request, &problem);
  g_propagate_error (error, problem);
  return KB_FAILED;
}

static KbAnswer
oauth_revoke (gpointer self, const KbRequest *request, GError **error)
{
  return kb_oauth_revoke (self, request, error);
}

/* The tenant is looked for where none is set. */
static void
oauth_diagnose (gpointer self, const KbRequest *request, KbDiagnosis *diagnosis)
{
  const KbOauthSettings *settings = self;

  if (settings->idle != NULL || settings->origin == NULL)
    {
      kb_diagnosis_add (diagnosis, KB_FINDING_UNKNOWN, "sign-in",
                        settings->idle != NULL ? settings->idle : "is not set up", NULL);
      return;
    }
  kb_http_diagnose (settings->instance, request, settings->origin,
                    settings->authority != NULL && settings->tenant == NULL, diagnosis);
}

static const KbSource source
    = { .open = oauth_open,
        .close = oauth_close,
        .identify = oauth_identify,
        .acquire = oauth_acquire,
        .flags = KB_SOURCE_SCOPES | KB_SOURCE_SIGNS_IN | KB_SOURCE_RENEWS,
        .revoke = oauth_revoke,
        .diagnose = oauth_diagnose };

const KbModule kb_module = {
  .abi = KB_MODULE_ABI,
  .name = "oauth",
  .summary = "Token of a person who signs in with a browser or a device code",
  .options = options,
  .source = &source,
};
