/* SPDX-License-Identifier: MIT */
/* Tests session: control words, broken promises, bindings, what the server said.
   Knows nothing of stores' faults, which are maker's and keeper's. */
#include "session.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "kept.h"
#include "stage.h"

static void
assert_answer (const char *sources, const char *expected)
{
  g_autofree char *answer = stage_get (sources, "keep");

  if (!g_pattern_match_simple (expected, answer))
    g_error ("%s: %s is not %s", sources, answer, expected);
}

/* ---- control words
 * ---------------------------------------------------------------------- */

typedef struct
{
  const char *first; /* what a does */
  const char *control;
  const char *second; /* what b does, a sufficient one behind it */
  const char *expected;
} Row;

static const Row rows[] = {
  { "ok", "sufficient", "ok", "ok a-1" },
  { "ok", "sufficient", "declined", "ok a-1" },
  { "ok", "sufficient", "failed 2", "ok a-1" },
  { "declined", "sufficient", "ok", "ok b-1" },
  { "declined", "sufficient", "declined", "declined" },
  { "declined", "sufficient", "failed 2", "failed 2: b: *" },
  { "failed 3", "sufficient", "ok", "ok b-1" },
  { "failed 3", "sufficient", "declined", "failed 3: a: *" },
  { "failed 3", "sufficient", "failed 2", "failed 3: a: *" },
  { "ok", "requisite", "ok", "ok a-1+b-1" },
  { "ok", "requisite", "declined", "ok a-1" },
  { "ok", "requisite", "failed 2", "ok a-1" },
  { "declined", "requisite", "ok", "failed 3: a had nothing to give and is requisite" },
  { "declined", "requisite", "declined", "failed 3: a *" },
  { "declined", "requisite", "failed 2", "failed 3: a *" },
  { "failed 4", "requisite", "ok", "failed 4: a: *" },
  { "failed 4", "requisite", "declined", "failed 4: a: *" },
  { "failed 4", "requisite", "failed 2", "failed 4: a: *" },
  { "ok", "optional", "ok", "ok a-1+b-1" },
  { "ok", "optional", "declined", "ok a-1" },
  { "ok", "optional", "failed 2", "ok a-1" },
  { "declined", "optional", "ok", "ok b-1" },
  { "declined", "optional", "declined", "declined" },
  { "declined", "optional", "failed 2", "failed 2: b: *" },
  { "failed 3", "optional", "ok", "ok b-1" },
  { "failed 3", "optional", "declined", "declined" },
  { "failed 3", "optional", "failed 2", "failed 2: b: *" },
};

static void
test_matrix (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *sources = g_strdup_printf ("a:%s;b", rows[i].control);

      stage_new ();
      stage_set ("a", "acquire", rows[i].first);
      stage_set ("b", "acquire", rows[i].second);
      assert_answer (sources, rows[i].expected);
    }
}

/* The same where a cannot even say who it would answer for. */
static void
test_matrix_of_identify (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *sources = g_strdup_printf ("a:%s;b", rows[i].control);

      stage_new ();
      stage_set ("a", "identify", rows[i].first);
      stage_set ("b", "acquire", rows[i].second);
      assert_answer (sources, rows[i].expected);
      if (!g_str_equal (rows[i].first, "ok"))
        g_assert_cmpuint (stage_count ("a acquire"), ==, 0);
    }
}

static void
test_requisite_stops (void)
{
  stage_new ();
  stage_set ("a", "acquire", "failed 2");
  assert_answer ("a:requisite;b", "failed 2: *");
  g_assert_cmpuint (stage_count ("b identify"), ==, 0);
}

/* An error before it is not what stopped the walk. */
static void
test_requisite_error_wins (void)
{
  stage_new ();
  stage_set ("a", "acquire", "failed 3");
  stage_set ("b", "acquire", "failed 4");
  assert_answer ("a;b:requisite;c", "failed 4: b: *");
}

