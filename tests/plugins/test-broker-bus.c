/* SPDX-License-Identifier: MIT */
/* Tests the source broker against an identity broker on a bus of its own, of each
   generation, well and ill.  Knows nothing of Entra: see tests/system/test-broker. */
#include "source-host.h"

#include "base/clock.h"
#include "broker-place.h"
#include "diagnosis.h"

#include <glib/gstdio.h>
#include <string.h>

#define TENANT "11111111-1111-4111-8111-111111111111"
#define OTHER "22222222-2222-4222-8222-222222222222"
#define RESOURCE "499b84ac-1321-427f-aa17-267ca6975798"

#define ALICE                                                                            \
  "{\"environment\":\"login.windows.net\",\"givenName\":\"Alice\",\"homeAccountId\":"    \
  "\"aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa." TENANT                                       \
  "\",\"localAccountId\":\"aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa\",\"name\":\"Alice\","   \
  "\"passwordExpiry\":9223372036854775807,\"realm\":\"" TENANT                           \
  "\",\"username\":\"Alice@contoso.example\"}"
#define BOB                                                                              \
  "{\"environment\":\"login.windows.net\",\"homeAccountId\":"                            \
  "\"bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb." OTHER                                        \
  "\",\"localAccountId\":\"bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb\",\"name\":\"Bob\","     \
  "\"passwordExpiry\":0,\"realm\":\"" OTHER "\",\"username\":\"bob@fabrikam.example\"}"
#define CAROL                                                                            \
  "{\"localAccountId\":\"cccccccc-cccc-4ccc-8ccc-cccccccccccc\",\"realm\":\"" TENANT     \
  "\",\"username\":\"carol@contoso.example\"}"

static const char *const generations[] = { "java", "native", "himmelblau" };

/* ---- one acquire ---------------------------------------------------------------- */

typedef struct
{
  KbTalk *talk;
  KbRequest *request;
  KbCredential *credential;
  GError *error;
  gint64 took_ms;
} Asked;

static void
asked_clear (Asked *asked)
{
  g_clear_pointer (&asked->request, kb_request_free);
  g_clear_pointer (&asked->talk, kb_talk_free);
  g_clear_pointer (&asked->credential, kb_credential_unref);
  g_clear_error (&asked->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Asked, asked_clear)

static KbAnswer
ask (Asked *asked, const char *tenant)
{
  g_autoptr (SourceHost) host
      = source_host_new ("broker", NULL, &asked->error, "tenant", tenant, NULL);
  gint64 start = kb_clock_boot_ms ();
  KbAnswer answer;

  if (asked->request == NULL)
    asked->request = source_host_request ();
  answer = source_host_acquire (host, asked->request, &asked->credential, &asked->error);
  asked->took_ms = kb_clock_boot_ms () - start;
  return answer;
}

static void
assert_fails (const Place *place, const char *scenario, KbErrorCode code,
              const char *says)
{
  g_auto (Asked) asked = { 0 };

  place_plan (place, scenario);
  g_assert_cmpint (ask (&asked, TENANT), ==, KB_FAILED);
  g_assert_error (asked.error, KB_ERROR, (int) code);
  g_assert_nonnull (strstr (asked.error->message, says));
  g_assert_null (strchr (asked.error->message, '\n'));
}

#define SCENARIO(GENERATION, ACCOUNTS, MORE)                                             \
  "{\"generation\":\"" GENERATION "\",\"accounts\":[" ACCOUNTS "]" MORE "}"

/* ---- tests ---------------------------------------------------------------------- */

static void
test_nobody (Place *place, gconstpointer data)
{
  g_auto (Asked) asked = { 0 };

  if (place->bus == 0)
    {
      g_test_skip ("needs dbus-daemon");
      return;
    }
  g_assert_cmpint (ask (&asked, TENANT), ==, KB_DECLINED);
  g_test_message ("declined after %" G_GINT64_FORMAT " ms", asked.took_ms);
  g_assert_nonnull (strstr (kb_request_last_note (asked.request), "no identity broker"));
}

static void
test_silent (Place *place, gconstpointer data)
{
  if (!place_start_mock (place, "{}"))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (generations); i++)
    {
      g_auto (Asked) asked = { 0 };
      g_autofree char *scenario
          = g_strdup_printf (SCENARIO ("%s", ALICE, ""), generations[i]);
      g_autofree char *made = NULL;

      place_plan (place, scenario);
      g_assert_cmpint (ask (&asked, TENANT), ==, KB_OK);
      g_assert_cmpstr (kb_credential_account (asked.credential), ==,
                       "alice@contoso.example");
      g_assert_cmpstr (kb_credential_realm (asked.credential), ==, TENANT "/" RESOURCE);
      g_assert_cmpint (kb_credential_scheme (asked.credential), ==, KB_SCHEME_BEARER);
      g_assert_cmpint (kb_credential_expires (asked.credential), >,
                       kb_clock_now () + 3000);
      made = place_calls (place);
      g_assert_cmpstr (made, ==, "getAccounts acquireTokenSilently");
    }
}

