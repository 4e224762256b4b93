/* SPDX-License-Identifier: MIT */
/* Tests lock: one holder among processes, bounded waits, adoption, kill -9.
   Knows nothing of what is made under a lock. */
#include "lock.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "state.h"

/* A child that takes the lock, says so on a pipe and holds it until it is killed. */
typedef struct
{
  pid_t process;
} Holder;

static void
hold (const char *key, int ready)
{
  KbLock *lock = NULL;

  if (kb_lock_take (key, 1000, NULL, NULL, &lock, NULL) != KB_OK
      || write (ready, "x", 1) != 1)
    _exit (1);
  for (;;)
    pause ();
}

static void
holder_start (Holder *holder, const char *key)
{
  int ready[2];
  char byte;

  g_assert_cmpint (pipe (ready), ==, 0);
  holder->process = fork ();
  if (holder->process == 0)
    hold (key, ready[1]);
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  close (ready[0]);
  close (ready[1]);
}

static void
holder_kill (Holder *holder)
{
  kill (holder->process, SIGKILL);
  g_assert_cmpint (waitpid (holder->process, NULL, 0), ==, holder->process);
}

/* Who waits in vain is told what the holder says, as one line; what a dead one said is
   nothing any more. */
static void
test_words (void)
{
  g_autofree char *path = kb_state_path ("locks", "words");
  g_autoptr (GError) error = NULL;
  KbLock *lock = NULL;
  KbLock *other = NULL;

  kb_lock_tell (NULL, "nobody");
  g_assert_cmpint (kb_lock_take ("words", 1000, NULL, NULL, &lock, NULL), ==, KB_OK);
  kb_lock_tell (lock, "somebody is\nsigning in");
  g_assert_cmpint (kb_lock_take ("words", 1, NULL, NULL, &other, &error), ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_INTERACTION);
  g_assert_nonnull (strstr (error->message, "somebody is"));
  g_assert_null (strchr (error->message, '\n'));
  g_clear_error (&error);
  kb_lock_tell (lock, "");
  g_assert_cmpint (kb_lock_take ("words", 1, NULL, NULL, &other, &error), ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_NETWORK);
  kb_lock_release (lock);
  g_assert_true (g_file_set_contents (path, "of a dead one", -1, NULL));
  g_assert_cmpint (kb_lock_take ("words", 1000, NULL, NULL, &lock, NULL), ==, KB_OK);
  g_clear_error (&error);
  g_assert_cmpint (kb_lock_take ("words", 1, NULL, NULL, &other, &error), ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_NETWORK);
  kb_lock_release (lock);
}

static void
test_take_and_release (void)
{
  g_autofree char *path = kb_state_path ("locks", "plain");
  KbLock *lock = NULL;

  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (kb_lock_take ("plain", 0, NULL, NULL, &lock, NULL), ==, KB_OK);
      kb_lock_release (lock);
      g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
    }
  kb_lock_release (NULL);
}

static void
test_no_wait (void)
{
  g_autoptr (KbLock) lock = NULL;
  Holder holder;

  holder_start (&holder, "no wait");
  g_assert_cmpint (kb_lock_take ("no wait", 0, NULL, NULL, &lock, NULL), ==, KB_DECLINED);
  g_assert_null (lock);
  holder_kill (&holder);
}

static void
test_bounded_wait (void)
{
  g_autoptr (KbLock) lock = NULL;
  g_autoptr (GError) error = NULL;
  gint64 begin = kb_clock_boot_ms ();
  Holder holder;

  holder_start (&holder, "bounded");
  g_assert_cmpint (kb_lock_take ("bounded", 60, NULL, NULL, &lock, &error), ==,
                   KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_NETWORK);
  g_assert_null (lock);
  g_assert_cmpint (kb_clock_boot_ms () - begin, >=, 60);
  holder_kill (&holder);
}

