/* SPDX-License-Identifier: MIT */
/* Source: a technical user's token for name and password, renewed without the password.
   Knows nothing of people who could be asked, nor of identity providers but Entra. */
#include "password/user-realm.h"

#include "base/text.h"
#include "common/http-diagnose.h"
#include "common/authority.h"
#include "common/oauth2.h"

#include <string.h>

static const KbOption options[]
    = { { "tenant", KB_OPTION_STRING, TRUE, NULL,
          "Tenant: its GUID, a domain name of it, or organizations" },
        { "client-id", KB_OPTION_STRING, TRUE, NULL,
          "Application (client) id, a GUID; it allows public client flows" },
        { "user", KB_OPTION_STRING, TRUE, NULL, "Name to sign in with, NAME@DOMAIN" },
        { "password", KB_OPTION_SECRET, TRUE, NULL, "The user's password" },
        { "authority", KB_OPTION_STRING, FALSE, KB_AUTHORITY_DEFAULT, "Sign-in host" },
        { "scope", KB_OPTION_STRING, FALSE, KB_AZURE_DEVOPS_ID "/.default",
          "What the token is for; offline_access is added" },
        { NULL, KB_OPTION_STRING, FALSE, NULL, NULL } };

/* Entra's own limit is 113 characters; in UTF-8 a few have more than one byte. */
#define USER_MAX 256
/* How long a refused password is not sent again: an account is locked after some. */
#define REFUSED_SILENCE_S 60

typedef struct
{
  const KbInstance *instance;
  char *authority; /* "https://host[:port]" */
  char *tenant;    /* lower case */
  char *user;      /* lower case */
  char *scope;
  char *resource; /* the scope without its permission */
} Password;

static void
password_close (gpointer self)
{
  Password *password = self;

  if (password == NULL)
    return;
  g_free (password->authority);
  g_free (password->tenant);
  g_free (password->user);
  g_free (password->scope);
  g_free (password->resource);
  g_free (password);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Password, password_close)

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG, why);
  return FALSE;
}

/* One '@' with something on either side; what follows it may stand in a URL's path once
   it is encoded. */
static gboolean
is_user (const char *user)
{
  gsize length = strlen (user);
  const char *at = strchr (user, '@');

  return at != NULL && at != user && at[1] != '\0' && strchr (at + 1, '@') == NULL
         && length <= USER_MAX && kb_text_is_clean (user, length)
         && strpbrk (user, " /\\?") == NULL;
}

static gboolean
is_scope (const char *scope)
{
  for (const char *c = scope; *c != '\0'; c++)
    if (*c < 0x20 || *c > 0x7e || *c == '"' || *c == '\\')
      return FALSE;
  return scope[strspn (scope, " ")] != '\0';
}

static gboolean
check (const KbInstance *instance, GError **error)
{
  const char *tenant = kb_instance_string (instance, "tenant");

  if (!kb_tenant_is_valid (tenant) && g_ascii_strcasecmp (tenant, "organizations") != 0)
    return refuse (error, "tenant: not the GUID or a domain name of one tenant, nor "
                          "organizations (a password is no use to common or consumers)");
  if (!kb_guid_is_valid (kb_instance_string (instance, "client-id")))
    return refuse (error, "client-id: not a GUID");
  if (!is_user (kb_instance_string (instance, "user")))
    return refuse (error, "user: not of the form NAME@DOMAIN");
  if (!is_scope (kb_instance_string (instance, "scope")))
    return refuse (error, "scope: not a scope");
  return TRUE;
}

/* New: "499b…/.default openid" is for the resource "499b…". */
static char *
resource_of (const char *scope)
{
  const char *begin = scope + strspn (scope, " ");
  g_autofree char *first = g_strndup (begin, strcspn (begin, " "));

  if (g_str_has_suffix (first, "/.default"))
    first[strlen (first) - strlen ("/.default")] = '\0';
  return g_steal_pointer (&first);
}

