/* SPDX-License-Identifier: MIT */
/* Tests what a session learns from the server: refused, accepted, and the second chance.
   Knows nothing of control words. */
#include "session.h"

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

/* ---- what the server said --------------------------------------------------------- */

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
  stage_keep ("keep", "a", "newer", kb_clock_now () + 1, kb_clock_now () + 3000, 0);
  call_begin (&call, "a", "cache;keep", "https://place.example/", NULL);
  kb_session_refuse (call.session, old, NULL);
  after = stage_get ("a", "cache;keep");
  g_assert_cmpstr (after, ==, "ok newer");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/marks/refuse", test_refuse);
  g_test_add_func ("/marks/refuse-compares", test_refuse_compares);
  g_test_add_func ("/marks/refuse-whatever", test_refuse_whatever);
  g_test_add_func ("/marks/refuse-with-the-user-that-was-given",
                   test_refuse_with_the_user_that_was_given);
  g_test_add_func ("/marks/refuse-unknown", test_refuse_unknown);
  g_test_add_func ("/marks/accept", test_accept);
  g_test_add_func ("/marks/refused-and-failed", test_refused_and_failed);
  g_test_add_func ("/marks/source-repeats-itself", test_source_repeats_itself);
  g_test_add_func ("/marks/second-chance", test_second_chance);
  g_test_add_func ("/marks/second-chance-adopts", test_second_chance_adopts);
  g_test_add_func ("/marks/second-chance-of-many", test_second_chance_of_many);
  g_test_add_func ("/marks/second-chance-fails", test_second_chance_fails);
  g_test_add_func ("/marks/refused-by-many", test_refused_by_many);
  g_test_add_func ("/marks/refuse-of-a-stale-copy", test_refuse_of_a_stale_copy);
  return g_test_run ();
}