static void
test_freed_by_kill (void)
{
  g_autofree char *path = kb_state_path ("locks", "killed");
  g_autoptr (KbLock) lock = NULL;
  Holder holder;
  struct stat before, after;

  holder_start (&holder, "killed");
  g_assert_cmpint (stat (path, &before), ==, 0);
  holder_kill (&holder);
  g_assert_cmpint (kb_lock_take ("killed", 0, NULL, NULL, &lock, NULL), ==, KB_OK);
  g_assert_cmpint (stat (path, &after), ==, 0);
  g_assert_cmpuint (before.st_ino, ==, after.st_ino);
}

static gboolean
look_third_time (gpointer data)
{
  guint *looks = data;

  return ++*looks == 3;
}

static void
test_look_again (void)
{
  g_autoptr (KbLock) lock = NULL;
  Holder holder;
  guint looks = 0;

  holder_start (&holder, "look");
  g_assert_cmpint (kb_lock_take ("look", 60000, look_third_time, &looks, &lock, NULL), ==,
                   KB_DECLINED);
  g_assert_cmpuint (looks, ==, 3);
  g_assert_null (lock);
  holder_kill (&holder);
}

/* Each adds one to a number in a file in a way that loses counts when two run at once. */
static int
count_under_lock (const char *path)
{
  g_autoptr (KbLock) lock = NULL;
  g_autofree char *text = NULL;
  g_autofree char *next = NULL;

  if (kb_lock_take ("count", 20000, NULL, NULL, &lock, NULL) != KB_OK
      || !g_file_get_contents (path, &text, NULL, NULL))
    return 1;
  kb_clock_sleep_ms (1);
  next = g_strdup_printf ("%d", (int) g_ascii_strtoll (text, NULL, 10) + 1);
  return g_file_set_contents (path, next, -1, NULL) ? 0 : 1;
}

static void
test_exclusive (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("KB_SCRATCH"), "count", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_set_contents (path, "0", -1, NULL));
  for (guint i = 0; i < 48; i++)
    if (fork () == 0)
      {
        int status = count_under_lock (path);

        g_clear_pointer (&path, g_free);
        _exit (status);
      }
  for (guint i = 0; i < 48; i++)
    {
      int status = 0;

      g_assert_cmpint (wait (&status), >, 0);
      g_assert_cmpint (status, ==, 0);
    }
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "48");
}

static void
test_other_key (void)
{
  g_autoptr (KbLock) lock = NULL;
  Holder holder;

  holder_start (&holder, "one");
  g_assert_cmpint (kb_lock_take ("other", 0, NULL, NULL, &lock, NULL), ==, KB_OK);
  holder_kill (&holder);
}

/* A link that somebody laid where the lock file goes is not followed. */
static void
test_link (void)
{
  g_autofree char *path = kb_state_path ("locks", "link");
  g_autofree char *victim = g_build_filename (g_getenv ("KB_SCRATCH"), "victim", NULL);
  g_autoptr (KbLock) lock = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (kb_state_make ("locks", NULL));
  g_assert_cmpint (symlink (victim, path), ==, 0);
  g_assert_cmpint (kb_lock_take ("link", 0, NULL, NULL, &lock, &error), ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  g_assert_false (g_file_test (victim, G_FILE_TEST_EXISTS));
}

static void
test_no_folder (void)
{
  g_autofree char *file = g_build_filename (g_getenv ("KB_SCRATCH"), "file", NULL);
  g_autoptr (KbLock) lock = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_setenv ("XDG_STATE_HOME", file, TRUE);
  g_assert_cmpint (kb_lock_take ("none", 0, NULL, NULL, &lock, &error), ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  g_unsetenv ("XDG_STATE_HOME");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lock/words", test_words);
  g_test_add_func ("/lock/take-and-release", test_take_and_release);
  g_test_add_func ("/lock/no-wait", test_no_wait);
  g_test_add_func ("/lock/bounded-wait", test_bounded_wait);
  g_test_add_func ("/lock/freed-by-kill", test_freed_by_kill);
  g_test_add_func ("/lock/look-again", test_look_again);
  g_test_add_func ("/lock/exclusive", test_exclusive);
  g_test_add_func ("/lock/other-key", test_other_key);
  g_test_add_func ("/lock/link", test_link);
  g_test_add_func ("/lock/no-folder", test_no_folder);
  return g_test_run ();
}