/* The account of the tenant is taken; else the choice is a person's. */
static void
test_several (Place *place, gconstpointer data)
{
  g_auto (Asked) of_tenant = { 0 };
  g_auto (Asked) of_name = { 0 };

  if (!place_start_mock (place, SCENARIO ("native", ALICE "," BOB, "")))
    return;
  g_assert_cmpint (ask (&of_tenant, OTHER), ==, KB_OK);
  g_assert_cmpstr (kb_credential_account (of_tenant.credential), ==,
                   "bob@fabrikam.example");
  assert_fails (place, SCENARIO ("native", ALICE "," CAROL, ""), KB_ERROR_INTERACTION,
                "(Alice@contoso.example, carol@contoso.example)");
  of_name.request = source_host_request ();
  kb_request_set_account (of_name.request, "carol@contoso.example");
  g_assert_cmpint (ask (&of_name, TENANT), ==, KB_OK);
  g_assert_cmpstr (kb_credential_account (of_name.credential), ==,
                   "carol@contoso.example");
  assert_fails (place, SCENARIO ("java", "", ""), KB_ERROR_INTERACTION,
                "nobody has signed in");
}

#define MFA                                                                              \
  ",\"acquireTokenSilently\":{\"error\":{\"context\":\"AADSTS50076\",\"status\":2}}"

/* Without a person there is no window, whatever the desktop. */
static void
test_interaction_required (Place *place, gconstpointer data)
{
  g_autofree char *made = NULL;

  if (!place_start_mock (place, "{}"))
    return;
  g_setenv ("DISPLAY", ":99", TRUE);
  assert_fails (place, SCENARIO ("native", ALICE, MFA), KB_ERROR_INTERACTION,
                "AADSTS50076");
  made = place_calls (place);
  g_assert_cmpstr (made, ==, "getAccounts acquireTokenSilently");
}

/* A person who answers each question with ANSWER. */
static void
let_ask (const Place *place, Asked *asked, const char *answer)
{
  g_autofree char *path = g_build_filename (place->folder, "askpass", NULL);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\necho '%s'\n", answer);

  place_write (place, "askpass", script);
  g_assert_cmpint (g_chmod (path, 0700), ==, 0);
  g_setenv ("GIT_ASKPASS", path, TRUE);
  asked->talk = kb_talk_new (FALSE, FALSE);
  asked->request = source_host_request ();
  kb_request_set_talk (asked->request, asked->talk);
}

/* Several are left: a person says which, and what is no name of them is no answer. */
static void
test_choice (Place *place, gconstpointer data)
{
  g_auto (Asked) asked = { 0 };
  g_auto (Asked) wrong = { 0 };

  if (!place_start_mock (place, SCENARIO ("java", ALICE "," CAROL, "")))
    return;
  let_ask (place, &asked, " Carol@contoso.example ");
  g_assert_cmpint (ask (&asked, TENANT), ==, KB_OK);
  g_assert_cmpstr (kb_credential_account (asked.credential), ==, "carol@contoso.example");
  let_ask (place, &wrong, "dave@contoso.example");
  g_assert_cmpint (ask (&wrong, TENANT), ==, KB_FAILED);
  g_assert_error (wrong.error, KB_ERROR, KB_ERROR_INTERACTION);
}

