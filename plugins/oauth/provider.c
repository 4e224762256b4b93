/* SPDX-License-Identifier: MIT */
/* Reads a provider's addresses from the options and completes them by discovery.
   Knows no provider by name. */
#include "oauth/provider.h"

#include "base/url.h"
#include "oauth/settings.h"

#include <string.h>

static const char *const options[KB_OAUTH_ENDPOINTS]
    = { "authorization-endpoint", "token-endpoint", "device-endpoint",
        "revocation-endpoint", "userinfo-endpoint" };

void
kb_oauth_provider_free (KbOauthProvider *provider)
{
  if (provider == NULL)
    return;
  for (gsize i = 0; i < KB_OAUTH_ENDPOINTS; i++)
    g_free (provider->endpoints[i]);
  g_free (provider->issuer);
  g_free (provider->origin);
  g_free (provider);
}

static gboolean
refuse (GError **error, const char *option, const char *why)
{
  g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "%s: %s", option, why);
  return FALSE;
}

/* NULL: absent, or taken back by an empty value. */
static const char *
option_of (const KbInstance *instance, const char *option)
{
  const char *text = kb_instance_string (instance, option);

  return text != NULL && *text != '\0' ? text : NULL;
}

/* New: the origin of an https URL without user and query, or NULL. */
static char *
origin_of (const char *text)
{
  g_autoptr (KbUrl) url = kb_url_parse (text, NULL);

  if (url == NULL || !g_str_equal (url->scheme, "https") || url->user != NULL)
    return NULL;
  return kb_url_origin (url);
}

static gboolean
read_address (const KbInstance *instance, const char *option, char **address,
              GError **error)
{
  const char *text = option_of (instance, option);
  g_autofree char *origin = text != NULL ? origin_of (text) : NULL;

  if (text == NULL)
    return TRUE;
  if (origin == NULL)
    return refuse (error, option, "not an https URL without query and user");
  *address = g_strdup (text);
  return TRUE;
}

/* An endpoint that begins with '/' is below `base`, so that one line names a server. */
static gboolean
read_endpoint (const KbInstance *instance, KbOauthProvider *provider, gsize index,
               const char *base, GError **error)
{
  const char *text = option_of (instance, options[index]);
  g_autofree char *full = NULL;
  g_autofree char *origin = NULL;

  if (text == NULL)
    return TRUE;
  if (*text == '/' && base == NULL)
    return refuse (error, "base", "the provider's address is missing");
  full = *text == '/' ? g_strconcat (base, text, NULL) : g_strdup (text);
  origin = origin_of (full);
  if (origin == NULL)
    return refuse (error, options[index], "not an https URL without query and user");
  provider->endpoints[index] = g_steal_pointer (&full);
  return TRUE;
}

static gboolean
read_endpoints (const KbInstance *instance, KbOauthProvider *provider, GError **error)
{
  g_autofree char *base = NULL;

  if (!read_address (instance, "base", &base, error)
      || !read_address (instance, "issuer", &provider->issuer, error))
    return FALSE;
  if (base != NULL && g_str_has_suffix (base, "/"))
    base[strlen (base) - 1] = '\0';
  for (gsize i = 0; i < KB_OAUTH_ENDPOINTS; i++)
    if (!read_endpoint (instance, provider, i, base, error))
      return FALSE;
  return TRUE;
}

KbOauthProvider *
kb_oauth_provider_new (const KbInstance *instance, GError **error)
{
  g_autoptr (KbOauthProvider) provider = g_new0 (KbOauthProvider, 1);
  const char *names[] = { option_of (instance, "issuer"), option_of (instance, "base"),
                          option_of (instance, options[KB_OAUTH_TOKEN]) };
  const char *home;

  if (names[0] == NULL && names[1] == NULL && names[2] == NULL)
    return NULL;
  if (!read_endpoints (instance, provider, error))
    return NULL;
  home
      = provider->issuer != NULL ? provider->issuer : provider->endpoints[KB_OAUTH_TOKEN];
  if (home == NULL)
    {
      (void) refuse (error, options[KB_OAUTH_TOKEN], "is missing");
      return NULL;
    }
  provider->origin = origin_of (home);
  return g_steal_pointer (&provider);
}

char *
kb_oauth_provider_origin_of (const KbOauthProvider *provider, KbOauthEndpoint endpoint)
{
  const char *text = provider->endpoints[endpoint];

  return text != NULL ? origin_of (text) : NULL;
}

/* ---- discovery ------------------------------------------------------------------ */

static gboolean
is_whole (const KbOauthProvider *provider, guint flows)
{
  static const struct
  {
    guint flow;
    KbOauthEndpoint endpoint;
  } needs[] = { { KB_OAUTH_BROWSER, KB_OAUTH_AUTHORIZE },
                { KB_OAUTH_DEVICE, KB_OAUTH_DEVICECODE },
                { KB_OAUTH_REVOKING, KB_OAUTH_REVOKE } };
  gboolean whole = provider->endpoints[KB_OAUTH_TOKEN] != NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (needs); i++)
    whole = whole
            && ((flows & needs[i].flow) == 0
                || provider->endpoints[needs[i].endpoint] != NULL);
  return whole || provider->issuer == NULL;
}

KbOauthProvider *
kb_oauth_provider_complete (const KbOauthProvider *provider, guint flows,
                            const KbInstance *instance, KbHttp *http,
                            const KbRequest *request, GError **error)
{
  KbOauthProvider *whole = g_new0 (KbOauthProvider, 1);
  g_autoptr (KbDiscovery) found = NULL;

  if (!is_whole (provider, flows))
    {
      found = kb_discovery_find (http, request, provider->issuer,
                                 kb_instance_list (instance, "endpoint-origins"), error);
      if (found == NULL)
        {
          g_free (whole);
          return NULL;
        }
    }
  whole->issuer = g_strdup (provider->issuer);
  whole->origin = g_strdup (provider->origin);
  whole->iss = found != NULL && found->iss;
  for (gsize i = 0; i < KB_OAUTH_ENDPOINTS; i++)
    whole->endpoints[i] = g_strdup (provider->endpoints[i] != NULL || found == NULL
                                        ? provider->endpoints[i]
                                        : found->endpoints[i]);
  return whole;
}
