/* SPDX-License-Identifier: MIT */
/* Tests maker: one among processes, whoever is killed or waits, and the breaker.
   Knows nothing of control words. */
#include "maker.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "stage.h"

/* ---- the lock ------------------------------------------------------------------- */

static int
get_one (gpointer data)
{
  g_autofree char *answer = stage_get ("a", data);

  return g_str_equal (answer, "ok a-1") ? 0 : 1;
}

static void
test_one_maker (void)
{
  stage_keep_aged (3000, -1, 0);
  stage_set ("a", "sleep", "100");
  g_assert_true (stage_fork (64, get_one, (gpointer) "keep"));
  g_assert_cmpuint (stage_acquired (), ==, 1);
}

static void
test_one_maker_with_cache (void)
{
  stage_new ();
  stage_set ("a", "sleep", "100");
  g_assert_true (stage_fork (64, get_one, (gpointer) "cache;keep"));
  g_assert_cmpuint (stage_acquired (), ==, 1);
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
  stage_keep_aged (3000, 3000, -10);
  stage_set ("a", "sleep", "50");
  g_assert_true (stage_fork (64, get_kept_or_new, (gpointer) "keep"));
  g_assert_cmpuint (stage_acquired (), ==, 1);
  stage_keep_aged (3000, 3000, -10);
  stage_set ("a", "sleep", "50");
  g_assert_true (stage_fork (64, get_kept_or_new, (gpointer) "cache;keep"));
  g_assert_cmpuint (stage_acquired (), ==, 1);
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
  g_assert_cmpuint (stage_acquired (), ==, 1);
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
      g_free (stage_get ("a", stores));
      _exit (0);
    }
  while (stage_acquired () == 0)
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
  g_assert_cmpuint (stage_acquired (), ==, 2);
}

/* What is good already is given while another process makes a better one. */
static void
test_busy_when_welcome (void)
{
  static const char *const stores[] = { "keep", "cache;keep" };

  for (guint i = 0; i < G_N_ELEMENTS (stores); i++)
    {
      pid_t sleeper;

      stage_keep_aged (3000, 3000, -10);
      stage_set ("cache", "put", "failed 5");
      sleeper = start_sleeper (stores[i]);
      stage_assert_get (stores[i], "ok kept");
      end (sleeper);
    }
}

/* A stale copy in a cache never takes the place of what was found behind it. */
static void
test_busy_and_stale_cache (void)
{
  pid_t sleeper;

  stage_keep_aged (3000, 3000, -10);
  stage_keep ("cache", "a", "stale", 1, 2, 0);
  stage_set ("cache", "put", "failed 5");
  stage_set ("cache", "erase", "failed 5");
  sleeper = start_sleeper ("cache;keep");
  stage_assert_get ("cache;keep", "ok kept");
  end (sleeper);
}

static int
get_two (gpointer data)
{
  g_autofree char *answer = stage_get ("a", data);

  return g_str_equal (answer, "ok a-2") ? 0 : 1;
}

/* Hundreds that find a stale copy while one is at work load neither the durable store nor
   the source. */
static void
test_busy_and_known (void)
{
  stage_new ();
  stage_assert_get ("cache;keep", "ok a-1");
  stage_keep ("keep", "a", "dead", 1, 2, 0);
  stage_keep ("cache", "a", "dead", 1, 2, 0);
  stage_set ("a", "sleep", "300");
  if (fork () == 0)
    _exit (get_two ((gpointer) "cache;keep"));
  while (stage_acquired () < 2)
    kb_clock_sleep_ms (1);
  g_free (stage_calls ());
  g_assert_true (stage_fork (32, get_two, (gpointer) "cache;keep"));
  g_assert_cmpuint (stage_count ("keep open"), ==, 0);
  g_assert_cmpuint (stage_count ("a open"), ==, 0);
  while (waitpid (-1, NULL, 0) > 0)
    continue;
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

  stage_keep_aged (3000, 200, 0);
  sleeper = start_sleeper ("cache;keep");
  assert_get_in_time ("cache;keep", 50, "ok kept");
  end (sleeper);
}

/* ---- the breaker ---------------------------------------------------------------- */

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
  stage_assert_get ("keep", "failed 2: *");
  after_failures ();
  stage_set ("a", "sleep", "50");
  g_assert_true (stage_fork (64, get_failure, (gpointer) "keep"));
  g_assert_cmpuint (stage_acquired (), ==, 2);
}

static void
test_retry_after (void)
{
  stage_new ();
  stage_set ("a", "acquire", "failed 2");
  stage_set ("a", "retry-after", "60");
  stage_assert_get ("keep", "failed 2: *");
  stage_set ("a", "acquire", NULL);
  g_assert_true (stage_fork (64, get_failure, (gpointer) "keep"));
  stage_assert_get ("keep", "failed 2: a: * (not asked again for * s)");
  g_assert_cmpuint (stage_acquired (), ==, 1);
}

/* While it is open what is kept is served without a request. */
static void
test_open_and_kept (void)
{
  stage_new ();
  stage_set ("a", "acquire", "failed 2");
  stage_assert_get ("keep", "failed 2: *");
  stage_keep ("keep", "a", "kept", kb_clock_now () - 3000, kb_clock_now () + 200, 0);
  stage_assert_get ("keep", "ok kept");
  g_assert_cmpuint (stage_acquired (), ==, 1);
}

/* A person who signs in is not told to wait. */
static void
test_fresh_passes_the_breaker (void)
{
  g_auto (Call) call = { 0 };
  g_autofree char *answer = NULL;

  stage_new ();
  stage_set ("a", "acquire", "failed 2");
  stage_assert_get ("keep", "failed 2: *");
  stage_set ("a", "acquire", NULL);
  call_begin (&call, "a", "keep", "https://place.example/", NULL);
  kb_session_set_fresh (call.session, TRUE);
  answer = call_get (&call);
  g_assert_cmpstr (answer, ==, "ok a-2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("KEYBEARER_PATIENCE", "8", TRUE); /* late is not wrong */
  g_test_add_func ("/maker/one-maker", test_one_maker);
  g_test_add_func ("/maker/one-maker-with-cache", test_one_maker_with_cache);
  g_test_add_func ("/maker/one-maker-when-welcome", test_one_maker_when_welcome);
  g_test_add_func ("/maker/one-failure", test_one_failure);
  g_test_add_func ("/maker/strict-rotation", test_strict_rotation);
  g_test_add_func ("/maker/kill-the-maker", test_kill_the_maker);
  g_test_add_func ("/maker/busy-when-welcome", test_busy_when_welcome);
  g_test_add_func ("/maker/busy-and-stale-cache", test_busy_and_stale_cache);
  g_test_add_func ("/maker/busy-and-known", test_busy_and_known);
  g_test_add_func ("/maker/busy-past-the-deadline", test_busy_past_the_deadline);
  g_test_add_func ("/maker/busy-when-ageing", test_busy_when_ageing);
  g_test_add_func ("/maker/one-probe", test_one_probe);
  g_test_add_func ("/maker/retry-after", test_retry_after);
  g_test_add_func ("/maker/open-and-kept", test_open_and_kept);
  g_test_add_func ("/maker/fresh-passes-the-breaker", test_fresh_passes_the_breaker);
  return g_test_run ();
}