/* What an entry before it made is not given when a requisite one fails. */
static void
test_requisite_ends_it_all (void)
{
  stage_new ();
  stage_set ("b", "acquire", "failed 4");
  assert_answer ("a:optional;b:requisite", "failed 4: b: *");
  stage_new ();
  stage_set ("b", "acquire", "declined");
  assert_answer ("a:optional;b:requisite", "failed 3: b *");
}

static void
test_last_requisite_answers (void)
{
  stage_new ();
  assert_answer ("a:requisite", "ok a-1");
  assert_answer ("a:requisite;b:requisite", "ok a-1+b-1");
  assert_answer ("a:requisite;b:requisite;c:optional", "ok a-1+b-1+c-1");
}

static void
test_all_declined (void)
{
  static const char *const controls[] = { "sufficient", "optional" };

  for (guint i = 0; i < G_N_ELEMENTS (controls); i++)
    {
      g_autofree char *sources = g_strdup_printf ("a:%s;b:%s", controls[i], controls[i]);

      stage_new ();
      stage_set ("a", "acquire", "declined");
      stage_set ("b", "identify", "declined");
      assert_answer (sources, "declined");
    }
}

static void
test_opening (void)
{
  stage_new ();
  stage_set ("a", "open", "declined");
  assert_answer ("a;b", "ok b-1");
  assert_answer ("a:requisite;b", "failed 3: a *");
  stage_set ("a", "open", "failed 0");
  assert_answer ("a", "failed 0: a: *");
}

static void
test_missing_module (void)
{
  stage_new ();
  assert_answer ("nowhere;b", "ok b-1");
  assert_answer ("nowhere", "failed 6: *nowhere*");
}

/* ---- broken promises
 * --------------------------------------------------------------------- */

static void
test_promises (void)
{
  static const char *const steps[] = { "open", "identify", "acquire" };
  static const char *const ways[] = { "without", "odd", "nothing" };

  for (guint i = 0; i < G_N_ELEMENTS (steps) * G_N_ELEMENTS (ways); i++)
    {
      const char *step = steps[i / 3];
      const char *way = ways[i % 3];

      if (g_str_equal (step, "open") && g_str_equal (way, "nothing"))
        continue;
      stage_new ();
      stage_set ("a", step, way);
      assert_answer ("a", "failed 6: a: a broke its promise: *");
      assert_answer ("a;b", "ok b-1");
    }
}

/* ---- what is bound
 * ------------------------------------------------------------------------ */

static void
test_bound (void)
{
  g_autofree char *calls = NULL;

  stage_new ();
  assert_answer ("a;b", "ok a-1");
  g_free (stage_calls ());
  assert_answer ("a;b", "ok a-1");
  calls = stage_calls ();
  g_assert_cmpstr (calls, ==, "keep open; keep get credential");
}

/* The one that answers is asked again when one before it may have come to life. */
static void
test_bound_to_the_second (void)
{
  stage_new ();
  g_unsetenv ("KB_T_TOKEN");
  stage_set ("a", "identify", "declined");
  stage_set ("a", "secret-variable", "KB_T_TOKEN");
  assert_answer ("a;b", "ok b-1");
  assert_answer ("a;b", "ok b-1");
  g_assert_cmpuint (stage_count ("a identify"), ==, 1);
  stage_set ("a", "identify", NULL);
  g_setenv ("KB_T_TOKEN", "set", TRUE);
  assert_answer ("a;b", "ok a-1");
  g_unsetenv ("KB_T_TOKEN");
}

static void
test_passing_is_not_kept (void)
{
  stage_new ();
  assert_answer ("x;a", "ok x-1");
  assert_answer ("x;a", "ok x-2");
  g_assert_cmpuint (stage_count ("keep put credential"), ==, 0);
  g_assert_cmpuint (stage_count ("keep open"), ==, 0);
}

static void
test_passing_after_bound (void)
{
  stage_new ();
  stage_set ("x", "identify", "declined");
  assert_answer ("x;a", "ok a-1");
  g_assert_cmpuint (stage_count ("x identify"), ==, 1);
}

