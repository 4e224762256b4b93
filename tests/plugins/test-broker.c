/* SPDX-License-Identifier: MIT */
/* Tests the source broker where there is no broker, and the pieces that read and write
   its JSON.  Knows nothing of D-Bus: see test-broker-bus. */
#include "source-host.h"

#include "base/clock.h"
#include "broker/broker-accounts.h"
#include "broker/broker-answer.h"
#include "broker/broker-form.h"
#include "diagnosis.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TENANT "11111111-1111-4111-8111-111111111111"
#define OTHER "22222222-2222-4222-8222-222222222222"
#define RESOURCE "499b84ac-1321-427f-aa17-267ca6975798"

/* ---- no broker ------------------------------------------------------------------ */

static SourceHost *
host_new (void)
{
  g_autoptr (GError) error = NULL;
  SourceHost *host = source_host_new ("broker", NULL, &error, "tenant", TENANT, NULL);

  g_assert_no_error (error);
  return host;
}

static void
assert_declined (void)
{
  g_autoptr (SourceHost) host = host_new ();
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (KbDiagnosis) diagnosis = kb_diagnosis_new (FALSE);
  const KbFinding *finding;

  g_assert_cmpint (source_host_acquire (host, request, &credential, &error), ==,
                   KB_DECLINED);
  g_assert_nonnull (strstr (kb_request_last_note (request), "no identity broker"));
  host->module->source->diagnose (host->self, request, diagnosis);
  finding = g_ptr_array_index (kb_diagnosis_findings (diagnosis), 0);
  g_assert_cmpint (finding->state, ==, KB_FINDING_UNKNOWN);
}

/* GIO would start a bus for DISPLAY, and run a program for some of these addresses. */
static void
test_no_bus (void)
{
  static const char *const addresses[]
      = { "unix:path=/nonexistent/bus", "autolaunch:", "unixexec:path=/bin/false",
          "nonsense", "" };

  g_setenv ("DISPLAY", ":99", TRUE);
  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  assert_declined ();
  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_setenv ("DBUS_SESSION_BUS_ADDRESS", addresses[i], TRUE);
      assert_declined ();
    }
  g_unsetenv ("DISPLAY");
}

/* Accepts, by the kernel's queue, and never says a word. */
static void
test_black_hole (void)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofree char *path = g_build_filename (g_getenv ("KB_SCRATCH"), "hole", NULL);
  g_autofree char *bus = g_strconcat ("unix:path=", path, NULL);
  g_autoptr (SourceHost) host = host_new ();
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gint64 start = kb_clock_boot_ms ();

  memcpy (address.sun_path, path, strlen (path));
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 16), ==, 0);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", bus, TRUE);
  g_assert_cmpint (source_host_acquire (host, request, &credential, &error), ==,
                   KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  g_assert_cmpint (kb_clock_boot_ms () - start, <=, 14000);
  (void) close (fd);
}

static void
test_identify (void)
{
  g_autoptr (SourceHost) host = host_new ();
  g_autoptr (KbRequest) request = source_host_request ();
  g_autofree char *identity = NULL;

  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  g_assert_null (source_host_identify (host, request));
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
  kb_request_set_user (request, "Alice@Contoso.example");
  identity = source_host_identify (host, request);
  g_assert_cmpstr (identity, ==, "alice@contoso.example " TENANT "/" RESOURCE);
}

static void
test_options (void)
{
  static const char *const bad[][2]
      = { { "tenant", "common" },
          { "client-id", "me" },
          { "authority", "http://login.microsoftonline.com" },
          { "scope", "/.default" },
          { "colour", "blue" } };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (
          source_host_new ("broker", NULL, &error, bad[i][0], bad[i][1], NULL));
      g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
    }
}

/* ---- accounts ------------------------------------------------------------------- */

static KbJson *
json_of (const char *text)
{
  g_autoptr (KbSecret) secret = kb_secret_new_text (text);
  g_autoptr (GError) error = NULL;
  KbJson *json = kb_json_parse (secret, &error);

  g_assert_no_error (error);
  return json;
}

