/* SPDX-License-Identifier: MIT */
/* Tests log: what the journal is told, what a person sees, that it waits for nobody.
   Knows nothing of who logs. */
#include "log.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct
{
  char *folder;
  char *path;
  int fd;
} Journal;

static void
journal_init (Journal *journal, gconstpointer data)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  journal->folder = g_dir_make_tmp ("kb-log-XXXXXX", NULL);
  journal->path = g_build_filename (journal->folder, "socket", NULL);
  journal->fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_strlcpy (address.sun_path, journal->path, sizeof address.sun_path);
  g_assert_cmpint (bind (journal->fd, (struct sockaddr *) &address, sizeof address), ==,
                   0);
  kb_log_set_journal (journal->path);
}

static void
journal_clear (Journal *journal, gconstpointer data)
{
  kb_log_set_journal ("/nonexistent");
  close (journal->fd);
  g_assert_cmpint (g_unlink (journal->path), ==, 0);
  g_assert_cmpint (g_rmdir (journal->folder), ==, 0);
  g_free (journal->path);
  g_free (journal->folder);
}

/* New: one datagram, or NULL when there is none. */
static char *
receive (const Journal *journal)
{
  char bytes[4096];
  ssize_t got = recv (journal->fd, bytes, sizeof bytes, MSG_DONTWAIT);

  return got >= 0 ? g_strndup (bytes, (gsize) got) : NULL;
}

static void
test_event (Journal *journal, gconstpointer data)
{
  g_autofree char *got = NULL;

  kb_log_event ("made", "ci", "contoso", 1788177600);
  got = receive (journal);
  g_assert_cmpstr (got, ==,
                   "MESSAGE=made: ci for contoso until 2026-08-31T12:00:00Z\n"
                   "PRIORITY=6\nSYSLOG_IDENTIFIER=keybearer\nKEYBEARER_EVENT=made\n"
                   "KEYBEARER_ACCOUNT=ci\nKEYBEARER_REALM=contoso\n"
                   "KEYBEARER_EXPIRES=1788177600\n");
}

/* A line end would let a name add fields of its own. */
static void
test_escapes (Journal *journal, gconstpointer data)
{
  g_autofree char *got = NULL;

  kb_log_event ("made", "a\nPRIORITY=0", "\x1b[2J\xe2\x80\xae", 0);
  got = receive (journal);
  g_assert_nonnull (strstr (got, "KEYBEARER_ACCOUNT=a%0APRIORITY=0\n"));
  g_assert_nonnull (strstr (got, "KEYBEARER_REALM=%1B[2J%E2%80%AE\n"));
  g_assert_null (strstr (got, "\nPRIORITY=0"));
}

static void
test_nobody (Journal *journal, gconstpointer data)
{
  g_autofree char *got = NULL;

  kb_log_event ("erased", NULL, NULL, 0);
  got = receive (journal);
  g_assert_true (g_str_has_prefix (got, "MESSAGE=erased: somebody\n"));
}

/* Nobody reads: once the socket is full, events are lost and nothing waits. */
static void
test_full (Journal *journal, gconstpointer data)
{
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < 5000; i++)
    kb_log_event ("made", "ci", "contoso", 0);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 60 * G_USEC_PER_SEC);
}

static void
test_no_journal (void)
{
  g_autofree char *endless = g_strnfill (200, 'x');

  kb_log_set_journal ("/nonexistent/socket");
  kb_log_event ("made", "ci", "contoso", 0);
  kb_log_set_journal (endless);
  kb_log_event ("made", "ci", "contoso", 0);
  kb_log_set_journal ("/dev/null");
  kb_log_event ("made", "ci", "contoso", 0);
}

/* ---- standard error ------------------------------------------------------------- */

static void
speak (gboolean verbose)
{
  kb_log_set_journal ("/nonexistent");
  kb_log_set_verbose (verbose);
  kb_log_event ("made", "ci", "contoso", 0);
  kb_log_detail ("the stack is %s\x1b[2J", "all");
  g_message ("of a library");
  g_info ("of a library");
  g_debug ("of a library");
}

static void
test_streams (void)
{
  if (g_test_subprocess ())
    {
      speak (FALSE);
      speak (TRUE);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("keybearer: made: ci for contoso\n"
                             "keybearer: the stack is all%1B?2J\n"
                             "keybearer: of a library\n"
                             "keybearer: of a library\n"
                             "keybearer: of a library\n");
  g_test_trap_assert_stdout_unmatched ("*library*");
}

/* A fault in the program is shown without being asked for. */
static void
test_critical (void)
{
  if (g_test_subprocess ())
    {
      g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
      kb_log_start ();
      g_critical ("a fault");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*a fault*");
}

static void
add (const char *name, void (*test) (Journal *, gconstpointer))
{
  g_test_add (name, Journal, NULL, journal_init, test, journal_clear);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/log/event", test_event);
  add ("/log/escapes", test_escapes);
  add ("/log/nobody", test_nobody);
  add ("/log/full", test_full);
  g_test_add_func ("/log/no-journal", test_no_journal);
  g_test_add_func ("/log/streams", test_streams);
  g_test_add_func ("/log/critical", test_critical);
  return g_test_run ();
}
