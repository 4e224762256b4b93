/* SPDX-License-Identifier: MIT */
/* Tests talk: askpass programs good and bad, and questions on a terminal of our own.
   Knows nothing of what is asked. */
#include "talk.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"

#define ANSWER "hunter2"

/* ---- askpass -------------------------------------------------------------------- */

typedef struct
{
  char *folder;
  char *program;
} Askpass;

static void
askpass_init (Askpass *askpass, gconstpointer data)
{
  askpass->folder = g_dir_make_tmp ("kb-talk-XXXXXX", NULL);
  askpass->program = g_build_filename (askpass->folder, "kb-test-askpass", NULL);
  g_setenv ("GIT_ASKPASS", askpass->program, TRUE);
  g_unsetenv ("SSH_ASKPASS");
}

static void
askpass_clear (Askpass *askpass, gconstpointer data)
{
  (void) g_unlink (askpass->program);
  g_assert_cmpint (g_rmdir (askpass->folder), ==, 0);
  g_unsetenv ("GIT_ASKPASS");
  g_unsetenv ("SSH_ASKPASS");
  g_free (askpass->program);
  g_free (askpass->folder);
}

static void
write_program (const Askpass *askpass, const char *body)
{
  g_autofree char *text = g_strconcat ("#!/bin/sh\n", body, "\n", NULL);

  g_assert_true (g_file_set_contents (askpass->program, text, -1, NULL));
  g_assert_cmpint (g_chmod (askpass->program, 0700), ==, 0);
}

static KbAnswer
ask (gint64 within, KbSecret **answer, GError **error)
{
  g_autoptr (KbTalk) talk = kb_talk_new (FALSE, FALSE);

  g_assert_nonnull (talk);
  return kb_talk_ask (talk, "Token for a\x1b[2J\nplace", TRUE,
                      kb_clock_boot_ms () + within, answer, error);
}

static void
test_answers (Askpass *askpass, gconstpointer data)
{
  static const struct
  {
    const char *body, *expected; /* NULL: declined */
  } cases[] = { { "echo hunter2", ANSWER },
                { "printf hunter2", ANSWER },
                { "printf 'hunter2\\r\\n'", ANSWER },
                { "printf 'hunter2\\nmore\\n'", ANSWER },
                { "test $# = 1 && echo \"$1\"", "Token for a%1B[2J%0Aplace: " },
                { "cat; echo hunter2", ANSWER },
                { "kill -PIPE $$; echo hunter2", NULL },
                { "exit 1", NULL },
                { "echo hunter2; exit 1", NULL },
                { "true", NULL },
                { "echo", NULL } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (KbSecret) answer = NULL;

      write_program (askpass, cases[i].body);
      g_test_message ("%s", cases[i].body);
      g_assert_cmpint (ask (5000, &answer, &error), ==,
                       cases[i].expected != NULL ? KB_OK : KB_DECLINED);
      g_assert_no_error (error);
      if (cases[i].expected != NULL)
        g_assert_cmpstr (kb_secret_peek (answer), ==, cases[i].expected);
      g_assert_true (cases[i].expected != NULL || answer == NULL);
    }
}

