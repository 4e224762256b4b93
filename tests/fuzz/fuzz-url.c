/* SPDX-License-Identifier: MIT */
/* Fuzzes base/url: what is parsed comes back from its pieces, GLib's parser sees the same
   host, and a match with Azure's patterns implies the host that a plain reading finds.
   Knows nothing of the shipped configuration: the patterns stand here. */
#include "base/url.h"

#include "base/text.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* A pattern and what the host must then be, or end in with one label before it. */
typedef struct
{
  const char *pattern;
  const char *host;
  const char *suffix;
} Rule;

static const Rule rules[] = {
  { "https://dev.azure.com/{organization}", "dev.azure.com", NULL },
  { "https://dev.azure.com/", "dev.azure.com", NULL },
  { "https://pkgs.dev.azure.com/{organization}", "pkgs.dev.azure.com", NULL },
  { "https://*.visualstudio.com/", NULL, ".visualstudio.com" },
  { "https://{organization}.visualstudio.com/", NULL, ".visualstudio.com" },
};

/* New: scheme://host[:port] as plainly read from TEXT: up to the first '/', after the
   last
   '@', in lower case, without ":443". */
static char *
plain_origin (const char *text)
{
  const char *start = strstr (text, "://");
  g_autofree char *authority = NULL;
  g_autofree char *scheme = NULL;
  const char *host;

  g_assert_nonnull (start);
  scheme = g_strndup (text, (gsize) (start - text));
  authority = g_strndup (start + 3, strcspn (start + 3, "/?#\\"));
  host = strrchr (authority, '@') != NULL ? strrchr (authority, '@') + 1 : authority;
  if (g_str_has_suffix (host, ":443"))
    authority[strlen (authority) - 4] = '\0';
  {
    g_autofree char *origin = g_strconcat (scheme, "://", host, NULL);

    return g_ascii_strdown (origin, -1);
  }
}

static void
check_organization (const char *organization)
{
  gsize length = strlen (organization);

  g_assert_true (length > 0 && length <= 64);
  g_assert_true (kb_text_is_clean (organization, length));
  g_assert_null (strpbrk (organization, "/\\?#ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
  g_assert_cmpstr (organization, !=, "..");
}

/* ORIGIN as plain_origin found it. */
static void
check_rule (const Rule *rule, const KbUrl *url, const char *origin)
{
  g_autoptr (KbPattern) pattern = kb_pattern_parse (rule->pattern, NULL);
  g_autofree char *organization = NULL;
  const char *host = origin + strlen ("https://");

  if (kb_pattern_match (pattern, url, &organization) == 0)
    return;
  g_assert_true (g_str_has_prefix (origin, "https://"));
  if (rule->host != NULL)
    g_assert_cmpstr (host, ==, rule->host);
  else
    {
      g_assert_true (g_str_has_suffix (host, rule->suffix));
      g_assert_true (strchr (host, '.') == host + strlen (host) - strlen (rule->suffix));
    }
  if (organization != NULL)
    check_organization (organization);
}

static void
check_rules (const KbUrl *url, const char *origin)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    check_rule (&rules[i], url, origin);
}

/* GLib reads the same pieces.  It leaves the case of names and the form of IPv6 addresses
   alone, and writes escapes its own way, so paths are compared as plain text. */
static void
check_glib (const char *text, const KbUrl *url)
{
  g_autoptr (GUri) other = g_uri_parse (text, G_URI_FLAGS_HAS_PASSWORD, NULL);
  g_autofree char *path
      = g_uri_unescape_string (url->path != NULL ? url->path : "", NULL);
  g_autofree char *rooted = g_strconcat ("/", path, NULL);

  g_assert_nonnull (other);
  g_assert_cmpstr (g_uri_get_scheme (other), ==, url->scheme);
  if (url->host[0] != '[')
    g_assert_cmpint (g_ascii_strcasecmp (g_uri_get_host (other), url->host), ==, 0);
  g_assert_cmpstr (*g_uri_get_path (other) == '/' ? g_uri_get_path (other) : "/", ==,
                   rooted);
  g_assert_cmpstr (g_uri_get_user (other), ==, url->user);
  g_assert_null (g_uri_get_password (other));
  if (url->port != 0)
    g_assert_cmpint (g_uri_get_port (other), ==, (int) url->port);
}

static void
check_again (const KbUrl *url)
{
  g_autofree char *origin = kb_url_origin (url);
  g_autofree char *user
      = url->user != NULL ? g_uri_escape_string (url->user, NULL, FALSE) : NULL;
  g_autofree char *text = g_strconcat (
      url->scheme, "://", user != NULL ? user : "", user != NULL ? "@" : "",
      origin + strlen (url->scheme) + 3, "/", url->path, NULL);
  g_autoptr (KbUrl) again = kb_url_parse (text, NULL);

  g_assert_nonnull (again);
  g_assert_cmpstr (again->scheme, ==, url->scheme);
  g_assert_cmpstr (again->host, ==, url->host);
  g_assert_cmpuint (again->port, ==, url->port);
  g_assert_cmpstr (again->path, ==, url->path);
  g_assert_cmpstr (again->user, ==, url->user);
}

static void
check_url (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KbUrl) url = kb_url_parse (text, &error);
  g_autofree char *origin = NULL;

  if (url == NULL)
    {
      g_assert_nonnull (error);
      return;
    }
  origin = plain_origin (text);
  check_rules (url, origin);
  check_again (url);
  check_glib (text, url);
}

/* Lines: scheme, host, path, as git hands them over. */
static void
check_fields (const char *text)
{
  g_auto (GStrv) fields = g_strsplit (text, "\n", 3);
  g_autoptr (KbUrl) url = NULL;
  g_autofree char *together = NULL;
  g_autofree char *origin = NULL;

  if (g_strv_length (fields) < 2)
    return;
  url = kb_url_new (fields[0], fields[1], fields[2], NULL);
  if (url == NULL)
    return;
  together = g_strconcat (fields[0], "://", fields[1], NULL);
  origin = plain_origin (together);
  check_rules (url, origin);
  if (url->path != NULL)
    g_assert_true (kb_text_is_clean (url->path, strlen (url->path)));
}

/* A pattern without wildcards matches the URL that it is. */
static void
check_pattern (const char *text)
{
  g_autoptr (KbPattern) pattern = kb_pattern_parse (text, NULL);
  g_autoptr (KbUrl) url = kb_url_parse (text, NULL);
  g_autoptr (KbUrl) foreign = kb_url_parse ("https://evil.example/contoso/a", NULL);

  if (pattern == NULL)
    return;
  if (url != NULL)
    g_assert_cmpuint (kb_pattern_match (pattern, url, NULL), >, 1);
  if (strpbrk (text, "*{") == NULL && strcasestr (text, "evil.example") == NULL)
    g_assert_cmpuint (kb_pattern_match (pattern, foreign, NULL), ==, 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);

  check_url (text);
  check_fields (text);
  check_pattern (text);
  return 0;
}
