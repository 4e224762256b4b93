/* SPDX-License-Identifier: MIT */
/* Tests the source session-token without a server: whom it believes, whom it is for, what
   it makes of an answer.  Knows nothing of the exchange, which the system tests see. */
#include "session-token/exchange.h"

#include <string.h>

#include "source-host.h"

#define NOW 1800000000 /* 2027-01-15T08:00:00Z */
#define JWT                                                                              \
  "eyJhbGciOiJub25lIn0.eyJleHAiOjE4MDAwMDM2MDB9.x" /* ends an hour after NOW             \
                                                    */

static const KbNetwork network = { NULL, NULL };

static SourceHost *
host_new (const char *name, const char *value)
{
  g_autoptr (GError) error = NULL;
  SourceHost *host
      = source_host_new ("session-token", &network, &error, name, value, NULL);

  g_assert_no_error (error);
  return host;
}

/* ---- whose --------------------------------------------------------------------------
 */

static void
assert_identity (const char *name, const char *value, const char *expected)
{
  g_autoptr (SourceHost) host = host_new (name, value);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbSecret) secret = kb_secret_new_text (JWT);
  g_autoptr (KbCredential) input = kb_credential_new (KB_SCHEME_BEARER, "", secret);
  KbIdentity identity = { 0 };

  kb_credential_set_identity (input, "alice@contoso.example", "tenant");
  kb_request_hand (request, NULL, FALSE, NULL, input);
  g_assert_cmpint (host->module->source->identify (host->self, request, &identity, NULL),
                   ==, KB_OK);
  g_assert_cmpstr (identity.account, ==, "alice@contoso.example");
  g_assert_cmpstr (identity.realm, ==, expected);
  g_free (identity.account);
  g_free (identity.realm);
}

/* By organization, never by feed; and of another scope or type it is another token. */
static void
test_identity (void)
{
  assert_identity (NULL, NULL, "contoso vso.packaging_write");
  assert_identity ("scope", "vso.packaging vso.code", "contoso vso.packaging vso.code");
  assert_identity ("token-type", "compact", "contoso vso.packaging_write compact");
}

static void
test_no_organization (void)
{
  g_autoptr (SourceHost) host = host_new (NULL, NULL);
  g_autoptr (KbRequest) request = source_host_request_for ("packages.northwind.example");

  g_assert_null (source_host_identify (host, request));
}

/* Asked only to explain, nobody knows whose it will be. */
static void
test_explained (void)
{
  g_autoptr (SourceHost) host = host_new (NULL, NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  KbIdentity identity = { 0 };

  g_assert_cmpint (host->module->source->identify (host->self, request, &identity, NULL),
                   ==, KB_OK);
  g_assert_null (identity.account);
  g_free (identity.realm);
}

static void
assert_needs_token (KbCredential *input)
{
  g_autoptr (SourceHost) host = host_new (NULL, NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  kb_request_hand (request, NULL, FALSE, NULL, input);
  g_assert_cmpint (source_host_acquire (host, request, &credential, &error), ==,
                   KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "requisite"));
}

/* Neither alone nor behind a password or a PAT. */
static void
test_input (void)
{
  g_autoptr (KbSecret) secret = kb_secret_new_text ("CANARY");
  g_autoptr (KbCredential) password
      = kb_credential_new (KB_SCHEME_BASIC, "alice", secret);

  assert_needs_token (NULL);
  assert_needs_token (password);
}

/* ---- settings -----------------------------------------------------------------------
 */

static void
test_variables (void)
{
  static const char *const names[] = { "ARTIFACTS_CREDENTIALPROVIDER_TOKENTYPE",
                                       "ARTIFACTS_CREDENTIALPROVIDER_VSTS_TOKENTYPE",
                                       "NUGET_CREDENTIALPROVIDER_VSTS_TOKENTYPE" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_setenv (names[i], "Compact", TRUE);
      assert_identity (NULL, NULL, "contoso vso.packaging_write compact");
      assert_identity ("token-type", "self-describing", "contoso vso.packaging_write");
      g_setenv (names[i], "neither", TRUE);
      assert_identity (NULL, NULL, "contoso vso.packaging_write");
      g_unsetenv (names[i]);
    }
}

static void
test_options (void)
{
  static const char *const wrong[][2] = {
    { "token-type", "eternal" }, { "scope", "" },      { "scope", "vso.code,vso.build" },
    { "scope", "a  b" },         { "lifetime", "60" }, { "lifetime", "99999999" }
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SourceHost) host = source_host_new ("session-token", &network, &error,
                                                     wrong[i][0], wrong[i][1], NULL);

      g_assert_null (host);
      g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
      g_assert_nonnull (strstr (error->message, wrong[i][0]));
    }
}

/* ---- where --------------------------------------------------------------------------
 */

/* New, or NULL with ERROR. */
static char *
url_for (const char *location, GError **error)
{
  g_autofree char *text
      = g_strdup_printf ("{\"locationMappings\":[{\"location\":\"%s\"}]}", location);
  g_autoptr (KbSecret) body = kb_secret_new_text (text);

  return kb_session_token_url (body, FALSE, error);
}

