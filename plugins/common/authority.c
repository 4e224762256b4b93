/* SPDX-License-Identifier: MIT */
/* Holds token endpoints to a closed list of hosts and tenants to their two forms.
   Knows nothing of requests. */
#include "common/authority.h"

#include "base/url.h"

#include <string.h>

/* The clouds of instance discovery and their aliases, and what newer MSAL adds to
   them. */
static const char *const known_hosts[] = {
  "login.microsoftonline.com",    "login.windows.net",
  "login.microsoft.com",          "sts.windows.net",
  "login.microsoftonline.us",     "login.usgovcloudapi.net",
  "login-us.microsoftonline.com", "login.partner.microsoftonline.cn",
  "login.chinacloudapi.cn",       "login.sovcloud-identity.fr",
  "login.sovcloud-identity.de",   "login.sovcloud-identity.sg",
};

#define DOMAIN_MAX 253
#define LABEL_MAX 63

gboolean
kb_authority_is_known (const char *host)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known_hosts); i++)
    if (g_str_equal (known_hosts[i], host))
      return TRUE;
  return FALSE;
}

/* New, or NULL when TEXT is not an https URL that ends after its host. */
static KbUrl *
parse_origin (const char *text)
{
  g_autoptr (KbUrl) url = kb_url_parse (text, NULL);

  if (url == NULL || !g_str_equal (url->scheme, "https"))
    return NULL;
  return url->path == NULL && url->user == NULL ? g_steal_pointer (&url) : NULL;
}

char *
kb_authority_parse (const char *text, gboolean closed, GError **error)
{
  gboolean bare = closed && strstr (text, "://") == NULL;
  g_autofree char *full = g_strconcat (bare ? "https://" : "", text, NULL);
  g_autoptr (KbUrl) url = parse_origin (full);

  if (url == NULL)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                           "not an https URL that ends after the host");
      return NULL;
    }
  if (closed && (!kb_authority_is_known (url->host) || url->port != 0))
    {
      g_set_error_literal (
          error, KB_ERROR, KB_ERROR_CONFIG,
          "not a host that is known to belong to Microsoft Entra: name it in "
          "the configuration with authority=");
      return NULL;
    }
  return kb_url_origin (url);
}

gboolean
kb_guid_is_valid (const char *text)
{
  static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

  if (strlen (text) != sizeof form - 1)
    return FALSE;
  for (gsize i = 0; form[i] != '\0'; i++)
    if (form[i] == '-' ? text[i] != '-' : !g_ascii_isxdigit (text[i]))
      return FALSE;
  return TRUE;
}

static gboolean
label_is_valid (const char *label)
{
  gsize length = strlen (label);

  if (length == 0 || length > LABEL_MAX || label[0] == '-' || label[length - 1] == '-')
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (label[i]) && label[i] != '-')
      return FALSE;
  return TRUE;
}

gboolean
kb_tenant_is_valid (const char *text)
{
  g_auto (GStrv) labels = NULL;

  if (kb_guid_is_valid (text))
    return TRUE;
  if (strlen (text) > DOMAIN_MAX)
    return FALSE;
  labels = g_strsplit (text, ".", -1);
  if (g_strv_length (labels) < 2)
    return FALSE;
  for (gsize i = 0; labels[i] != NULL; i++)
    if (!label_is_valid (labels[i]))
      return FALSE;
  return TRUE;
}

char *
kb_authority_token_endpoint (const char *authority, const char *tenant)
{
  return g_strconcat (authority, "/", tenant, "/oauth2/v2.0/token", NULL);
}

char *
kb_scope_resource (const char *scope)
{
  static const char *const silent[]
      = { "", "offline_access", "openid", "profile", "email", NULL };
  g_auto (GStrv) words = g_strsplit (scope, " ", -1);
  GString *resource = g_string_new (NULL);

  for (char **word = words; *word != NULL; word++)
    if (!g_strv_contains (silent, *word))
      {
        gsize length = g_str_has_suffix (*word, "/.default")
                           ? strlen (*word) - strlen ("/.default")
                           : strlen (*word);

        g_string_append (resource, resource->len > 0 ? "+" : "");
        g_string_append_len (resource, *word, (gssize) length);
      }
  return g_string_free (resource, FALSE);
}
