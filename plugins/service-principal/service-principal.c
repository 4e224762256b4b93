/* SPDX-License-Identifier: MIT */
/* Source: a Microsoft Entra application's token for its client secret.
   Knows nothing of people, stores or any grant but client_credentials. */
#include "service-principal/principal.h"

#include "common/http-diagnose.h"
#include "common/oauth2.h"

static const KbOption options[]
    = { { "tenant", KB_OPTION_STRING, FALSE, NULL,
          "Tenant: its GUID or a domain name of it" },
        { "client-id", KB_OPTION_STRING, FALSE, NULL, "Application (client) id, a GUID" },
        { "secret", KB_OPTION_SECRET, FALSE, NULL,
          "Client secret: its Value, not its Secret ID" },
        { "authority", KB_OPTION_STRING, FALSE, NULL,
          "Sign-in host, https://login.microsoftonline.com unless named" },
        { "scope", KB_OPTION_STRING, FALSE, KB_AZURE_DEVOPS_ID "/.default",
          "What the token is for" },
        { NULL, KB_OPTION_STRING, FALSE, NULL, NULL } };

static KbAnswer
sp_open (const KbInstance *instance, gpointer *self, GError **error)
{
  if (!kb_principal_check (instance, error))
    return KB_FAILED;
  *self = (gpointer) instance;
  return KB_OK;
}

static void
sp_close (gpointer self)
{
}

static KbAnswer
sp_identify (gpointer self, const KbRequest *request, KbIdentity *identity,
             GError **error)
{
  g_autoptr (KbPrincipal) principal = NULL;
  KbAnswer answer = kb_principal_find (self, request, &principal, error);

  if (answer != KB_OK)
    return answer;
  identity->account = g_strdup_printf ("%s@%s", principal->client, principal->tenant);
  identity->realm = g_strdup_printf ("%s/%s", principal->tenant, principal->resource);
  return KB_OK;
}

static gboolean
fill_form (KbBuffer *form, const KbPrincipal *principal, const KbSecret *secret)
{
  return kb_oauth2_append (form, "client_id", principal->client)
         && kb_oauth2_append_secret (form, "client_secret", secret)
         && kb_oauth2_append (form, "grant_type", "client_credentials")
         && kb_oauth2_append (form, "scope", principal->scope);
}

static KbOauth2Token *
request_token (const KbInstance *instance, const KbRequest *request,
               const KbPrincipal *principal, KbSecret *secret, GError **error)
{
  g_autofree char *endpoint
      = kb_authority_token_endpoint (principal->authority, principal->tenant);
  g_autoptr (KbBuffer) form = kb_buffer_new (0);
  g_autoptr (KbHttp) http = kb_http_new (instance, error);
  KbOauth2Call call = { .endpoint = endpoint, .form = form, .secret = secret };

  if (http == NULL)
    return NULL;
  if (!fill_form (form, principal, secret))
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                           "the client secret is too long");
      return NULL;
    }
  return kb_oauth2_request (http, request, &call, error);
}

static KbAnswer
sp_acquire (gpointer self, const KbRequest *request, KbCredential **credential,
            GError **error)
{
  g_autoptr (KbPrincipal) principal = NULL;
  g_autoptr (KbOauth2Token) token = NULL;
  g_autoptr (KbSecret) secret = NULL;
  KbAnswer answer = kb_principal_find (self, request, &principal, error);

  if (answer == KB_OK)
    answer = kb_principal_secret (self, request, principal, &secret, error);
  if (answer != KB_OK)
    return answer;
  token = request_token (self, request, principal, secret, error);
  if (token == NULL)
    {
      g_prefix_error (error, "service principal %s: ", principal->client);
      return KB_FAILED;
    }
  *credential = kb_credential_new (KB_SCHEME_BEARER, principal->client, token->access);
  kb_credential_set_expires (*credential, token->expires);
  kb_credential_set_refresh_after (*credential, token->refresh_after);
  return KB_OK;
}

/* One that is not set up is no fault. */
static void
sp_diagnose (gpointer self, const KbRequest *request, KbDiagnosis *diagnosis)
{
  g_autoptr (KbPrincipal) principal = NULL;

  if (kb_principal_find (self, request, &principal, NULL) == KB_OK)
    kb_http_diagnose (self, request, principal->authority, FALSE, diagnosis);
}

static const KbSource source = { .open = sp_open,
                                 .close = sp_close,
                                 .identify = sp_identify,
                                 .acquire = sp_acquire,
                                 .flags = KB_SOURCE_SCOPES,
                                 .diagnose = sp_diagnose };

const KbModule kb_module = {
  .abi = KB_MODULE_ABI,
  .name = "service-principal",
  .summary = "Token of a Microsoft Entra application for its client secret",
  .options = options,
  .source = &source,
};
