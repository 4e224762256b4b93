/* SPDX-License-Identifier: MIT */
/* Opens files that must be safe, writes files that must be whole, and judges folders.
   Knows nothing of what is in them. */
#include "base/file.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/lines.h"
#include "base/owner.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 4096
#define TEMPORARY_PREFIX ".keybearer-"
#define TEMPORARY_SUFFIX ".tmp"
/* No write takes this long: such a file is what a killed process left. */
#define TEMPORARY_AGE_S 600
/* As many as the kernel follows. */
#define LINKS_MAX 40

/* ---- descriptors that close themselves ------------------------------------------ */

typedef int Fd;

static void
fd_clear (Fd *fd)
{
  int saved = errno;

  if (*fd >= 0)
    close (*fd);
  errno = saved;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fd, fd_clear)

static int
fd_steal (Fd *fd)
{
  int stolen = *fd;

  *fd = -1;
  return stolen;
}

static int
open_retrying (int folder, const char *path, int flags, mode_t mode)
{
  int fd;

  do
    fd = openat (folder, path, flags | O_CLOEXEC | O_NOCTTY, mode);
  while (fd < 0 && errno == EINTR);
  return fd;
}

/* ---- errors --------------------------------------------------------------------- */

static gboolean
refuse (const char *path, const char *reason, KbErrorCode code, GError **error)
{
  g_autofree char *shown = kb_text_escape (path, strlen (path), 0);

  g_set_error (error, KB_ERROR, code, "%s: %s", shown, reason);
  return FALSE;
}

/* ---- reading -------------------------------------------------------------------- */

/* What is wrong, or NULL.  No link is left when somebody has just put a newer file in its
   place, and that is fine.  Systems that keep /usr in an object store (ostree, Nix) give
   root's files several links, which nobody else could have made in a way that matters. */
