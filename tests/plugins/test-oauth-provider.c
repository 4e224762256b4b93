/* SPDX-License-Identifier: MIT */
/* Tests what the source oauth takes from the data of a provider, against the bad HTTPS
   server.  Knows no provider by name. */
#include "source-host.h"

#include "common/memo.h"

#include <string.h>

static HttpsServer *server;
static KbTalk *talk;

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

/* ---- issuers -------------------------------------------------------------------- */

/* New. */
static char *
issuer_of (const char *name)
{
  g_autofree char *origin = https_server_origin (server, "trusted");

  return g_strconcat (origin, "/", name, NULL);
}

static SourceHost *
host_of (const char *name)
{
  KbNetwork network = { server->ca_file, NULL };
  g_autofree char *issuer = issuer_of (name);
  g_autoptr (GError) wrong = NULL;
  SourceHost *host
      = source_host_new ("oauth", &network, &wrong, "issuer", issuer, "client-id", "abc",
                         "scope", "openid git", "flows", "browser", NULL);

  g_assert_no_error (wrong);
  return host;
}

/* Signs in at the issuer that the server calls NAME. */
static KbCredential *
signed_in (const char *name, GError **error)
{
  g_autoptr (SourceHost) host = host_of (name);
  g_autoptr (KbRequest) request = source_host_request_for ("git.example");
  KbCredential *credential = NULL;

  kb_request_set_talk (request, talk);
  (void) source_host_acquire (host, request, &credential, error);
  return credential;
}

/* Nobody is there; *NOTE is new, or NULL. */
static KbCredential *
refreshed (const char *name, char **note, GError **error)
{
  g_autoptr (SourceHost) host = host_of (name);
  g_autoptr (KbRequest) request = source_host_request_for ("git.example");
  g_autoptr (KbSecret) secret = kb_secret_new_text ("CANARY-old");
  KbCredential *credential = NULL;

  kb_request_set_account (request, "ana@contoso.example");
  kb_request_hand (request, NULL, FALSE, secret, NULL);
  (void) source_host_acquire (host, request, &credential, error);
  *note = g_strdup (kb_request_last_note (request));
  return credential;
}

static void
test_issuer (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KbCredential) credential = signed_in ("oauth-found", &error);
  g_autofree char *origin = https_server_origin (server, "trusted");
  g_autofree char *realm = g_strconcat (origin + strlen ("https://"), "/abc", NULL);

  g_assert_no_error (error);
  g_assert_cmpstr (kb_credential_account (credential), ==, "ana@contoso.example");
  g_assert_cmpstr (kb_credential_realm (credential), ==, realm);
  g_assert_cmpint (kb_credential_scheme (credential), ==, KB_SCHEME_BEARER);
}

static void
assert_turned_away (const char *name, KbErrorCode code, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (signed_in (name, &error));
  g_assert_error (error, KB_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, text));
}

/* Whatever does not belong to the issuer that is configured, to the letter. */
static void
test_foreign_issuers (void)
{
  assert_turned_away ("oauth-quiet", KB_ERROR_DENIED, "does not say which server");
  assert_turned_away ("oauth-mixed-up", KB_ERROR_DENIED, "another server than was asked");
  assert_turned_away ("oauth-realm", KB_ERROR_DENIED, "another issuer");
  assert_turned_away ("oauth-less", KB_ERROR_DENIED, "did not grant the scope git");
  assert_turned_away ("oauth-foreign", KB_ERROR_DENIED, "not on the issuer's host");
  assert_turned_away ("oauth-alias", KB_ERROR_DENIED, "another issuer");
  assert_turned_away ("oauth-moved", KB_ERROR_NETWORK, "HTTP 302");
  g_assert_cmpuint (https_server_count (server, "oauth-quiet token"), ==, 0);
  g_assert_cmpuint (https_server_count (server, "oauth-mixed-up token"), ==, 0);
}

/* ---- refreshes ------------------------------------------------------------------ */

static void
assert_refreshes (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *note = NULL;
  g_autoptr (KbCredential) first = signed_in (name, &error);
  g_autoptr (KbCredential) next = refreshed (name, &note, &error);

  g_assert_no_error (error);
  g_assert_nonnull (first);
  g_assert_cmpstr (kb_credential_account (next), ==, "ana@contoso.example");
}

/* OpenID Connect Core 12.2: whoever signed in, and nobody else. */
static void
test_subject (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *note = NULL;
  g_autoptr (KbCredential) first = NULL;

  assert_refreshes ("oauth-same");
  first = signed_in ("oauth-swapped", &error);
  g_assert_no_error (error);
  g_assert_null (refreshed ("oauth-swapped", &note, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_INTERACTION);
  g_assert_nonnull (strstr (error->message, "somebody else than ana@contoso.example"));
  g_assert_nonnull (strstr (error->message, "run: keybearer login https://git.example"));
}

/* The old refresh token may have gone with it: what there is, is kept. */
static void
test_narrowed (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *note = NULL;
  g_autoptr (KbCredential) next = refreshed ("oauth-narrowed", &note, &error);

  g_assert_no_error (error);
  g_assert_nonnull (kb_credential_renewal (next));
  g_assert_cmpstr (note, ==, "the server did not grant the scope git");
}

/* What an issuer says of itself is asked for once, and judged each time: a document that
   somebody has put there is none. */
static void
test_discovered_once (void)
{
  static const char count[] = "oauth-same openid-configuration";
  guint before = https_server_count (server, count);
  g_autofree char *folder = kb_memo_cache ("discovery");
  g_autofree char *issuer = issuer_of ("oauth-same");
  g_autofree char *bad = g_strdup_printf ("{\"issuer\":\"%s\",\"token_endpoint\":"
                                          "\"https://login.evil.example/token\"}",
                                          issuer);

  kb_memo_forget (folder, issuer);
  assert_refreshes ("oauth-same");
  assert_refreshes ("oauth-same");
  g_assert_cmpuint (https_server_count (server, count), ==, before + 1);
  kb_memo_write (folder, issuer, bad, strlen (bad));
  assert_refreshes ("oauth-same");
  g_assert_cmpuint (https_server_count (server, count), ==, before + 2);
}

/* ---- options -------------------------------------------------------------------- */

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
  g_autofree char *browser
      = g_build_filename (g_getenv ("top_srcdir"), "tests/plugins/https_oauth.py", NULL);
  int status;

  g_test_init (&argc, &argv, NULL);
  server = https_server_new ();
  if (server == NULL)
    {
      g_print ("1..0 # SKIP python3-cryptography is missing\n");
      return 0;
    }
  /* Somebody may be asked, but nothing of it needs an answer. */
  g_setenv ("GIT_ASKPASS", "/bin/false", TRUE);
  g_setenv ("BROWSER", browser, TRUE);
  talk = kb_talk_new (FALSE, FALSE);
  g_test_add_func ("/oauth-provider/issuer", test_issuer);
  g_test_add_func ("/oauth-provider/foreign-issuers", test_foreign_issuers);
  g_test_add_func ("/oauth-provider/subject", test_subject);
  g_test_add_func ("/oauth-provider/narrowed", test_narrowed);
  g_test_add_func ("/oauth-provider/discovered-once", test_discovered_once);
  g_test_add_func ("/oauth-provider/bad-options", test_bad_options);
  g_test_add_func ("/oauth-provider/no-client", test_no_client);
  g_test_add_func ("/oauth-provider/revoke", test_revoke);
  status = g_test_run ();
  kb_talk_free (talk);
  https_server_free (server);
  return status;
}
