/* SPDX-License-Identifier: MIT */
/* Tests base/url: look-alike hosts and paths are refused or do not match, what is right
   does.  Knows nothing of the shipped configuration: the patterns stand here. */
#include "base/url.h"

#include "base/error.h"

#include <string.h>

static const char *const azure[] = { "https://dev.azure.com/{organization}",
                                     "https://{organization}.visualstudio.com/",
                                     "https://pkgs.dev.azure.com/{organization}",
                                     "https://{organization}.pkgs.visualstudio.com/" };

/* The score of TEXT, a URL, against PATTERN; 0 too when it is refused. */
static guint
score (const char *pattern_text, const char *text, char **organization)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KbPattern) pattern = kb_pattern_parse (pattern_text, &error);
  g_autoptr (KbUrl) url = NULL;

  g_assert_no_error (error);
  url = kb_url_parse (text, &error);
  if (url == NULL)
    {
      g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
      return 0;
    }
  return kb_pattern_match (pattern, url, organization);
}

static gboolean
azure_takes (const char *scheme, const char *host, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KbUrl) url = kb_url_new (scheme, host, path, &error);
  gboolean taken = FALSE;

  for (guint i = 0; url != NULL && i < G_N_ELEMENTS (azure); i++)
    {
      g_autoptr (KbPattern) pattern = kb_pattern_parse (azure[i], NULL);

      taken |= kb_pattern_match (pattern, url, NULL) > 0;
    }
  return taken;
}

static void
assert_captures (const char *pattern, const char *url, const char *expected)
{
  g_autofree char *organization = NULL;

  g_assert_cmpuint (score (pattern, url, &organization), >, 0);
  g_assert_cmpstr (organization, ==, expected);
}

/* Facts 1.C, and more of the kind. */
static const char *const evil_hosts[] = { "dev.azure.com.evil.example",
                                          "evildev.azure.com",
                                          "xdev.azure.com",
                                          "dev.azure.com.",
                                          "dev.azure.com..",
                                          ".dev.azure.com",
                                          "dev..azure.com",
                                          "dev.azure.com:8443",
                                          "dev.azure.com:0443",
                                          "dev.azure.com:",
                                          "dev.azure.com:443:443",
                                          "dev.azure.com:+443",
                                          "dev.azure.com: 443",
                                          "dev.azure.com:65979",
                                          "dev.azure.com:4294967739",
                                          "dev.azure.com:0",
                                          "dev.azure.com:80",
                                          "dev.azure.com:443.helper=!touch pwned #",
                                          "dev.azure.com%2eevil.example",
                                          "dev.azure.com%00",
                                          "dev%2eazure.com",
                                          "dev.azure.com\t",
                                          " dev.azure.com",
                                          "dev.azure.com ",
                                          "dev.azure.com\r",
                                          "dev.azure.com\n",
                                          "dev.azure.com@evil.example",
                                          "evil.example@dev.azure.com",
                                          "evil.example#dev.azure.com",
                                          "evil.example/dev.azure.com",
                                          "evil.example?dev.azure.com",
                                          "evil.example\\dev.azure.com",
                                          "dev.azure.com/",
                                          "dev.azure.com\\",
                                          "dev.azure.com;evil.example",
                                          "dev.azure.com,evil.example",
                                          "dev.\xd0\xb0zure.com",
                                          "dev.xn--zure-43d.com",
                                          "dev\343\200\202azure\343\200\202com",
                                          "dev.azure.com\xe2\x80\xa8",
                                          "\357\275\204ev.azure.com",
                                          ".visualstudio.com",
                                          "visualstudio.com",
                                          "evilvisualstudio.com",
                                          "a.visualstudio.com.evil.example",
                                          "a.b.visualstudio.com",
                                          "-.visualstudio.com",
                                          "-a.visualstudio.com",
                                          "a-.visualstudio.com",
                                          "a_b.visualstudio.com",
                                          "*.visualstudio.com",
                                          "{organization}.visualstudio.com",
                                          "[::1]",
                                          "[::1",
                                          "[dev.azure.com]",
                                          "[::1]dev.azure.com",
                                          "0x7f.1",
                                          "127.1",
                                          "2130706433",
                                          "azure.com",
                                          "com",
                                          "dev.azure.co",
                                          "dev.azure.comm",
                                          "ev.azure.com",
                                          "dev-azure.com",
                                          "dev.azure",
                                          "" };

