/* SPDX-License-Identifier: MIT */
/* Source: a person's token through an app of the older OAuth platform of Azure DevOps.
   Knows nothing of Entra nor of how one refresh is kept from being two: the core's lock.
 */
#include "azure-devops-oauth/older-sign-in.h"
#include "azure-devops-oauth/older-token.h"

#include "base/text.h"
#include "common/http-diagnose.h"
#include "common/authority.h"

#include <string.h>

static const KbOption options[]
    = { { "client-secret", KB_OPTION_SECRET, TRUE, NULL, "The app's secret" },
        { "redirect-uri", KB_OPTION_STRING, TRUE, NULL,
          "Callback of the app's registration, https, to the letter" },
        { "client-id", KB_OPTION_STRING, FALSE, NULL,
          "The app's id, a GUID: to sign a person in" },
        { "scope", KB_OPTION_STRING, FALSE, NULL,
          "Scopes of the app's registration, all of them: to sign a person in" },
        { "refresh-token", KB_OPTION_SECRET, FALSE, NULL,
          "Refresh token to begin with, while none is kept" },
        { "authority", KB_OPTION_STRING, FALSE, "https://app.vssps.visualstudio.com",
          "The platform's host" },
        { NULL, KB_OPTION_STRING, FALSE, NULL, NULL } };

#define REALM "azure-devops-oauth"
#define REMOVAL                                                                          \
  "Microsoft is removing the older OAuth platform of Azure DevOps (planned for 2026): "  \
  "move the app to Microsoft Entra and use the source service-principal or oauth"

typedef struct
{
  const KbInstance *instance;
  char *authority; /* "https://host[:port]" */
  char *endpoint;
  char *account;
} Older;

static void
older_close (gpointer self)
{
  Older *older = self;

  if (older == NULL)
    return;
  g_free (older->authority);
  g_free (older->endpoint);
  g_free (older->account);
  g_free (older);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Older, older_close)

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG, why);
  return FALSE;
}

/* Whether TEXT is visible ASCII; blanks too where BLANKS. */
static gboolean
is_plain (const char *text, gboolean blanks)
{
  gsize at = 0;

  while (text[at] > (blanks ? 0x1f : 0x20) && text[at] < 0x7f)
    at++;
  return text[at] == '\0' && text[strspn (text, " ")] != '\0';
}

static gboolean
check (const KbInstance *instance, GError **error)
{
  const char *redirect = kb_instance_string (instance, "redirect-uri");
  const char *client = kb_instance_string (instance, "client-id");
  const char *scope = kb_instance_string (instance, "scope");

  if (!g_str_has_prefix (redirect, "https://") || redirect[strlen ("https://")] == '\0'
      || !is_plain (redirect, FALSE) || strchr (redirect, '#') != NULL)
    return refuse (error, "redirect-uri: not an https URL without a fragment");
  if (client != NULL && !kb_guid_is_valid (client))
    return refuse (error, "client-id: not a GUID");
  if (scope != NULL && !is_plain (scope, TRUE))
    return refuse (error, "scope: not a scope");
  if ((client == NULL) != (scope == NULL))
    return refuse (error, "client-id and scope go together: one of them is missing");
  return TRUE;
}

static KbAnswer
older_open (const KbInstance *instance, gpointer *self, GError **error)
{
  const char *client = kb_instance_string (instance, "client-id");
  g_autoptr (Older) older = g_new0 (Older, 1);

  if (!check (instance, error))
    return KB_FAILED;
  older->instance = instance;
  older->authority
      = kb_authority_parse (kb_instance_string (instance, "authority"), FALSE, error);
  if (older->authority == NULL)
    {
      g_prefix_error (error, "authority: ");
      return KB_FAILED;
    }
  older->endpoint = g_strconcat (older->authority, "/oauth2/token", NULL);
  older->account = g_ascii_strdown (client != NULL ? client : "app", -1);
  *self = g_steal_pointer (&older);
  return KB_OK;
}

static KbAnswer
older_identify (gpointer self, const KbRequest *request, KbIdentity *identity,
                GError **error)
{
  const Older *older = self;

  kb_request_note (request, REMOVAL);
  identity->account = g_strdup (older->account);
  identity->realm = g_strdup (REALM);
  return KB_OK;
}

/* ---- the two grants ------------------------------------------------------------- */

static KbOauth2Token *
exchange (const Older *older, const KbRequest *request, const char *grant,
          const KbSecret *assertion, GError **error)
{
  g_autoptr (KbSecret) secret = NULL;
  g_autoptr (KbHttp) http = NULL;
  KbOlderCall call
      = { .endpoint = older->endpoint,
          .redirect_uri = kb_instance_string (older->instance, "redirect-uri"),
          .grant = grant,
          .assertion = assertion };

  if (kb_instance_secret (older->instance, "client-secret", &secret, error) == KB_FAILED)
    return NULL;
  if (secret == NULL || kb_secret_length (secret) == 0)
    {
      (void) refuse (error, "client-secret: empty, or what it names does not exist");
      return NULL;
    }
  http = kb_http_new (older->instance, error);
  if (http == NULL)
    return NULL;
  call.secret = secret;
  return kb_older_token_request (http, request, &call, error);
}