static void
test_failures (Askpass *askpass, gconstpointer data)
{
  static const struct
  {
    const char *body, *says;
  } cases[] = { { "exec sleep 60", "did not answer in time" },
                { "trap '' TERM; while :; do sleep 1; done", "did not answer in time" },
                { "exec >&-; exec sleep 60", "did not end in time" },
                { "exec yes hunter2", "printed too much" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      KbSecret *answer = NULL;
      gint64 start = kb_clock_boot_ms ();

      write_program (askpass, cases[i].body);
      g_assert_cmpint (ask (300, &answer, &error), ==, KB_FAILED);
      g_test_message ("%s", error->message);
      g_assert_error (error, KB_ERROR, KB_ERROR_INTERACTION);
      g_assert_nonnull (strstr (error->message, cases[i].says));
      g_assert_null (strstr (error->message, ANSWER));
      g_assert_cmpint (kb_clock_boot_ms () - start, <, 50000);
      g_assert_cmpint (waitpid (-1, NULL, WNOHANG), ==, -1);
    }
}

static gboolean
is_found (const char *git, const char *ssh)
{
  g_autoptr (KbTalk) talk = NULL;

  g_unsetenv ("GIT_ASKPASS");
  g_unsetenv ("SSH_ASKPASS");
  if (git != NULL)
    g_setenv ("GIT_ASKPASS", git, TRUE);
  if (ssh != NULL)
    g_setenv ("SSH_ASKPASS", ssh, TRUE);
  talk = kb_talk_new (FALSE, FALSE);
  return talk != NULL;
}

/* A name in the work tree, in any spelling, is none: whoever made the tree put it
   there. */
static void
test_names (Askpass *askpass, gconstpointer data)
{
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autofree char *relative = g_strconcat (".::", path, NULL);
  g_autofree char *absolute = g_strconcat (askpass->folder, ":", path, NULL);

  write_program (askpass, "echo hunter2");
  g_assert_cmpint (g_chdir (askpass->folder), ==, 0);
  g_assert_true (is_found (askpass->program, NULL));
  g_assert_true (is_found (NULL, askpass->program));
  g_assert_false (is_found ("", askpass->program));
  g_assert_false (is_found (NULL, NULL));
  g_assert_false (is_found ("./kb-test-askpass", NULL));
  g_assert_false (is_found ("../x/kb-test-askpass", NULL));
  g_assert_false (is_found (askpass->folder, NULL));
  g_assert_false (is_found ("/nonexistent/askpass", NULL));
  g_setenv ("PATH", relative, TRUE);
  g_assert_false (is_found ("kb-test-askpass", NULL));
  g_setenv ("PATH", absolute, TRUE);
  g_assert_true (is_found ("kb-test-askpass", NULL));
  g_setenv ("PATH", path, TRUE);
  g_assert_cmpint (g_chmod (askpass->program, 0600), ==, 0);
  g_assert_false (is_found (askpass->program, NULL));
  g_assert_cmpint (g_chdir (here), ==, 0);
}

/* ---- a terminal ----------------------------------------------------------------- */

typedef struct
{
  int master;
  pid_t child; /* asks on it */
} Person;

/* Asks in a session of its own, whose terminal is PATH; the status says how it ended. */
static void
ask_on (const char *path, gboolean hidden, gint64 within)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KbSecret) answer = NULL;
  KbTalk *talk;
  KbAnswer result;
  int fd;

  (void) setsid ();
  fd = open (path, O_RDWR);
  (void) ioctl (fd, TIOCSCTTY, 0);
  talk = kb_talk_new (TRUE, FALSE);
  if (talk == NULL)
    _exit (100);
  result
      = kb_talk_ask (talk, "Who", hidden, kb_clock_boot_ms () + within, &answer, &error);
  kb_talk_tell (talk, "done");
  if (result == KB_OK)
    _exit (strcmp (kb_secret_peek (answer), ANSWER) == 0 ? 0 : 101);
  _exit (result == KB_DECLINED ? 1 : 2);
}

static void
person_init (Person *person, gboolean hidden, gint64 within)
{
  const char *path;

  g_unsetenv ("GIT_ASKPASS");
  g_unsetenv ("SSH_ASKPASS");
  person->master = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_assert_cmpint (grantpt (person->master), ==, 0);
  g_assert_cmpint (unlockpt (person->master), ==, 0);
  path = ptsname (person->master);
  fflush (NULL);
  person->child = fork ();
  if (person->child == 0)
    {
      /* A shell without job control ignores it for what it puts into the background. */
      (void) signal (SIGINT, SIG_DFL);
      ask_on (path, hidden, within);
    }
}

/* New: what is on the screen once TEXT has come up, or after two seconds. */
static char *
look_for (const Person *person, const char *text)
{
  gint64 deadline = kb_clock_boot_ms () + 2000;
  struct pollfd wait = { .fd = person->master, .events = POLLIN };
  GString *screen = g_string_new (NULL);
  char bytes[256];

  while (strstr (screen->str, text) == NULL
         && poll (&wait, 1, (int) kb_clock_left_ms (deadline)) > 0)
    {
      ssize_t got = read (person->master, bytes, sizeof bytes);

      if (got <= 0)
        break;
      g_string_append_len (screen, bytes, got);
    }
  return g_string_free (screen, FALSE);
}

static void
type (const Person *person, const char *text)
{
  g_assert_cmpint (write (person->master, text, strlen (text)), ==, strlen (text));
}

static gboolean
has_echo (const Person *person)
{
  struct termios mode;

  g_assert_cmpint (tcgetattr (person->master, &mode), ==, 0);
  return (mode.c_lflag & ECHO) != 0;
}

/* The child's status, or 1000 and the signal that ended it. */
static int
person_end (Person *person)
{
  int status = 0;

  g_assert_cmpint (waitpid (person->child, &status, 0), ==, person->child);
  (void) close (person->master);
  return WIFEXITED (status) ? WEXITSTATUS (status) : 1000 + WTERMSIG (status);
}

