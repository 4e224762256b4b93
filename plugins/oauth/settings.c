/* SPDX-License-Identifier: MIT */
/* Checks the options of an instance and brings them into one form.
   Knows nothing of requests. */
#include "oauth/settings.h"

#include "base/text.h"
#include "base/url.h"
#include "common/authority.h"

#include <string.h>

void
kb_oauth_settings_free (KbOauthSettings *settings)
{
  if (settings == NULL)
    return;
  g_free (settings->authority);
  g_free (settings->origin);
  g_free (settings->tenant);
  g_free (settings->client);
  g_free (settings->scope);
  g_free (settings->resource);
  g_free (settings->redirect);
  g_free (settings);
}

gboolean
kb_oauth_settings_asks (const KbOauthSettings *settings, const char *word)
{
  g_auto (GStrv) words = g_strsplit (settings->scope, " ", -1);

  return g_strv_contains ((const char *const *) words, word);
}

static gboolean
refuse (GError **error, const char *option, const char *why)
{
  g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "%s: %s", option, why);
  return FALSE;
}

/* What may stand in a form or URL of ours without a second thought. */
static gboolean
is_plain (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (*c < 0x20 || *c > 0x7e)
      return FALSE;
  return *text != '\0';
}

/* New: the origin of an endpoint that is an https URL; NULL with ERROR when it is none;
 *ORIGIN stays NULL when it is not configured. */
static gboolean
endpoint_origin (const KbInstance *instance, const char *option, char **origin,
                 GError **error)
{
  const char *text = kb_instance_string (instance, option);
  g_autoptr (KbUrl) url = text != NULL ? kb_url_parse (text, NULL) : NULL;

  if (text == NULL)
    return TRUE;
  if (url == NULL || !g_str_equal (url->scheme, "https") || url->user != NULL)
    return refuse (error, option, "not an https URL without query and user");
  *origin = kb_url_origin (url);
  return TRUE;
}

static gboolean
read_flows (KbOauthSettings *settings, GError **error)
{
  const char *const *flows = kb_instance_list (settings->instance, "flows");

  for (gsize i = 0; flows != NULL && flows[i] != NULL; i++)
    if (g_str_equal (flows[i], "browser"))
      settings->flows |= KB_OAUTH_BROWSER;
    else if (g_str_equal (flows[i], "device"))
      settings->flows |= KB_OAUTH_DEVICE;
    else
      return refuse (error, "flows", "only browser and device are known");
  return settings->flows != 0 || refuse (error, "flows", "there is none");
}

static gboolean
read_answer (KbOauthSettings *settings, GError **error)
{
  const char *mode = kb_instance_string (settings->instance, "response-mode");
  gint64 port = kb_instance_integer (settings->instance, "port");
  gint64 timeout = kb_instance_integer (settings->instance, "timeout");

  if (mode == NULL)
    mode = settings->authority != NULL ? "form_post" : "query";
  settings->form_post = g_str_equal (mode, "form_post");
  if (!settings->form_post && !g_str_equal (mode, "query"))
    return refuse (error, "response-mode", "only form_post and query are known");
  if (port > 65535)
    return refuse (error, "port", "more than 65535");
  if (timeout < 5 || timeout > 900)
    return refuse (error, "timeout", "less than 5 or more than 900 seconds");
  settings->port = (guint) port;
  settings->timeout_ms = timeout * 1000;
  return TRUE;
}

static gboolean
read_entra (KbOauthSettings *settings, GError **error)
{
  const KbInstance *instance = settings->instance;
  const char *authority = kb_instance_string (instance, "authority");
  const char *tenant = kb_instance_string (instance, "tenant");
  const char *scope = kb_instance_string (instance, "scope");
  const char *client = kb_instance_string (instance, "client-id");

  settings->authority = kb_authority_parse (
      authority != NULL ? authority : KB_AUTHORITY_DEFAULT, FALSE, error);
  if (settings->authority == NULL)
    {
      g_prefix_error (error, "authority: ");
      return FALSE;
    }
  if (tenant != NULL && !kb_tenant_is_valid (tenant))
    return refuse (error, "tenant", "neither a GUID nor a domain name");
  if (!kb_guid_is_valid (client))
    return refuse (error, "client-id", "not a GUID");
  settings->origin = g_strdup (settings->authority);
  settings->redirect = g_strdup (settings->authority);
  settings->tenant = tenant != NULL ? g_ascii_strdown (tenant, -1) : NULL;
  settings->client = g_ascii_strdown (client, -1);
  settings->scope = g_strdup_printf ("%s %s", scope, KB_OAUTH_OIDC_WORDS);
  settings->resource = kb_scope_resource (scope);
  return TRUE;
}

/* Everything else: its endpoints are named, and its scope is sent as it is. */
static gboolean
read_generic (KbOauthSettings *settings, GError **error)
{
  const KbInstance *instance = settings->instance;
  const char *host;
  g_autofree char *device = NULL;

  if (kb_instance_string (instance, "authority") != NULL
      || kb_instance_string (instance, "tenant") != NULL)
    return refuse (error, "token-endpoint", "does not go with authority and tenant");
  if (!endpoint_origin (instance, "token-endpoint", &settings->origin, error)
      || !endpoint_origin (instance, "device-endpoint", &device, error)
      || !endpoint_origin (instance, "authorization-endpoint", &settings->redirect,
                           error))
    return FALSE;
  if ((settings->flows & KB_OAUTH_BROWSER) != 0 && settings->redirect == NULL)
    settings->flows &= ~KB_OAUTH_BROWSER;
  if ((settings->flows & KB_OAUTH_DEVICE) != 0 && device == NULL)
    settings->flows &= ~KB_OAUTH_DEVICE;
  if (settings->flows == 0)
    return refuse (error, "flows",
                   "authorization-endpoint or device-endpoint is missing");
  host = settings->origin + strlen ("https://");
  settings->client = g_strdup (kb_instance_string (instance, "client-id"));
  settings->scope = g_strdup (kb_instance_string (instance, "scope"));
  settings->resource = g_strdup_printf ("%s/%s", host, settings->client);
  return TRUE;
}

static gboolean
check_words (const KbInstance *instance, GError **error)
{
  static const char *const names[] = { "client-id", "scope", "account", "user" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *value = kb_instance_string (instance, names[i]);

      if (value != NULL && !is_plain (value))
        return refuse (error, names[i], "not visible ASCII");
    }
  if (strspn (kb_instance_string (instance, "scope"), " ") > 0)
    return refuse (error, "scope", "begins with a blank");
  return TRUE;
}

KbOauthSettings *
kb_oauth_settings_new (const KbInstance *instance, GError **error)
{
  g_autoptr (KbOauthSettings) settings = g_new0 (KbOauthSettings, 1);
  gboolean good;

  settings->instance = instance;
  good = check_words (instance, error) && read_flows (settings, error);
  if (good && kb_instance_string (instance, "token-endpoint") != NULL)
    good = read_generic (settings, error);
  else if (good)
    good = read_entra (settings, error);
  return good && read_answer (settings, error) ? g_steal_pointer (&settings) : NULL;
}