static void
test_evil_hosts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (evil_hosts); i++)
    {
      g_test_message ("%s", evil_hosts[i]);
      g_assert_false (azure_takes ("https", evil_hosts[i], "contoso/p/_git/r"));
      g_assert_false (azure_takes ("https", evil_hosts[i], NULL));
    }
  g_assert_false (azure_takes ("https", NULL, "contoso"));
  g_assert_false (azure_takes (NULL, "dev.azure.com", "contoso"));
  g_assert_false (azure_takes ("", "dev.azure.com", "contoso"));
}

static void
test_good_hosts (void)
{
  static const char *const hosts[]
      = { "dev.azure.com",        "DEV.azure.com",          "dev.azure.com:443",
          "org.visualstudio.com", "ORG.VisualStudio.COM",   "pkgs.dev.azure.com",
          "o-1.visualstudio.com", "o.pkgs.visualstudio.com" };
  static const char *const schemes[]
      = { "http", "ftp", "ssh", "cert", "httpsx", "xhttps" };

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_assert_true (azure_takes ("https", hosts[i], "contoso/p/_git/r"));
      g_assert_true (azure_takes ("HTTPS", hosts[i], NULL));
      for (guint j = 0; j < G_N_ELEMENTS (schemes); j++)
        g_assert_false (azure_takes (schemes[j], hosts[i], "contoso/p/_git/r"));
    }
}

static void
test_pieces (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KbUrl) url
      = kb_url_parse ("HTTPS://Org%40x@DEV.azure.com:443/Contoso/My%20Project/", &error);
  g_autofree char *origin = NULL;

  g_assert_no_error (error);
  origin = kb_url_origin (url);
  g_assert_cmpstr (url->scheme, ==, "https");
  g_assert_cmpstr (url->user, ==, "Org@x");
  g_assert_cmpstr (url->host, ==, "dev.azure.com");
  g_assert_cmpuint (url->port, ==, 0);
  g_assert_cmpstr (url->path, ==, "Contoso/My%20Project/");
  g_assert_cmpstr (origin, ==, "https://dev.azure.com");
}

static void
assert_origin (const char *text, const char *expected)
{
  g_autoptr (KbUrl) url = kb_url_parse (text, NULL);
  g_autofree char *origin = url != NULL ? kb_url_origin (url) : NULL;

  g_assert_cmpstr (origin, ==, expected);
}

static void
test_origins (void)
{
  assert_origin ("https://h", "https://h");
  assert_origin ("https://h/", "https://h");
  assert_origin ("http://localhost:8080/x", "http://localhost:8080");
  assert_origin ("http://h:80", "http://h");
  assert_origin ("http://h:443", "http://h:443");
  assert_origin ("https://h:80", "https://h:80");
  assert_origin ("https://[::1]:8443/", "https://[::1]:8443");
  assert_origin ("https://[0:0:0:0:0:0:0:1]/", "https://[::1]");
  assert_origin ("https://[2001:DB8::1]", "https://[2001:db8::1]");
  assert_origin ("https://127.0.0.1:1", "https://127.0.0.1:1");
  assert_origin ("https://1e100.net", "https://1e100.net");
  assert_origin ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example");
  assert_origin ("sparse+https://h", "sparse+https://h");
}

