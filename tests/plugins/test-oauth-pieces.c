/* SPDX-License-Identifier: MIT */
/* Tests what sign-ins are made of: the pace of device polls, id_tokens, tenants.
   Knows nothing of the module oauth. */
#include "source-host.h"

#include "base/clock.h"
#include "base/text.h"
#include "common/authority.h"
#include "common/device.h"
#include "common/discovery.h"
#include "common/idtoken.h"
#include "common/tenant.h"

#include <string.h>

#define TENANT "72f988bf-0000-4000-8000-000000000000"
#define ORIGIN "https://login.microsoftonline.com"

/* ---- device codes --------------------------------------------------------------- */

/* Each word is what one poll is answered with; the clock stands still but for sleeps. */
typedef struct
{
  const char *const *answers;
  gsize next;
  gint64 now;
  GString *polls; /* the seconds at which they came */
} Line;

static gint64
line_now (gpointer data)
{
  return ((Line *) data)->now;
}

static void
line_sleep (gpointer data, gint64 milliseconds)
{
  ((Line *) data)->now += milliseconds;
}

static KbOauth2Token *
line_poll (gpointer data, KbOauth2Refusal *refusal, GError **error)
{
  Line *line = data;
  const char *answer = line->answers[line->next];

  line->next += line->answers[line->next + 1] != NULL;
  g_string_append_printf (line->polls, "%" G_GINT64_FORMAT " ", line->now / 1000);
  if (g_str_equal (answer, "token"))
    return g_new0 (KbOauth2Token, 1);
  if (!g_str_equal (answer, "silence"))
    refusal->error = g_strdup (answer);
  g_set_error (error, KB_ERROR,
               g_str_equal (answer, "silence") ? KB_ERROR_NETWORK : KB_ERROR_DENIED, "%s",
               answer);
  return NULL;
}

static void
assert_polls (gint64 life, const char *polls, const char *end, const char *const *answers)
{
  KbDevice device = { .life = life, .interval = 5 };
  Line line = { .answers = answers, .polls = g_string_new (NULL) };
  KbDeviceClock clock = { line_now, line_sleep, &line };
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (GError) error = NULL;
  g_autoptr (KbOauth2Token) token
      = kb_device_wait (&device, request, &clock, line_poll, &line, &error);

  g_assert_cmpstr (line.polls->str, ==, polls);
  g_assert_true ((token != NULL) == (end == NULL));
  if (end != NULL)
    g_assert_nonnull (strstr (error->message, end));
  g_string_free (line.polls, TRUE);
}

#define PENDING "authorization_pending"

static void
test_pace (void)
{
  assert_polls (900, "5 ", NULL, (const char *[]){ "token", NULL });
  assert_polls (900, "5 10 15 ", NULL,
                (const char *[]){ PENDING, PENDING, "token", NULL });
  assert_polls (
      900, "5 10 20 30 45 ", NULL,
      (const char *[]){ PENDING, "slow_down", PENDING, "slow_down", "token", NULL });
  assert_polls (900, "5 15 35 40 ", NULL,
                (const char *[]){ "silence", "silence", PENDING, "token", NULL });
  assert_polls (900, "5 ", "access_denied", (const char *[]){ "access_denied", NULL });
  assert_polls (900, "5 10 ", "expired_token",
                (const char *[]){ PENDING, "expired_token", NULL });
  assert_polls (12, "5 10 ", "expired", (const char *[]){ PENDING, NULL });
}

static KbDevice *
parse_device (const char *text)
{
  g_autoptr (KbSecret) secret = kb_secret_new_text (text);
  g_autoptr (KbJson) json = kb_json_parse (secret, NULL);
  g_autoptr (GError) error = NULL;
  KbDevice *device = kb_device_parse (json, &error);

  if (device == NULL)
    g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
  return device;
}

#define CODES "{\"device_code\":\"d\",\"user_code\":\"BL6XB575V\","
#define AT "\"verification_uri\":\"https://a.example/d\""