static void
test_window (Place *place, gconstpointer data)
{
  g_auto (Asked) asked = { 0 };
  g_auto (Asked) fresh = { 0 };
  g_auto (Asked) blind = { 0 };
  g_autofree char *made = NULL;

  if (!place_start_mock (place, SCENARIO ("native", ALICE, MFA)))
    return;
  let_ask (place, &blind, "");
  g_assert_cmpint (ask (&blind, TENANT), ==, KB_FAILED);
  g_assert_error (blind.error, KB_ERROR, KB_ERROR_INTERACTION);
  g_setenv ("WAYLAND_DISPLAY", "wayland-0", TRUE);
  let_ask (place, &asked, "");
  g_assert_cmpint (ask (&asked, TENANT), ==, KB_OK);
  g_assert_cmpstr (kb_credential_account (asked.credential), ==, "alice@contoso.example");
  place_plan (place, SCENARIO ("java", "", ",\"signs-in\":" ALICE));
  let_ask (place, &fresh, "");
  g_assert_cmpint (ask (&fresh, TENANT), ==, KB_OK);
  g_assert_cmpstr (kb_credential_account (fresh.credential), ==, "alice@contoso.example");
  made = place_calls (place);
  g_assert_cmpstr (made, ==,
                   "getAccounts acquireTokenSilently "
                   "getAccounts acquireTokenSilently acquireTokenInteractively "
                   "getAccounts acquireTokenInteractively");
}

/* Somebody else sits at the window, or nobody does. */
static void
test_window_faults (Place *place, gconstpointer data)
{
  g_auto (Asked) other = { 0 };
  g_auto (Asked) nobody = { 0 };
  g_autofree char *made = NULL;

  if (!place_start_mock (place, SCENARIO ("native", "", ",\"signs-in\":" ALICE)))
    return;
  g_setenv ("DISPLAY", ":99", TRUE);
  let_ask (place, &other, "");
  kb_request_set_user (other.request, "carol@contoso.example");
  g_assert_cmpint (ask (&other, TENANT), ==, KB_FAILED);
  g_assert_error (other.error, KB_ERROR, KB_ERROR_DENIED);
  g_assert_nonnull (strstr (other.error->message, "carol@contoso.example was asked for"));
  place_plan (place, SCENARIO ("native", "", ",\"acquireTokenInteractively\":\"hang\""));
  let_ask (place, &nobody, "");
  kb_request_set_deadline_ms (nobody.request, 500);
  g_assert_cmpint (ask (&nobody, TENANT), ==, KB_FAILED);
  g_assert_error (nobody.error, KB_ERROR, KB_ERROR_NETWORK);
  g_usleep (200 * 1000);
  made = place_calls (place);
  g_assert_nonnull (strstr (made, "cancelInteractiveFlow"));
}

static void
test_hang (Place *place, gconstpointer data)
{
  static const char *const methods[] = { "getAccounts", "acquireTokenSilently" };

  if (!place_start_mock (place, "{}"))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_auto (Asked) asked = { .request = source_host_request () };
      g_autofree char *scenario
          = g_strdup_printf (SCENARIO ("native", ALICE, ",\"%s\":\"hang\""), methods[i]);

      place_plan (place, scenario);
      kb_request_set_deadline_ms (asked.request, 700);
      g_assert_cmpint (ask (&asked, TENANT), ==, KB_FAILED);
      g_assert_error (asked.error, KB_ERROR, KB_ERROR_NETWORK);
      g_assert_nonnull (strstr (asked.error->message, "did not answer in time"));
      g_assert_cmpint (asked.took_ms, <=, 60000);
    }
}

static void
test_vanish (Place *place, gconstpointer data)
{
  static const char *const methods[] = { "getAccounts", "acquireTokenSilently" };

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autofree char *scenario
          = g_strdup_printf (SCENARIO ("java", ALICE, ",\"%s\":\"vanish\""), methods[i]);

      if (!place_start_mock (place, scenario))
        return;
      assert_fails (place, scenario, KB_ERROR_NETWORK, "went away");
      place_end (&place->mock);
    }
}