/* New: without offline_access no refresh token comes, and the password is sent often. */
static char *
with_offline_access (const char *scope)
{
  g_auto (GStrv) words = g_strsplit (scope, " ", -1);

  if (g_strv_contains ((const char *const *) words, "offline_access"))
    return g_strdup (scope);
  return g_strconcat (scope, " offline_access", NULL);
}

static KbAnswer
password_open (const KbInstance *instance, gpointer *self, GError **error)
{
  g_autoptr (Password) password = g_new0 (Password, 1);
  const char *scope = kb_instance_string (instance, "scope");

  if (!check (instance, error))
    return KB_FAILED;
  password->instance = instance;
  password->authority
      = kb_authority_parse (kb_instance_string (instance, "authority"), FALSE, error);
  if (password->authority == NULL)
    {
      g_prefix_error (error, "authority: ");
      return KB_FAILED;
    }
  password->tenant = g_ascii_strdown (kb_instance_string (instance, "tenant"), -1);
  password->user = g_utf8_strdown (kb_instance_string (instance, "user"), -1);
  password->scope = with_offline_access (scope);
  password->resource = resource_of (scope);
  *self = g_steal_pointer (&password);
  return KB_OK;
}

static KbAnswer
password_identify (gpointer self, const KbRequest *request, KbIdentity *identity,
                   GError **error)
{
  const Password *password = self;

  identity->account = g_strdup (password->user);
  identity->realm = g_strdup_printf ("%s/%s", password->tenant, password->resource);
  return KB_OK;
}

/* ---- the two grants ------------------------------------------------------------- */

/* SECRET is what FORM holds of that kind: it is not shown, whatever the server says. */
static KbOauth2Token *
request_token (const Password *password, KbHttp *http, const KbRequest *request,
               KbBuffer *form, const KbSecret *secret, GError **error)
{
  g_autofree char *endpoint
      = kb_authority_token_endpoint (password->authority, password->tenant);
  KbOauth2Call call = { .endpoint = endpoint, .form = form, .secret = secret };

  if (kb_oauth2_append (form, "client_id",
                        kb_instance_string (password->instance, "client-id"))
      && kb_oauth2_append (form, "scope", password->scope))
    return kb_oauth2_request (http, request, &call, error);
  (void) refuse (error, "what is to be sent is too long");
  return NULL;
}

static KbOauth2Token *
renew (const Password *password, KbHttp *http, const KbRequest *request,
       KbSecret *renewal, GError **error)
{
  g_autoptr (KbBuffer) form = kb_buffer_new (0);
  KbOauth2Token *token;

  if (!kb_oauth2_append (form, "grant_type", "refresh_token")
      || !kb_oauth2_append_secret (form, "refresh_token", renewal))
    {
      (void) refuse (error, "the refresh token is too long");
      return NULL;
    }
  token = request_token (password, http, request, form, renewal, error);
  if (token != NULL && token->refresh == NULL)
    token->refresh = kb_secret_ref (renewal);
  return token;
}

/* What no password can satisfy.  It chooses the words alone: the numbers are no stable
   API. */
static gboolean
wants_more_than_a_password (const char *message)
{
  static const char *const numbers[]
      = { "50072)", "50074)",  "50076)",  "50078)", "50079)", "50158)",
          "50097)", "50129)",  "50155)",  "50187)", "53000)", "53001)",
          "53003)", "530032)", "530003)", "50131)" };
  const char *number = strstr (message, "(AADSTS");

  if (number == NULL)
    return FALSE;
  number += strlen ("(AADSTS");
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (g_str_has_prefix (number, numbers[i]))
      return TRUE;
  return FALSE;
}

/* Here a person cannot help, as nobody is asked anything: the account is refused.  Were
   it KB_ERROR_INTERACTION, the breaker would let each call of a person send it again. */