static void
test_ephemeral_is_not_kept (void)
{
  stage_new ();
  stage_set ("a", "passing", "1");
  assert_answer ("a", "ok a-1");
  assert_answer ("a", "ok a-2");
  g_assert_cmpuint (stage_count ("keep put credential"), ==, 0);
}

/* One account's token is not another's, and one organization's not the other's. */
static void
test_realms_apart (void)
{
  stage_new ();
  assert_answer ("a", "ok a-1");
  stage_set ("a", "realm", "other");
  stage_set_extra ("[network]\nproxy=http://proxy.example:1");
  assert_answer ("a", "ok a-2");
  stage_set ("a", "realm", NULL);
  stage_set ("a", "account", "bob");
  stage_set_extra ("[network]\nproxy=http://proxy.example:2");
  assert_answer ("a", "ok a-3");
}

/* ---- what the server said
 * ------------------------------------------------------------------ */

static void
begin (Call *call, const char *sources, const char *user)
{
  call_begin (call, sources, "keep", "https://place.example/", user);
}

/* The server's word on SECRET in a call of its own. */
static KbAnswer
say (const char *sources, const char *user, const char *text, gboolean accepted)
{
  g_auto (Call) call = { 0 };
  g_autoptr (KbSecret) secret = text != NULL ? kb_secret_new_text (text) : NULL;
  g_autoptr (GError) error = NULL;
  KbAnswer answer;

  begin (&call, sources, user);
  answer = accepted ? kb_session_accept (call.session, secret, &error)
                    : kb_session_refuse (call.session, secret, &error);
  g_assert_no_error (error);
  return answer;
}

static void
test_refuse (void)
{
  g_autoptr (KbRecord) renewal = NULL;

  stage_new ();
  stage_set ("a", "rotates", "1");
  assert_answer ("a", "ok a-1");
  g_assert_cmpint (say ("a", NULL, "a-1", FALSE), ==, KB_OK);
  renewal = stage_kept ("keep", "renewal", "a");
  g_assert_nonnull (renewal);
  assert_answer ("a", "ok a-2");
  g_assert_cmpuint (stage_count ("a prior a-1 refused"), ==, 1);
  g_assert_cmpuint (stage_count ("a signed-in"), ==, 1);
}

static void
test_refuse_compares (void)
{
  stage_new ();
  assert_answer ("a", "ok a-1");
  g_assert_cmpint (say ("a", NULL, "older", FALSE), ==, KB_DECLINED);
  assert_answer ("a", "ok a-1");
}

static void
test_refuse_whatever (void)
{
  stage_new ();
  assert_answer ("a", "ok a-1");
  g_assert_cmpint (say ("a", NULL, NULL, FALSE), ==, KB_OK);
  assert_answer ("a", "ok a-2");
}

/* Git asks without a user and hands back the one that it was given. */
static void
test_refuse_with_the_user_that_was_given (void)
{
  stage_new ();
  assert_answer ("a", "ok a-1");
  g_assert_cmpint (say ("a", "keybearer", "a-1", FALSE), ==, KB_OK);
  assert_answer ("a", "ok a-2");
}

/* A place that is bound for nobody has nothing that could be refused. */
static void
test_refuse_unknown (void)
{
  stage_new ();
  g_assert_cmpint (say ("a", NULL, "x", FALSE), ==, KB_DECLINED);
  g_assert_cmpint (say ("a", NULL, NULL, FALSE), ==, KB_DECLINED);
  g_assert_cmpuint (stage_count ("a acquire"), ==, 0);
}

static void
test_accept (void)
{
  stage_new ();
  assert_answer ("a", "ok a-1");
  g_assert_cmpint (say ("a", NULL, "a-1", TRUE), ==, KB_DECLINED);
  g_assert_cmpint (say ("a", NULL, "a-1", FALSE), ==, KB_OK);
  g_assert_cmpint (say ("a", NULL, "a-1", TRUE), ==, KB_OK);
  assert_answer ("a", "ok a-1");
}

