/* SPDX-License-Identifier: MIT */
/* Tests the source oauth against the bad HTTPS server and a browser that plays along.
   Knows nothing of how it asks. */
#include "source-host.h"

#include "base/clock.h"

#include <string.h>

#define TENANT "72f988bf-0000-4000-8000-000000000000"
#define RESOURCE "499b84ac-1321-427f-aa17-267ca6975798"
#define CLAIMS                                                                           \
  "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwgInZhbHVlIjoiMTYxMTE2NTM1OSJ9" \
  "fX0="

static HttpsServer *server;
static KbTalk *talk;

/* With the tenant SCENARIO.example and one more option. */
static SourceHost *
host_with (const char *scenario, const char *option, const char *value)
{
  KbNetwork network = { server->ca_file, NULL };
  g_autofree char *authority = https_server_origin (server, "trusted");
  g_autofree char *tenant = g_strconcat (scenario, ".example", NULL);
  g_autoptr (GError) error = NULL;
  SourceHost *host
      = source_host_new ("oauth", &network, &error, "authority", authority,
                         *scenario != '\0' ? "tenant" : option,
                         *scenario != '\0' ? tenant : value, option, value, NULL);

  g_assert_no_error (error);
  return host;
}

static SourceHost *
host_new (const char *scenario)
{
  return host_with (scenario, "flows", "browser");
}

static void
hand_renewal (KbRequest *request, const char *renewal)
{
  g_autoptr (KbSecret) secret = kb_secret_new_text (renewal);

  kb_request_set_account (request, "ana@contoso.example");
  kb_request_hand (request, NULL, FALSE, secret, NULL);
}

static void
assert_renewal (const KbCredential *credential, const char *text)
{
  g_assert_nonnull (kb_credential_renewal (credential));
  g_assert_cmpstr (kb_secret_peek (kb_credential_renewal (credential)), ==, text);
}

/* ---- without a person ----------------------------------------------------------- */

static KbCredential *
refreshed (const char *scenario, KbRequest *request, GError **error)
{
  g_autoptr (SourceHost) host = host_new (scenario);
  KbCredential *credential = NULL;

  hand_renewal (request, "CANARY-old");
  (void) source_host_acquire (host, request, &credential, error);
  return credential;
}

static void
test_refresh (void)
{
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (GError) error = NULL;
  g_autoptr (KbCredential) credential = refreshed ("oauth-good", request, &error);
  gint64 now = kb_clock_now ();

  g_assert_no_error (error);
  assert_renewal (credential, "CANARY-new");
  g_assert_cmpint (kb_credential_scheme (credential), ==, KB_SCHEME_BEARER);
  g_assert_cmpstr (kb_credential_user (credential), ==, "ana@contoso.example");
  g_assert_cmpstr (kb_credential_account (credential), ==, "ana@contoso.example");
  g_assert_cmpstr (kb_credential_realm (credential), ==, "oauth-good.example/" RESOURCE);
  g_assert_cmpint (kb_credential_expires (credential), >, now + 3500);
  g_assert_cmpint (kb_credential_refresh_after (credential), >, now + 1700);
  g_assert_cmpuint (https_server_count (server, "oauth-good token"), ==, 1);
}

static void
test_kept_renewal (void)
{
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (GError) error = NULL;
  g_autoptr (KbCredential) credential = refreshed ("oauth-kept", request, &error);

  g_assert_no_error (error);
  assert_renewal (credential, "CANARY-old");
}

static void
assert_not_refreshed (const char *scenario, KbErrorCode code, const char *text)
{
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (GError) error = NULL;

  g_assert_null (refreshed (scenario, request, &error));
  g_assert_error (error, KB_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, text));
  g_assert_null (strstr (error->message, "CANARY"));
}

