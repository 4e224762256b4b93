/* SPDX-License-Identifier: MIT */
/* Finds the identity service of an organization, checks that it is one, asks for a token.
   Knows nothing of who signed in, of settings or of what is kept. */
#include "session-token/exchange.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "base/url.h"
#include "common/devops-call.h"
#include "common/devops-refusal.h"
#include "common/devops-route.h"
#include "common/pat-record.h"
#include "common/token.h"

/* The name of the identity service in every location service. */
#define LOCATION                                                                         \
  "_apis/ServiceDefinitions/LocationService2/951917AC-A960-4999-8464-E3F0AA25B381"       \
  "?api-version=1.0"
#define RESOURCE "_apis/Token/SessionTokens?api-version=5.0-preview.1&tokenType="
/* A token that does not say how long it lives is not trusted for longer. */
#define LIFETIME_UNKNOWN 3600

void
kb_session_token_clear (KbSessionToken *token)
{
  g_clear_pointer (&token->token, kb_secret_unref);
}

/* ---- where ---------------------------------------------------------------------- */

/* The list of Microsoft's own credential provider, by whole labels: whoever answers for a
   host could otherwise name any other, and be sent the Entra token. */
static gboolean
is_identity_service (const char *host)
{
  static const char *const hosts[] = {
    "vssps.visualstudio.com", "vssps.dev.azure.com",    ".vssps.visualstudio.com",
    ".vssps.dev.azure.com",   "vsspsext.dev.azure.com", "vsspsext.visualstudio.com"
  };

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    if (*hosts[i] == '.' ? g_str_has_suffix (host, hosts[i])
                         : g_str_equal (host, hosts[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_trusted (const KbUrl *url)
{
  return g_str_equal (url->scheme, "https") && url->port == 0 && url->user == NULL
         && is_identity_service (url->host);
}

char *
kb_session_token_url (KbSecret *body, gboolean compact, GError **error)
{
  g_autoptr (KbJson) json = kb_json_parse (body, NULL);
  KbJsonNode mappings = json != NULL ? kb_json_member (json, 0, "locationMappings") : -1;
  g_autofree char *place = NULL;
  g_autoptr (KbUrl) url = NULL;
  g_autofree char *shown = NULL;

  if (json != NULL && kb_json_type (json, mappings) == KB_JSON_ARRAY
      && kb_json_size (json, mappings) > 0)
    place = kb_json_string (
        json, kb_json_member (json, kb_json_at (json, mappings, 0), "location"));
  if (place == NULL)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL,
                           "the location service names no identity service");
      return NULL;
    }
  url = kb_url_parse (place, NULL);
  if (url != NULL && is_trusted (url))
    return g_strconcat (place, g_str_has_suffix (place, "/") ? "" : "/", RESOURCE,
                        compact ? "Compact" : "SelfDescribing", NULL);
  shown = kb_text_escape (place, strlen (place), 80);
  g_set_error (error, KB_ERROR, KB_ERROR_DENIED,
               "the location service names %s, which is no identity service of Azure "
               "DevOps: it is sent nothing",
               shown);
  return NULL;
}

/* ---- the answer ----------------------------------------------------------------- */

/* The earlier of two, 0 being unknown. */
static gint64
earlier (gint64 a, gint64 b)
{
  if (a == 0 || b == 0)
    return MAX (a, b);
  return MIN (a, b);
}

gboolean
kb_session_token_read (KbSecret *body, gint64 now, KbSessionToken *token, GError **error)
{
  g_autoptr (KbJson) json = kb_json_parse (body, NULL);
  g_autoptr (KbSecret) secret = NULL;
  g_autofree char *until = NULL;
  KbTokenForm form = KB_TOKEN_BROKEN;
  gint64 expires = 0;

  if (json != NULL && kb_json_type (json, 0) == KB_JSON_OBJECT)
    {
      secret = kb_json_secret (json, kb_json_member (json, 0, "token"));
      until = kb_json_string (json, kb_json_member (json, 0, "validTo"));
    }
  if (secret != NULL)
    form = kb_token_form (secret);
  (void) kb_pat_read_time (until, &expires);
  if (form == KB_TOKEN_JWT)
    expires = earlier (expires, kb_token_jwt_expires (secret));
  if (expires == 0)
    expires = now + LIFETIME_UNKNOWN;
  if ((form != KB_TOKEN_JWT && form != KB_TOKEN_PAT) || expires <= now)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL,
                           form == KB_TOKEN_JWT || form == KB_TOKEN_PAT
                               ? "the identity service gave a token that has expired"
                               : "the identity service's answer has no token");
      return FALSE;
    }
  token->token = g_steal_pointer (&secret);
  token->expires = expires;
  return TRUE;
}