/* A refused credential is not served because no other can be had. */
static void
test_refused_and_failed (void)
{
  stage_new ();
  assert_answer ("a", "ok a-1");
  say ("a", NULL, "a-1", FALSE);
  stage_set ("a", "acquire", "failed 2");
  assert_answer ("a", "failed 2: *");
}

static void
test_source_repeats_itself (void)
{
  stage_new ();
  stage_set ("a", "secret", "always");
  assert_answer ("a", "ok always");
  say ("a", NULL, "always", FALSE);
  assert_answer ("a", "failed 3: a: place.example refused this credential*");
}

/* New: the answer when the server has just refused what had MARK. */
static char *
second_chance (const char *text)
{
  g_auto (Call) call = { 0 };
  g_autoptr (KbSecret) secret = kb_secret_new_text (text);
  g_autofree char *mark = kb_mark (secret);

  begin (&call, "a", NULL);
  kb_session_set_refused (call.session, mark);
  return call_get (&call);
}

static void
test_second_chance (void)
{
  g_autofree char *answer = NULL;

  stage_new ();
  assert_answer ("a", "ok a-1");
  answer = second_chance ("a-1");
  g_assert_cmpstr (answer, ==, "ok a-2");
  assert_answer ("a", "ok a-2");
}

/* Another process has made the next one since: it is given, and none is made. */
static void
test_second_chance_adopts (void)
{
  g_autofree char *answer = NULL;

  stage_new ();
  assert_answer ("a", "ok a-1");
  answer = second_chance ("older");
  g_assert_cmpstr (answer, ==, "ok a-1");
  g_assert_cmpuint (stage_count ("a acquire"), ==, 1);
}

static int
take_second_chance (gpointer data)
{
  g_autofree char *answer = second_chance ("a-1");

  return g_str_equal (answer, "ok a-2") ? 0 : 1;
}

static void
test_second_chance_of_many (void)
{
  stage_new ();
  assert_answer ("a", "ok a-1");
  stage_set ("a", "sleep", "50");
  g_assert_true (stage_fork (32, take_second_chance, NULL));
  g_assert_cmpuint (stage_count ("a acquire"), ==, 2);
}

/* When no other can be had, the mark is kept: the next call does not serve it first. */
static void
test_second_chance_fails (void)
{
  g_autofree char *answer = NULL;

  stage_new ();
  assert_answer ("a", "ok a-1");
  stage_set ("a", "acquire", "declined");
  answer = second_chance ("a-1");
  g_assert_cmpstr (answer, ==, "declined");
  assert_answer ("a", "declined");
}

/* A late word on an old secret does no harm to a newer one, in any order. */
static int
refuse_old (gpointer data)
{
  return say ("a", NULL, "a-1", FALSE) == KB_FAILED ? 1 : 0;
}

static void
test_refused_by_many (void)
{
  stage_new ();
  assert_answer ("a", "ok a-1");
  g_assert_true (stage_fork (32, refuse_old, NULL));
  assert_answer ("a", "ok a-2");
  g_assert_true (stage_fork (32, refuse_old, NULL));
  assert_answer ("a", "ok a-2");
  g_assert_cmpuint (stage_count ("keep put credential"), ==, 3);
}

/* A stale copy in this session's cache was refused; what another session made stays. */
static void
test_refuse_of_a_stale_copy (void)
{
  g_auto (Call) call = { 0 };
  g_autoptr (KbSecret) old = kb_secret_new_text ("a-1");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  stage_new ();
  before = stage_get ("a", "cache;keep");
  g_assert_cmpstr (before, ==, "ok a-1");
  stage_keep ("keep", "a", "newer", kb_clock_now (), kb_clock_now () + 3000, 0);
  call_begin (&call, "a", "cache;keep", "https://place.example/", NULL);
  kb_session_refuse (call.session, old, NULL);
  after = stage_get ("a", "cache;keep");
  g_assert_cmpstr (after, ==, "ok newer");
}

/* ---- people
 * ---------------------------------------------------------------------------------- */

/* The store may be unlocked, and the error of a moment ago does not stand in the way,
   when the same call goes on with a person. */
