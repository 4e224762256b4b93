/* SPDX-License-Identifier: MIT */
/* Source: a container registry's own token, for the Entra token of the entry before it.
   Knows nothing of who signed in, or how. */
#include "base/clock.h"
#include "common/oauth2.h"
#include "common/token.h"

#include <string.h>

/* The user name that goes with every token of such a registry. */
#define TOKEN_USER "00000000-0000-0000-0000-000000000000"
/* They live for three hours; one that does not say so is not trusted for longer. */
#define LIFETIME_UNKNOWN 3600

static const KbOption options[] = { { NULL, KB_OPTION_STRING, FALSE, NULL, NULL } };

static KbAnswer
acr_open (const KbInstance *instance, gpointer *self, GError **error)
{
  *self = (gpointer) instance;
  return KB_OK;
}

static void
acr_close (gpointer self)
{
}

/* The Entra token goes to nobody else, whatever a stack matches. */
static gboolean
is_registry (const KbRequest *request)
{
  static const char *const clouds[] = { ".azurecr.io", ".azurecr.cn", ".azurecr.us" };
  const char *host = kb_request_host (request);

  if (!g_str_equal (kb_request_scheme (request), "https")
      || kb_request_port (request) != 0)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (clouds); i++)
    {
      const char *dot = strchr (host, '.');

      if (dot != NULL && dot != host && g_str_equal (dot, clouds[i]))
        return TRUE;
    }
  return FALSE;
}

/* What it gives is a registry's own token, bought with one for these alone. */
static gboolean
is_for_registries (const KbRequest *request)
{
  static const char *const resources[] = {
    "https://containerregistry.azure.net/", "https://containerregistry.azure.cn/",
    "https://containerregistry.azure.us/",  "https://management.azure.com/",
    "https://management.chinacloudapi.cn/", "https://management.usgovcloudapi.net/",
  };
  const char *scope = kb_request_scope (request);

  for (guint i = 0; scope != NULL && i < G_N_ELEMENTS (resources); i++)
    if (g_str_has_prefix (scope, resources[i]))
      return TRUE;
  return scope == NULL;
}

/* Whose token it is made of, only acquire can tell. */
static KbAnswer
acr_identify (gpointer self, const KbRequest *request, KbIdentity *identity,
              GError **error)
{
  if (!is_registry (request))
    {
      kb_request_note (request, "%s is no Azure container registry",
                       kb_request_place (request));
      return KB_DECLINED;
    }
  if (!is_for_registries (request))
    {
      kb_request_note (request, "no registry takes a token of this scope");
      return KB_DECLINED;
    }
  identity->realm = g_strdup (kb_request_host (request));
  return KB_OK;
}

static gboolean
fill_form (KbBuffer *form, const KbRequest *request, const KbSecret *token)
{
  g_autoptr (KbJson) claims = kb_token_claims (token);
  g_autofree char *tenant
      = claims != NULL ? kb_json_string (claims, kb_json_member (claims, 0, "tid"))
                       : NULL;

  return kb_oauth2_append (form, "grant_type", "access_token")
         && kb_oauth2_append (form, "service", kb_request_host (request))
         && (tenant == NULL || kb_oauth2_append (form, "tenant", tenant))
         && kb_oauth2_append_secret (form, "access_token", token);
}

/* New, or NULL. */
static KbSecret *
exchange (const KbInstance *instance, const KbRequest *request, KbSecret *token,
          GError **error)
{
  g_autofree char *endpoint
      = g_strdup_printf ("https://%s/oauth2/exchange", kb_request_host (request));
  g_autoptr (KbBuffer) form = kb_buffer_new (0);
  g_autoptr (KbHttp) http = kb_http_new (instance, error);
  KbOauth2Call call = { .endpoint = endpoint, .form = form, .grant = token };
  g_autoptr (KbJson) answer = NULL;
  g_autoptr (KbSecret) made = NULL;

  if (http == NULL)
    return NULL;
  if (fill_form (form, request, token))
    answer = kb_oauth2_send (http, request, &call, error);
  else
    g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG, "the token is too long");
  if (answer == NULL)
    return NULL;
  made = kb_json_secret (answer, kb_json_member (answer, 0, "refresh_token"));
  if (made != NULL && kb_token_form (made) == KB_TOKEN_JWT)
    return g_steal_pointer (&made);
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "the answer of %s has no token",
               kb_request_host (request));
  return NULL;
}

static KbCredential *
make_credential (const KbRequest *request, const KbCredential *input, KbSecret *made)
{
  KbCredential *credential = kb_credential_new (KB_SCHEME_BASIC, TOKEN_USER, made);
  gint64 expires = kb_token_jwt_expires (made);
  const char *account = kb_credential_account (input);

  if (account == NULL)
    account = kb_credential_user (input);
  kb_credential_set_expires (credential,
                             expires != 0 ? expires : kb_clock_now () + LIFETIME_UNKNOWN);
  kb_credential_set_identity (credential, *account != '\0' ? account : TOKEN_USER,
                              kb_request_host (request));
  return credential;
}

static KbAnswer
acr_acquire (gpointer self, const KbRequest *request, KbCredential **credential,
             GError **error)
{
  KbCredential *input = kb_request_input (request);
  g_autoptr (KbSecret) made = NULL;

  if (input == NULL || kb_credential_scheme (input) != KB_SCHEME_BEARER)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                           "it needs the access token of a requisite source before it "
                           "in the stack");
      return KB_FAILED;
    }
  made = exchange (self, request, kb_credential_secret (input), error);
  if (made == NULL)
    return KB_FAILED;
  *credential = make_credential (request, input, made);
  return KB_OK;
}

static const KbSource source = { .open = acr_open,
                                 .close = acr_close,
                                 .identify = acr_identify,
                                 .acquire = acr_acquire,
                                 .flags = KB_SOURCE_SCOPES };

const KbModule kb_module = {
  .abi = KB_MODULE_ABI,
  .name = "acr",
  .summary = "Token of an Azure container registry for an Entra token",
  .options = options,
  .source = &source,
};
