/* SPDX-License-Identifier: MIT */
/* Tests renewal with renewals that serve once: none is lost or used twice, whatever a
   store does.  Knows nothing of other processes. */
#include "emergency.h"
#include "item.h"
#include "stage.h"

#include <string.h>
#include <sys/stat.h>

#define ITEM "renewal/a/alice"

/* A source that rotates, and a first sign-in. */
static void
begin (const char *stores)
{
  stage_new ();
  stage_set ("a", "rotates", "1");
  stage_assert_get (stores, "ok a-1");
}

/* The credential is over: the next call has to renew. */
static void
is_over (const char *store, const char *secret)
{
  stage_keep (store, "a", secret, 1, 2, 0);
}

/* Every renewal served once, and nobody signed in a second time. */
static void
assert_nothing_lost (void)
{
  g_assert_cmpuint (stage_count ("a reused"), ==, 0);
  g_assert_cmpuint (stage_count ("a signed-in"), ==, 1);
}

static gboolean
waits (void)
{
  g_autoptr (KbSecret) value = NULL;
  g_autoptr (GError) error = NULL;
  KbAnswer answer = kb_emergency_get (ITEM, &value, &error);

  g_assert_no_error (error);
  return answer == KB_OK;
}

static void
assert_kept (const char *store, const char *secret)
{
  g_autoptr (KbRecord) record = stage_kept (store, "renewal", "a");

  g_assert_nonnull (record);
  g_assert_cmpstr (kb_secret_peek (record->secret), ==, secret);
}

/* Asks once more; the notice that it gives has to match EXPECTED. */
static void
get_with_notice (const char *stores, const char *expected_answer, const char *expected)
{
  g_auto (Call) call = { 0 };
  g_autofree char *answer = NULL;
  const char *notice;

  call_begin (&call, "a", stores, "https://place.example/", NULL);
  answer = call_get (&call);
  g_assert_cmpstr (answer, ==, expected_answer);
  notice = kb_session_notices (call.session)[0];
  if (!g_pattern_match_simple (expected, notice != NULL ? notice : "none"))
    g_error ("'%s' is not '%s'", notice, expected);
  g_assert_true (notice == NULL || kb_session_notices (call.session)[1] == NULL);
}

static void
test_refused_and_taken_again (void)
{
  begin ("keep");
  g_assert_false (waits ());
  is_over ("keep", "a-1");
  stage_set ("keep", "put", "failed 5");
  get_with_notice ("keep", "ok a-2",
                   "not kept: what renews alice waits in the emergency place * until its "
                   "store takes it: keep: put was told to fail");
  g_assert_true (waits ());
  assert_kept ("keep", "renewal-1");
  get_with_notice ("keep", "ok a-3", "not kept: *");
  g_assert_true (waits ());
  stage_set ("keep", "put", NULL);
  get_with_notice ("keep", "ok a-4", "none");
  g_assert_false (waits ());
  assert_kept ("keep", "renewal-4");
  assert_nothing_lost ();
}

/* It goes home although the source has nothing new to give at the moment. */
static void
test_home_before_the_next (void)
{
  begin ("keep");
  is_over ("keep", "a-1");
  stage_set ("keep", "put", "failed 5");
  stage_assert_get ("keep", "ok a-2");
  stage_set ("keep", "put", NULL);
  stage_set ("a", "acquire", "failed 2");
  stage_assert_get ("keep", "failed 2: *");
  g_assert_false (waits ());
  assert_kept ("keep", "renewal-2");
  assert_nothing_lost ();
}

static void
test_the_cache_was_emptied (void)
{
  begin ("cache;keep");
  is_over ("cache", "a-1");
  is_over ("keep", "a-1");
  stage_set ("keep", "put", "failed 5");
  stage_assert_get ("cache;keep", "ok a-2");
  g_assert_true (waits ());
  stage_set ("cache", "get", "declined");
  stage_assert_get ("cache;keep", "ok a-3");
  assert_nothing_lost ();
}

/* Killed after the cache had it: the durable store gets it as soon as somebody looks. */
static void
test_only_the_cache_has_it (void)
{
  begin ("cache;keep");
  is_over ("cache", "a-1");
  is_over ("keep", "a-1");
  stage_set ("keep", "put", "failed 5");
  stage_assert_get ("cache;keep", "ok a-2");
  g_assert_cmpint (kb_emergency_erase (ITEM), ==, KB_OK);
  stage_set ("keep", "put", NULL);
  is_over ("cache", "a-2");
  stage_set ("a", "acquire", "failed 2");
  stage_assert_get ("cache;keep", "failed 2: *");
  assert_kept ("keep", "renewal-2");
  assert_nothing_lost ();
}

/* What was left of an older failure is neither used nor kept. */
static void
test_stale (void)
{
  g_autoptr (KbSecret) value = NULL;

  begin ("keep");
  is_over ("keep", "a-1");
  stage_set ("keep", "put", "failed 5");
  stage_assert_get ("keep", "ok a-2");
  g_assert_cmpint (kb_emergency_get (ITEM, &value, NULL), ==, KB_OK);
  stage_set ("keep", "put", NULL);
  stage_assert_get ("keep", "ok a-3");
  g_assert_true (kb_emergency_put (ITEM, value, KB_EMERGENCY_ANY, NULL));
  is_over ("keep", "a-3");
  stage_assert_get ("keep", "ok a-4");
  g_assert_false (waits ());
  assert_nothing_lost ();
}