static gboolean
may_sign_in (const Older *older, const KbRequest *request)
{
  return kb_request_interactive (request)
         && kb_instance_string (older->instance, "client-id") != NULL;
}

static KbAnswer
sign_in (const Older *older, const KbRequest *request, KbOauth2Token **token,
         GError **error)
{
  const KbInstance *instance = older->instance;
  KbOlderApp app = { .authority = older->authority,
                     .client_id = kb_instance_string (instance, "client-id"),
                     .redirect_uri = kb_instance_string (instance, "redirect-uri"),
                     .scope = kb_instance_string (instance, "scope") };
  g_autoptr (KbSecret) code = NULL;
  KbAnswer answer = kb_older_sign_in (&app, request, &code, error);

  if (answer == KB_DECLINED)
    kb_request_note (request, "the sign-in was not answered; " REMOVAL);
  if (answer != KB_OK)
    return answer;
  *token = exchange (older, request, KB_OLDER_GRANT_CODE, code, error);
  return *token != NULL ? KB_OK : KB_FAILED;
}

/* What is kept, else what is configured: that one is dead as soon as it was used once, so
   it never comes after one that is kept.  A person who signs in anew (`login`) has to,
   and where nobody can, the configured one may have been replaced. */
static KbAnswer
find_refresh_token (const Older *older, const KbRequest *request, KbSecret **found,
                    GError **error)
{
  gboolean fresh = kb_request_fresh (request);
  KbSecret *kept = fresh ? NULL : kb_request_renewal (request);

  if (kept != NULL)
    {
      *found = kb_secret_ref (kept);
      return KB_OK;
    }
  if (fresh && may_sign_in (older, request))
    return KB_DECLINED;
  return kb_instance_secret (older->instance, "refresh-token", found, error);
}

static KbAnswer
obtain (const Older *older, const KbRequest *request, KbOauth2Token **token,
        GError **error)
{
  g_autoptr (KbSecret) refresh = NULL;
  g_autoptr (GError) problem = NULL;
  KbAnswer answer = find_refresh_token (older, request, &refresh, error);

  if (answer == KB_FAILED)
    return KB_FAILED;
  if (answer == KB_OK)
    *token = exchange (older, request, KB_OLDER_GRANT_REFRESH, refresh, &problem);
  if (*token != NULL)
    return KB_OK;
  answer = KB_DECLINED;
  if (may_sign_in (older, request)
      && (problem == NULL || g_error_matches (problem, KB_ERROR, KB_ERROR_INTERACTION)))
    answer = sign_in (older, request, token, error);
  else if (problem == NULL)
    kb_request_note (request, "no sign-in is kept and nobody may be asked; " REMOVAL);
  if (answer != KB_DECLINED || problem == NULL)
    return answer;
  g_propagate_error (error, g_steal_pointer (&problem));
  return KB_FAILED;
}

static KbAnswer
older_acquire (gpointer self, const KbRequest *request, KbCredential **credential,
               GError **error)
{
  const Older *older = self;
  g_autoptr (KbOauth2Token) token = NULL;
  KbAnswer answer = obtain (older, request, &token, error);

  if (answer == KB_FAILED)
    g_prefix_error (error, "app %s: ", older->account);
  if (answer != KB_OK)
    return answer;
  *credential = kb_credential_new (KB_SCHEME_BEARER, older->account, token->access);
  kb_credential_set_expires (*credential, token->expires);
  kb_credential_set_renewal (*credential, token->refresh);
  return KB_OK;
}

static void
older_diagnose (gpointer self, const KbRequest *request, KbDiagnosis *diagnosis)
{
  const Older *older = self;

  kb_diagnosis_add (diagnosis, KB_FINDING_BAD, "older platform", REMOVAL,
                    "man keybearer-oauth");
  kb_http_diagnose (older->instance, request, older->authority, FALSE, diagnosis);
}

static const KbSource source = { .open = older_open,
                                 .close = older_close,
                                 .identify = older_identify,
                                 .acquire = older_acquire,
                                 .diagnose = older_diagnose,
                                 .flags = KB_SOURCE_RENEWS };

const KbModule kb_module = {
  .abi = KB_MODULE_ABI,
  .name = "azure-devops-oauth",
  .summary = "Token through an app of Azure DevOps' older OAuth platform",
  .options = options,
  .source = &source,
};