static void
take_refusal (const KbRequest *request, GError *problem, GError **error)
{
  const char *more
      = wants_more_than_a_password (problem->message)
            ? "this account needs more than a password: use the source oauth "
              "for a person, service-principal for a program: "
            : "";

  if (g_error_matches (problem, KB_ERROR, KB_ERROR_INTERACTION))
    {
      problem->code = KB_ERROR_DENIED;
      kb_request_retry_after (request, REFUSED_SILENCE_S);
    }
  g_propagate_prefixed_error (error, problem, "%s", more);
}

static KbOauth2Token *
send_password (const Password *password, KbHttp *http, const KbRequest *request,
               const KbSecret *secret, GError **error)
{
  g_autoptr (KbBuffer) form = kb_buffer_new (0);
  GError *problem = NULL;
  KbOauth2Token *token;

  if (!kb_user_realm_check (http, request, password->authority, password->user, error))
    return NULL;
  if (!kb_oauth2_append (form, "grant_type", "password")
      || !kb_oauth2_append (form, "username", password->user)
      || !kb_oauth2_append_secret (form, "password", secret))
    {
      (void) refuse (error, "the password is too long");
      return NULL;
    }
  token = request_token (password, http, request, form, secret, &problem);
  if (token == NULL)
    take_refusal (request, problem, error);
  return token;
}

static KbOauth2Token *
sign_in (const Password *password, KbHttp *http, const KbRequest *request, GError **error)
{
  g_autoptr (KbSecret) secret = NULL;
  KbAnswer answer = kb_instance_secret (password->instance, "password", &secret, error);

  if (answer == KB_FAILED)
    return NULL;
  if (secret == NULL || kb_secret_length (secret) == 0)
    {
      (void) refuse (error, "password: empty, or what it names does not exist");
      return NULL;
    }
  return send_password (password, http, request, secret, error);
}

/* The refresh token first, so that the password is sent rarely; a refused one is no
   reason to fail while there is a password. */
static KbOauth2Token *
obtain (const Password *password, KbHttp *http, const KbRequest *request, GError **error)
{
  KbSecret *renewal = kb_request_fresh (request) ? NULL : kb_request_renewal (request);
  g_autoptr (GError) problem = NULL;
  KbOauth2Token *token;

  if (renewal == NULL)
    return sign_in (password, http, request, error);
  token = renew (password, http, request, renewal, &problem);
  if (token != NULL)
    return token;
  if (g_error_matches (problem, KB_ERROR, KB_ERROR_INTERACTION))
    return sign_in (password, http, request, error);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

static KbAnswer
password_acquire (gpointer self, const KbRequest *request, KbCredential **credential,
                  GError **error)
{
  const Password *password = self;
  g_autoptr (KbHttp) http = kb_http_new (password->instance, error);
  g_autoptr (KbOauth2Token) token = NULL;

  if (http != NULL)
    token = obtain (password, http, request, error);
  if (token == NULL)
    {
      g_prefix_error (error, "%s: ", password->user);
      return KB_FAILED;
    }
  *credential = kb_credential_new (KB_SCHEME_BEARER, password->user, token->access);
  kb_credential_set_expires (*credential, token->expires);
  kb_credential_set_refresh_after (*credential, token->refresh_after);
  kb_credential_set_renewal (*credential, token->refresh);
  return KB_OK;
}

static void
password_diagnose (gpointer self, const KbRequest *request, KbDiagnosis *diagnosis)
{
  const Password *password = self;

  kb_http_diagnose (password->instance, request, password->authority, FALSE, diagnosis);
}

static const KbSource source = { .open = password_open,
                                 .close = password_close,
                                 .identify = password_identify,
                                 .acquire = password_acquire,
                                 .diagnose = password_diagnose };

const KbModule kb_module = {
  .abi = KB_MODULE_ABI,
  .name = "password",
  .summary = "Token of a technical user for name and password",
  .options = options,
  .source = &source,
};
