/* SPDX-License-Identifier: MIT */
/* Tests base/challenge with the lines that Azure was recorded to send and with broken
   ones. Knows nothing of which authority may be trusted. */
#include "base/challenge.h"

#define TID "72f988bf-86f1-41af-91ab-2d7cd011db47"
#define AUTHORITY "https://login.microsoftonline.com/" TID

static void
assert_parameter (const char *line, const char *scheme, const char *name,
                  const char *expected)
{
  const char *const lines[] = { line, NULL };
  g_autofree char *value = kb_challenge_parameter (lines, scheme, name);

  g_assert_cmpstr (value, ==, expected);
}

/* Facts G1, D2 and the REST probe: one line a challenge. */
static void
test_azure_devops (void)
{
  const char *const lines[] = { "Bearer authorization_uri=" AUTHORITY,
                                "Basic realm=\"https://tfsprodneu2.visualstudio.com/\"",
                                "TFS-Federated", NULL };
  g_autofree char *authority
      = kb_challenge_parameter (lines, "bearer", "Authorization_URI");
  g_autofree char *realm = kb_challenge_parameter (lines, "Basic", "realm");

  g_assert_cmpstr (authority, ==, AUTHORITY);
  g_assert_cmpstr (realm, ==, "https://tfsprodneu2.visualstudio.com/");
  g_assert_true (kb_challenge_offers (lines, "tfs-federated"));
  g_assert_false (kb_challenge_offers (lines, "Negotiate"));
  g_assert_null (kb_challenge_parameter (lines, "Basic", "authorization_uri"));
}

/* Facts G3 and F1: clients and loggers join the lines. */
static void
test_joined (void)
{
  const char *line
      = "Basic realm=\"https://tfs.app.visualstudio.com/\", Bearer, TFS-Federated";
  const char *const lines[] = { line, NULL };

  g_assert_true (kb_challenge_offers (lines, "Bearer"));
  g_assert_true (kb_challenge_offers (lines, "TFS-Federated"));
  assert_parameter (line, "Bearer", "authorization_uri", NULL);
  assert_parameter ("Bearer authorization_uri=https://login.windows.net/" TID
                    ", Basic realm=\"https://pkgsprodcus1.pkgs.visualstudio.com/\", "
                    "TFS-Federated",
                    "Bearer", "authorization_uri", "https://login.windows.net/" TID);
  assert_parameter ("Basic realm=\"a\",Bearer authorization_uri=" AUTHORITY ",X",
                    "Bearer", "authorization_uri", AUTHORITY);
}

/* Fact E16. */
static void
test_claims (void)
{
  const char *line = "Bearer authorization_uri=\"https://login.windows.net/\", "
                     "error=\"invalid_token\", "
                     "error_description=\"User session has been revoked\", "
                     "claims=\"eyJhY2Nlc3NfdG9rZW4iOnt9fQ==\"";

  assert_parameter (line, "Bearer", "claims", "eyJhY2Nlc3NfdG9rZW4iOnt9fQ==");
  assert_parameter (line, "Bearer", "error", "invalid_token");
  assert_parameter (line, "Bearer", "realm", NULL);
}

static void
test_first_that_has_it (void)
{
  const char *const lines[] = { "Bearer", "Bearer realm=\"\", authorization_uri=a",
                                "Bearer authorization_uri=b", NULL };
  g_autofree char *value = kb_challenge_parameter (lines, "Bearer", "authorization_uri");

  g_assert_cmpstr (value, ==, "a");
  assert_parameter ("Bearer realm=x, Bearer realm=y", "Bearer", "realm", "x");
}

