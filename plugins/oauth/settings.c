/* SPDX-License-Identifier: MIT */
/* Checks the options of an instance and brings them into one form.
   Knows nothing of requests. */
#include "oauth/settings.h"

#include "common/authority.h"

#include <string.h>

/* Git Credential Manager has used it for years; keybearer-oauth(8) says what it is worth.
 */
#define CLIENT_DEFAULT "872cd9fa-d31f-45e0-9eab-6e460a02d1f1"

void
kb_oauth_settings_free (KbOauthSettings *settings)
{
  if (settings == NULL)
    return;
  kb_oauth_provider_free (settings->provider);
  g_free (settings->authority);
  g_free (settings->origin);
  g_free (settings->tenant);
  g_free (settings->client);
  g_free (settings->scope);
  g_free (settings->resource);
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

/* NULL: absent, or taken back by an empty value. */
static const char *
option_of (const KbInstance *instance, const char *option)
{
  const char *text = kb_instance_string (instance, option);

  return text != NULL && *text != '\0' ? text : NULL;
}

static gboolean
one_of (const char *text, const char *a, const char *b)
{
  return g_str_equal (text, a) || g_str_equal (text, b);
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

/* RFC 8252 wants the address and not the name; Entra registers the name. */
static gboolean
read_answer (KbOauthSettings *settings, GError **error)
{
  const char *mode = option_of (settings->instance, "response-mode");
  const char *loopback = option_of (settings->instance, "redirect-host");
  gint64 port = kb_instance_integer (settings->instance, "port");
  gint64 timeout = kb_instance_integer (settings->instance, "timeout");

  if (mode == NULL)
    mode = settings->authority != NULL ? "form_post" : "query";
  if (loopback == NULL)
    loopback = settings->authority != NULL ? "localhost" : "127.0.0.1";
  if (!one_of (mode, "form_post", "query"))
    return refuse (error, "response-mode", "only form_post and query are known");
  if (!one_of (loopback, "localhost", "127.0.0.1"))
    return refuse (error, "redirect-host", "only localhost and 127.0.0.1 are known");
  if (port > 65535)
    return refuse (error, "port", "more than 65535");
  if (timeout < 5 || timeout > 900)
    return refuse (error, "timeout", "less than 5 or more than 900 seconds");
  settings->form_post = g_str_equal (mode, "form_post");
  settings->loopback = loopback;
  settings->port = (guint) port;
  settings->timeout_ms = timeout * 1000;
  return TRUE;
}

static gboolean
read_entra (KbOauthSettings *settings, GError **error)
{
  const KbInstance *instance = settings->instance;
  const char *authority = option_of (instance, "authority");
  const char *tenant = option_of (instance, "tenant");
  const char *scope = option_of (instance, "scope");
  const char *client = option_of (instance, "client-id");

  if (scope == NULL)
    scope = KB_AZURE_DEVOPS_ID "/.default";
  if (client == NULL)
    client = CLIENT_DEFAULT;
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
  settings->tenant = tenant != NULL ? g_ascii_strdown (tenant, -1) : NULL;
  settings->client = g_ascii_strdown (client, -1);
  settings->scope = g_strdup_printf ("%s %s", scope, KB_OAUTH_OIDC_WORDS);
  settings->resource = kb_scope_resource (scope);
  return TRUE;
}

/* A flow without its endpoint is none; what only discovery can tell stays. */
static void
drop_flows (KbOauthSettings *settings)
{
  const KbOauthProvider *provider = settings->provider;

  if (provider->issuer == NULL && provider->endpoints[KB_OAUTH_AUTHORIZE] == NULL)
    settings->flows &= ~KB_OAUTH_BROWSER;
  if (provider->issuer == NULL && provider->endpoints[KB_OAUTH_DEVICECODE] == NULL)
    settings->flows &= ~KB_OAUTH_DEVICE;
}

static gboolean
check_generic (const KbOauthSettings *settings, GError **error)
{
  const KbInstance *instance = settings->instance;

  if (option_of (instance, "authority") != NULL || option_of (instance, "tenant") != NULL)
    return refuse (error, "authority", "does not go with another provider");
  if (settings->flows == 0)
    return refuse (error, "flows",
                   "authorization-endpoint or device-endpoint is missing");
  return TRUE;
}

/* Everything else: it is asked for as it stands. */
static gboolean
read_generic (KbOauthSettings *settings, GError **error)
{
  const KbInstance *instance = settings->instance;
  const char *scope = option_of (instance, "scope");
  const char *client = option_of (instance, "client-id");
  const char *auth = option_of (instance, "client-auth");

  drop_flows (settings);
  if (!check_generic (settings, error))
    return FALSE;
  if (auth != NULL && !one_of (auth, "form", "basic"))
    return refuse (error, "client-auth", "only form and basic are known");
  if (scope == NULL)
    scope = settings->provider->issuer != NULL ? "openid offline_access" : "";
  if (client == NULL)
    settings->idle = "client-id is missing";
  settings->basic = auth != NULL && g_str_equal (auth, "basic");
  settings->origin = g_strdup (settings->provider->origin);
  settings->client = g_strdup (client);
  settings->scope = g_strdup (scope);
  settings->resource
      = g_strdup_printf ("%s/%s", settings->origin + strlen ("https://"), client);
  return TRUE;
}

/* NAME=VALUE; a name of ours would be there twice. */
static gboolean
check_extra (const KbInstance *instance, GError **error)
{
  static const char *const ours[] = { "client_id",
                                      "client_secret",
                                      "redirect_uri",
                                      "response_type",
                                      "response_mode",
                                      "state",
                                      "nonce",
                                      "scope",
                                      "code_challenge",
                                      "claims",
                                      "code_challenge_method",
                                      "login_hint",
                                      NULL };
  const char *const *extra = kb_instance_list (instance, "authorization-parameters");

  for (gsize i = 0; extra[i] != NULL; i++)
    {
      g_autofree char *name = g_strndup (extra[i], strcspn (extra[i], "="));

      if (*name == '\0' || extra[i][strlen (name)] == '\0' || !is_plain (extra[i])
          || g_strv_contains (ours, name))
        return refuse (error, "authorization-parameters",
                       "not NAME=VALUE, or one that every sign-in has anyway");
    }
  return TRUE;
}

static gboolean
check_words (const KbInstance *instance, GError **error)
{
  static const char *const names[]
      = { "client-id", "scope", "account", "user", "public-secret" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *value = option_of (instance, names[i]);

      if (value != NULL && !is_plain (value))
        return refuse (error, names[i], "not visible ASCII");
    }
  if (g_str_has_prefix (kb_instance_string (instance, "scope") != NULL
                            ? kb_instance_string (instance, "scope")
                            : "",
                        " "))
    return refuse (error, "scope", "begins with a blank");
  return check_extra (instance, error);
}

KbOauthSettings *
kb_oauth_settings_new (const KbInstance *instance, GError **error)
{
  g_autoptr (KbOauthSettings) settings = g_new0 (KbOauthSettings, 1);
  g_autoptr (GError) wrong = NULL;
  gboolean good;

  settings->instance = instance;
  settings->provider = kb_oauth_provider_new (instance, &wrong);
  if (wrong != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return NULL;
    }
  good = check_words (instance, error) && read_flows (settings, error);
  if (good && settings->provider != NULL)
    good = read_generic (settings, error);
  else if (good)
    good = read_entra (settings, error);
  return good && read_answer (settings, error) ? g_steal_pointer (&settings) : NULL;
}
