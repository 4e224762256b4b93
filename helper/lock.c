/* SPDX-License-Identifier: MIT */
/* Takes lock files with a bounded wait that looks for the result while it waits.
   Knows nothing of what is made under the lock. */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "state.h"

/* The first waits are short, as most makers are quick; the later ones spare the processor
   when hundreds wait (256 waiters at 50 ms: 5,000 looks a second, 20 us each, a tenth of
   one processor; at 10 ms they would starve the maker). */
#define WAIT_FIRST_MS 1
#define WAIT_MOST_MS 50

/* Of what a holder tells. */
#define WORDS_MAX 512

struct _KbLock
{
  int fd;
  gboolean told;
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

/* The holder's own words, which may come to light only now that it is waited for; those
   of one that was killed were wiped by the next. */
static void
set_busy (int fd, GError **error)
{
  char words[WORDS_MAX];
  ssize_t length = pread (fd, words, sizeof words, 0);
  g_autofree char *shown = length > 0 ? kb_text_escape (words, (gsize) length, 0) : NULL;

  if (shown != NULL)
    g_set_error_literal (error, KB_ERROR, KB_ERROR_INTERACTION, shown);
  else
    g_set_error (error, KB_ERROR, KB_ERROR_NETWORK,
                 "another process is still making this credential");
}

/* What a holder that was killed has left. */
static void
wipe_words (int fd)
{
  struct stat status;

  if (fstat (fd, &status) == 0 && status.st_size > 0)
    (void) !ftruncate (fd, 0);
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
          set_busy (fd, error);
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
  wipe_words (fd);
  *lock = g_new0 (KbLock, 1);
  (*lock)->fd = fd;
  return KB_OK;
}

void
kb_lock_tell (KbLock *lock, const char *words)
{
  gsize length = MIN (strlen (words), WORDS_MAX);

  if (lock == NULL || (length == 0 && !lock->told))
    return;
  lock->told = length > 0 && pwrite (lock->fd, words, length, 0) == (ssize_t) length;
  (void) !ftruncate (lock->fd, lock->told ? (off_t) length : 0);
}

void
kb_lock_release (KbLock *lock)
{
  if (lock == NULL)
    return;
  kb_lock_tell (lock, "");
  close (lock->fd);
  g_free (lock);
}
