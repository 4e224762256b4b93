/* SPDX-License-Identifier: MIT */
/* Tests maker and kept: ages, one maker among processes, failures, what is kept before it
   is given.  Knows nothing of control words. */
#include "maker.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lock.h"
#include "stage.h"

static void
assert_get (const char *stores, const char *expected)
{
  g_autofree char *answer = stage_get ("a", stores);

  if (!g_pattern_match_simple (expected, answer))
    g_error ("%s is not %s", answer, expected);
}

static guint
acquired (void)
{
  return stage_count ("a acquire");
}

/* ---- ages ---------------------------------------------------------------------------
 */

static void
keep_aged (gint64 made_ago, gint64 left, gint64 refresh_in)
{
  gint64 now = kb_clock_now ();

  stage_new ();
  stage_keep ("keep", "a", "kept", now - made_ago, left != 0 ? now + left : 0,
              refresh_in != 0 ? now + refresh_in : 0);
}

static void
test_made_once (void)
{
  stage_new ();
  for (guint i = 0; i < 100; i++)
    assert_get ("keep", "ok a-1");
  g_assert_cmpuint (acquired (), ==, 1);
}

static void
test_fresh (void)
{
  keep_aged (3000, 600, 0);
  assert_get ("keep", "ok kept");
  g_assert_cmpuint (acquired (), ==, 0);
}

static void
test_no_expiry (void)
{
  keep_aged (1000000, 0, 0);
  assert_get ("keep", "ok kept");
}

static void
test_ageing (void)
{
  keep_aged (3000, 200, 0);
  assert_get ("keep", "ok a-1");
  g_assert_cmpuint (stage_count ("a prior kept"), ==, 1);
}

static void
test_dead (void)
{
  keep_aged (3000, -1, 0);
  assert_get ("keep", "ok a-1");
}

/* One that lives ten minutes or less is used for half of its life. */
static void
test_short_lived (void)
{
  keep_aged (10, 50, 0);
  assert_get ("keep", "ok kept");
  keep_aged (40, 20, 0);
  assert_get ("keep", "ok a-1");
}

static void
test_welcome (void)
{
  keep_aged (3000, 3000, -10);
  assert_get ("keep", "ok a-1");
  assert_get ("keep", "ok a-1");
}

static void
test_not_yet_welcome (void)
{
  keep_aged (3000, 3000, 1000);
  assert_get ("keep", "ok kept");
}

/* A new one is welcome but cannot be had: the old one serves, whatever went wrong. */
static void
test_welcome_but_failed (void)
{
  static const char *const ways[] = { "declined", "failed 2", "failed 3", "without" };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      keep_aged (3000, 3000, -10);
      stage_set ("a", "acquire", ways[i]);
      assert_get ("keep", "ok kept");
    }
}

static void
test_ageing_but_failed (void)
{
  keep_aged (3000, 200, 0);
  stage_set ("a", "acquire", "failed 2");
  assert_get ("keep", "ok kept");
  assert_get ("keep", "ok kept");
  g_assert_cmpuint (acquired (), ==, 1);
}

/* It would end in the middle of the call that it is wanted for. */
static void
test_last_seconds (void)
{
  keep_aged (3000, 5, 0);
  stage_set ("a", "acquire", "failed 2");
  assert_get ("keep", "failed 2: a: *");
}

static void
test_dead_and_failed (void)
{
  keep_aged (3000, -5, 0);
  stage_set ("a", "acquire", "failed 2");
  assert_get ("keep", "failed 2: a: *");
}

/* ---- the lock ------------------------------------------------------------------------
 */

static int
get_one (gpointer data)
{
  g_autofree char *answer = stage_get ("a", data);

  return g_str_equal (answer, "ok a-1") ? 0 : 1;
}

static void
test_one_maker (void)
{
  keep_aged (3000, -1, 0);
  stage_set ("a", "sleep", "100");
  g_assert_true (stage_fork (64, get_one, (gpointer) "keep"));
  g_assert_cmpuint (acquired (), ==, 1);
}

static void
test_one_maker_with_cache (void)
{
  stage_new ();
  stage_set ("a", "sleep", "100");
  g_assert_true (stage_fork (64, get_one, (gpointer) "cache;keep"));
  g_assert_cmpuint (acquired (), ==, 1);
}

static int
get_kept_or_new (gpointer data)
{
  g_autofree char *answer = stage_get ("a", data);

  return g_str_equal (answer, "ok kept") || g_str_equal (answer, "ok a-1") ? 0 : 1;
}