static void
test_syntax (void)
{
  assert_parameter ("Basic realm=\"a \\\"b\\\" \\\\ c, d\"", "Basic", "realm",
                    "a \"b\" \\ c, d");
  assert_parameter ("Basic realm=\"\"", "Basic", "realm", "");
  assert_parameter (" ,, Basic  realm = \"x\" , charset=\"UTF-8\"", "Basic", "charset",
                    "UTF-8");
  assert_parameter ("Negotiate YIIa+/==, Basic realm=x", "Basic", "realm", "x");
  assert_parameter ("NTLM, Basic realm=x", "Basic", "realm", "x");
  assert_parameter ("Basic realm=/var/opt/azcmagent/tokens/a.key", "Basic", "realm",
                    "/var/opt/azcmagent/tokens/a.key");
  assert_parameter ("Basic realm=\"zo\xc3\xab\"", "Basic", "realm", "zo\xc3\xab");
}

static void
test_malformed (void)
{
  static const char *const lines[] = { "",
                                       "realm=x",
                                       "Basic",
                                       "Basic realm",
                                       "Basic realm=",
                                       "Basic realm=\"x",
                                       "Basic realm=\"x\\",
                                       "Basic realm=\"x\"y",
                                       "Basic realm=x y",
                                       "Basic realm=x realm=y",
                                       "Basic realm=x, realm=y",
                                       "Basic realm=\"x\", realm=\"x\"",
                                       "Basic realm=x\"y\"",
                                       "Basic =x, realm=y",
                                       "Basic ;realm=x",
                                       "Basic Basic realm=x",
                                       "Basic\"realm=x",
                                       "Basic/realm=x",
                                       "Basi realm=x",
                                       "Basicc realm=x",
                                       "Digest realm=x",
                                       "Bearer =, Basic realm=x",
                                       "realm=x, Basic realm=x",
                                       "Basic realm=\"a\x1b]0;x\"",
                                       "Basic realm=\"a\xe2\x80\xa8\"",
                                       "Basic realm=\"a\xff\"",
                                       "Basic realm=a\xc3\xa9",
                                       "Bearer x=\"unterminated, Basic realm=x" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    assert_parameter (lines[i], "Basic", "realm", NULL);
}

/* What is malformed hides what follows it in its line and nothing else. */
static void
test_malformed_ends_line (void)
{
  const char *const lines[] = { "Basic realm=a, Bearer x=\"", "Digest realm=d", NULL };
  const char *const hidden[] = { "Bearer x=\", Basic realm=a", NULL };
  g_autofree char *before = kb_challenge_parameter (lines, "Basic", "realm");
  g_autofree char *next = kb_challenge_parameter (lines, "Digest", "realm");

  g_assert_cmpstr (before, ==, "a");
  g_assert_cmpstr (next, ==, "d");
  g_assert_true (kb_challenge_offers (lines, "Bearer"));
  g_assert_false (kb_challenge_offers (hidden, "Basic"));
}

/* A value is not judged here, but it ends where it ends. */
static void
test_hostile_authorities (void)
{
  assert_parameter (
      "Bearer authorization_uri=https://login.microsoftonline.com@evil.example/x",
      "Bearer", "authorization_uri", "https://login.microsoftonline.com@evil.example/x");
  assert_parameter ("Bearer authorization_uri=https://evil.example/, https://good/",
                    "Bearer", "authorization_uri", "https://evil.example/");
  assert_parameter ("Basic realm=\"Bearer authorization_uri=https://evil.example/\"",
                    "Bearer", "authorization_uri", NULL);
  assert_parameter (
      "Basic realm=\"x\\\", Bearer authorization_uri=https://evil.example/\"", "Bearer",
      "authorization_uri", NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/challenge/azure-devops", test_azure_devops);
  g_test_add_func ("/challenge/joined", test_joined);
  g_test_add_func ("/challenge/claims", test_claims);
  g_test_add_func ("/challenge/first-that-has-it", test_first_that_has_it);
  g_test_add_func ("/challenge/syntax", test_syntax);
  g_test_add_func ("/challenge/malformed", test_malformed);
  g_test_add_func ("/challenge/malformed-ends-line", test_malformed_ends_line);
  g_test_add_func ("/challenge/hostile-authorities", test_hostile_authorities);
  return g_test_run ();
}