static void
test_again_with_a_person (void)
{
  static const char *const ways[] = { "failed 4", "failed 5" };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_auto (Call) call = { 0 };
      g_autoptr (KbTalk) talk = NULL;
      g_autofree char *alone = NULL;
      g_autofree char *together = NULL;

      stage_new ();
      stage_set ("keep", "get", "failed 5");
      stage_set ("a", "acquire", ways[i]);
      begin (&call, "a", NULL);
      alone = call_get (&call);
      g_assert_true (g_str_has_prefix (alone, ways[i]));
      stage_set ("keep", "get", NULL);
      stage_set ("a", "acquire", NULL);
      g_setenv ("GIT_ASKPASS", "/bin/true", TRUE);
      talk = kb_talk_new (FALSE);
      g_assert_nonnull (talk);
      kb_request_set_talk (call.request, talk);
      together = call_get (&call);
      g_assert_cmpstr (together, ==, "ok a-2");
      g_assert_cmpuint (stage_count ("keep may-unlock"), >, 0);
      g_unsetenv ("GIT_ASKPASS");
    }
}

static void
test_no_stack (void)
{
  g_auto (Call) call = { 0 };
  g_autofree char *answer = NULL;

  stage_new ();
  call_begin (&call, "a", "keep", "http://place.example/", NULL);
  g_assert_null (kb_session_stack (call.session));
  answer = call_get (&call);
  g_assert_cmpstr (answer, ==, "declined");
  g_assert_cmpint (kb_session_refuse (call.session, NULL, NULL), ==, KB_DECLINED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/matrix", test_matrix);
  g_test_add_func ("/session/matrix-of-identify", test_matrix_of_identify);
  g_test_add_func ("/session/requisite-stops", test_requisite_stops);
  g_test_add_func ("/session/requisite-error-wins", test_requisite_error_wins);
  g_test_add_func ("/session/requisite-ends-it-all", test_requisite_ends_it_all);
  g_test_add_func ("/session/last-requisite-answers", test_last_requisite_answers);
  g_test_add_func ("/session/all-declined", test_all_declined);
  g_test_add_func ("/session/opening", test_opening);
  g_test_add_func ("/session/missing-module", test_missing_module);
  g_test_add_func ("/session/promises", test_promises);
  g_test_add_func ("/session/bound", test_bound);
  g_test_add_func ("/session/bound-to-the-second", test_bound_to_the_second);
  g_test_add_func ("/session/passing-is-not-kept", test_passing_is_not_kept);
  g_test_add_func ("/session/passing-after-bound", test_passing_after_bound);
  g_test_add_func ("/session/ephemeral-is-not-kept", test_ephemeral_is_not_kept);
  g_test_add_func ("/session/realms-apart", test_realms_apart);
  g_test_add_func ("/session/refuse", test_refuse);
  g_test_add_func ("/session/refuse-compares", test_refuse_compares);
  g_test_add_func ("/session/refuse-whatever", test_refuse_whatever);
  g_test_add_func ("/session/refuse-with-the-user-that-was-given",
                   test_refuse_with_the_user_that_was_given);
  g_test_add_func ("/session/refuse-unknown", test_refuse_unknown);
  g_test_add_func ("/session/accept", test_accept);
  g_test_add_func ("/session/refused-and-failed", test_refused_and_failed);
  g_test_add_func ("/session/source-repeats-itself", test_source_repeats_itself);
  g_test_add_func ("/session/second-chance", test_second_chance);
  g_test_add_func ("/session/second-chance-adopts", test_second_chance_adopts);
  g_test_add_func ("/session/second-chance-of-many", test_second_chance_of_many);
  g_test_add_func ("/session/second-chance-fails", test_second_chance_fails);
  g_test_add_func ("/session/refused-by-many", test_refused_by_many);
  g_test_add_func ("/session/refuse-of-a-stale-copy", test_refuse_of_a_stale_copy);
  g_test_add_func ("/session/again-with-a-person", test_again_with_a_person);
  g_test_add_func ("/session/no-stack", test_no_stack);
  return g_test_run ();
}
