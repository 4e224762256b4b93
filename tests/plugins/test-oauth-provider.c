/* SPDX-License-Identifier: MIT */
/* Tests what the source oauth takes from the data of a provider, against the bad HTTPS
   server.  Knows no provider by name. */
#include "source-host.h"

static HttpsServer *server;

/* What is kept is revoked, each token once; a provider that cannot is told of in a
   note. */
static KbAnswer
revoked (const char *option, const char *scenario)
{
  KbNetwork network = { server->ca_file, NULL };
  g_autofree char *origin = https_server_origin (server, "trusted");
  g_autofree char *path = g_strdup_printf ("/%s/revoke", scenario);
  g_autoptr (GError) error = NULL;
  g_autoptr (SourceHost) host = source_host_new (
      "oauth", &network, &error, "base", origin, "token-endpoint", "/token",
      "device-endpoint", "/device", "client-id", "abc", option, path, NULL);
  g_autoptr (KbRequest) request = source_host_request_for ("git.example");
  g_autoptr (KbSecret) secret = kb_secret_new_text ("CANARY-old");
  g_autoptr (KbCredential) prior = kb_credential_new (KB_SCHEME_BASIC, "x", secret);
  KbAnswer answer;

  g_assert_no_error (error);
  kb_request_hand (request, prior, FALSE, secret, NULL);
  answer = host->module->source->revoke (host->self, request, &error);
  g_assert_true ((answer == KB_DECLINED) == (kb_request_last_note (request) != NULL));
  g_assert_true ((answer == KB_FAILED) == (error != NULL));
  return answer;
}

static void
test_revoke (void)
{
  g_assert_cmpint (revoked ("revocation-endpoint", "oauth-revoking"), ==, KB_OK);
  g_assert_cmpuint (https_server_count (server, "oauth-revoking revoke"), ==, 2);
  g_assert_cmpint (revoked ("revocation-endpoint", "oauth-stubborn"), ==, KB_OK);
  g_assert_cmpint (revoked ("userinfo-endpoint", "oauth-revoking"), ==, KB_DECLINED);
}

/* A provider without a client id stands in nobody's way. */
static void
test_no_client (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SourceHost) host
      = source_host_new ("oauth", NULL, &error, "base", "https://git.example/",
                         "token-endpoint", "/token", "device-endpoint", "/device", NULL);
  g_autoptr (KbRequest) request = source_host_request_for ("git.example");

  g_assert_no_error (error);
  g_assert_null (source_host_identify (host, request));
  g_assert_cmpstr (kb_request_last_note (request), ==,
                   "client-id is missing, see keybearer-oauth(8)");
}

static void
assert_bad (const char *option, const char *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (source_host_new ("oauth", NULL, &error, option, value, NULL));
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
}

static void
test_bad_options (void)
{
  assert_bad ("base", "https://a.example");
  assert_bad ("base", "a.example");
  assert_bad ("issuer", "https://x@a.example");
  assert_bad ("issuer", "http://a.example");
  assert_bad ("redirect-host", "0.0.0.0");
  assert_bad ("authorization-parameters", "prompt");
  assert_bad ("authorization-parameters", "scope=all");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  server = https_server_new ();
  if (server == NULL)
    {
      g_print ("1..0 # SKIP python3-cryptography is missing\n");
      return 0;
    }
  g_test_add_func ("/oauth-provider/bad-options", test_bad_options);
  g_test_add_func ("/oauth-provider/no-client", test_no_client);
  g_test_add_func ("/oauth-provider/revoke", test_revoke);
  status = g_test_run ();
  https_server_free (server);
  return status;
}
