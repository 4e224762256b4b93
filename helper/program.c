/* SPDX-License-Identifier: MIT */
/* Looks for programs in the absolute folders of PATH alone, and runs them for as long as
   they may take.  Knows nothing of what they are for. */
#include "program.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

static gboolean
is_program (const char *path)
{
  struct stat status;

  return stat (path, &status) == 0 && S_ISREG (status.st_mode)
         && access (path, X_OK) == 0;
}

static char *
find_in_path (const char *name)
{
  const char *path = g_getenv ("PATH");
  g_auto (GStrv) folders = g_strsplit (path != NULL ? path : "/usr/bin:/bin", ":", -1);

  for (char **folder = folders; *folder != NULL; folder++)
    {
      g_autofree char *program = g_build_filename (*folder, name, NULL);

      if (**folder == '/' && is_program (program))
        return g_steal_pointer (&program);
    }
  return NULL;
}

char *
kb_program_find (const char *name)
{
  if (*name == '\0')
    return NULL;
  if (strchr (name, '/') == NULL)
    return find_in_path (name);
  return name[0] == '/' && is_program (name) ? g_strdup (name) : NULL;
}

/* ---- what one says -------------------------------------------------------------- */

/* FALSE: not in time. */
static gboolean
wait_for (int fd, gint64 end)
{
  struct pollfd pollfd = { .fd = fd, .events = POLLIN };
  int ready;

  do
    ready = poll (&pollfd, 1, (int) MIN (kb_clock_left_ms (end), G_MAXINT));
  while (ready < 0 && errno == EINTR);
  return ready > 0;
}

/* TRUE: it was heard to its end. */
static gboolean
hear (int fd, gint64 end, KbBuffer *text)
{
  char chunk[4096];
  gssize got = 1;

  while (got != 0 && wait_for (fd, end))
    {
      got = read (fd, chunk, sizeof chunk);
      if ((got < 0 && errno != EINTR)
          || (got > 0 && !kb_buffer_append (text, chunk, (gsize) got)))
        break;
    }
  kb_wipe (chunk, sizeof chunk);
  return got == 0;
}

/* It may linger after it closed its output, but not past the time. */
static gboolean
ends_in_time (GPid pid, gint64 end, int *status)
{
  pid_t ended = waitpid (pid, status, WNOHANG);

  while (ended == 0 && kb_clock_left_ms (end) > 0)
    {
      kb_clock_sleep_ms (1);
      ended = waitpid (pid, status, WNOHANG);
    }
  return ended == pid;
}

int
kb_program_read (const char *const *words, const char *folder, char **environment,
                 gint64 deadline_ms, KbBuffer *text)
{
  gint64 end = kb_clock_boot_ms () + kb_clock_patient_ms (deadline_ms);
  GPid pid = 0;
  int status = -1;
  int out = -1;
  gboolean heard;

  if (!g_spawn_async_with_pipes (folder, (char **) words, environment,
                                 G_SPAWN_STDERR_TO_DEV_NULL | G_SPAWN_DO_NOT_REAP_CHILD,
                                 NULL, NULL, &pid, NULL, &out, NULL, NULL))
    return -1;
  heard = hear (out, end, text);
  (void) close (out);
  if (heard && ends_in_time (pid, end, &status))
    return WIFEXITED (status) ? WEXITSTATUS (status) : -1;
  (void) kill (pid, SIGKILL);
  while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
    continue;
  return -1;
}