static void
test_hidden (void)
{
  Person person;
  g_autofree char *prompt = NULL;
  g_autofree char *rest = NULL;

  person_init (&person, TRUE, 5000);
  prompt = look_for (&person, "Who: ");
  g_assert_cmpstr (prompt, ==, "Who: ");
  g_assert_false (has_echo (&person));
  type (&person, ANSWER "\n");
  rest = look_for (&person, "done\r\n");
  g_assert_cmpstr (rest, ==, "\r\ndone\r\n");
  g_assert_true (has_echo (&person));
  g_assert_cmpint (person_end (&person), ==, 0);
}

static void
test_shown (void)
{
  Person person;
  g_autofree char *prompt = NULL;
  g_autofree char *rest = NULL;

  person_init (&person, FALSE, 5000);
  prompt = look_for (&person, "Who: ");
  g_assert_true (has_echo (&person));
  type (&person, ANSWER "\n");
  rest = look_for (&person, "done\r\n");
  g_assert_nonnull (strstr (rest, ANSWER));
  g_assert_cmpint (person_end (&person), ==, 0);
}

static void
assert_typed (const char *typed, int status)
{
  Person person;
  g_autofree char *prompt = NULL;
  g_autofree char *rest = NULL;

  person_init (&person, TRUE, 1000);
  prompt = look_for (&person, "Who: ");
  type (&person, typed);
  rest = look_for (&person, "done\r\n");
  g_assert_true (has_echo (&person));
  g_assert_cmpint (person_end (&person), ==, status);
}

static void
test_other_answers (void)
{
  g_autofree char *endless = g_strnfill (4200, 'x');

  endless[4199] = '\n';
  assert_typed ("\n", 1);
  assert_typed ("\x04", 1);
  assert_typed ("hunter2\x04\x04", 0);
  assert_typed ("hunter3\x7f"
                "2\n",
                0);
  assert_typed ("", 2);
  assert_typed (endless, 2);
}

/* Ctrl-C ends the program as if it had never touched the terminal. */
static void
test_interrupt (void)
{
  Person person;
  g_autofree char *prompt = NULL;
  g_autofree char *rest = NULL;

  person_init (&person, TRUE, 5000);
  prompt = look_for (&person, "Who: ");
  g_assert_false (has_echo (&person));
  type (&person, "\x03");
  rest = look_for (&person, "done");
  g_assert_null (strstr (rest, "done"));
  g_assert_cmpint (person_end (&person), ==, 1000 + SIGINT);
}

/* In an orphaned group Ctrl-Z stops nobody, and the question comes up again. */
static void
test_stop (void)
{
  Person person;
  g_autofree char *prompt = NULL;
  g_autofree char *again = NULL;

  person_init (&person, TRUE, 5000);
  prompt = look_for (&person, "Who: ");
  type (&person, "\x1a");
  again = look_for (&person, "Who: ");
  g_assert_nonnull (strstr (again, "Who: "));
  g_assert_false (has_echo (&person));
  type (&person, ANSWER "\n");
  g_assert_cmpint (person_end (&person), ==, 0);
}

static void
add (const char *name, void (*test) (Askpass *, gconstpointer))
{
  g_test_add (name, Askpass, NULL, askpass_init, test, askpass_clear);
}

/* A desktop alone: a window can be opened, and nothing be asked or told. */
static void
test_desktop (void)
{
  g_autoptr (KbTalk) talk = NULL;
  g_autoptr (KbSecret) answer = NULL;

  g_unsetenv ("GIT_ASKPASS");
  g_unsetenv ("SSH_ASKPASS");
  g_assert_null (kb_talk_new (FALSE, FALSE));
  talk = kb_talk_new (FALSE, TRUE);
  g_assert_nonnull (talk);
  g_assert_false (kb_talk_can_ask (talk));
  g_assert_false (kb_talk_tell (talk, "x"));
  g_assert_cmpint (
      kb_talk_ask (talk, "Who", FALSE, kb_clock_boot_ms () + 1000, &answer, NULL), ==,
      KB_DECLINED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/talk/desktop", test_desktop);
  add ("/askpass/answers", test_answers);
  add ("/askpass/failures", test_failures);
  add ("/askpass/names", test_names);
  g_test_add_func ("/terminal/hidden", test_hidden);
  g_test_add_func ("/terminal/shown", test_shown);
  g_test_add_func ("/terminal/other-answers", test_other_answers);
  g_test_add_func ("/terminal/interrupt", test_interrupt);
  g_test_add_func ("/terminal/stop", test_stop);
  return g_test_run ();
}