static void
test_nonsense (Place *place, gconstpointer data)
{
  static const struct
  {
    const char *how;
    KbErrorCode code;
    const char *says;
  } cases[] = { { "malformed", KB_ERROR_PROTOCOL, "no JSON object" },
                { "list", KB_ERROR_PROTOCOL, "no JSON object" },
                { "empty", KB_ERROR_PROTOCOL, "no JSON object" },
                { "huge", KB_ERROR_PROTOCOL, "too long" },
                { "refuse", KB_ERROR_DENIED, "Not implemented" } };
  static const char *const methods[] = { "getAccounts", "acquireTokenSilently" };

  if (!place_start_mock (place, "{}"))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (cases) * G_N_ELEMENTS (methods); i++)
    {
      g_autofree char *scenario = g_strdup_printf (
          SCENARIO ("native", ALICE, ",\"%s\":\"%s\""), methods[i % 2], cases[i / 2].how);

      assert_fails (place, scenario, cases[i / 2].code, cases[i / 2].says);
    }
}

static void
test_types (Place *place, gconstpointer data)
{
  static const char *const types[] = { "i", "as", "ay" };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *scenario
          = g_strdup_printf (SCENARIO ("native", ALICE, ",\"type\":\"%s\""), types[i]);

      if (!place_start_mock (place, scenario))
        return;
      assert_fails (place, scenario, KB_ERROR_PROTOCOL, "another type");
      place_end (&place->mock);
    }
}

/* himmelblau knows no tenants: what it gives is for its own, whatever was asked. */
static void
test_home_tenant (Place *place, gconstpointer data)
{
  g_auto (Asked) asked = { 0 };

  if (!place_start_mock (place, SCENARIO ("himmelblau", ALICE, "")))
    return;
  g_assert_cmpint (ask (&asked, OTHER), ==, KB_FAILED);
  g_assert_error (asked.error, KB_ERROR, KB_ERROR_DENIED);
  g_assert_nonnull (strstr (asked.error->message, "of the tenant " TENANT));
  assert_fails (place, SCENARIO ("native", ALICE, ",\"object\":\"" OTHER "\""),
                KB_ERROR_DENIED, "somebody else");
  assert_fails (place, SCENARIO ("native", ALICE, ",\"audience\":\"x\""), KB_ERROR_DENIED,
                "something else");
  assert_fails (place, SCENARIO ("native", ALICE, ",\"lifetime\":-60"), KB_ERROR_PROTOCOL,
                "over");
}

/* A broker keeps its own cache: it is told which token is of no more use. */
static void
test_refused (Place *place, gconstpointer data)
{
  g_auto (Asked) first = { 0 };
  g_auto (Asked) second = { 0 };
  g_autofree char *scenario = NULL;
  const char *token;

  if (!place_start_mock (place, SCENARIO ("native", ALICE, "")))
    return;
  g_assert_cmpint (ask (&first, TENANT), ==, KB_OK);
  token = kb_secret_peek (kb_credential_secret (first.credential));
  scenario = g_strdup_printf (
      SCENARIO ("native", ALICE, ",\"acquireTokenSilently\":{\"accessToken\":\"%s\"}"),
      token);
  place_plan (place, scenario);
  second.request = source_host_request ();
  source_host_refuse (second.request, token);
  g_assert_cmpint (ask (&second, TENANT), ==, KB_FAILED);
  g_assert_error (second.error, KB_ERROR, KB_ERROR_DENIED);
  g_assert_nonnull (strstr (second.error->message, "the server has refused"));
}

