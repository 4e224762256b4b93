/* SPDX-License-Identifier: MIT */
/* Exchanges a code or a refresh token; nothing of what the server says is shown but names
   that are known.  Knows nothing of Entra, whose form is another. */
#include "azure-devops-oauth/older-token.h"

#include "base/clock.h"
#include "base/text.h"

#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

typedef struct
{
  const char *names[12]; /* ends with NULL */
  KbErrorCode code;
  const char *sentence;
} Meaning;

/* The names of Microsoft's page on this platform.  Not listed: DENIED. */
static const Meaning meanings[] = {
  { { "invalidRefreshToken", "accessTokenNotFound", "invalidAccessToken" },
    KB_ERROR_INTERACTION,
    "the refresh token has expired or was revoked: sign in again" },
  { { "accessTokenAlreadyRefreshed" },
    KB_ERROR_INTERACTION,
    "the refresh token was used before, perhaps by another program: sign in again" },
  { { "authorizationGrantExpired", "authorizationNotFound", "invalidAuthorizationGrant",
      "accessAlreadyIssued", "authorizationGrantRequired" },
    KB_ERROR_INTERACTION,
    "the code is wrong, too old or was used before: sign in again" },
  { { "hostAuthorizationNotFound", "hostAuthorizationIsNotValid" },
    KB_ERROR_INTERACTION,
    "the authorization of the app was taken back: sign in again" },
  { { "invalidClientSecret", "clientSecretRequired" },
    KB_ERROR_DENIED,
    "the app's secret is wrong: check client-secret" },
  { { "clientSecretExpired" },
    KB_ERROR_DENIED,
    "the app's secret has expired (it lives for 60 days): make a new one" },
  { { "invalidClientId", "invalidClient" }, KB_ERROR_DENIED, "the app is not known" },
  { { "accessDenied", "invalidUserId" }, KB_ERROR_DENIED, "the person is refused" },
  { { "redirectUriRequired", "invalidRedirectUri", "insecureRedirectUri" },
    KB_ERROR_CONFIG,
    "redirect-uri is not the one of the app's registration, to the letter" },
  { { "invalidScope", "invalidAuthorizationScopes", "authorizationGrantScopeMissing" },
    KB_ERROR_CONFIG,
    "scope is not that of the app's registration" },
  { { "grantTypeRequired" }, KB_ERROR_CONFIG, "the request is not understood" },
  { { "serverError", "failedToGetAccessToken", "failedToIssueAccessToken" },
    KB_ERROR_NETWORK,
    "the server has a fault of its own: try again later" },
};

static const Meaning *
meaning_of (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (g_strv_contains (meanings[i].names, name))
      return &meanings[i];
  return NULL;
}

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "the token answer %s", what);
  return FALSE;
}

/* ---- refusals ------------------------------------------------------------------- */

/* A name that is not known may be anything, so its form is all that speaks for it. */
static gboolean
is_name (const char *name)
{
  gsize length = 0;

  while (g_ascii_isalpha (name[length]))
    length++;
  return length > 0 && length <= 40 && name[length] == '\0';
}

static void
set_refusal (GError **error, const KbHttpAnswer *answer)
{
  g_autoptr (KbJson) json = kb_json_parse (answer->body, NULL);
  g_autofree char *name = NULL;
  const Meaning *meaning;

  if (json != NULL && kb_json_type (json, 0) == KB_JSON_OBJECT)
    name = kb_json_string (json, kb_json_member (json, 0, "Error"));
  if (name == NULL && json != NULL && kb_json_type (json, 0) == KB_JSON_OBJECT)
    name = kb_json_string (json, kb_json_member (json, 0, "error"));
  if (name == NULL || !is_name (name))
    {
      g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL,
                   "HTTP %u in no form that this platform has", answer->status);
      return;
    }
  meaning = meaning_of (name);
  g_set_error (error, KB_ERROR, meaning != NULL ? meaning->code : KB_ERROR_DENIED,
               "%s: %s", name,
               meaning != NULL ? meaning->sentence : "the app is refused");
}

