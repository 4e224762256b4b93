/* SPDX-License-Identifier: MIT */
/* Tests the source service-principal against the bad HTTPS server.
   Knows nothing of how it asks. */
#include "source-host.h"

#include "base/clock.h"

#include <string.h>

#define CLIENT "11111111-2222-4333-8444-ABCDEFABCDEF"
#define RESOURCE "499b84ac-1321-427f-aa17-267ca6975798"

static HttpsServer *server;
static char *secret_reference;

static SourceHost *
host_new (const char *tenant, const char *kind, const char *proxy)
{
  KbNetwork network = { server->ca_file, proxy };
  g_autofree char *authority = https_server_origin (server, kind);
  g_autoptr (GError) error = NULL;
  SourceHost *host = source_host_new ("service-principal", &network, &error, "tenant",
                                      tenant, "client-id", CLIENT, "secret",
                                      secret_reference, "authority", authority, NULL);

  g_assert_no_error (error);
  return host;
}

/* What the endpoint of SCENARIO leads to: the error's code and a part of its text. */
static void
assert_fails (const char *scenario, KbErrorCode code, const char *text)
{
  g_autofree char *tenant = g_strdup_printf ("%s.example", scenario);
  g_autoptr (SourceHost) host = host_new (tenant, "trusted", NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", scenario);
  g_assert_cmpint (source_host_acquire (host, request, &credential, &error), ==,
                   KB_FAILED);
  g_assert_error (error, KB_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, text));
  g_assert_null (strstr (error->message, "CANARY"));
  for (const char *c = error->message; *c != '\0'; c++)
    g_assert_true (*c >= 0x20 && *c <= 0x7e);
  g_assert_cmpuint (https_server_count (server, "followed"), ==, 0);
}