/* The clock was set back between the two: the order of making counts. */
static void
test_clock_set_back (void)
{
  g_autoptr (KbRecord) first = NULL;
  g_autoptr (GPtrArray) records = g_ptr_array_new ();
  g_autoptr (KbSecret) sealed = NULL;

  begin ("keep");
  first = stage_kept ("keep", "renewal", "a");
  first->made += 86400;
  first->made_us = 999999;
  g_ptr_array_add (records, first);
  sealed = kb_item_seal (ITEM, records, NULL);
  stage_put ("keep", ITEM, sealed);
  is_over ("keep", "a-1");
  stage_set ("keep", "put", "failed 5");
  stage_assert_get ("keep", "ok a-2");
  stage_assert_get ("keep", "ok a-3");
  assert_nothing_lost ();
}

/* No emergency place either: it is said, and the credential is good all the same. */
static void
test_nowhere (void)
{
  g_autofree char *state = NULL;
  g_autofree char *runtime = NULL;

  begin ("keep");
  state = g_build_filename (stage_folder (), "state/keybearer/emergency", NULL);
  runtime = g_build_filename (stage_folder (), "runtime", NULL);
  g_assert_true (g_file_set_contents (state, "", 0, NULL));
  g_assert_cmpint (chmod (runtime, 0777), ==, 0);
  is_over ("keep", "a-1");
  stage_set ("keep", "put", "failed 5");
  get_with_notice ("keep", "ok a-2", "not kept: not even the emergency place took it*");
}

/* No store at all that lasts, and no cache that took it. */
static void
test_no_store_at_all (void)
{
  stage_new ();
  stage_set ("a", "rotates", "1");
  stage_set ("keep", "probe", "declined");
  stage_set ("keep2", "probe", "declined");
  get_with_notice ("keep;keep2", "ok a-1", "not kept: *emergency place*no store here*");
  stage_assert_get ("keep;keep2", "ok a-2");
  assert_nothing_lost ();
}

static void
test_set_aside_is_told (void)
{
  g_autoptr (KbSecret) value = kb_secret_new_text ("x");

  begin ("keep");
  is_over ("keep", "a-1");
  g_assert_true (kb_emergency_put (ITEM, value, KB_EMERGENCY_ANY, NULL));
  get_with_notice ("keep", "ok a-2", "*damaged*.aside");
  assert_nothing_lost ();
}

/* ---- a store that cannot say ---------------------------------------------------- */

/* It may hold one: nothing is begun anew, and the store's error is the answer. */
static void
test_locked (void)
{
  stage_new ();
  stage_set ("r", "rotates", "1");
  stage_set ("keep", "get", "failed 5");
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *answer = stage_get ("r", "keep");

      g_assert_true (g_str_has_prefix (answer, "failed 5: keep: get was told to fail"));
    }
  g_assert_cmpuint (stage_count ("r acquire"), ==, 0);
}

/* A person who wants a new sign-in gets one. */
static void
test_locked_and_fresh (void)
{
  g_auto (Call) call = { 0 };
  g_autofree char *answer = NULL;

  stage_new ();
  stage_set ("r", "rotates", "1");
  stage_set ("keep", "get", "failed 5");
  call_begin (&call, "r", "keep", "https://place.example/", NULL);
  kb_session_set_fresh (call.session, TRUE);
  answer = call_get (&call);
  g_assert_cmpstr (answer, ==, "ok r-1");
}

/* What waits is as good as what the store has, which did not take it. */
static void
test_locked_but_waiting (void)
{
  g_autofree char *answer = NULL;
  g_autofree char *next = NULL;

  stage_new ();
  stage_set ("r", "rotates", "1");
  stage_set ("keep", "put", "failed 5");
  answer = stage_get ("r", "keep");
  g_assert_cmpstr (answer, ==, "ok r-1");
  stage_set ("keep", "get", "failed 5");
  next = stage_get ("r", "keep");
  g_assert_cmpstr (next, ==, "ok r-2");
  g_assert_cmpuint (stage_count ("r reused"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/renewal/refused-and-taken-again", test_refused_and_taken_again);
  g_test_add_func ("/renewal/home-before-the-next", test_home_before_the_next);
  g_test_add_func ("/renewal/the-cache-was-emptied", test_the_cache_was_emptied);
  g_test_add_func ("/renewal/only-the-cache-has-it", test_only_the_cache_has_it);
  g_test_add_func ("/renewal/stale", test_stale);
  g_test_add_func ("/renewal/clock-set-back", test_clock_set_back);
  g_test_add_func ("/renewal/nowhere", test_nowhere);
  g_test_add_func ("/renewal/no-store-at-all", test_no_store_at_all);
  g_test_add_func ("/renewal/set-aside-is-told", test_set_aside_is_told);
  g_test_add_func ("/renewal/locked", test_locked);
  g_test_add_func ("/renewal/locked-and-fresh", test_locked_and_fresh);
  g_test_add_func ("/renewal/locked-but-waiting", test_locked_but_waiting);
  return g_test_run ();
}
