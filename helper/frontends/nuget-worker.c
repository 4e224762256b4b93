/* SPDX-License-Identifier: MIT */
/* Forks, asks the session in the child and hands the answer over through a socket pair.
   Knows nothing of NuGet's messages. */
#include "frontends/nuget-worker.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/lines.h"
#include "base/text.h"
#include "harden.h"

/* One datagram a message: a token of 64 KiB and its labels. */
#define DATAGRAM_MAX (80 * 1024)
#define TEXT_MAX 4096

struct _KbNugetWorker
{
  int fd;
};

/* ---- the child ------------------------------------------------------------------ */

/* Whatever the plugin has open is none of the child's.  When it does not listen any more
   a sign-in ends; a renewal under way is brought to its end and kept. */
static void
settle_in (const int *closing, int fd)
{
  int null = open ("/dev/null", O_RDWR | O_CLOEXEC);

  for (; *closing >= 0; closing++)
    (void) close (*closing);
  if (null >= 0)
    (void) dup2 (null, STDIN_FILENO);
  kb_requests_watch_output (fd);
  kb_watchdog_forked ();
  kb_watchdog (KB_DEADLINE_MS);
}

static void
say (int fd, const KbBuffer *message)
{
  (void) !send (fd, kb_buffer_peek (message), kb_buffer_length (message), MSG_NOSIGNAL);
}

static void
say_line (const char *text, gpointer data)
{
  const int *fd = data;
  g_autoptr (KbBuffer) message = kb_buffer_new (DATAGRAM_MAX);
  g_autofree char *shown = kb_text_escape (text, strlen (text), TEXT_MAX);

  if (kb_lines_append (message, "log", shown))
    say (*fd, message);
}

static void
say_answer (int fd, const KbNugetAnswer *answer)
{
  g_autoptr (KbBuffer) message = kb_buffer_new (DATAGRAM_MAX);
  gboolean good;

  for (guint i = 0; i < answer->log->len; i++)
    say_line (g_ptr_array_index (answer->log, i), &fd);
  good = kb_lines_append_int (message, "outcome", answer->outcome);
  if (good && answer->outcome == KB_NUGET_GIVEN)
    good = kb_lines_append (message, "username", answer->user)
           && kb_lines_append_secret (message, "password", answer->secret)
           && kb_lines_append (message, "mark", answer->mark);
  if (good)
    say (fd, message);
}

static void
work (const KbNugetQuestion *question, int fd)
{
  g_auto (KbNugetAnswer) answer = { 0 };

  kb_talk_set_listener (say_line, &fd);
  kb_nuget_ask (question, &answer);
  say_answer (fd, &answer);
}

/* ---- the plugin ----------------------------------------------------------------- */

KbNugetWorker *
kb_nuget_worker_start (const KbNugetQuestion *question, const int *closing)
{
  KbNugetWorker *worker;
  int pair[2];
  pid_t child;

  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    return NULL;
  child = fork ();
  if (child == 0)
    {
      (void) close (pair[0]);
      settle_in (closing, pair[1]);
      work (question, pair[1]);
      _exit (0);
    }
  (void) close (pair[1]);
  if (child < 0)
    {
      (void) close (pair[0]);
      return NULL;
    }
  worker = g_new0 (KbNugetWorker, 1);
  worker->fd = pair[0];
  return worker;
}

void
kb_nuget_worker_stop (KbNugetWorker *worker)
{
  if (worker == NULL)
    return;
  (void) close (worker->fd);
  g_free (worker);
}

void
kb_nuget_worker_reap (void)
{
  while (waitpid (-1, NULL, WNOHANG) > 0)
    ;
}

int
kb_nuget_worker_fd (const KbNugetWorker *worker)
{
  return worker->fd;
}

/* ---- what it says --------------------------------------------------------------- */

typedef struct
{
  char *line;
  gint64 outcome;
  KbNugetAnswer answer;
} Heard;

static gboolean
hear_field (const char *key, const char *value, gsize length, guint number, gpointer data,
            GError **error)
{
  Heard *heard = data;

  (void) number;
  (void) error;
  if (g_str_equal (key, "log"))
    heard->line = g_strdup (value);
  else if (g_str_equal (key, "outcome"))
    (void) kb_text_to_int64 (value, KB_NUGET_GIVEN, &heard->outcome);
  else if (g_str_equal (key, "username"))
    heard->answer.user = g_strdup (value);
  else if (g_str_equal (key, "mark"))
    heard->answer.mark = g_strdup (value);
  else
    heard->answer.secret = kb_secret_new (value, length);
  return TRUE;
}

static gboolean
is_complete (const Heard *heard)
{
  const KbNugetAnswer *answer = &heard->answer;

  return heard->outcome == KB_NUGET_FOREIGN
         || (heard->outcome == KB_NUGET_GIVEN && answer->user != NULL
             && answer->secret != NULL && answer->mark != NULL);
}

KbNugetHeard
kb_nuget_worker_hear (KbNugetWorker *worker, char **line, KbNugetAnswer *answer)
{
  g_autofree char *bytes = g_malloc (DATAGRAM_MAX);
  gssize got = recv (worker->fd, bytes, DATAGRAM_MAX, MSG_DONTWAIT);
  Heard heard = { 0 };

  if (got < 0 && (errno == EINTR || errno == EAGAIN))
    return KB_NUGET_HEARD_NOTHING;
  if (got > 0)
    (void) kb_lines_parse (bytes, (gsize) got, hear_field, &heard, NULL);
  kb_wipe (bytes, DATAGRAM_MAX);
  if (heard.line != NULL)
    {
      *line = heard.line;
      return KB_NUGET_HEARD_LINE;
    }
  if (is_complete (&heard))
    heard.answer.outcome = (KbNugetOutcome) heard.outcome;
  else
    kb_nuget_answer_clear (&heard.answer);
  *answer = heard.answer;
  return KB_NUGET_HEARD_ANSWER;
}