static void
test_refusals (void)
{
  assert_not_refreshed ("oauth-revoked", KB_ERROR_INTERACTION,
                        "run: keybearer login contoso");
  assert_not_refreshed ("oauth-claims", KB_ERROR_INTERACTION, "multi-factor");
  assert_not_refreshed ("oauth-scope", KB_ERROR_DENIED, RESOURCE "/.default");
  assert_not_refreshed ("oauth-down", KB_ERROR_NETWORK, "503");
}

/* The same renewal buys a token for something else, which has a realm of its own. */
static void
test_scope (void)
{
  g_autoptr (SourceHost) host = host_new ("oauth-scope");
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (GError) error = NULL;
  g_autoptr (KbCredential) credential = NULL;
  g_autofree char *identity = NULL;

  g_assert_true (kb_request_set_scope (request, "https://graph.example/User.Read"));
  identity = source_host_identify (host, request);
  g_assert_nonnull (
      strstr (identity, "oauth-scope.example/https://graph.example/User.Read"));
  credential = refreshed ("oauth-scope", request, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kb_credential_realm (credential), ==,
                   "oauth-scope.example/https://graph.example/User.Read");
  assert_renewal (credential, "CANARY-new");
}

static void
test_claims (void)
{
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (GError) error = NULL;
  g_autoptr (KbCredential) credential = NULL;

  kb_request_add_challenge (request,
                            "Bearer authorization_uri=\"https://login.windows.net/\""
                            ", error=\"insufficient_claims\", claims=\"" CLAIMS "\"");
  credential = refreshed ("oauth-claims", request, &error);
  g_assert_no_error (error);
  g_assert_nonnull (credential);
}

static void
test_nobody (void)
{
  g_autoptr (SourceHost) host = host_new ("oauth-idle");
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_error (error, KB_ERROR, KB_ERROR_INTERACTION);
  g_assert_nonnull (strstr (error->message, "run: keybearer login contoso"));
  g_assert_cmpuint (https_server_count (server, "oauth-idle token"), ==, 0);
}

/* ---- who and where -------------------------------------------------------------- */

static void
test_identify (void)
{
  g_autoptr (SourceHost) host = host_new ("");
  g_autoptr (SourceHost) fixed = host_new ("oauth-good");
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbRequest) challenged = source_host_request ();
  g_autofree char *nobody = source_host_identify (host, request);
  g_autofree char *configured = source_host_identify (fixed, request);
  g_autofree char *told = NULL;

  g_assert_cmpstr (nobody, ==, "(null) (null)");
  g_assert_cmpstr (configured, ==, "(null) oauth-good.example/" RESOURCE);
  kb_request_set_account (challenged, "Ana@Contoso.example");
  kb_request_add_challenge (challenged, "Bearer authorization_uri="
                                        "https://login.microsoftonline.com/" TENANT);
  told = source_host_identify (host, challenged);
  g_assert_cmpstr (told, ==, "ana@contoso.example " TENANT "/" RESOURCE);
}

/* The organization's front door is the test's own server. */
static char *
discovered_realm (const char *organization, const char *tenant)
{
  g_autoptr (SourceHost) host = host_new ("");
  g_autofree char *origin = https_server_origin (server, "trusted");
  g_autoptr (KbRequest) request = source_host_request_for (origin + strlen ("https://"));
  g_autoptr (KbCredential) credential = NULL;
  g_autofree char *asked = g_strconcat (tenant, " token", NULL);
  g_autoptr (GError) error = NULL;

  kb_request_set_organization (request, organization, TRUE);
  hand_renewal (request, "CANARY-old");
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (https_server_count (server, organization), ==, 1);
  g_assert_cmpuint (https_server_count (server, asked), ==, 1);
  return g_strdup (kb_credential_realm (credential));
}

static void
test_discovery (void)
{
  g_autofree char *tenant = discovered_realm ("oauth-front", TENANT);
  g_autofree char *personal = discovered_realm ("oauth-zero", "organizations");

  g_assert_cmpstr (tenant, ==, TENANT "/" RESOURCE);
  g_assert_cmpstr (personal, ==, "organizations/" RESOURCE);
}