static void
test_success (void)
{
  g_autoptr (SourceHost) host = host_new ("good.example", "trusted", NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autofree char *identity = source_host_identify (host, request);
  g_autoptr (GError) error = NULL;
  gint64 now = kb_clock_now ();

  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_no_error (error);
  g_assert_cmpint (kb_credential_scheme (credential), ==, KB_SCHEME_BEARER);
  g_assert_cmpstr (kb_credential_user (credential), ==,
                   "11111111-2222-4333-8444-abcdefabcdef");
  g_assert_cmpint (kb_credential_expires (credential), >=, now + 3599);
  g_assert_cmpint (kb_credential_expires (credential), <=, now + 3630);
  g_assert_cmpint (kb_credential_refresh_after (credential), ==, 0);
  g_assert_cmpstr (identity, ==,
                   "11111111-2222-4333-8444-abcdefabcdef@good.example "
                   "good.example/" RESOURCE);
}

static void
test_scope (void)
{
  g_autoptr (SourceHost) host = host_new ("good.example", "trusted", NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autofree char *identity = NULL;

  g_assert_cmpuint (host->module->source->flags & KB_SOURCE_SCOPES, !=, 0);
  g_assert_true (kb_request_set_scope (request, "api://other/.default"));
  identity = source_host_identify (host, request);
  g_assert_cmpstr (identity, ==,
                   "11111111-2222-4333-8444-abcdefabcdef@good.example "
                   "good.example/api://other");
}

/* In hundreds of seconds, rounded: a slow machine may be 49 s late. */
static gint64
lifetime (const char *tenant, gint64 *refresh)
{
  g_autoptr (SourceHost) host = host_new (tenant, "trusted", NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;
  gint64 now = kb_clock_now ();

  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_no_error (error);
  *refresh = kb_credential_refresh_after (credential);
  *refresh = *refresh != 0 ? (*refresh - now + 50) / 100 : 0;
  return (kb_credential_expires (credential) - now + 50) / 100;
}

static void
test_lifetimes (void)
{
  static const char *const wrong[]
      = { "zero",  "negative", "float",  "text", "blank", "null",    "true",
          "array", "object",   "signed", "hex",  "long",  "exponent" };
  gint64 refresh;

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *scenario = g_strconcat ("in-", wrong[i], NULL);

      assert_fails (scenario, KB_ERROR_PROTOCOL, "expires_in");
    }
  g_assert_cmpint (lifetime ("in-string.example", &refresh), ==, 36);
  g_assert_cmpint (lifetime ("in-week.example", &refresh), ==, 7 * 24 * 36);
  g_assert_cmpint (lifetime ("in-none.example", &refresh), ==, 36);
  g_assert_cmpint (refresh, ==, 0);
  g_assert_cmpint (lifetime ("bearer.example", &refresh), ==, 36);
  g_assert_cmpint (lifetime ("refresh.example", &refresh), ==, 36);
  g_assert_cmpint (refresh, ==, 18);
}

static void
test_bad_answers (void)
{
  assert_fails ("malformed", KB_ERROR_PROTOCOL, "token answer");
  assert_fails ("array", KB_ERROR_PROTOCOL, "no JSON object");
  assert_fails ("twice", KB_ERROR_PROTOCOL, "token answer");
  assert_fails ("mac", KB_ERROR_PROTOCOL, "token_type");
  assert_fails ("untyped", KB_ERROR_PROTOCOL, "token_type");
  assert_fails ("blank", KB_ERROR_PROTOCOL, "access_token");
  assert_fails ("lf", KB_ERROR_PROTOCOL, "access_token");
  assert_fails ("number", KB_ERROR_PROTOCOL, "access_token");
  assert_fails ("text", KB_ERROR_PROTOCOL, "HTTP 403");
}

static void
test_portals (void)
{
  assert_fails ("html", KB_ERROR_NETWORK, "captive portal");
  assert_fails ("portal", KB_ERROR_NETWORK, "captive portal");
  assert_fails ("signin", KB_ERROR_NETWORK, "captive portal");
  assert_fails ("to-301", KB_ERROR_NETWORK, "HTTP 301");
  assert_fails ("to-302", KB_ERROR_NETWORK, "HTTP 302");
  assert_fails ("to-303", KB_ERROR_NETWORK, "HTTP 303");
  assert_fails ("to-307", KB_ERROR_NETWORK, "HTTP 307");
  assert_fails ("to-308", KB_ERROR_NETWORK, "HTTP 308");
}

static void
test_broken_transfers (void)
{
  assert_fails ("huge", KB_ERROR_NETWORK, "too long");
  assert_fails ("endless", KB_ERROR_NETWORK, "too long");
  assert_fails ("truncated", KB_ERROR_NETWORK, "cut short");
  assert_fails ("empty", KB_ERROR_NETWORK, "answer");
  assert_fails ("nonsense", KB_ERROR_NETWORK, "");
}

static void
test_refusals (void)
{
  assert_fails ("wrong", KB_ERROR_DENIED, "not its Secret ID");
  assert_fails ("unauthorized", KB_ERROR_DENIED, "AADSTS700016");
  assert_fails ("scope", KB_ERROR_CONFIG, "/.default");
  assert_fails ("request", KB_ERROR_CONFIG, "check tenant");
  assert_fails ("grant", KB_ERROR_INTERACTION, "Conditional Access");
  assert_fails ("interaction", KB_ERROR_INTERACTION, "multi-factor");
  assert_fails ("busy", KB_ERROR_NETWORK, "too many");
  assert_fails ("renumbered", KB_ERROR_CONFIG, "AADSTS7000215");
  assert_fails ("injected", KB_ERROR_DENIED, "%1B[2J");
  assert_fails ("echo", KB_ERROR_DENIED, "not shown");
}

static gint64
silence (const char *tenant)
{
  g_autoptr (SourceHost) host = host_new (tenant, "trusted", NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_error (error, KB_ERROR, KB_ERROR_NETWORK);
  return kb_request_asked_silence (request);
}

static void
test_retry_after (void)
{
  g_assert_cmpint (silence ("seconds.example"), ==, 60);
  g_assert_cmpint (silence ("date.example"), >=, 85);
  g_assert_cmpint (silence ("date.example"), <=, 90);
  g_assert_cmpint (silence ("past.example"), ==, 0);
  g_assert_cmpint (silence ("junk.example"), ==, 0);
  g_assert_cmpint (silence ("minus.example"), ==, 0);
  g_assert_cmpint (silence ("down.example"), ==, 7);
}

static void
test_deadline (void)
{
  g_autoptr (SourceHost) host = host_new ("slow.example", "trusted", NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;
  gint64 begin = kb_clock_boot_ms ();

  kb_request_set_deadline_ms (request, 2500);
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_error (error, KB_ERROR, KB_ERROR_NETWORK);
  g_assert_cmpint (kb_clock_boot_ms () - begin, <, 19000);
  g_clear_error (&error);
  kb_request_set_deadline_ms (request, 0);
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_error (error, KB_ERROR, KB_ERROR_NETWORK);
  g_assert_cmpuint (https_server_count (server, "slow"), ==, 1);
}

static void
assert_distrusts (const char *kind, const char *text)
{
  g_autoptr (SourceHost) host = host_new ("good.example", kind, NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_error (error, KB_ERROR, KB_ERROR_NETWORK);
  g_assert_nonnull (strstr (error->message, text));
}

static void
test_trust (void)
{
  guint before = https_server_count (server, "good");

  assert_distrusts ("untrusted", "keybearer stranger CA");
  assert_distrusts ("untrusted", "[network] ca-file");
  assert_distrusts ("expired", "TLS");
  assert_distrusts ("wrong-host", "TLS");
  assert_distrusts ("plain", "TLS");
  g_assert_cmpuint (https_server_count (server, "good"), ==, before);
}

static void
test_proxy (void)
{
  g_autofree char *port = https_server_origin (server, "proxy");
  g_autofree char *proxy
      = g_strconcat ("http://user:CANARYpw@127.0.0.1", strrchr (port, ':'), NULL);
  g_autoptr (SourceHost) host = host_new ("good.example", "trusted", proxy);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_error (error, KB_ERROR, KB_ERROR_NETWORK);
  g_assert_nonnull (strstr (error->message, "proxy answered 407"));
  g_assert_null (strstr (error->message, "CANARY"));
}

static void
test_bad_ca_file (void)
{
  KbNetwork network = { "/nonexistent/ca.pem", NULL };
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SourceHost) host
      = source_host_new ("service-principal", &network, &error, "tenant", "good.example",
                         "client-id", CLIENT, "secret", secret_reference, NULL);

  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "[network] ca-file"));
}

static void
clean (void)
{
  static const char *const variables[] = {
    "AZURE_TENANT_ID",      "AZURE_CLIENT_ID",       "AZURE_CLIENT_SECRET",
    "AZURE_AUTHORITY_HOST", "GCM_AZREPOS_SP_SECRET", "GCM_AZREPOS_SERVICE_PRINCIPAL"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (variables); i++)
    g_unsetenv (variables[i]);
}

/* EXPECTED is the identity, or with NOTE a part of why there is none. */
static void
assert_environment (const char *expected, const char *note)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SourceHost) host = source_host_new ("service-principal", NULL, &error, NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autofree char *identity = NULL;

  g_assert_no_error (error);
  identity = source_host_identify (host, request);
  g_assert_cmpstr (identity, ==, expected);
  if (note != NULL)
    g_assert_nonnull (strstr (kb_request_last_note (request), note));
}

static void
test_environment (void)
{
#define IDENTITY "11111111-2222-4333-8444-abcdefabcdef@a.example a.example/" RESOURCE
  clean ();
  assert_environment (NULL, "no tenant, client-id and secret");
  g_setenv ("AZURE_CLIENT_ID", CLIENT, TRUE);
  assert_environment (NULL, "AZURE_TENANT_ID is not set");
  g_setenv ("AZURE_TENANT_ID", "A.example", TRUE);
  assert_environment (NULL, "AZURE_CLIENT_SECRET is not set");
  g_setenv ("AZURE_CLIENT_SECRET", "x", TRUE);
  assert_environment (IDENTITY, NULL);
  clean ();
  g_setenv ("GCM_AZREPOS_SERVICE_PRINCIPAL", "a.example/" CLIENT, TRUE);
  assert_environment (NULL, "GCM_AZREPOS_SP_SECRET is not set");
  g_setenv ("GCM_AZREPOS_SP_SECRET", "x", TRUE);
  assert_environment (IDENTITY, NULL);
  g_setenv ("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/", TRUE);
  assert_environment (IDENTITY, NULL);
  clean ();
}

static void
assert_bad_environment (const char *variable, const char *value)
{
  g_autoptr (SourceHost) host = source_host_new ("service-principal", NULL, NULL, NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  clean ();
  g_setenv ("AZURE_TENANT_ID", "a.example", TRUE);
  g_setenv ("AZURE_CLIENT_ID", CLIENT, TRUE);
  g_setenv ("AZURE_CLIENT_SECRET", "x", TRUE);
  g_setenv (variable, value, TRUE);
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, variable));
  clean ();
}

