/* SPDX-License-Identifier: MIT */
/* The folder of a sealed store: its lock, its files' names, and setting files aside.
   Knows nothing of what is in them. */
#include "sealed-file/sealed-file-folder.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_FILE "lock"
#define LOCK_WAIT_MS 2
#define SUFFIX ".item"
#define HEX_LENGTH 64
/* Files of one name set aside within one second. */
#define ASIDE_MAX 100

static gboolean
failed (const char *path, GError **error)
{
  g_set_error (error, KB_ERROR, KB_ERROR_LOCKED, "%s: %s", path, g_strerror (errno));
  return FALSE;
}

void
folder_unlock (FolderLock *lock)
{
  if (lock->fd >= 0)
    close (lock->fd);
  lock->fd = -1;
}

gboolean
folder_lock (const char *folder, const KbRequest *request, FolderLock *lock,
             GError **error)
{
  g_autofree char *path = g_build_filename (folder, LOCK_FILE, NULL);
  g_auto (FolderLock) mine = FOLDER_UNLOCKED;

  mine.fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (mine.fd < 0)
    return failed (path, error);
  while (flock (mine.fd, LOCK_EX | LOCK_NB) != 0)
    {
      if (errno != EWOULDBLOCK && errno != EINTR)
        return failed (path, error);
      if (kb_request_remaining_ms (request) == 0 || kb_request_cancelled (request))
        {
          g_set_error (error, KB_ERROR, KB_ERROR_LOCKED,
                       "%s: another process holds it for too long", path);
          return FALSE;
        }
      kb_clock_sleep_ms (LOCK_WAIT_MS);
    }
  lock->fd = mine.fd;
  mine.fd = -1;
  return TRUE;
}

char *
folder_item_path (const char *folder, const char *name)
{
  g_autofree char *hash = kb_text_sha256 (name, strlen (name));
  g_autofree char *file = g_strconcat (hash, SUFFIX, NULL);

  return g_build_filename (folder, file, NULL);
}

gboolean
folder_set_aside (const char *path, GError **error)
{
  gint64 now = kb_clock_now ();

  for (int i = 0; i < ASIDE_MAX; i++)
    {
      g_autofree char *aside
          = i == 0 ? g_strdup_printf ("%s.corrupt-%" G_GINT64_FORMAT, path, now)
                   : g_strdup_printf ("%s.corrupt-%" G_GINT64_FORMAT "-%d", path, now, i);

      /* Not every file system has RENAME_NOREPLACE; the caller holds the lock, and nobody
         else makes such names. */
      if (access (aside, F_OK) == 0)
        continue;
      return rename (path, aside) == 0 || errno == ENOENT || failed (path, error);
    }
  g_set_error (error, KB_ERROR, KB_ERROR_LOCKED,
               "%s: damaged again and again: look at the disk", path);
  return FALSE;
}

static gboolean
sync_folder (const char *folder)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean synced = fd >= 0 && (fsync (fd) == 0 || errno == EINVAL);

  if (fd >= 0)
    close (fd);
  return synced;
}

gboolean
folder_remove (const char *folder, const char *path, gboolean *gone, GError **error)
{
  if (unlink (path) != 0)
    {
      if (errno != ENOENT)
        return failed (path, error);
      *gone = TRUE;
      return TRUE;
    }
  if (!sync_folder (folder))
    return failed (folder, error);
  *gone = FALSE;
  return TRUE;
}

char **
folder_items (const char *folder)
{
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  GPtrArray *paths = g_ptr_array_new ();
  const char *file;

  while (listing != NULL && (file = g_dir_read_name (listing)) != NULL)
    if (strlen (file) == HEX_LENGTH + strlen (SUFFIX) && g_str_has_suffix (file, SUFFIX))
      g_ptr_array_add (paths, g_build_filename (folder, file, NULL));
  g_ptr_array_add (paths, NULL);
  return (char **) g_ptr_array_free (paths, FALSE);
}