static const char *const refused_urls[] = { "",
                                            "https",
                                            "https:",
                                            "https:/h",
                                            "https:///x",
                                            "https://",
                                            "://h",
                                            "//h/x",
                                            "h/x",
                                            " https://h",
                                            "1https://h",
                                            "ht tps://h",
                                            "https://h?q",
                                            "https://h/p?q",
                                            "https://h/p#f",
                                            "https://h#@dev.azure.com",
                                            "https://u:SECRET@h/",
                                            "https://:SECRET@h/",
                                            "https://u:@h/",
                                            "https://@h/",
                                            "https://a@b@h/",
                                            "https://a%0ab@h/",
                                            "https://a%00@h/",
                                            "https://a%zz@h/",
                                            "https://a b@h/",
                                            "https://evil.example\\@dev.azure.com/x",
                                            "https://h\\x",
                                            "https://h%0d.example/",
                                            "https://h/\\x",
                                            "https://h/a\\b",
                                            "https://h/a%5cb",
                                            "https://h//x",
                                            "https://h/a//b",
                                            "https://h/a//",
                                            "https://h/.",
                                            "https://h/..",
                                            "https://h/a/../b",
                                            "https://h/a/./b",
                                            "https://h/%2e%2E/b",
                                            "https://h/.%2e/b",
                                            "https://h/%2e",
                                            "https://h/a%2fb",
                                            "https://h/a%2Fb",
                                            "https://h/a%00",
                                            "https://h/a%0a",
                                            "https://h/a%c2%85",
                                            "https://h/a%e2%80%a8",
                                            "https://h/a%ff",
                                            "https://h/a%",
                                            "https://h/a%4",
                                            "https://h/a%zz",
                                            "https://h/a b",
                                            "https://h/a\tb",
                                            "https://h/caf\xc3\xa9",
                                            "https://h/{organization}",
                                            "https://h/a|b",
                                            "https://1.2.3.4.5",
                                            "https://256.1.1.1",
                                            "https://01.1.1.1",
                                            "https://1.1.1",
                                            "https://0x7f000001",
                                            "https://a.0x1",
                                            "https://a.1",
                                            "https://[::1%25eth0]/",
                                            "https://[1::2::3]/",
                                            "https://[]/",
                                            "https://h:99999/" };

static void
test_refused_urls (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused_urls); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (KbUrl) url = kb_url_parse (refused_urls[i], &error);

      g_test_message ("%s", refused_urls[i]);
      g_assert_null (url);
      g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
      g_assert_null (strstr (error->message, "SECRET"));
    }
}

static void
test_host_lengths (void)
{
  g_autofree char *label = g_strnfill (63, 'a');
  g_autofree char *four = g_strjoin (".", label, label, label, label, NULL);
  g_autofree char *at_most = g_strndup (four, 253);
  g_autofree char *over = g_strndup (four, 254);
  g_autofree char *long_label = g_strconcat (label, "a", NULL);
  g_autoptr (KbUrl) good = kb_url_new ("https", at_most, NULL, NULL);

  g_assert_nonnull (good);
  g_assert_null (kb_url_new ("https", over, NULL, NULL));
  g_assert_null (kb_url_new ("https", long_label, NULL, NULL));
}