static void
set_busy (GError **error, const KbRequest *request, const KbHttpAnswer *answer)
{
  if (answer->retry_after > 0)
    kb_request_retry_after (request, answer->retry_after);
  g_set_error (error, KB_ERROR, KB_ERROR_NETWORK, "HTTP %u: try again later",
               answer->status);
}

/* ---- what is given -------------------------------------------------------------- */

/* What may stand in an Authorization header and on a credential line. */
static KbSecret *
read_token (const KbJson *json, const char *name)
{
  g_autoptr (KbSecret) token = kb_json_secret (json, kb_json_member (json, 0, name));
  gsize length = token != NULL ? kb_secret_length (token) : 0;

  for (gsize i = 0; i < length; i++)
    if (kb_secret_peek (token)[i] < 0x21 || kb_secret_peek (token)[i] > 0x7e)
      return NULL;
  return length > 0 && length <= KB_OAUTH2_TOKEN_MAX ? g_steal_pointer (&token) : NULL;
}

static gboolean
check_type (const KbJson *json, GError **error)
{
  g_autofree char *type = kb_json_string (json, kb_json_member (json, 0, "token_type"));

  if (type != NULL
      && (g_ascii_strcasecmp (type, "jwt-bearer") == 0
          || g_ascii_strcasecmp (type, "Bearer") == 0))
    return TRUE;
  return refuse (error, "is not of token_type jwt-bearer");
}

/* The refresh token that was sent is dead by now, so the new one is read first of all and
   an expiry that makes no sense is no reason to lose it. */
static KbOauth2Token *
parse (KbSecret *body, GError **error)
{
  g_autoptr (KbOauth2Token) token = g_new0 (KbOauth2Token, 1);
  g_autoptr (KbJson) json = kb_json_parse (body, NULL);
  gint64 lifetime = 0;

  if (json == NULL || kb_json_type (json, 0) != KB_JSON_OBJECT)
    {
      (void) refuse (error, "is no JSON object");
      return NULL;
    }
  if (!check_type (json, error))
    return NULL;
  token->refresh = read_token (json, "refresh_token");
  token->access = read_token (json, "access_token");
  if (token->access == NULL)
    {
      (void) refuse (error, "has no access_token that can be used");
      return NULL;
    }
  if (!kb_json_int64 (json, kb_json_member (json, 0, "expires_in"), TRUE, &lifetime)
      || lifetime <= 0)
    lifetime = KB_OAUTH2_LIFETIME_UNKNOWN;
  token->expires = kb_clock_now () + MIN (lifetime, KB_OAUTH2_LIFETIME_MAX);
  return g_steal_pointer (&token);
}

/* ---- the request ---------------------------------------------------------------- */

static gboolean
fill_form (KbBuffer *form, const KbOlderCall *call)
{
  return kb_oauth2_append (form, "client_assertion_type", ASSERTION_TYPE)
         && kb_oauth2_append_secret (form, "client_assertion", call->secret)
         && kb_oauth2_append (form, "grant_type", call->grant)
         && kb_oauth2_append_secret (form, "assertion", call->assertion)
         && kb_oauth2_append (form, "redirect_uri", call->redirect_uri);
}

KbOauth2Token *
kb_older_token_request (KbHttp *http, const KbRequest *request, const KbOlderCall *call,
                        GError **error)
{
  static const char *const headers[] = { "Accept: application/json", NULL };
  g_autoptr (KbBuffer) form = kb_buffer_new (0);
  KbHttpCall post = { .url = call->endpoint,
                      .headers = headers,
                      .body = form,
                      .body_type = "application/x-www-form-urlencoded" };
  g_autoptr (KbHttpAnswer) answer = NULL;

  if (!fill_form (form, call))
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                           "what is to be sent is too long");
      return NULL;
    }
  answer = kb_http_send (http, request, &post, error);
  if (answer == NULL)
    return NULL;
  if (answer->status == 200)
    return parse (answer->body, error);
  if (answer->status == 408 || answer->status == 429 || answer->status >= 500)
    set_busy (error, request, answer);
  else
    set_refusal (error, answer);
  return NULL;
}