#define PERSON(NAME, REALM, HOME)                                                        \
  "{\"username\":\"" NAME "\",\"realm\":\"" REALM "\",\"localAccountId\":\"" REALM       \
  "\",\"homeAccountId\":\"x." HOME "\"}"

static const char several[]
    = "{\"accounts\":[" PERSON ("Alice@x.example", OTHER, TENANT) "," PERSON (
        "alice@x.example", TENANT,
        TENANT) "," PERSON ("bob@y.example", OTHER,
                            OTHER) ",7,{\"username\":7},{\"username\":\"\"},{"
                                   "\"username\":\"a\\u001bb\"}]}";

/* What NAME and REALM of the chosen one are: "several", "none" or "name realm". */
static char *
choice (const char *text, const char *wanted, const char *tenant)
{
  g_autoptr (KbJson) json = json_of (text);
  g_autoptr (GPtrArray) accounts = kb_broker_accounts_read (json, NULL);
  const KbBrokerAccount *account = NULL;

  switch (kb_broker_accounts_choose (accounts, wanted, tenant, &account))
    {
    case KB_BROKER_CHOICE_NONE:
      return g_strdup ("none");
    case KB_BROKER_CHOICE_SEVERAL:
      return g_strdup ("several");
    default:
      return g_strdup_printf ("%s %s", account->username,
                              account->tenant != NULL ? account->tenant : "-");
    }
}