/* The bus starts it when it is asked for, and not to look. */
static void
test_activation (Place *place, gconstpointer data)
{
  g_autofree char *program = place_mock_program ();
  g_autofree char *service
      = g_strdup_printf ("[D-BUS Service]\nName=com.microsoft.identity.broker1\n"
                         "Exec=%s %s\n",
                         program, place->folder);
  g_autoptr (SourceHost) host
      = source_host_new ("broker", NULL, NULL, "tenant", TENANT, NULL);
  g_autoptr (KbDiagnosis) diagnosis = kb_diagnosis_new (FALSE);
  g_auto (Asked) asked = { 0 };
  g_autofree char *made = NULL;
  const KbFinding *finding;

  if (!place_start_mock (place, SCENARIO ("java", ALICE, "")))
    return;
  place_end (&place->mock);
  place_end (&place->bus);
  place_write (place, "services/broker.service", service);
  place_start_bus (place);
  asked.request = source_host_request ();
  host->module->source->diagnose (host->self, asked.request, diagnosis);
  finding = g_ptr_array_index (kb_diagnosis_findings (diagnosis), 0);
  g_assert_cmpint (finding->state, ==, KB_FINDING_GOOD);
  g_assert_nonnull (strstr (finding->text, "started when it is needed"));
  g_assert_cmpint (ask (&asked, TENANT), ==, KB_OK);
  made = place_calls (place);
  g_assert_cmpstr (made, ==, "getAccounts acquireTokenSilently");
}

static void
test_cannot_start (Place *place, gconstpointer data)
{
  g_auto (Asked) asked = { 0 };

  if (place->bus == 0)
    {
      g_test_skip ("needs dbus-daemon");
      return;
    }
  place_end (&place->bus);
  place_write (place, "services/broker.service",
               "[D-BUS Service]\nName=com.microsoft.identity.broker1\nExec=/bin/false\n");
  place_start_bus (place);
  g_assert_cmpint (ask (&asked, TENANT), ==, KB_FAILED);
  g_assert_error (asked.error, KB_ERROR, KB_ERROR_NETWORK);
  g_assert_nonnull (strstr (asked.error->message, "cannot be started"));
}

static void
assert_found (const Place *place, const char *scenario, KbFindingState state,
              const char *text)
{
  g_autoptr (SourceHost) host
      = source_host_new ("broker", NULL, NULL, "tenant", TENANT, NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbDiagnosis) diagnosis = kb_diagnosis_new (FALSE);
  const KbFinding *finding;

  place_plan (place, scenario);
  kb_request_set_deadline_ms (request, 700);
  host->module->source->diagnose (host->self, request, diagnosis);
  g_assert_cmpuint (kb_diagnosis_findings (diagnosis)->len, ==, 1);
  finding = g_ptr_array_index (kb_diagnosis_findings (diagnosis), 0);
  g_assert_cmpint (finding->state, ==, state);
  g_assert_nonnull (strstr (finding->text, text));
}

static void
test_diagnose (Place *place, gconstpointer data)
{
  g_autofree char *made = NULL;

  if (!place_start_mock (place, "{}"))
    return;
  assert_found (place, SCENARIO ("java", ALICE, ""), KB_FINDING_GOOD, "version 2.0.1");
  assert_found (place, SCENARIO ("native", ALICE, ""), KB_FINDING_GOOD, "version 3.0.1");
  assert_found (place, SCENARIO ("himmelblau", ALICE, ""), KB_FINDING_GOOD, "runs (");
  assert_found (place, SCENARIO ("java", ALICE, ",\"getLinuxBrokerVersion\":\"hang\""),
                KB_FINDING_BAD, "did not answer in time");
  made = place_calls (place);
  g_assert_null (strstr (made, "acquire"));
}

static void
add (const char *path, void (*test) (Place *, gconstpointer))
{
  g_test_add (path, Place, NULL, place_up, test, place_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_unsetenv ("XDG_RUNTIME_DIR");
  add ("/broker-bus/nobody", test_nobody);
  add ("/broker-bus/silent", test_silent);
  add ("/broker-bus/several", test_several);
  add ("/broker-bus/choice", test_choice);
  add ("/broker-bus/interaction-required", test_interaction_required);
  add ("/broker-bus/window", test_window);
  add ("/broker-bus/window-faults", test_window_faults);
  add ("/broker-bus/hang", test_hang);
  add ("/broker-bus/vanish", test_vanish);
  add ("/broker-bus/nonsense", test_nonsense);
  add ("/broker-bus/types", test_types);
  add ("/broker-bus/home-tenant", test_home_tenant);
  add ("/broker-bus/refused", test_refused);
  add ("/broker-bus/activation", test_activation);
  add ("/broker-bus/cannot-start", test_cannot_start);
  add ("/broker-bus/diagnose", test_diagnose);
  return g_test_run ();
}