/* The tenant of the credential before this one needs no second look. */
static void
test_prior_tenant (void)
{
  g_autoptr (SourceHost) host = host_new ("");
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbSecret) renewal = kb_secret_new_text ("CANARY-old");
  g_autoptr (KbCredential) prior = kb_credential_new (KB_SCHEME_BEARER, "x", renewal);
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  kb_credential_set_identity (prior, NULL, TENANT "/" RESOURCE);
  kb_request_hand (request, prior, TRUE, renewal, NULL);
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kb_credential_realm (credential), ==, TENANT "/" RESOURCE);
}

/* ---- a person with a browser ---------------------------------------------------- */

static KbCredential *
signed_in (SourceHost *host, KbRequest *request, GError **error)
{
  KbCredential *credential = NULL;

  kb_request_set_talk (request, talk);
  kb_request_set_deadline_ms (request, 20000);
  (void) source_host_acquire (host, request, &credential, error);
  return credential;
}

static void
assert_signs_in (const char *scenario, gboolean fresh)
{
  g_autoptr (SourceHost) host = host_new (scenario);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autofree char *realm = g_strconcat (scenario, ".example/" RESOURCE, NULL);
  g_autoptr (GError) error = NULL;

  if (fresh)
    hand_renewal (request, "CANARY-old");
  kb_request_set_fresh (request, fresh);
  credential = signed_in (host, request, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kb_credential_account (credential), ==, "ana@contoso.example");
  g_assert_cmpstr (kb_credential_realm (credential), ==, realm);
  assert_renewal (credential, "CANARY-first");
}

static void
test_browser (void)
{
  assert_signs_in ("oauth-person", FALSE);
  assert_signs_in ("oauth-person", TRUE);
  assert_signs_in ("oauth-forged", FALSE);
  assert_signs_in ("oauth-step", FALSE);
}

static void
assert_turned_away (const char *scenario, KbErrorCode code, const char *text)
{
  g_autoptr (SourceHost) host = host_new (scenario);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (GError) error = NULL;

  g_assert_null (signed_in (host, request, &error));
  g_assert_error (error, KB_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, text));
}

static void
test_bad_sign_ins (void)
{
  assert_turned_away ("oauth-nonce", KB_ERROR_DENIED, "nonce");
  assert_turned_away ("oauth-audience", KB_ERROR_DENIED, "another application");
  assert_turned_away ("oauth-issuer", KB_ERROR_DENIED, "another issuer");
  assert_turned_away ("oauth-late", KB_ERROR_DENIED, "clock");
  assert_turned_away ("oauth-nobody", KB_ERROR_PROTOCOL, "who signed in");
  assert_turned_away ("oauth-silent", KB_ERROR_PROTOCOL, "no id_token");
  assert_turned_away ("oauth-mixed", KB_ERROR_DENIED, "(iss)");
  assert_turned_away ("oauth-denied", KB_ERROR_DENIED, "declined");
  assert_turned_away ("oauth-used", KB_ERROR_INTERACTION, "used before");
  g_assert_cmpuint (https_server_count (server, "oauth-mixed token"), ==, 0);
}

/* A revoked sign-in is followed by a new one where somebody can be asked. */
static void
test_again (void)
{
  g_autoptr (SourceHost) host = host_new ("oauth-revoked");
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  hand_renewal (request, "CANARY-old");
  credential = signed_in (host, request, &error);
  g_assert_no_error (error);
  assert_renewal (credential, "CANARY-first");
}