/* Nobody waits, and nobody makes it a second time. */
static void
test_one_maker_when_welcome (void)
{
  keep_aged (3000, 3000, -10);
  stage_set ("a", "sleep", "50");
  g_assert_true (stage_fork (64, get_kept_or_new, (gpointer) "keep"));
  g_assert_cmpuint (acquired (), ==, 1);
  keep_aged (3000, 3000, -10);
  stage_set ("a", "sleep", "50");
  g_assert_true (stage_fork (64, get_kept_or_new, (gpointer) "cache;keep"));
  g_assert_cmpuint (acquired (), ==, 1);
}

static int
get_failure (gpointer data)
{
  g_autofree char *answer = stage_get ("a", data);

  return g_str_has_prefix (answer, "failed 2: ") ? 0 : 1;
}

static void
test_one_failure (void)
{
  stage_new ();
  stage_set ("a", "sleep", "50");
  stage_set ("a", "acquire", "failed 2");
  g_assert_true (stage_fork (64, get_failure, (gpointer) "keep"));
  g_assert_cmpuint (acquired (), ==, 1);
}

static int
get_rotated (gpointer data)
{
  g_autofree char *answer = stage_get ("a", data);

  return g_str_has_prefix (answer, "ok a-") ? 0 : 1;
}

/* Each token lives so short that every process in turn may make the next one: no renewal
   is used twice, none is lost. */
static void
test_strict_rotation (void)
{
  stage_new ();
  stage_set ("a", "rotates", "1");
  stage_set ("a", "seconds", "1");
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (stage_fork (24, get_rotated, (gpointer) "cache;keep"));
      stage_keep ("keep", "a", "dead", 1, 2, 0);
      stage_keep ("cache", "a", "dead", 1, 2, 0);
    }
  g_assert_cmpuint (stage_count ("a signed-in"), ==, 1);
  g_assert_cmpuint (stage_count ("a reused"), ==, 0);
}

static pid_t
start_sleeper (const char *stores)
{
  pid_t process;

  stage_set ("a", "sleep", "60000");
  process = fork ();
  if (process == 0)
    {
      g_autofree char *answer = stage_get ("a", stores);

      _exit (0);
    }
  while (acquired () == 0)
    kb_clock_sleep_ms (1);
  return process;
}

static void
end (pid_t process)
{
  kill (process, SIGKILL);
  g_assert_cmpint (waitpid (process, NULL, 0), ==, process);
}

static int
get_second (gpointer data)
{
  g_autofree char *answer = stage_get ("a", data);

  return g_str_equal (answer, "ok a-2") ? 0 : 1;
}

static void
test_kill_the_maker (void)
{
  pid_t sleeper;

  stage_new ();
  sleeper = start_sleeper ("keep");
  stage_set ("a", "sleep", NULL);
  end (sleeper);
  g_assert_true (stage_fork (8, get_second, (gpointer) "keep"));
  g_assert_cmpuint (acquired (), ==, 2);
}

/* What is good already is given while another process makes a better one. */
static void
test_busy_when_welcome (void)
{
  static const char *const stores[] = { "keep", "cache;keep" };

  for (guint i = 0; i < G_N_ELEMENTS (stores); i++)
    {
      pid_t sleeper;

      keep_aged (3000, 3000, -10);
      stage_set ("cache", "put", "failed 5");
      sleeper = start_sleeper (stores[i]);
      assert_get (stores[i], "ok kept");
      end (sleeper);
    }
}

/* A stale copy in a cache never takes the place of what was found behind it. */
static void
test_busy_and_stale_cache (void)
{
  pid_t sleeper;

  keep_aged (3000, 3000, -10);
  stage_keep ("cache", "a", "stale", 1, 2, 0);
  stage_set ("cache", "put", "failed 5");
  stage_set ("cache", "erase", "failed 5");
  sleeper = start_sleeper ("cache;keep");
  assert_get ("cache;keep", "ok kept");
  end (sleeper);
}

static void
assert_get_in_time (const char *stores, gint64 milliseconds, const char *expected)
{
  g_auto (Call) call = { 0 };
  g_autofree char *answer = NULL;

  call_begin (&call, "a", stores, "https://place.example/", NULL);
  kb_request_set_deadline_ms (call.request, milliseconds);
  answer = call_get (&call);
  if (!g_pattern_match_simple (expected, answer))
    g_error ("%s is not %s", answer, expected);
}

static void
test_busy_past_the_deadline (void)
{
  pid_t sleeper;

  stage_new ();
  sleeper = start_sleeper ("keep");
  assert_get_in_time ("keep", 50, "failed 2: *");
  assert_get_in_time ("keep", 0, "failed 2: *");
  end (sleeper);
}

