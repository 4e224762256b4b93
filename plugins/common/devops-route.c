/* SPDX-License-Identifier: MIT */
/* Finds the host for a path of the REST API and puts the URL together.
   Knows nothing of requests and credentials. */
#include "common/devops-route.h"

#include <string.h>

#include "base/url.h"

/* What a path may have as it is: RFC 3986's pchar, '/', and a query. */
#define PLAIN "/?=&$%:@,+;!'()*~[]"
#define URL_MAX 8192

typedef struct
{
  const char *area; /* the segments after _apis, in lower case */
  const char *host; /* before .dev.azure.com; "" for that host itself */
} Route;

/* The longest area that fits wins; an area that is not here is on dev.azure.com. */
static const Route routes[] = {
  { "accesscontrol", "" },
  { "audit", "auditservice" },
  { "connecteduser", "vssps" },
  { "extensionmanagement", "extmgmt" },
  { "graph", "vssps" },
  { "groupentitlements", "vsaex" },
  { "identities", "vssps" },
  { "memberentitlements", "vsaex" },
  { "packaging/feeds", "feeds" },
  { "packaging/globalrecyclebin", "feeds" },
  { "profile", "vssps" },
  { "release", "vsrm" },
  { "search", "almsearch" },
  { "serviceprincipalentitlements", "vsaex" },
  { "token", "vssps" },
  { "tokenadmin", "vssps" },
  { "tokenadministration", "vssps" },
  { "tokens", "vssps" },
  { "userentitlements", "vsaex" },
};

/* Content of packages is served beside the feeds' own settings. */
static const char *const protocols[]
    = { "nuget", "npm", "pypi", "maven", "cargo", "upack", NULL };

static char *
fail (GError **error, const char *why)
{
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "the path %s", why);
  return NULL;
}

/* ---- which host ----------------------------------------------------------------- */

/* New: the segments after `_apis` in lower case without the query, "" for none. */
static char *
area_of (const char *path)
{
  g_autofree char *lower = g_ascii_strdown (path, (gssize) strcspn (path, "?"));
  const char *apis = strstr (lower, "_apis");

  if (apis == NULL)
    return g_strdup ("");
  apis += strlen ("_apis");
  return g_strdup (*apis == '/' ? apis + 1 : apis);
}

static gboolean
is_below (const char *area, const char *prefix)
{
  gsize length = strlen (prefix);

  return strncmp (area, prefix, length) == 0
         && (area[length] == '\0' || area[length] == '/');
}

static gboolean
is_package_content (const char *area)
{
  g_auto (GStrv) parts = g_strsplit (area, "/", 5);

  return g_strv_length (parts) >= 4 && g_str_equal (parts[0], "packaging")
         && g_str_equal (parts[1], "feeds") && g_strv_contains (protocols, parts[3]);
}

static const char *
host_of (const char *path)
{
  g_autofree char *area = area_of (path);

  if (is_package_content (area))
    return "pkgs";
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    if (is_below (area, routes[i].area))
      return routes[i].host;
  return "";
}

/* ---- the URL -------------------------------------------------------------------- */

/* NULL: nothing is wrong with it. */
static const char *
fault_of (const char *path)
{
  for (const char *c = path; *c != '\0'; c++)
    if ((guchar) *c < ' ' || *c == '\\' || *c == '#' || *c == '\x7f')
      return "has a character that no URL has";
  if (!g_utf8_validate (path, -1, NULL))
    return "is no UTF-8";
  return strlen (path) > URL_MAX ? "is too long" : NULL;
}

/* Whether a URL as kb_url_parse reads it is ORGANIZATION's, on a host of Azure DevOps. */
static gboolean
is_place_of (const KbUrl *url, const char *organization)
{
  static const char *const hosts[] = { "dev.azure.com",
                                       "vssps.dev.azure.com",
                                       "vsaex.dev.azure.com",
                                       "vsrm.dev.azure.com",
                                       "feeds.dev.azure.com",
                                       "pkgs.dev.azure.com",
                                       "extmgmt.dev.azure.com",
                                       "almsearch.dev.azure.com",
                                       "auditservice.dev.azure.com",
                                       NULL };
  g_autofree char *older = g_strconcat (organization, ".visualstudio.com", NULL);
  gsize length = strlen (organization);

  if (!g_str_equal (url->scheme, "https") || url->port != 0 || url->user != NULL)
    return FALSE;
  if (g_ascii_strcasecmp (url->host, older) == 0)
    return TRUE;
  return g_strv_contains (hosts, url->host) && url->path != NULL
         && g_ascii_strncasecmp (url->path, organization, length) == 0
         && (url->path[length] == '/' || url->path[length] == '\0');
}

/* The query is no part of what KbUrl reads. */
static gboolean
check (const char *text, const char *organization, GError **error)
{
  g_autofree char *bare = g_strndup (text, strcspn (text, "?"));
  g_autoptr (KbUrl) url = kb_url_parse (bare, NULL);

  if (url != NULL && is_place_of (url, organization))
    return TRUE;
  (void) fail (error, url == NULL ? "makes no URL that all servers read alike"
                                  : "is of another host or organization");
  return FALSE;
}

char *
kb_route_url (const char *organization, const char *path, GError **error)
{
  g_autofree char *plain = NULL;
  g_autofree char *url = NULL;
  const char *host = host_of (path);

  if (fault_of (path) != NULL)
    return fail (error, fault_of (path));
  plain = g_uri_escape_string (path + strspn (path, "/"), PLAIN, FALSE);
  if (g_str_has_prefix (path, "https://"))
    url = g_strdup (plain);
  else
    url = g_strdup_printf ("https://%s%sdev.azure.com/%s/%s", host,
                           *host != '\0' ? "." : "", organization, plain);
  return check (url, organization, error) ? g_steal_pointer (&url) : NULL;
}

/* ---- the query ------------------------------------------------------------------ */

static gboolean
is_pair_of (const char *pair, const char *name)
{
  gsize length = strlen (name);

  return g_ascii_strncasecmp (pair, name, length) == 0
         && (pair[length] == '=' || pair[length] == '\0');
}

char *
kb_route_with (const char *url, const char *name, const char *value)
{
  g_auto (GStrv) halves = g_strsplit (url, "?", 2);
  g_auto (GStrv) pairs = g_strsplit (halves[1] != NULL ? halves[1] : "", "&", -1);
  g_autofree char *encoded = g_uri_escape_string (value, NULL, FALSE);
  GString *text = g_string_new (halves[0]);

  g_string_append_c (text, '?');
  for (char **pair = pairs; *pair != NULL; pair++)
    if (**pair != '\0' && !is_pair_of (*pair, name))
      g_string_append_printf (text, "%s&", *pair);
  g_string_append_printf (text, "%s=%s", name, encoded);
  return g_string_free (text, FALSE);
}

void
kb_route_set (char **url, const char *name, const char *value)
{
  char *longer = value != NULL ? kb_route_with (*url, name, value) : NULL;

  if (longer == NULL)
    return;
  g_free (*url);
  *url = longer;
}

gboolean
kb_route_has (const char *url, const char *name)
{
  g_auto (GStrv) halves = g_strsplit (url, "?", 2);
  g_auto (GStrv) pairs = g_strsplit (halves[1] != NULL ? halves[1] : "", "&", -1);

  for (char **pair = pairs; *pair != NULL; pair++)
    if (is_pair_of (*pair, name))
      return TRUE;
  return FALSE;
}