static void
test_device_answers (void)
{
  static const char *const bad[] = {
    "{}",
    CODES "\"expires_in\":900}",
    CODES AT "}",
    CODES AT ",\"expires_in\":0}",
    CODES AT ",\"expires_in\":900,\"interval\":-1}",
    CODES "\"expires_in\":900,\"verification_uri\":\"http://a.example/d\"}",
    CODES "\"expires_in\":900,\"verification_uri\":\"https://u@a.example/d\"}",
    CODES "\"expires_in\":900,\"verification_uri\":\"https://a.example/\\u001b[2J\"}",
    "{\"device_code\":\"d\",\"user_code\":\"a\\nb\",\"expires_in\":900," AT "}",
  };
  g_autoptr (KbDevice) device = parse_device (
      CODES AT ",\"expires_in\":900,"
               "\"verification_uri_complete\":\"https://a.example/d?c=B\"}");

  g_assert_cmpstr (device->user_code, ==, "BL6XB575V");
  g_assert_cmpstr (device->complete, ==, "https://a.example/d?c=B");
  g_assert_cmpint (device->interval, ==, 5);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (parse_device (bad[i]));
}

/* ---- id_tokens ------------------------------------------------------------------ */

#define CLIENT "00000000-0000-0000-0000-00000000abcd"

static gboolean
read_with (const KbIdTokenRules *rules, const char *claims, KbIdToken *id, GError **error)
{
  g_autofree char *middle = kb_text_base64url ((const guint8 *) claims, strlen (claims));
  g_autofree char *text = g_strdup_printf ("e30.%s.c2ln", middle);
  g_autoptr (KbSecret) token = kb_secret_new_text (text);

  return kb_id_token_read (token, rules, id, error);
}

static gboolean
read_id (const char *claims, KbIdToken *id, GError **error)
{
  KbIdTokenRules rules = { CLIENT, "n-1", ORIGIN, NULL, FALSE };

  return read_with (&rules, claims, id, error);
}

#define GOOD                                                                             \
  "{\"aud\":\"00000000-0000-0000-0000-00000000ABCD\",\"nonce\":\"n-1\",\"exp\":"         \
  "4102444800,"                                                                          \
  "\"iss\":\"https://login.microsoftonline.com/" TENANT "/v2.0\""

static void
assert_account (const char *more, const char *account)
{
  g_autofree char *claims = g_strconcat (GOOD, more, "}", NULL);
  g_auto (KbIdToken) id = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (read_id (claims, &id, &error) == (account != NULL));
  g_assert_cmpstr (id.account, ==, account);
}

static void
test_accounts (void)
{
  assert_account (",\"preferred_username\":\"Ana@X.example\",\"upn\":\"u\"",
                  "ana@x.example");
  assert_account (",\"upn\":\"U@x.example\",\"oid\":\"o\"", "u@x.example");
  assert_account (",\"oid\":\"o\",\"tid\":\"t\"", "o@t");
  assert_account (",\"sub\":\"s\"", "s");
  assert_account (",\"preferred_username\":\"a\\nb\",\"sub\":\"s\"", "s");
  assert_account (",\"oid\":\"o\"", NULL);
}

static void
assert_refused (const char *claims, const char *why)
{
  g_auto (KbIdToken) id = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (read_id (claims, &id, &error));
  g_assert_nonnull (strstr (error->message, why));
}

static void
test_foreign_id_tokens (void)
{
  assert_refused ("[]", "cannot be read");
  assert_refused ("{\"sub\":\"s\"}", "another application");
  assert_refused ("{\"aud\":\"" CLIENT "\",\"sub\":\"s\"}", "nonce");
  assert_refused ("{\"aud\":\"" CLIENT "\",\"nonce\":\"n-2\"}", "nonce");
  assert_refused ("{\"aud\":\"" CLIENT "\",\"nonce\":\"n-1\"}", "issuer");
  assert_refused ("{\"aud\":[\"" CLIENT "\"],\"nonce\":\"n-1\","
                  "\"iss\":\"https://login.microsoftonline.com.evil.example/x\"}",
                  "issuer");
  assert_refused ("{\"aud\":\"" CLIENT
                  "\",\"nonce\":\"n-1\",\"iss\":\"https://sts.windows.net/x/\"}",
                  "when it ends");
  assert_refused ("{\"aud\":\"" CLIENT "\",\"nonce\":\"n-1\",\"exp\":5,\"sub\":\"s\","
                  "\"iss\":\"https://sts.windows.net/x/\"}",
                  "clock");
}