static void
test_services (void)
{
  static const char *const good[]
      = { "https://wcus0.app.vssps.visualstudio.com/A0efb4611/",
          "https://vssps.dev.azure.com/contoso", "https://VSSPS.visualstudio.com/",
          "https://contoso.vssps.dev.azure.com/", "https://vsspsext.dev.azure.com/x/" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *url = url_for (good[i], NULL);

      g_assert_nonnull (url);
      g_assert_true (g_str_has_prefix (url, good[i]));
      g_assert_nonnull (strstr (url, "/_apis/Token/SessionTokens?"));
      g_assert_null (strstr (url, "//_apis"));
    }
}

/* What a server that is not ours would like to be sent. */
static void
test_look_alikes (void)
{
  static const char *const bad[] = { "https://vssps.dev.azure.com.evil.example/",
                                     "https://evilvssps.dev.azure.com/",
                                     "https://evil.example/vssps.dev.azure.com/",
                                     "http://vssps.dev.azure.com/",
                                     "https://vssps.dev.azure.com:8443/",
                                     "https://vssps.dev.azure.com@evil.example/",
                                     "https://a@vssps.dev.azure.com/",
                                     "https://evil.example/#.vssps.dev.azure.com/",
                                     "https://vssps.dev.azure.com/?x=",
                                     "https://vstoken.dev.azure.com/contoso/",
                                     "https://.vssps.dev.azure.com/",
                                     "https://dev.azure.com/contoso/",
                                     "" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (url_for (bad[i], &error));
      g_assert_error (error, KB_ERROR, KB_ERROR_DENIED);
    }
}

static void
test_no_service (void)
{
  static const char *const bodies[]
      = { "",
          "[]",
          "{}",
          "{\"locationMappings\":[]}",
          "{\"locationMappings\":[{}]}",
          "{\"locationMappings\":\"https://vssps.dev.azure.com/\"}",
          "{\"locationMappings\":[{\"location\":1}]}" };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (KbSecret) body = kb_secret_new_text (bodies[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (kb_session_token_url (body, FALSE, &error));
      g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
    }
}

/* ---- the answer ---------------------------------------------------------------------
 */

/* When TEXT says that the token ends, in seconds from NOW; 0: it is refused. */
static gint64
life_of (const char *text)
{
  g_autoptr (KbSecret) body = kb_secret_new_text (text);
  g_auto (KbSessionToken) token = { 0 };
  g_autoptr (GError) error = NULL;

  if (kb_session_token_read (body, NOW, &token, &error))
    {
      g_assert_nonnull (token.token);
      return token.expires - NOW;
    }
  g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
  g_assert_null (strstr (error->message, "CANARY"));
  return 0;
}

static void
test_lives (void)
{
  static const char pat[] = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst";
  g_autofree char *compact = g_strdup_printf (
      "{\"token\":\"%s\",\"validTo\":\"2027-01-16T08:00:00.1234567Z\"}", pat);
  g_autofree char *silent = g_strdup_printf ("{\"token\":\"%s\",\"validTo\":null}", pat);

  g_assert_cmpint (life_of ("{\"token\":\"" JWT "\"}"), ==, 3600);
  g_assert_cmpint (
      life_of ("{\"token\":\"" JWT "\",\"validTo\":\"2027-01-15T08:30:00Z\"}"), ==, 1800);
  g_assert_cmpint (
      life_of ("{\"token\":\"" JWT "\",\"validTo\":\"2027-01-16T08:00:00Z\"}"), ==, 3600);
  g_assert_cmpint (life_of (compact), ==, 86400);
  g_assert_cmpint (life_of (silent), ==, 3600);
}

static void
test_no_token (void)
{
  g_assert_cmpint (life_of (""), ==, 0);
  g_assert_cmpint (life_of ("[]"), ==, 0);
  g_assert_cmpint (life_of ("{\"token\":null}"), ==, 0);
  g_assert_cmpint (life_of ("{\"token\":\"a CANARY\"}"), ==, 0);
  g_assert_cmpint (life_of ("{\"token\":\"CANARY\\r\\nx: y\"}"), ==, 0);
  g_assert_cmpint (
      life_of ("{\"token\":\"" JWT "\",\"validTo\":\"2027-01-15T07:00:00Z\"}"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session-token/identity", test_identity);
  g_test_add_func ("/session-token/no-organization", test_no_organization);
  g_test_add_func ("/session-token/explained", test_explained);
  g_test_add_func ("/session-token/input", test_input);
  g_test_add_func ("/session-token/variables", test_variables);
  g_test_add_func ("/session-token/options", test_options);
  g_test_add_func ("/session-token/services", test_services);
  g_test_add_func ("/session-token/look-alikes", test_look_alikes);
  g_test_add_func ("/session-token/no-service", test_no_service);
  g_test_add_func ("/session-token/lives", test_lives);
  g_test_add_func ("/session-token/no-token", test_no_token);
  return g_test_run ();
}