/* git percent-decodes a path before it hands it on. */
static void
test_decoded_paths (void)
{
  static const char *const good[] = { "contoso/My Project/_git/repo",
                                      "contoso/caf\xc3\xa9",
                                      "a/b?c#d",
                                      "a/100%/b",
                                      "a/%zz",
                                      "one.git/",
                                      "a/..b/b..",
                                      "" };
  static const char *const bad[]
      = { "/a",    "a//b", "a/..",  "../a",   "./a",      "a/.",         "a\\b",
          "a\nb",  "a\rb", "a%2fb", "%2e%2e", "a/%2E./b", "a/%5Cb",      "a\xc2\x85",
          "a\xff", "/",    "\x7f",  "a\tb",   "a\x1b[",   "\xe2\x80\xae" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (KbUrl) url = kb_url_new ("https", "h", good[i], NULL);

      g_test_message ("%s", good[i]);
      g_assert_nonnull (url);
      g_assert_cmpstr (url->path, ==, *good[i] != '\0' ? good[i] : NULL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (kb_url_new ("https", "h", bad[i], NULL));
}

static void
test_paths_match_by_segment (void)
{
  g_assert_cmpuint (score ("https://h/a", "https://h/a", NULL), >, 0);
  g_assert_cmpuint (score ("https://h/a", "https://h/a/", NULL), >, 0);
  g_assert_cmpuint (score ("https://h/a/", "https://h/a", NULL), >, 0);
  g_assert_cmpuint (score ("https://h/a", "https://h/a/b", NULL), >, 0);
  g_assert_cmpuint (score ("https://h/a/b", "https://h/%61/b/c", NULL), >, 0);
  g_assert_cmpuint (score ("https://h/a%20b", "https://h/a%20b/c", NULL), >, 0);
  g_assert_cmpuint (score ("https://h/a", "https://h/ab", NULL), ==, 0);
  g_assert_cmpuint (score ("https://h/a", "https://h/A", NULL), ==, 0);
  g_assert_cmpuint (score ("https://h/a/b", "https://h/a", NULL), ==, 0);
  g_assert_cmpuint (score ("https://h/a", "https://h", NULL), ==, 0);
  g_assert_cmpuint (score ("https://h:8443/", "https://h/", NULL), ==, 0);
  g_assert_cmpuint (score ("https://h:443/", "https://h/", NULL), >, 0);
}

/* The same segment, percent-encoded in the pattern and as git decoded it. */
static void
test_decoded_path_matches (void)
{
  g_autoptr (KbPattern) pattern
      = kb_pattern_parse ("https://dev.azure.com/{organization}/My%20Project", NULL);
  g_autoptr (KbUrl) plain
      = kb_url_new ("https", "dev.azure.com", "Contoso/My Project/_git/r", NULL);
  g_autoptr (KbUrl) twice
      = kb_url_new ("https", "dev.azure.com", "Contoso/My%20Project/_git/r", NULL);
  g_autofree char *organization = NULL;

  g_assert_cmpuint (kb_pattern_match (pattern, plain, &organization), >, 0);
  g_assert_cmpstr (organization, ==, "contoso");
  g_assert_cmpuint (kb_pattern_match (pattern, twice, NULL), ==, 0);
}

static void
test_captures (void)
{
  const char *dev = "https://dev.azure.com/{organization}";
  const char *vs = "https://{organization}.visualstudio.com/";
  g_autofree char *longest = g_strnfill (64, 'o');
  g_autofree char *fits = g_strconcat ("https://dev.azure.com/", longest, NULL);
  g_autofree char *too_long = g_strconcat (fits, "o", NULL);

  assert_captures (dev, "https://dev.azure.com/Contoso/p", "contoso");
  assert_captures (dev, "https://dev.azure.com/contoso", "contoso");
  assert_captures (dev, "https://dev.azure.com/my%20org/", "my org");
  assert_captures (dev, "https://dev.azure.com", NULL);
  assert_captures (dev, "https://dev.azure.com/", NULL);
  assert_captures (dev, "https://dev.azure.com/a%3Fb", NULL);
  assert_captures (dev, fits, longest);
  assert_captures (dev, too_long, NULL);
  assert_captures (vs, "https://Contoso.visualstudio.com/DefaultCollection", "contoso");
  assert_captures ("https://*.visualstudio.com/", "https://contoso.visualstudio.com",
                   NULL);
  assert_captures ("https://server/tfs/{organization}/x", "https://server/tfs", NULL);
}

static void
test_capture_untouched (void)
{
  char *organization = (char *) "as it was";

  g_assert_cmpuint (score ("https://dev.azure.com/{organization}/a",
                           "https://dev.azure.com/contoso/b", &organization),
                    ==, 0);
  g_assert_cmpstr (organization, ==, "as it was");
}

static void
test_scores (void)
{
  const char *url = "https://contoso.visualstudio.com/a/b";
  static const char *const rising[]
      = { "*",
          "https://*.*.com/",
          "https://*.visualstudio.com/",
          "https://{organization}.visualstudio.com/a",
          "https://{organization}.visualstudio.com/a/b",
          "https://contoso.visualstudio.com/",
          "https://contoso.visualstudio.com/{organization}",
          "https://contoso.visualstudio.com/a",
          "https://contoso.visualstudio.com/{organization}/b",
          "https://contoso.visualstudio.com/a/b" };

  for (guint i = 0; i + 1 < G_N_ELEMENTS (rising); i++)
    g_assert_cmpuint (score (rising[i], url, NULL), <, score (rising[i + 1], url, NULL));
  g_assert_cmpuint (score ("*", "https://[::1]/", NULL), ==, 1);
  g_assert_cmpuint (score ("*", "http://h/", NULL), ==, 0);
  g_assert_cmpuint (score ("*", "smtp://h:587", NULL), ==, 0);
  g_assert_cmpuint (score ("http://localhost:8080/", "http://LOCALHOST:8080/x", NULL), >,
                    1);
  g_assert_cmpuint (score ("http://localhost:8080/", "https://localhost:8080/x", NULL),
                    ==, 0);
}

static void
test_wildcards_and_addresses (void)
{
  g_assert_cmpuint (score ("https://10.0.0.*/", "https://10.0.0.5/", NULL), ==, 0);
  g_assert_cmpuint (score ("https://*/", "https://[::1]/", NULL), ==, 0);
  g_assert_cmpuint (score ("https://*/", "https://h/", NULL), >, 0);
  g_assert_cmpuint (score ("https://[0::1]/", "https://[::1]/", NULL), >, 0);
  g_assert_cmpuint (score ("https://10.0.0.5/", "https://10.0.0.5/", NULL), >, 0);
}

static void
test_refused_patterns (void)
{
  static const char *const texts[]
      = { "",
          "**",
          "dev.azure.com",
          "*://dev.azure.com/",
          "ftp://dev.azure.com/",
          "https://",
          "https://*:*/",
          "https://a*.visualstudio.com/",
          "https://*a.visualstudio.com/",
          "https://{org}.visualstudio.com/",
          "https://{organization}.visualstudio.com/{organization}",
          "https://{organization}.{organization}.com/",
          "https://{organization.visualstudio.com/",
          "https://u@dev.azure.com/",
          "https://u:p@dev.azure.com/",
          "https://dev.azure.com/?q",
          "https://dev.azure.com/*",
          "https://dev.azure.com/a/{organization}x",
          "https://dev.azure.com/a//b",
          "https://dev.azure.com/../b",
          "https://dev.azure.com./",
          "https://*.0.0.1/",
          "https://*.visualstudio.com:0/",
          "https://d\xc3\xa9v.azure.com/" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (KbPattern) pattern = kb_pattern_parse (texts[i], &error);

      g_test_message ("%s", texts[i]);
      g_assert_null (pattern);
      g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/url/evil-hosts", test_evil_hosts);
  g_test_add_func ("/url/good-hosts", test_good_hosts);
  g_test_add_func ("/url/pieces", test_pieces);
  g_test_add_func ("/url/origins", test_origins);
  g_test_add_func ("/url/refused", test_refused_urls);
  g_test_add_func ("/url/host-lengths", test_host_lengths);
  g_test_add_func ("/url/decoded-paths", test_decoded_paths);
  g_test_add_func ("/pattern/segments", test_paths_match_by_segment);
  g_test_add_func ("/pattern/decoded-path", test_decoded_path_matches);
  g_test_add_func ("/pattern/captures", test_captures);
  g_test_add_func ("/pattern/capture-untouched", test_capture_untouched);
  g_test_add_func ("/pattern/scores", test_scores);
  g_test_add_func ("/pattern/wildcards-and-addresses", test_wildcards_and_addresses);
  g_test_add_func ("/pattern/refused", test_refused_patterns);
  return g_test_run ();
}