#define ISSUER "https://id.example/realms/a"

static gboolean
read_generic_id (const char *claims)
{
  KbIdTokenRules rules = { "my-app", NULL, "https://id.example", ISSUER, FALSE };
  g_autofree char *full
      = g_strconcat ("{\"exp\":4102444800,\"sub\":\"s\",", claims, "}", NULL);
  g_auto (KbIdToken) id = { 0 };

  return read_with (&rules, full, &id, NULL);
}

#define FROM(iss) "\"iss\":\"" iss "\","

/* A provider with an issuer has exactly that, and a client's id has one way to be
   written. */
static void
test_generic_id_tokens (void)
{
  g_assert_true (read_generic_id (FROM (ISSUER) "\"aud\":\"my-app\""));
  g_assert_true (read_generic_id (FROM (ISSUER) "\"aud\":[\"my-app\"]"));
  g_assert_true (
      read_generic_id (FROM (ISSUER) "\"aud\":[\"x\",\"my-app\"],\"azp\":\"my-app\""));
  g_assert_false (read_generic_id (FROM (ISSUER) "\"aud\":\"My-App\""));
  g_assert_false (read_generic_id (FROM (ISSUER) "\"aud\":[\"x\",\"my-app\"]"));
  g_assert_false (read_generic_id (FROM (ISSUER) "\"aud\":\"my-app\",\"azp\":\"other\""));
  g_assert_false (
      read_generic_id (FROM ("https://id.example/realms/b") "\"aud\":\"my-app\""));
  g_assert_false (read_generic_id (FROM (ISSUER "/") "\"aud\":\"my-app\""));
  g_assert_false (read_generic_id ("\"aud\":\"my-app\""));
}

/* ---- discovery ------------------------------------------------------------------ */

static KbDiscovery *
discover (const char *more, GError **error)
{
  static const char *const origins[] = { "https://tokens.example", NULL };
  g_autofree char *text = g_strconcat ("{\"issuer\":\"" ISSUER "\",", more, "}", NULL);
  g_autoptr (KbSecret) body = kb_secret_new_text (text);

  return kb_discovery_parse (body, ISSUER, origins, error);
}

#define AUTHORIZE "\"authorization_endpoint\":\"https://id.example/realms/a/auth\""
#define TOKEN "\"token_endpoint\":\"https://tokens.example/a\""

static void
test_discovery (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KbDiscovery) found = discover (
      AUTHORIZE "," TOKEN ",\"authorization_response_iss_parameter_supported\":"
                "true,\"code_challenge_methods_supported\":[\"plain\",\"S256\"],"
                "\"revocation_endpoint\":\"https://id.example/revoke\","
                "\"userinfo_endpoint\":\"https://evil.example/me\"",
      &error);

  g_assert_no_error (error);
  g_assert_cmpstr (found->endpoints[KB_OAUTH_AUTHORIZE], ==,
                   "https://id.example/realms/a/auth");
  g_assert_cmpstr (found->endpoints[KB_OAUTH_TOKEN], ==, "https://tokens.example/a");
  g_assert_cmpstr (found->endpoints[KB_OAUTH_REVOKE], ==, "https://id.example/revoke");
  g_assert_null (found->endpoints[KB_OAUTH_USERINFO]);
  g_assert_null (found->endpoints[KB_OAUTH_DEVICECODE]);
  g_assert_true (found->iss);
}