static void
test_busy_when_ageing (void)
{
  pid_t sleeper;

  keep_aged (3000, 200, 0);
  sleeper = start_sleeper ("cache;keep");
  assert_get_in_time ("cache;keep", 50, "ok kept");
  end (sleeper);
}

/* ---- the breaker
 * ----------------------------------------------------------------------- */

/* Writes the breaker's file as it is after FAILURES, with its silence over. */
static void
after_failures (void)
{
  g_autofree char *path
      = g_build_filename (stage_folder (), "state/keybearer/breakers", NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  g_autofree char *file = g_build_filename (path, g_dir_read_name (folder), NULL);
  const char *text = "failures=3\nuntil=1\ncode=2\nboot=x\nmessage=m\n";

  g_assert_true (g_file_set_contents (file, text, -1, NULL));
  g_assert_cmpint (chmod (file, 0600), ==, 0);
}

static void
test_one_probe (void)
{
  stage_new ();
  stage_set ("a", "acquire", "failed 2");
  assert_get ("keep", "failed 2: *");
  after_failures ();
  stage_set ("a", "sleep", "50");
  g_assert_true (stage_fork (64, get_failure, (gpointer) "keep"));
  g_assert_cmpuint (acquired (), ==, 2);
}

static void
test_retry_after (void)
{
  stage_new ();
  stage_set ("a", "acquire", "failed 2");
  stage_set ("a", "retry-after", "60");
  assert_get ("keep", "failed 2: *");
  stage_set ("a", "acquire", NULL);
  g_assert_true (stage_fork (64, get_failure, (gpointer) "keep"));
  assert_get ("keep", "failed 2: a: * (not asked again for * s)");
  g_assert_cmpuint (acquired (), ==, 1);
}

/* While it is open what is kept is served without a request. */
static void
test_open_and_kept (void)
{
  stage_new ();
  stage_set ("a", "acquire", "failed 2");
  assert_get ("keep", "failed 2: *");
  stage_keep ("keep", "a", "kept", kb_clock_now () - 3000, kb_clock_now () + 200, 0);
  assert_get ("keep", "ok kept");
  g_assert_cmpuint (acquired (), ==, 1);
}

/* A person who signs in is not told to wait. */
static void
test_fresh_passes_the_breaker (void)
{
  g_auto (Call) call = { 0 };
  g_autofree char *answer = NULL;

  stage_new ();
  stage_set ("a", "acquire", "failed 2");
  assert_get ("keep", "failed 2: *");
  stage_set ("a", "acquire", NULL);
  call_begin (&call, "a", "keep", "https://place.example/", NULL);
  kb_session_set_fresh (call.session, TRUE);
  answer = call_get (&call);
  g_assert_cmpstr (answer, ==, "ok a-2");
}

/* ---- keeping
 * --------------------------------------------------------------------------- */

static void
test_renewal_first (void)
{
  g_autofree char *calls = NULL;
  const char *renewal, *credential;

  stage_new ();
  stage_set ("a", "rotates", "1");
  assert_get ("keep", "ok a-1");
  calls = stage_calls ();
  renewal = strstr (calls, "keep put renewal");
  credential = strstr (calls, "keep put credential");
  g_assert_nonnull (renewal);
  g_assert_nonnull (credential);
  g_assert_true (renewal < credential);
}

static void
test_renewal_is_handed_back (void)
{
  g_autoptr (KbRecord) renewal = NULL;

  stage_new ();
  stage_set ("a", "rotates", "1");
  assert_get ("keep", "ok a-1");
  stage_keep ("keep", "a", "a-1", 1, 2, 0);
  assert_get ("keep", "ok a-2");
  g_assert_cmpuint (stage_count ("a signed-in"), ==, 1);
  renewal = stage_kept ("keep", "renewal", "a");
  g_assert_cmpstr (kb_secret_peek (renewal->secret), ==, "renewal-2");
}

/* A stale copy of the renewal in a cache would end the whole family of tokens. */
static void
test_renewal_of_the_durable_store (void)
{
  g_autoptr (KbRecord) kept = NULL;

  stage_new ();
  stage_set ("a", "rotates", "1");
  assert_get ("cache;keep", "ok a-1");
  assert_get ("keep", "ok a-1");
  stage_keep ("keep", "a", "a-1", 1, 2, 0);
  assert_get ("keep", "ok a-2");
  stage_keep ("keep", "a", "a-2", 1, 2, 0);
  stage_keep ("cache", "a", "a-2", 1, 2, 0);
  assert_get ("cache;keep", "ok a-3");
  g_assert_cmpuint (stage_count ("a reused"), ==, 0);
}

static void
test_store_refuses (void)
{
  g_auto (Call) call = { 0 };
  g_autofree char *answer = NULL;

  stage_new ();
  stage_set ("keep", "put", "failed 5");
  stage_set ("a", "rotates", "1");
  call_begin (&call, "a", "cache;keep", "https://place.example/", NULL);
  answer = call_get (&call);
  g_assert_cmpstr (answer, ==, "ok a-1");
  g_assert_cmpstr (kb_session_notices (call.session)[0], ==,
                   "not kept: keep: put was told to fail");
  g_assert_null (kb_session_notices (call.session)[1]);
  assert_get ("cache;keep", "ok a-1");
}

/* What is locked may hold an answer, so nobody is asked to type it again. */
static void
test_locked (void)
{
  stage_new ();
  stage_set ("keep", "get", "failed 5");
  stage_set ("a", "asks", "1");
  assert_get ("keep", "failed 5: keep: get was told to fail");
  g_assert_cmpuint (stage_count ("a quiet"), ==, 1);
}

static void
test_locked_but_made (void)
{
  stage_new ();
  stage_set ("keep", "get", "failed 5");
  assert_get ("keep", "ok a-1");
}

/* An item that another version wrote, or that is damaged, stands in nobody's way. */
static void
test_damaged_item (void)
{
  g_autofree char *name = NULL;
  g_autofree char *hash = NULL;
  g_autofree char *key = NULL;

  stage_new ();
  name = kb_item_name ("credential", "a", "alice", "realm", NULL);
  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  key = g_strconcat ("item.", hash, NULL);
  stage_set ("keep", key, "damaged");
  assert_get ("keep", "ok a-1");
  assert_get ("keep", "ok a-1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/maker/made-once", test_made_once);
  g_test_add_func ("/maker/fresh", test_fresh);
  g_test_add_func ("/maker/no-expiry", test_no_expiry);
  g_test_add_func ("/maker/ageing", test_ageing);
  g_test_add_func ("/maker/dead", test_dead);
  g_test_add_func ("/maker/short-lived", test_short_lived);
  g_test_add_func ("/maker/welcome", test_welcome);
  g_test_add_func ("/maker/not-yet-welcome", test_not_yet_welcome);
  g_test_add_func ("/maker/welcome-but-failed", test_welcome_but_failed);
  g_test_add_func ("/maker/ageing-but-failed", test_ageing_but_failed);
  g_test_add_func ("/maker/last-seconds", test_last_seconds);
  g_test_add_func ("/maker/dead-and-failed", test_dead_and_failed);
  g_test_add_func ("/maker/one-maker", test_one_maker);
  g_test_add_func ("/maker/one-maker-with-cache", test_one_maker_with_cache);
  g_test_add_func ("/maker/one-maker-when-welcome", test_one_maker_when_welcome);
  g_test_add_func ("/maker/one-failure", test_one_failure);
  g_test_add_func ("/maker/strict-rotation", test_strict_rotation);
  g_test_add_func ("/maker/kill-the-maker", test_kill_the_maker);
  g_test_add_func ("/maker/busy-when-welcome", test_busy_when_welcome);
  g_test_add_func ("/maker/busy-and-stale-cache", test_busy_and_stale_cache);
  g_test_add_func ("/maker/busy-past-the-deadline", test_busy_past_the_deadline);
  g_test_add_func ("/maker/busy-when-ageing", test_busy_when_ageing);
  g_test_add_func ("/maker/one-probe", test_one_probe);
  g_test_add_func ("/maker/retry-after", test_retry_after);
  g_test_add_func ("/maker/open-and-kept", test_open_and_kept);
  g_test_add_func ("/maker/fresh-passes-the-breaker", test_fresh_passes_the_breaker);
  g_test_add_func ("/maker/renewal-first", test_renewal_first);
  g_test_add_func ("/maker/renewal-is-handed-back", test_renewal_is_handed_back);
  g_test_add_func ("/maker/renewal-of-the-durable-store",
                   test_renewal_of_the_durable_store);
  g_test_add_func ("/maker/store-refuses", test_store_refuses);
  g_test_add_func ("/maker/locked", test_locked);
  g_test_add_func ("/maker/locked-but-made", test_locked_but_made);
  g_test_add_func ("/maker/damaged-item", test_damaged_item);
  return g_test_run ();
}