static const char *
judge_file (const struct stat *status, KbFileSafety safety)
{
  if (!S_ISREG (status->st_mode))
    return "not a regular file";
  if (kb_owner_fault (status) != NULL)
    return kb_owner_fault (status);
  if (safety == KB_FILE_PRIVATE && (status->st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return "readable by others (chmod 600)";
  if (status->st_nlink > 1 && (safety == KB_FILE_PRIVATE || status->st_uid != 0))
    return "has several hard links";
  return NULL;
}

int
kb_file_open_safe (const char *path, KbFileSafety safety, gboolean *missing,
                   GError **error)
{
  g_auto (Fd) fd = open_retrying (AT_FDCWD, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
  struct stat status;
  const char *wrong;

  if (fd < 0 && errno == ENOENT && missing != NULL)
    {
      *missing = TRUE;
      return -1;
    }
  if (fd < 0 && errno == ELOOP)
    {
      refuse (path, "a symbolic link", KB_ERROR_CONFIG, error);
      return -1;
    }
  if (fd < 0 || fstat (fd, &status) != 0)
    {
      refuse (path, g_strerror (errno), KB_ERROR_CONFIG, error);
      return -1;
    }
  wrong = judge_file (&status, safety);
  if (wrong != NULL)
    {
      refuse (path, wrong, KB_ERROR_CONFIG, error);
      return -1;
    }
  if (missing != NULL)
    *missing = FALSE;
  return fd_steal (&fd);
}

/* What is wrong, or NULL. */
static const char *
read_into (int fd, KbBuffer *buffer)
{
  char chunk[CHUNK];
  const char *wrong = NULL;
  gssize length = 1;

  while (wrong == NULL && length != 0)
    {
      length = read (fd, chunk, sizeof chunk);
      if (length < 0 && errno != EINTR)
        wrong = g_strerror (errno);
      else if (length > 0 && !kb_buffer_append (buffer, chunk, (gsize) length))
        wrong = "larger than allowed";
    }
  kb_wipe (chunk, sizeof chunk);
  return wrong;
}

KbSecret *
kb_file_read_safe (const char *path, KbFileSafety safety, gsize limit, gboolean *missing,
                   GError **error)
{
  g_auto (Fd) fd = kb_file_open_safe (path, safety, missing, error);
  g_autoptr (KbBuffer) buffer = NULL;
  const char *wrong;

  if (fd < 0)
    return NULL;
  buffer = kb_buffer_new (limit);
  wrong = read_into (fd, buffer);
  if (wrong != NULL)
    {
      refuse (path, wrong, KB_ERROR_CONFIG, error);
      return NULL;
    }
  return kb_buffer_steal (buffer);
}

/* ---- writing -------------------------------------------------------------------- */

/* A process that was killed while it wrote leaves its temporary file: the next one that
   writes there takes it away. */
static void
sweep (int folder)
{
  int fd = open_retrying (folder, ".", O_RDONLY | O_DIRECTORY, 0);
  DIR *listing = fd >= 0 ? fdopendir (fd) : NULL;
  struct dirent *entry;
  struct stat status;

  while (listing != NULL && (entry = readdir (listing)) != NULL)
    if (g_str_has_prefix (entry->d_name, TEMPORARY_PREFIX)
        && g_str_has_suffix (entry->d_name, TEMPORARY_SUFFIX)
        && fstatat (folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0
        && status.st_mtime < kb_clock_now () - TEMPORARY_AGE_S)
      unlinkat (folder, entry->d_name, 0);
  if (listing != NULL)
    closedir (listing);
  else if (fd >= 0)
    close (fd);
}

/* FALSE leaves the reason in errno.  Whatever the umask is, the mode is 0600. */
static gboolean
fill (int folder, const char *name, const char *bytes, gsize length, gboolean durable)
{
  g_auto (Fd) fd = open_retrying (folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
                                  S_IRUSR | S_IWUSR);

  return fd >= 0 && fchmod (fd, S_IRUSR | S_IWUSR) == 0
         && kb_write_all (fd, bytes, length) && (!durable || fsync (fd) == 0)
         && close (fd_steal (&fd)) == 0;
}

/* Some file systems cannot do it for a folder and say so. */
static gboolean
sync_folder (int folder)
{
  return fsync (folder) == 0 || errno == EINVAL || errno == ENOTSUP;
}

static gboolean
replace (int folder, const char *name, const char *bytes, gsize length, gboolean durable)
{
  g_autofree char *id = kb_text_random_id (FALSE);
  g_autofree char *temporary = g_strconcat (TEMPORARY_PREFIX, id, TEMPORARY_SUFFIX, NULL);
  int saved;

  if (fill (folder, temporary, bytes, length, durable)
      && renameat (folder, temporary, folder, name) == 0)
    return !durable || sync_folder (folder);
  saved = errno;
  unlinkat (folder, temporary, 0);
  errno = saved;
  return FALSE;
}

static gboolean
write_file (const char *path, const char *bytes, gsize length, gboolean durable,
            GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_auto (Fd) folder = open_retrying (AT_FDCWD, parent, O_RDONLY | O_DIRECTORY, 0);

  if (folder < 0)
    return refuse (path, g_strerror (errno), KB_ERROR_LOCKED, error);
  sweep (folder);
  if (!replace (folder, name, bytes, length, durable))
    return refuse (path, g_strerror (errno), KB_ERROR_LOCKED, error);
  return TRUE;
}

gboolean
kb_file_write_whole (const char *path, const char *bytes, gsize length, GError **error)
{
  return write_file (path, bytes, length, TRUE, error);
}

gboolean
kb_file_write_quick (const char *path, const char *bytes, gsize length, GError **error)
{
  return write_file (path, bytes, length, FALSE, error);
}

/* ---- folders -------------------------------------------------------------------- */

static const char *
judge_folder (const struct stat *status)
{
  return S_ISDIR (status->st_mode) ? kb_owner_fault (status) : "not a folder";
}

/* The descriptor of NAME in PARENT, made when it is not there.  A symbolic link is
   followed only where root or the user put it, and never at the LAST. */
static int
enter (int parent, const char *name, gboolean last)
{
  int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW;
  struct stat status;

  if (fstatat (parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
    {
      if (errno != ENOENT || (mkdirat (parent, name, S_IRWXU) != 0 && errno != EEXIST)
          || fstatat (parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return -1;
    }
  if (S_ISLNK (status.st_mode) && !last && kb_owner_is_trusted (&status))
    flags &= ~O_NOFOLLOW;
  return open_retrying (parent, name, flags, 0);
}

/* What is wrong, or NULL. */
static const char *
enter_all (char **names, Fd *folder)
{
  for (; *names != NULL; names++)
    {
      int next;

      if (strcmp (*names, "..") == 0)
        return "'..' in the name of a folder";
      next = enter (*folder, *names, names[1] == NULL);
      if (next < 0)
        return errno == ENOTDIR ? "a file or a symbolic link where a folder belongs"
                                : g_strerror (errno);
      fd_clear (folder);
      *folder = next;
    }
  return NULL;
}

/* New: the names between the slashes of PATH. */
static char **
names_of (const char *path)
{
  g_auto (GStrv) pieces = g_strsplit (path, "/", -1);
  GPtrArray *names = g_ptr_array_new ();

  for (char **piece = pieces; *piece != NULL; piece++)
    if (**piece != '\0' && strcmp (*piece, ".") != 0)
      g_ptr_array_add (names, g_strdup (*piece));
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

gboolean
kb_dir_make_private (const char *path, GError **error)
{
  g_auto (GStrv) names = names_of (path);
  g_auto (Fd) folder = open_retrying (AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0);
  const char *wrong;
  struct stat status;

  if (!g_path_is_absolute (path))
    return refuse (path, "not an absolute path", KB_ERROR_CONFIG, error);
  wrong = enter_all (names, &folder);
  if (wrong == NULL && fstat (folder, &status) != 0)
    wrong = g_strerror (errno);
  if (wrong == NULL)
    wrong
        = status.st_uid != geteuid () ? "owned by somebody else" : judge_folder (&status);
  return wrong == NULL || refuse (path, wrong, KB_ERROR_CONFIG, error);
}

/* A walk that follows symbolic links itself: each folder on the way counts. */
typedef struct
{
  char *at;        /* without links, so that ".." is its parent */
  GPtrArray *todo; /* names, the next one last */
  guint links;
} Walk;

static void
walk_clear (Walk *walk)
{
  g_free (walk->at);
  g_ptr_array_unref (walk->todo);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Walk, walk_clear)

static void
walk_add (Walk *walk, const char *path)
{
  g_auto (GStrv) names = names_of (path);

  for (guint i = g_strv_length (names); i > 0; i--)
    g_ptr_array_add (walk->todo, g_strdup (names[i - 1]));
}

static void
walk_to (Walk *walk, char *at)
{
  g_free (walk->at);
  walk->at = at;
}

static gboolean
follow (Walk *walk, const char *link, GError **error)
{
  g_autofree char *target = g_file_read_link (link, NULL);

  if (target == NULL || ++walk->links > LINKS_MAX)
    return refuse (link, "a symbolic link that leads nowhere", KB_ERROR_CONFIG, error);
  if (g_path_is_absolute (target))
    walk_to (walk, g_strdup ("/"));
  walk_add (walk, target);
  return TRUE;
}

/* /tmp and its like: others may put things there, but what root or the user has there can
   be renamed and removed by nobody else, so a way through it stays what it was. */
static gboolean
is_sticky (const struct stat *status)
{
  return S_ISDIR (status->st_mode) && (status->st_mode & S_ISVTX) != 0
         && kb_owner_is_trusted (status);
}

/* By path and not by descriptor: all that was passed can be changed by root and the user
   alone. */
static gboolean
step (Walk *walk, const char *name, GError **error)
{
  g_autofree char *next = g_build_filename (walk->at, *name == '/' ? NULL : name, NULL);
  const char *wrong;
  struct stat status;

  if (strcmp (name, "..") == 0)
    {
      walk_to (walk, g_path_get_dirname (walk->at));
      return TRUE;
    }
  if (lstat (next, &status) != 0)
    return refuse (next, g_strerror (errno), KB_ERROR_CONFIG, error);
  if (S_ISLNK (status.st_mode) && kb_owner_is_trusted (&status))
    return follow (walk, next, error);
  wrong = judge_folder (&status);
  if (wrong != NULL && !is_sticky (&status))
    return refuse (next, wrong, KB_ERROR_CONFIG, error);
  walk_to (walk, g_steal_pointer (&next));
  return TRUE;
}

/* Where the walk ends, a sticky folder is no good: others may put files there. */
static gboolean
judge_end (const char *path, GError **error)
{
  const char *wrong;
  struct stat status;

  wrong = lstat (path, &status) != 0 ? g_strerror (errno) : judge_folder (&status);
  return wrong == NULL || refuse (path, wrong, KB_ERROR_CONFIG, error);
}

gboolean
kb_file_is_guarded (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  struct stat status = { 0 };
  const char *wrong
      = stat (folder, &status) != 0 ? g_strerror (errno) : judge_folder (&status);

  return wrong == NULL || is_sticky (&status)
         || refuse (folder, wrong, KB_ERROR_CONFIG, error);
}

gboolean
kb_dir_is_safe (const char *path, GError **error)
{
  g_auto (Walk) walk = { .at = g_strdup ("/"), .todo = g_ptr_array_new () };
  gboolean safe;

  if (!g_path_is_absolute (path))
    return refuse (path, "not an absolute path", KB_ERROR_CONFIG, error);
  g_ptr_array_set_free_func (walk.todo, g_free);
  walk_add (&walk, path);
  safe = step (&walk, "/", error);
  while (safe && walk.todo->len > 0)
    {
      g_autofree char *name = g_ptr_array_steal_index (walk.todo, walk.todo->len - 1);

      safe = step (&walk, name, error);
    }
  return safe && judge_end (walk.at, error);
}