/* ---- the exchange --------------------------------------------------------------- */

typedef struct
{
  KbHttp *http;
  const KbRequest *request;
  const KbCredential *input;
  const KbSessionWish *wish;
} Exchange;

static void
refuse (const Exchange *exchange, const KbHttpAnswer *answer, GError **error)
{
  const KbRequest *request = exchange->request;

  if (answer->retry_after > 0 && (answer->status == 429 || answer->status >= 500))
    kb_request_retry_after (request, answer->retry_after);
  kb_refusal_set (error, answer, kb_request_place (request),
                  kb_request_organization (request));
}

static gboolean
is_good (const KbHttpAnswer *answer)
{
  return answer->status >= 200 && answer->status < 300
         && !kb_refusal_of_credential (answer);
}

/* New, or NULL. */
static char *
find_service (const Exchange *exchange, GError **error)
{
  g_autofree char *url
      = kb_route_url (kb_request_organization (exchange->request), LOCATION, error);
  const KbDevopsCall call = { .url = url, .method = "GET" };
  g_autoptr (KbHttpAnswer) answer = NULL;

  if (url == NULL)
    return NULL;
  answer
      = kb_devops_send (exchange->http, exchange->request, exchange->input, &call, error);
  if (answer == NULL)
    return NULL;
  if (is_good (answer))
    return kb_session_token_url (answer->body, exchange->wish->compact, error);
  refuse (exchange, answer, error);
  return NULL;
}

/* New.  What a list of tokens shows is for people. */
static KbBuffer *
body_of (const Exchange *exchange, gboolean timed)
{
  g_autofree char *name
      = g_strdup_printf ("Keybearer: %s on %s",
                         kb_request_organization (exchange->request), g_get_host_name ());
  g_autofree char *until
      = timed ? kb_pat_time (kb_clock_now () + exchange->wish->lifetime) : NULL;
  KbBuffer *body = kb_buffer_new (0);

  kb_json_open (body, NULL, '{');
  kb_json_text (body, "displayName", name);
  kb_json_text (body, "scope", exchange->wish->scope);
  kb_json_text (body, "validTo", until);
  kb_json_close (body, '}');
  return body;
}

/* New, or NULL: whatever it was answered. */
static KbHttpAnswer *
post (const Exchange *exchange, const char *url, gboolean timed, GError **error)
{
  g_autoptr (KbBuffer) body = body_of (exchange, timed);
  const KbDevopsCall call
      = { .url = url, .method = "POST", .body = body, .type = "application/json" };

  return kb_devops_send (exchange->http, exchange->request, exchange->input, &call,
                         error);
}

/* A server that does not like the time that was asked for is left to choose its own. */
static KbHttpAnswer *
ask (const Exchange *exchange, const char *url, GError **error)
{
  g_autoptr (KbHttpAnswer) answer = post (exchange, url, TRUE, error);

  if (answer == NULL || answer->status != 400)
    return g_steal_pointer (&answer);
  return post (exchange, url, FALSE, error);
}

gboolean
kb_session_token_exchange (const KbInstance *instance, const KbRequest *request,
                           const KbCredential *input, const KbSessionWish *wish,
                           KbSessionToken *token, GError **error)
{
  g_autoptr (KbHttp) http = kb_http_new (instance, error);
  const Exchange exchange = { http, request, input, wish };
  g_autofree char *url = http != NULL ? find_service (&exchange, error) : NULL;
  g_autoptr (KbHttpAnswer) answer = url != NULL ? ask (&exchange, url, error) : NULL;

  if (answer == NULL)
    return FALSE;
  if (is_good (answer))
    return kb_session_token_read (answer->body, kb_clock_now (), token, error);
  refuse (&exchange, answer, error);
  return FALSE;
}