static void
test_choice (void)
{
  static const struct
  {
    const char *wanted;
    const char *tenant;
    const char *got;
  } cases[] = { { NULL, NULL, "several" },
                { NULL, OTHER, "several" },
                { NULL, TENANT, "alice@x.example " TENANT },
                { "ALICE@X.EXAMPLE", OTHER, "Alice@x.example " OTHER },
                { "alice@x.example", NULL, "alice@x.example " TENANT },
                { "bob@y.example", TENANT, "bob@y.example " OTHER },
                { "carol@x.example", TENANT, "none" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = choice (several, cases[i].wanted, cases[i].tenant);

      g_assert_cmpstr (got, ==, cases[i].got);
    }
}

static void
test_no_accounts (void)
{
  static const char *const bad[] = { "{}", "{\"accounts\":{}}", "{\"accounts\":null}" };
  g_autofree char *got = choice ("{\"accounts\":[]}", NULL, TENANT);

  g_assert_cmpstr (got, ==, "none");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (KbJson) json = json_of (bad[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (kb_broker_accounts_read (json, &error));
      g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
    }
}

static void
test_names (void)
{
  g_autoptr (KbJson) json = json_of (several);
  g_autoptr (GPtrArray) accounts = kb_broker_accounts_read (json, NULL);
  g_autofree char *names = kb_broker_accounts_names (accounts);

  g_assert_cmpstr (names, ==, "Alice@x.example, bob@y.example");
}

/* ---- the request ---------------------------------------------------------------- */

#define ACCOUNT                                                                          \
  "{\"username\":\"a\\\"b\",\"passwordExpiry\":9223372036854775807,\"more\":[true,null," \
  "{\"x\":-1}]}"

static void
test_form (void)
{
  g_autoptr (KbJson) list = json_of ("{\"accounts\":[" ACCOUNT "]}");
  g_autoptr (KbSecret) renew = kb_secret_new_text ("a.b.c");
  const KbBrokerForm form
      = { .client = "c",
          .redirect = "r",
          .authority = "https://login.example/t",
          .scope = "one  two",
          .username = "a\"b",
          .claims = "{\"x\":1}",
          .list = list,
          .account = kb_json_at (list, kb_json_member (list, 0, "accounts"), 0),
          .renew = renew };
  g_autoptr (KbBuffer) json = kb_broker_form_token (&form, TRUE);

  g_assert_cmpstr (
      kb_buffer_peek (json), ==,
      "{\"account\":" ACCOUNT ",\"authParameters\":{\"account\":" ACCOUNT
      ",\"username\":\"a\\\"b\",\"authority\":\"https://login.example/t\","
      "\"authorizationType\":6,\"clientId\":\"c\",\"redirectUri\":\"r\","
      "\"requestedScopes\":[\"one\",\"two\"],"
      "\"additionalQueryParametersForAuthorization\":{},\"uxContextHandle\":-1,"
      "\"decodedClaims\":\"{\\\"x\\\":1}\",\"accessTokenToRenew\":\"a.b.c\"}}");
}

/* ---- the answer ----------------------------------------------------------------- */

/* New: a JWT with CLAIMS. */
static char *
jwt (const char *claims)
{
  static const char header[] = "{\"alg\":\"RS256\"}";
  g_autofree char *first = g_base64_encode ((const guchar *) header, strlen (header));
  g_autofree char *second = g_base64_encode ((const guchar *) claims, strlen (claims));
  char *whole = g_strdup_printf ("%s.%s.c2ln", first, second);
  char *to = whole;

  for (const char *c = whole; *c != '\0'; c++)
    if (*c != '=')
      *to++ = *c == '+' ? '-' : *c == '/' ? '_' : *c;
  *to = '\0';
  return whole;
}

static gboolean
read_answer (const char *text, KbBrokerToken *token, GError **error)
{
  static const KbBrokerRules rules
      = { .resource = RESOURCE, .tenant = TENANT, .home = TENANT, .object = OTHER };
  g_autoptr (KbJson) json = json_of (text);

  return kb_broker_answer_read (json, &rules, NULL, token, error);
}

static gboolean
read_claims (const char *claims, KbBrokerToken *token, GError **error)
{
  g_autofree char *access = jwt (claims);
  g_autofree char *text = g_strdup_printf (
      "{\"brokerTokenResponse\":{\"accessToken\":\"%s\",\"expiresOn\":1}}", access);

  return read_answer (text, token, error);
}

#define CLAIMS(AUD, TID, OID, EXP)                                                       \
  "{\"aud\":\"" AUD "\",\"tid\":\"" TID "\",\"oid\":\"" OID                              \
  "\",\"upn\":\"Alice@x.example\",\"exp\":" EXP "}"
#define FAR "99999999999"

static void
test_token (void)
{
  g_auto (KbBrokerToken) token = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (read_claims (CLAIMS (RESOURCE, TENANT, OTHER, FAR), &token, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (token.account, ==, "alice@x.example");
  g_assert_cmpstr (token.tenant, ==, TENANT);
  g_assert_cmpint (token.expires, >, kb_clock_now () + 3600);
  g_assert_cmpint (token.expires, <, kb_clock_now () + 8 * 24 * 3600);
}

static void
test_wrong_token (void)
{
  static const struct
  {
    const char *claims;
    KbErrorCode code;
  } cases[] = {
    { CLAIMS ("https://graph.microsoft.com", TENANT, OTHER, FAR), KB_ERROR_DENIED },
    { CLAIMS (RESOURCE, OTHER, OTHER, FAR), KB_ERROR_DENIED },
    { CLAIMS (RESOURCE, "contoso", OTHER, FAR), KB_ERROR_PROTOCOL },
    { CLAIMS (RESOURCE, TENANT, TENANT, FAR), KB_ERROR_DENIED },
    { CLAIMS (RESOURCE, TENANT, OTHER, "1000000000"), KB_ERROR_PROTOCOL },
    { CLAIMS (RESOURCE, TENANT, OTHER, "\"" FAR "\""), KB_ERROR_PROTOCOL },
    { "{}", KB_ERROR_DENIED },
    { "[]", KB_ERROR_PROTOCOL },
    { "nonsense", KB_ERROR_PROTOCOL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (KbBrokerToken) token = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (read_claims (cases[i].claims, &token, &error));
      g_assert_error (error, KB_ERROR, (int) cases[i].code);
      g_assert_null (token.access);
    }
}

#define ERROR(INSIDE) "{\"brokerTokenResponse\":{\"error\":" INSIDE "}}"

static void
test_refusals (void)
{
  static const struct
  {
    const char *answer;
    KbErrorCode code;
    const char *says;
  } cases[] = {
    { ERROR ("{\"context\":\"AADSTS50076: MFA\",\"status\":2}"), KB_ERROR_INTERACTION,
      "AADSTS50076" },
    { ERROR ("{\"context\":\"invalid_grant: AADSTS53000: no\",\"status\":0}"),
      KB_ERROR_INTERACTION, "AADSTS53000" },
    { ERROR ("{\"context\":\"x\\u001b[2Jy\\nz\",\"status\":0}"), KB_ERROR_DENIED,
      "x%1B[2Jy" },
    { ERROR ("{\"context\":\"\",\"status\":3}"), KB_ERROR_NETWORK, "has no network" },
    { ERROR ("{\"context\":\"declined scopes are present\",\"status\":6}"),
      KB_ERROR_DENIED, "consent" },
    { ERROR ("{\"context\":\"\",\"status\":7}"), KB_ERROR_DENIED, "cancelled" },
    { ERROR ("{\"context\":7,\"status\":\"x\"}"), KB_ERROR_DENIED, "no reason is given" },
    { ERROR ("\"interaction_required\""), KB_ERROR_INTERACTION, "interaction_required" },
    { "{\"error\":{\"context\":\"AccountNotFound\"}}", KB_ERROR_INTERACTION,
      "no such account" },
    { ERROR ("null"), KB_ERROR_PROTOCOL, "no token" },
    { ERROR ("7"), KB_ERROR_PROTOCOL, "no token" },
    { "{}", KB_ERROR_PROTOCOL, "another form" },
    { "{\"brokerTokenResponse\":[]}", KB_ERROR_PROTOCOL, "another form" },
    { "{\"brokerTokenResponse\":{\"accessToken\":\"\"}}", KB_ERROR_PROTOCOL, "no token" },
    { "{\"brokerTokenResponse\":{\"accessToken\":\"x\",\"accessTokenType\":1}}",
      KB_ERROR_PROTOCOL, "proof" },
    { "{\"brokerTokenResponse\":{\"accessToken\":\"not a token\"}}", KB_ERROR_PROTOCOL,
      "something that is no token" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (KbBrokerToken) token = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (read_answer (cases[i].answer, &token, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, KB_ERROR, (int) cases[i].code);
      g_assert_nonnull (strstr (error->message, cases[i].says));
      g_assert_null (strchr (error->message, '\n'));
    }
}

/* What it was sent must not come back on a terminal. */
static void
test_echo (void)
{
  g_autoptr (KbSecret) secret = kb_secret_new_text ("eyJ.eyJ.sig");
  g_autoptr (KbJson) json = json_of (ERROR ("{\"context\":\"bad eyJ.eyJ.sig\"}"));
  const KbBrokerRules rules = { .resource = RESOURCE };
  g_auto (KbBrokerToken) token = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (kb_broker_answer_read (json, &rules, secret, &token, &error));
  g_assert_null (strstr (error->message, "eyJ"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_unsetenv ("XDG_RUNTIME_DIR");
  g_test_add_func ("/broker/no-bus", test_no_bus);
  g_test_add_func ("/broker/black-hole", test_black_hole);
  g_test_add_func ("/broker/identify", test_identify);
  g_test_add_func ("/broker/options", test_options);
  g_test_add_func ("/broker/choice", test_choice);
  g_test_add_func ("/broker/no-accounts", test_no_accounts);
  g_test_add_func ("/broker/names", test_names);
  g_test_add_func ("/broker/form", test_form);
  g_test_add_func ("/broker/token", test_token);
  g_test_add_func ("/broker/wrong-token", test_wrong_token);
  g_test_add_func ("/broker/refusals", test_refusals);
  g_test_add_func ("/broker/echo", test_echo);
  return g_test_run ();
}