static void
assert_undiscovered (const char *more, KbErrorCode code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (discover (more, &error));
  g_assert_error (error, KB_ERROR, (int) code);
}

static void
test_foreign_discovery (void)
{
  g_autoptr (KbSecret) body
      = kb_secret_new_text ("{\"issuer\":\"" ISSUER "/\"," TOKEN "}");
  g_autoptr (GError) error = NULL;

  g_assert_null (kb_discovery_parse (body, ISSUER, NULL, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_DENIED);
  assert_undiscovered (AUTHORIZE, KB_ERROR_PROTOCOL);
  assert_undiscovered (TOKEN ",\"issuer\":\"x\"", KB_ERROR_PROTOCOL);
  assert_undiscovered (TOKEN ",\"code_challenge_methods_supported\":[\"plain\"]",
                       KB_ERROR_DENIED);
  assert_undiscovered ("\"token_endpoint\":\"https://evil.example/t\"", KB_ERROR_DENIED);
  assert_undiscovered ("\"token_endpoint\":\"http://id.example/t\"", KB_ERROR_DENIED);
  assert_undiscovered ("\"token_endpoint\":\"https://x@id.example/t\"", KB_ERROR_DENIED);
  assert_undiscovered ("\"token_endpoint\":7", KB_ERROR_DENIED);
  assert_undiscovered (TOKEN ",\"authorization_endpoint\":"
                             "\"https://id.example.evil.example/a\"",
                       KB_ERROR_DENIED);
}

/* ---- tenants -------------------------------------------------------------------- */

static void
assert_challenge (const char *line, const char *tenant)
{
  const char *lines[] = { "Basic realm=\"x\"", line, NULL };
  g_autofree char *found = kb_tenant_of_challenges (lines);

  g_assert_cmpstr (found, ==, tenant);
}

static void
test_challenges (void)
{
  assert_challenge ("Bearer authorization_uri=" ORIGIN "/" TENANT, TENANT);
  assert_challenge ("Bearer authorization_uri=\"https://login.windows.net/" TENANT
                    "/oauth2/authorize\"",
                    TENANT);
  assert_challenge ("Bearer authorization_uri=https://login.evil.example/" TENANT, NULL);
  assert_challenge ("Bearer authorization_uri=http://login.windows.net/" TENANT, NULL);
  assert_challenge ("Bearer authorization_uri=https://login.windows.net:444/" TENANT,
                    NULL);
  assert_challenge ("Bearer authorization_uri=https://x@login.windows.net/" TENANT, NULL);
  assert_challenge ("Bearer authorization_uri=" ORIGIN "/common", NULL);
  assert_challenge (
      "Bearer authorization_uri=" ORIGIN "/00000000-0000-0000-0000-000000000000", NULL);
  assert_challenge ("Bearer", NULL);
}

static void
assert_header (const char *text, const char *tenant)
{
  g_autofree char *found = kb_tenant_of_header (text);

  g_assert_cmpstr (found, ==, tenant);
}

#define ZERO "00000000-0000-0000-0000-000000000000"

static void
test_headers (void)
{
  assert_header (TENANT, TENANT);
  assert_header (ZERO ", " TENANT, TENANT);
  assert_header (ZERO, KB_TENANT_ANY);
  assert_header ("", NULL);
  assert_header ("../evil", NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/oauth-pieces/pace", test_pace);
  g_test_add_func ("/oauth-pieces/device-answers", test_device_answers);
  g_test_add_func ("/oauth-pieces/accounts", test_accounts);
  g_test_add_func ("/oauth-pieces/foreign-id-tokens", test_foreign_id_tokens);
  g_test_add_func ("/oauth-pieces/generic-id-tokens", test_generic_id_tokens);
  g_test_add_func ("/oauth-pieces/discovery", test_discovery);
  g_test_add_func ("/oauth-pieces/foreign-discovery", test_foreign_discovery);
  g_test_add_func ("/oauth-pieces/challenges", test_challenges);
  g_test_add_func ("/oauth-pieces/headers", test_headers);
  return g_test_run ();
}
