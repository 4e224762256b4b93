/* SPDX-License-Identifier: MIT */
/* Takes lock files with a bounded wait that looks for the result while it waits.
   Knows nothing of what is made under the lock. */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "state.h"

/* The first waits are short, as most makers are quick; the later ones spare the processor
   when hundreds wait (256 waiters at 50 ms: 5,000 looks a second, 20 us each, a tenth of
   one processor; at 10 ms they would starve the maker). */
#define WAIT_FIRST_MS 1
#define WAIT_MOST_MS 50

struct _KbLock
{
  int fd;
};

static int
open_lock_file (const char *key, GError **error)
{
  g_autofree char *path = kb_state_path ("locks", key);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd < 0 && errno == ENOENT && kb_state_make ("locks", error))
    fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0 && (error == NULL || *error == NULL))
    g_set_error (error, KB_ERROR, KB_ERROR_LOCKED, "%s: %s", path, g_strerror (errno));
  return fd;
}

static gboolean
try_lock (int fd)
{
  int status;

  do
    status = flock (fd, LOCK_EX | LOCK_NB);
  while (status != 0 && errno == EINTR);
  return status == 0;
}

static KbAnswer
wait_for_lock (int fd, gint64 remaining_ms, KbLookAgain look, gpointer data,
               GError **error)
{
  gint64 deadline = kb_clock_boot_ms () + remaining_ms;
  gint64 pause = WAIT_FIRST_MS;

  while (!try_lock (fd))
    {
      if (look != NULL && look (data))
        return KB_DECLINED;
      if (remaining_ms <= 0)
        return KB_DECLINED;
      if (kb_clock_left_ms (deadline) == 0)
        {
          g_set_error (error, KB_ERROR, KB_ERROR_NETWORK,
                       "another process is still making this credential");
          return KB_FAILED;
        }
      kb_clock_sleep_ms (MIN (pause, kb_clock_left_ms (deadline)));
      pause = MIN (pause * 2, WAIT_MOST_MS);
    }
  return KB_OK;
}

KbAnswer
kb_lock_take (const char *key, gint64 remaining_ms, KbLookAgain look, gpointer data,
              KbLock **lock, GError **error)
{
  int fd = open_lock_file (key, error);
  KbAnswer answer;

  if (fd < 0)
    return KB_FAILED;
  answer = wait_for_lock (fd, remaining_ms, look, data, error);
  if (answer != KB_OK)
    {
      close (fd);
      return answer;
    }
  *lock = g_new0 (KbLock, 1);
  (*lock)->fd = fd;
  return KB_OK;
}

void
kb_lock_release (KbLock *lock)
{
  if (lock == NULL)
    return;
  close (lock->fd);
  g_free (lock);
}