static void
test_bad_environment (void)
{
  assert_bad_environment ("AZURE_TENANT_ID", "common");
  assert_bad_environment ("AZURE_TENANT_ID", "../evil");
  assert_bad_environment ("AZURE_CLIENT_ID", "me");
  assert_bad_environment ("AZURE_AUTHORITY_HOST", "https://login.evil.example");
  assert_bad_environment ("AZURE_AUTHORITY_HOST", "http://login.microsoftonline.com");
}

static void
assert_bad_options (const char *tenant, const char *client, const char *extra,
                    const char *value)
{
  g_autoptr (GError) error = NULL;
  const char *first = tenant != NULL ? "tenant" : "client-id";

  if (tenant != NULL && client != NULL)
    g_assert_null (source_host_new ("service-principal", NULL, &error, "tenant", tenant,
                                    "client-id", client, "secret", "env:X", extra, value,
                                    NULL));
  else
    g_assert_null (source_host_new ("service-principal", NULL, &error, first,
                                    tenant != NULL ? tenant : client, NULL));
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
}

static void
test_bad_options (void)
{
  assert_bad_options ("a.example", NULL, NULL, NULL);
  assert_bad_options (NULL, CLIENT, NULL, NULL);
  assert_bad_options ("organizations", CLIENT, NULL, NULL);
  assert_bad_options ("a.example", "me", NULL, NULL);
  assert_bad_options ("a.example", CLIENT, "authority",
                      "http://login.microsoftonline.com");
  assert_bad_options ("a.example", CLIENT, "authority", "https://a.example/x");
  assert_bad_options ("a.example", CLIENT, "scope", " ");
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
  secret_reference = g_strdup_printf ("file:%s/secret", server->folder);
  g_test_add_func ("/service-principal/success", test_success);
  g_test_add_func ("/service-principal/scope", test_scope);
  g_test_add_func ("/service-principal/lifetimes", test_lifetimes);
  g_test_add_func ("/service-principal/bad-answers", test_bad_answers);
  g_test_add_func ("/service-principal/portals", test_portals);
  g_test_add_func ("/service-principal/broken-transfers", test_broken_transfers);
  g_test_add_func ("/service-principal/refusals", test_refusals);
  g_test_add_func ("/service-principal/retry-after", test_retry_after);
  g_test_add_func ("/service-principal/deadline", test_deadline);
  g_test_add_func ("/service-principal/trust", test_trust);
  g_test_add_func ("/service-principal/proxy", test_proxy);
  g_test_add_func ("/service-principal/bad-ca-file", test_bad_ca_file);
  g_test_add_func ("/service-principal/environment", test_environment);
  g_test_add_func ("/service-principal/bad-environment", test_bad_environment);
  g_test_add_func ("/service-principal/bad-options", test_bad_options);
  status = g_test_run ();
  https_server_free (server);
  g_free (secret_reference);
  return status;
}
