/* SPDX-License-Identifier: MIT */
/* Asks an issuer for its discovery document and takes from it what can be believed.
   Knows nothing of what the endpoints are asked. */
#include "common/discovery.h"

#include "base/json.h"
#include "base/url.h"
#include "common/memo.h"

#include <string.h>

#define MEMO "discovery"

static const char *const members[KB_OAUTH_ENDPOINTS]
    = { "authorization_endpoint", "token_endpoint", "device_authorization_endpoint",
        "revocation_endpoint", "userinfo_endpoint" };

void
kb_discovery_free (KbDiscovery *discovery)
{
  if (discovery == NULL)
    return;
  for (gsize i = 0; i < KB_OAUTH_ENDPOINTS; i++)
    g_free (discovery->endpoints[i]);
  g_free (discovery);
}

static gboolean
refuse (GError **error, KbErrorCode code, const char *what)
{
  g_set_error (error, KB_ERROR, (int) code, "the discovery document %s", what);
  return FALSE;
}

/* New: "https://host[:port]" of TEXT, or NULL. */
static char *
origin_of (const char *text)
{
  g_autoptr (KbUrl) url = kb_url_parse (text, NULL);

  if (url == NULL || !g_str_equal (url->scheme, "https") || url->user != NULL)
    return NULL;
  return kb_url_origin (url);
}

/* New, or NULL: the endpoint, if it lies where one may be. */
static char *
believed (const char *text, const char *home, const char *const *origins)
{
  g_autofree char *origin = origin_of (text);

  if (origin == NULL)
    return NULL;
  if (g_str_equal (origin, home)
      || (origins != NULL && g_strv_contains (origins, origin)))
    return g_strdup (text);
  return NULL;
}

/* The first two take a code or a refresh token, or a person who types a password. */
static gboolean
read_endpoints (const KbJson *json, KbDiscovery *discovery, const char *home,
                const char *const *origins, GError **error)
{
  for (gsize i = 0; i < KB_OAUTH_ENDPOINTS; i++)
    {
      KbJsonNode node = kb_json_member (json, 0, members[i]);
      g_autofree char *text = kb_json_string (json, node);

      if (text != NULL)
        discovery->endpoints[i] = believed (text, home, origins);
      if (node >= 0 && discovery->endpoints[i] == NULL && i <= KB_OAUTH_TOKEN)
        return refuse (
            error, KB_ERROR_DENIED,
            "names an endpoint that is not on the issuer's host: endpoint-origins "
            "can allow it");
    }
  if (discovery->endpoints[KB_OAUTH_TOKEN] == NULL)
    return refuse (error, KB_ERROR_PROTOCOL, "has no token_endpoint");
  return TRUE;
}

/* Without the list nobody knows; with one, the method has to be in it (RFC 8414). */
static gboolean
takes_pkce (const KbJson *json)
{
  KbJsonNode list = kb_json_member (json, 0, "code_challenge_methods_supported");

  if (list < 0)
    return TRUE;
  for (guint i = 0; i < kb_json_size (json, list); i++)
    {
      g_autofree char *method = kb_json_string (json, kb_json_at (json, list, i));

      if (g_strcmp0 (method, "S256") == 0)
        return TRUE;
    }
  return FALSE;
}

KbDiscovery *
kb_discovery_parse (KbSecret *body, const char *issuer, const char *const *origins,
                    GError **error)
{
  g_autoptr (KbDiscovery) discovery = g_new0 (KbDiscovery, 1);
  g_autoptr (KbJson) json = kb_json_parse (body, NULL);
  g_autofree char *home = origin_of (issuer);
  g_autofree char *iss = NULL;
  gboolean good;

  if (json == NULL || kb_json_type (json, 0) != KB_JSON_OBJECT)
    {
      (void) refuse (error, KB_ERROR_PROTOCOL, "is no JSON object");
      return NULL;
    }
  iss = kb_json_string (json, kb_json_member (json, 0, "issuer"));
  if (home == NULL || g_strcmp0 (iss, issuer) != 0)
    good = refuse (error, KB_ERROR_DENIED, "is that of another issuer");
  else if (!takes_pkce (json))
    good = refuse (error, KB_ERROR_DENIED, "has no PKCE with S256");
  else
    good = read_endpoints (json, discovery, home, origins, error);
  (void) kb_json_boolean (
      json, kb_json_member (json, 0, "authorization_response_iss_parameter_supported"),
      &discovery->iss);
  return good ? g_steal_pointer (&discovery) : NULL;
}

/* ---- the request ---------------------------------------------------------------- */

/* New: OpenID Connect puts the well-known part behind the issuer's path, RFC 8414 in
   front of it. */
static char *
address (const char *issuer, gboolean oidc)
{
  g_autofree char *bare = g_strdup (issuer);
  g_autofree char *origin = origin_of (issuer);
  gsize length = strlen (bare);

  if (length > 0 && bare[length - 1] == '/')
    bare[length - 1] = '\0';
  if (oidc)
    return g_strconcat (bare, "/.well-known/openid-configuration", NULL);
  return g_strconcat (origin, "/.well-known/oauth-authorization-server",
                      bare + strlen (origin), NULL);
}

static KbDiscovery *
ask (KbHttp *http, const KbRequest *request, const char *issuer, gboolean oidc,
     const char *const *origins, GError **error)
{
  static const char *const headers[] = { "Accept: application/json", NULL };
  g_autofree char *url = address (issuer, oidc);
  KbHttpCall call = { .url = url, .headers = headers };
  g_autofree char *folder = kb_memo_cache (MEMO);
  g_autoptr (KbHttpAnswer) answer = kb_http_send (http, request, &call, error);

  if (answer == NULL)
    return NULL;
  if (answer->status == 200)
    {
      KbDiscovery *discovery = kb_discovery_parse (answer->body, issuer, origins, error);

      if (discovery != NULL)
        kb_memo_write (folder, issuer, kb_secret_peek (answer->body),
                       kb_secret_length (answer->body));
      return discovery;
    }
  g_set_error (error, KB_ERROR,
               answer->status == 429 || answer->status >= 500 ? (int) KB_ERROR_NETWORK
                                                              : (int) KB_ERROR_PROTOCOL,
               "the discovery document: HTTP %u", answer->status);
  return NULL;
}

static KbDiscovery *
recall (const KbRequest *request, const char *issuer, const char *const *origins)
{
  g_autofree char *folder = kb_memo_cache (MEMO);
  g_autoptr (KbSecret) body = NULL;

  if (kb_request_fresh (request))
    return NULL;
  body = kb_memo_read (folder, issuer, KB_DISCOVERY_LIFE);
  return body != NULL ? kb_discovery_parse (body, issuer, origins, NULL) : NULL;
}

KbDiscovery *
kb_discovery_find (KbHttp *http, const KbRequest *request, const char *issuer,
                   const char *const *origins, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *origin = origin_of (issuer);
  KbDiscovery *discovery = NULL;

  if (origin == NULL)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG, "issuer: not an https URL");
      return NULL;
    }
  discovery = recall (request, issuer, origins);
  if (discovery != NULL)
    return discovery;
  discovery = ask (http, request, issuer, TRUE, origins, &problem);
  if (discovery != NULL)
    return discovery;
  if (!g_error_matches (problem, KB_ERROR, KB_ERROR_DENIED))
    discovery = ask (http, request, issuer, FALSE, origins, NULL);
  if (discovery == NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return discovery;
}