static void
test_other_person (void)
{
  g_autoptr (SourceHost) host
      = host_with ("oauth-person", "account", "bob@contoso.example");
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (GError) error = NULL;

  g_assert_null (signed_in (host, request, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_DENIED);
  g_assert_nonnull (strstr (error->message, "bob@contoso.example was asked for"));
}

/* The code is for a terminal's eyes alone, and here is none. */
static void
test_device_without_terminal (void)
{
  g_autoptr (SourceHost) host = host_with ("oauth-person", "flows", "device");
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (GError) error = NULL;

  g_assert_null (signed_in (host, request, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_INTERACTION);
  g_assert_nonnull (strstr (error->message, "no terminal"));
}

/* ---- other providers ------------------------------------------------------------ */

static SourceHost *
forge_new (void)
{
  KbNetwork network = { server->ca_file, NULL };
  g_autofree char *origin = https_server_origin (server, "trusted");
  g_autofree char *token = g_strconcat (origin, "/oauth-forge/token", NULL);
  g_autoptr (GError) error = NULL;
  SourceHost *host = source_host_new ("oauth", &network, &error, "token-endpoint", token,
                                      "authorization-endpoint", token, "client-id", "abc",
                                      "scope", "repo gist", "user", "oauth2", NULL);

  g_assert_no_error (error);
  return host;
}

static void
assert_forge (const KbCredential *credential)
{
  g_autofree char *origin = https_server_origin (server, "trusted");
  g_autofree char *realm = g_strconcat (origin + strlen ("https://"), "/abc", NULL);

  g_assert_cmpint (kb_credential_scheme (credential), ==, KB_SCHEME_BASIC);
  g_assert_cmpstr (kb_credential_user (credential), ==, "oauth2");
  g_assert_cmpstr (kb_credential_realm (credential), ==, realm);
}

static void
test_forge (void)
{
  g_autoptr (SourceHost) host = forge_new ();
  g_autoptr (KbRequest) request = source_host_request_for ("git.example");
  g_autoptr (KbRequest) again = source_host_request_for ("git.example");
  g_autoptr (KbCredential) first = NULL;
  g_autoptr (KbCredential) second = NULL;
  g_autoptr (GError) error = NULL;

  first = signed_in (host, request, &error);
  g_assert_no_error (error);
  assert_forge (first);
  g_assert_cmpint (kb_credential_expires (first), ==, 0);
  g_assert_cmpstr (kb_credential_account (first), ==, "oauth");
  hand_renewal (again, "CANARY-old");
  (void) source_host_acquire (host, again, &second, &error);
  g_assert_no_error (error);
  assert_forge (second);
  assert_renewal (second, "CANARY-new");
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
  assert_bad ("authority", "http://login.microsoftonline.com");
  assert_bad ("tenant", "organizations");
  assert_bad ("client-id", "me");
  assert_bad ("scope", " x");
  assert_bad ("flows", "telepathy");
  assert_bad ("port", "65536");
  assert_bad ("response-mode", "fragment");
  assert_bad ("token-endpoint", "http://a.example/token");
  assert_bad ("token-endpoint", "https://a.example/token");
}

static void
add_tests (void)
{
  g_test_add_func ("/oauth/refresh", test_refresh);
  g_test_add_func ("/oauth/kept-renewal", test_kept_renewal);
  g_test_add_func ("/oauth/refusals", test_refusals);
  g_test_add_func ("/oauth/scope", test_scope);
  g_test_add_func ("/oauth/claims", test_claims);
  g_test_add_func ("/oauth/nobody", test_nobody);
  g_test_add_func ("/oauth/identify", test_identify);
  g_test_add_func ("/oauth/discovery", test_discovery);
  g_test_add_func ("/oauth/prior-tenant", test_prior_tenant);
  g_test_add_func ("/oauth/browser", test_browser);
  g_test_add_func ("/oauth/bad-sign-ins", test_bad_sign_ins);
  g_test_add_func ("/oauth/again", test_again);
  g_test_add_func ("/oauth/other-person", test_other_person);
  g_test_add_func ("/oauth/device-without-terminal", test_device_without_terminal);
  g_test_add_func ("/oauth/forge", test_forge);
  g_test_add_func ("/oauth/bad-options", test_bad_options);
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
  add_tests ();
  status = g_test_run ();
  kb_talk_free (talk);
  https_server_free (server);
  return status;
}
