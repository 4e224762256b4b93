/* SPDX-License-Identifier: MIT */
/* Finds and runs an askpass program without a shell, and reads its first line.
   Knows nothing of what is asked and of other ways to a person. */
#include "askpass.h"

#include "base/clock.h"
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_BYTES_MAX 65536
/* How long a program has to end after it was asked to, and how often we look. */
#define PATIENCE_MS 500
#define GLANCE_MS 5

char *
kb_askpass_find (void)
{
  const char *name = g_getenv ("GIT_ASKPASS");

  if (name == NULL)
    name = g_getenv ("SSH_ASKPASS");
  return name != NULL ? kb_program_find (name) : NULL;
}

/* ---- running -------------------------------------------------------------------- */

/* A child starts with the signals as they are by default: we ignore SIGPIPE. */
static void
reset_signals (posix_spawnattr_t *attributes)
{
  sigset_t none, ours;

  (void) sigemptyset (&none);
  (void) sigemptyset (&ours);
  (void) sigaddset (&ours, SIGPIPE);
  (void) posix_spawnattr_setsigmask (attributes, &none);
  (void) posix_spawnattr_setsigdefault (attributes, &ours);
  (void) posix_spawnattr_setflags (attributes,
                                   POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* The child, whose standard output is TO; or -1 with errno. */
static pid_t
start (const char *program, const char *prompt, int to)
{
  char *argv[] = { (char *) program, (char *) prompt, NULL };
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  pid_t child = -1;
  int failure;

  if (posix_spawn_file_actions_init (&files) != 0)
    return -1;
  if (posix_spawnattr_init (&attributes) != 0)
    {
      posix_spawn_file_actions_destroy (&files);
      return -1;
    }
  reset_signals (&attributes);
  (void) posix_spawn_file_actions_addopen (&files, STDIN_FILENO, "/dev/null", O_RDONLY,
                                           0);
  (void) posix_spawn_file_actions_adddup2 (&files, to, STDOUT_FILENO);
  failure = posix_spawn (&child, program, &files, &attributes, argv, environ);
  posix_spawnattr_destroy (&attributes);
  posix_spawn_file_actions_destroy (&files);
  errno = failure;
  return failure == 0 ? child : -1;
}

/* What went wrong, or NULL. */
static const char *
read_all (int fd, gint64 deadline, KbBuffer *buffer)
{
  struct pollfd wait = { .fd = fd, .events = POLLIN };
  const char *fault = NULL;
  char chunk[4096];
  ssize_t got = 1;

  while (fault == NULL && got != 0)
    {
      int ready = poll (&wait, 1, (int) kb_clock_left_ms (deadline));

      if (ready == 0)
        fault = "did not answer in time";
      got = ready > 0 ? read (fd, chunk, sizeof chunk) : -1;
      if (fault == NULL && got < 0 && errno != EINTR)
        fault = "cannot be read from";
      if (got > 0 && !kb_buffer_append (buffer, chunk, (gsize) got))
        fault = "printed too much";
    }
  kb_wipe (chunk, sizeof chunk);
  return fault;
}

/* Whether CHILD ended by DEADLINE; *STATUS is its own then. */
static gboolean
wait_until (pid_t child, gint64 deadline, int *status)
{
  for (;;)
    {
      pid_t ended = waitpid (child, status, WNOHANG);

      if (ended == child || (ended < 0 && errno != EINTR))
        return TRUE;
      if (kb_clock_left_ms (deadline) == 0)
        return FALSE;
      kb_clock_sleep_ms (GLANCE_MS);
    }
}

static void
end_child (pid_t child)
{
  int status;

  (void) kill (child, SIGTERM);
  if (wait_until (child, kb_clock_boot_ms () + PATIENCE_MS, &status))
    return;
  (void) kill (child, SIGKILL);
  (void) wait_until (child, kb_clock_boot_ms () + PATIENCE_MS, &status);
}

static KbAnswer
fail (GError **error, const char *program, const char *what)
{
  g_set_error (error, KB_ERROR, KB_ERROR_INTERACTION, "%s %s", program, what);
  return KB_FAILED;
}

/* As git reads it: up to the first line end of either kind. */
static KbAnswer
take_line (KbBuffer *buffer, KbSecret **answer)
{
  const char *bytes = kb_buffer_peek (buffer);
  gsize length = strcspn (bytes, "\r\n");

  if (length == 0)
    return KB_DECLINED;
  *answer = kb_secret_new (bytes, length);
  return KB_OK;
}

static KbAnswer
attend (pid_t child, int from, const char *program, gint64 deadline, KbSecret **answer,
        GError **error)
{
  g_autoptr (KbBuffer) buffer = kb_buffer_new (ANSWER_BYTES_MAX);
  const char *fault = read_all (from, deadline, buffer);
  int status = 0;

  if (fault == NULL && !wait_until (child, deadline, &status))
    fault = "did not end in time";
  if (fault != NULL)
    {
      end_child (child);
      return fail (error, program, fault);
    }
  return status == 0 ? take_line (buffer, answer) : KB_DECLINED;
}

KbAnswer
kb_askpass_run (const char *program, const char *prompt, gint64 deadline,
                KbSecret **answer, GError **error)
{
  KbAnswer result;
  pid_t child;
  int ends[2];

  if (pipe2 (ends, O_CLOEXEC) != 0)
    return fail (error, program, g_strerror (errno));
  child = start (program, prompt, ends[1]);
  (void) close (ends[1]);
  if (child < 0)
    result = fail (error, program, "cannot be started");
  else
    result = attend (child, ends[0], program, deadline, answer, error);
  (void) close (ends[0]);
  return result;
}
