/* SPDX-License-Identifier: MIT */
/* Tests session: control words, broken promises, bindings, people.
   Knows nothing of stores' faults, which are maker's and keeper's. */
#include "session.h"

#include "stage.h"

static void
assert_answer (const char *sources, const char *expected)
{
  g_autofree char *answer = stage_get (sources, "keep");

  if (!g_pattern_match_simple (expected, answer))
    g_error ("%s: %s is not %s", sources, answer, expected);
}

/* ---- control words -------------------------------------------------------------- */

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
  { "ok", "requisite", "declined", "declined" },
  { "ok", "requisite", "failed 2", "failed 2: b: *" },
  { "declined", "requisite", "ok", "failed 4: a had nothing to give and is requisite" },
  { "declined", "requisite", "declined", "failed 4: a *" },
  { "declined", "requisite", "failed 2", "failed 4: a *" },
  { "failed 4", "requisite", "ok", "failed 4: a: *" },
  { "failed 4", "requisite", "declined", "failed 4: a: *" },
  { "failed 4", "requisite", "failed 2", "failed 4: a: *" },
  { "ok", "optional", "ok", "ok a-1+b-1" },
  { "ok", "optional", "declined", "declined" },
  { "ok", "optional", "failed 2", "failed 2: b: *" },
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
  assert_answer ("a:optional;b:requisite", "failed 4: b *");
}

static void
test_last_requisite_answers (void)
{
  stage_new ();
  assert_answer ("a:requisite", "ok a-1");
  assert_answer ("a:requisite;b:requisite", "ok a-1+b-1");
  assert_answer ("a:requisite;b:requisite;c:optional", "ok a-1+b-1+c-1");
  stage_new ();
  stage_set ("c", "acquire", "failed 2");
  assert_answer ("a:requisite;b:requisite;c:optional", "ok a-1+b-1");
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
  assert_answer ("a:requisite;b", "failed 4: a *");
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

/* ---- broken promises ------------------------------------------------------------ */

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

/* ---- what is bound -------------------------------------------------------------- */

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

/* ---- what is bought ------------------------------------------------------------- */

/* Keeps b's, which ends in LEFT seconds and would rather be another since WELCOME. */
static void
age_bought (gint64 left, gint64 welcome)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  stage_keep ("keep", "b", "old", now - 3600, now + left,
              welcome != 0 ? now + welcome : 0);
}

/* Who bought it last time buys it again: nobody has to say once more who he is. */
static void
test_bought_again (void)
{
  stage_new ();
  stage_set ("a", "finds-out", "1");
  stage_set ("a", "rotates", "1");
  assert_answer ("a:requisite;b", "ok a-1+b-1");
  age_bought (-10, 0);
  assert_answer ("a:requisite;b", "ok a-2+b-2");
  g_assert_cmpuint (stage_count ("a signed-in"), ==, 1);
}

/* What is bought is good while the one that buys cannot be asked, and no longer. */
static void
test_bought_outlives_a_failure (void)
{
  stage_new ();
  assert_answer ("a:requisite;b", "ok a-1+b-1");
  stage_set ("a", "identify", "failed 2");
  assert_answer ("a:requisite;b", "ok a-1+b-1");
  age_bought (3600, -10);
  assert_answer ("a:requisite;b", "ok old");
  age_bought (60, 0);
  assert_answer ("a:requisite;b", "ok old");
  age_bought (-10, 0);
  assert_answer ("a:requisite;b", "failed 2: a: *");
}

/* ---- people --------------------------------------------------------------------- */

static void
begin (Call *call, const char *sources, const char *user)
{
  call_begin (call, sources, "keep", "https://place.example/", user);
}

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
      talk = kb_talk_new (FALSE, FALSE);
      g_assert_nonnull (talk);
      kb_request_set_talk (call.request, talk);
      together = call_get (&call);
      g_assert_cmpstr (together, ==, "ok a-2");
      g_assert_cmpuint (stage_count ("keep may-unlock"), >, 0);
      g_unsetenv ("GIT_ASKPASS");
    }
}

static KbTalk *
true_talk (void)
{
  KbTalk *talk;

  g_setenv ("GIT_ASKPASS", "/bin/true", TRUE);
  talk = kb_talk_new (FALSE, FALSE);
  g_unsetenv ("GIT_ASKPASS");
  return talk;
}

/* A window that was closed is no wish to type a secret. */
static void
assert_one_question (const char *how, gboolean asked)
{
  g_auto (Call) call = { 0 };
  g_autoptr (KbTalk) talk = true_talk ();
  g_autofree char *answer = NULL;

  stage_new ();
  stage_set ("a", "acquire", how);
  stage_set ("b", "asks", "1");
  begin (&call, "a;b", NULL);
  kb_request_set_talk (call.request, talk);
  answer = call_get (&call);
  g_assert_true (g_str_has_prefix (answer, "failed"));
  g_assert_cmpuint (stage_count ("b quiet"), ==, asked ? 0 : 1);
}

static void
test_one_question (void)
{
  assert_one_question ("failed 0", FALSE);
  assert_one_question ("failed 2", FALSE);
  assert_one_question ("failed 3", FALSE);
  assert_one_question ("failed 4", TRUE);
}

/* Who was sent to a window and did not sign in has said no: to this call and to those
   that wait. */
static void
test_no_sign_in (void)
{
  g_auto (Call) call = { 0 };
  g_auto (Call) next = { 0 };
  g_autoptr (KbTalk) talk = true_talk ();
  g_autofree char *answer = NULL;
  g_autofree char *again = NULL;

  stage_new ();
  stage_set ("a", "acquire", "failed 4");
  stage_set ("a", "signs-in", "1000");
  stage_set ("b", "asks", "1");
  begin (&call, "a;b", NULL);
  kb_request_set_talk (call.request, talk);
  answer = call_get (&call);
  g_assert_true (g_str_has_prefix (answer, "failed 3"));
  g_assert_cmpuint (stage_count ("a window"), ==, 1);
  g_assert_cmpuint (stage_count ("b quiet"), ==, 1);
  begin (&next, "a;b", NULL);
  kb_request_set_talk (next.request, talk);
  again = call_get (&next);
  g_assert_nonnull (strstr (again, "not asked again"));
  g_assert_cmpuint (stage_count ("a window"), ==, 1);
  g_assert_cmpuint (stage_count ("b quiet"), ==, 2);
}

static void
test_only (void)
{
  g_auto (Call) call = { 0 };
  g_autofree char *answer = NULL;

  stage_new ();
  begin (&call, "a;b", NULL);
  g_assert_false (kb_session_set_only (call.session, "c"));
  g_assert_true (kb_session_set_only (call.session, NULL));
  g_assert_true (kb_session_set_only (call.session, "b"));
  answer = call_get (&call);
  g_assert_cmpstr (answer, ==, "ok b-1");
  g_assert_cmpuint (stage_count ("a identify"), ==, 0);
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
  g_test_add_func ("/session/bought-again", test_bought_again);
  g_test_add_func ("/session/bought-outlives-a-failure", test_bought_outlives_a_failure);
  g_test_add_func ("/session/last-requisite-answers", test_last_requisite_answers);
  g_test_add_func ("/session/one-question", test_one_question);
  g_test_add_func ("/session/no-sign-in", test_no_sign_in);
  g_test_add_func ("/session/only", test_only);
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
  g_test_add_func ("/session/again-with-a-person", test_again_with_a_person);
  g_test_add_func ("/session/no-stack", test_no_stack);
  return g_test_run ();
}
