/* SPDX-License-Identifier: MIT */
/* Makes a folder in memory and a process that removes it when its maker has ended.
   Knows nothing of what is in its files. */
#include "commands/exec-keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/lines.h"
#include "harden.h"

#define PREFIX "exec-"
/* Clocks jump and machines sleep: no wait is longer. */
#define LONGEST_WAIT_S 60
/* Without pidfd_open(2), before Linux 5.3, the maker is looked at this often. */
#define LOOK_S 1

typedef struct
{
  char *folder;
  int watched; /* a pidfd, or the maker's folder in /proc */
  gboolean is_pidfd;
  KbKeeperFunc renew;
  gint64 when;
  gpointer data;
} Keeper;

static volatile sig_atomic_t told_to_end;

/* ---- folders -------------------------------------------------------------------- */

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      (void) unlink (file);
    }
  (void) rmdir (path);
}

/* The descriptor of PATH with a lock on it, -1 where another holds it. */
static int
lock_folder (const char *path, int how)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (fd >= 0 && flock (fd, how) == 0)
    return fd;
  if (fd >= 0)
    (void) close (fd);
  return -1;
}

/* Takes away what keepers left that were killed: nobody holds the lock of those. */
static void
sweep (const char *base)
{
  g_autoptr (GDir) folder = g_dir_open (base, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (base, name, NULL);
      int fd
          = g_str_has_prefix (name, PREFIX) ? lock_folder (path, LOCK_EX | LOCK_NB) : -1;

      if (fd < 0)
        continue;
      remove_folder (path);
      (void) close (fd);
    }
}

/* New, or NULL: the folder that holds those of all calls. */
static char *
base_folder (void)
{
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");
  g_autofree char *first
      = g_build_filename (runtime != NULL ? runtime : "", "keybearer", NULL);
  g_autofree char *second
      = g_strdup_printf ("/dev/shm/keybearer-%u", (unsigned int) geteuid ());

  if (g_path_is_absolute (first) && kb_dir_make_private (first, NULL))
    return g_steal_pointer (&first);
  return kb_dir_make_private (second, NULL) ? g_steal_pointer (&second) : NULL;
}

/* New: a folder that is locked by *FD; the lock of the base keeps a sweep of another call
   from coming between. */
static char *
make_folder (int *fd)
{
  g_autofree char *base = base_folder ();
  g_autofree char *path
      = base != NULL ? g_build_filename (base, PREFIX "XXXXXX", NULL) : NULL;
  int lock = base != NULL ? lock_folder (base, LOCK_EX) : -1;
  gboolean made = FALSE;

  if (lock >= 0)
    {
      sweep (base);
      made = mkdtemp (path) != NULL && (*fd = lock_folder (path, LOCK_EX | LOCK_NB)) >= 0;
      (void) close (lock);
    }
  return made ? g_steal_pointer (&path) : NULL;
}

/* ---- the keeper ----------------------------------------------------------------- */

static void
on_signal (int number)
{
  told_to_end = 1;
}

/* Nothing of the maker's stays open but what is watched and the way back to it. */
static void
let_go (int watched, int back)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (int));
  int null = open ("/dev/null", O_RDWR | O_CLOEXEC);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      int fd = (int) g_ascii_strtoll (name, NULL, 10);

      g_array_append_val (all, fd);
    }
  g_clear_pointer (&folder, g_dir_close);
  for (int fd = 0; null >= 0 && fd <= STDERR_FILENO; fd++)
    (void) dup2 (null, fd);
  for (guint i = 0; i < all->len; i++)
    {
      int fd = g_array_index (all, int, i);

      if (fd > STDERR_FILENO && fd != watched && fd != back)
        (void) close (fd);
    }
}

static void
settle (const Keeper *keeper, int back)
{
  const struct sigaction end = { .sa_handler = on_signal };
  sigset_t none;

  kb_watchdog (0);
  let_go (keeper->watched, back);
  (void) sigemptyset (&none);
  (void) sigprocmask (SIG_SETMASK, &none, NULL);
  (void) signal (SIGINT, SIG_IGN);
  (void) signal (SIGQUIT, SIG_IGN);
  (void) signal (SIGHUP, SIG_IGN);
  (void) signal (SIGPIPE, SIG_IGN);
  (void) signal (SIGCHLD, SIG_DFL);
  (void) sigaction (SIGTERM, &end, NULL);
}

/* Whether the maker has ended; waits for it, SECONDS at most. */
static gboolean
has_ended (const Keeper *keeper, gint64 seconds)
{
  struct pollfd pollfd = { .fd = keeper->watched, .events = POLLIN };
  struct stat status;

  if (keeper->is_pidfd)
    return poll (&pollfd, 1, (int) seconds * 1000) > 0;
  (void) poll (NULL, 0, LOOK_S * 1000);
  return fstatat (keeper->watched, "stat", &status, 0) != 0;
}

static gint64
until_renewal (const Keeper *keeper)
{
  gint64 left = keeper->when - kb_clock_now ();

  return keeper->when == 0 ? LONGEST_WAIT_S : CLAMP (left, 0, LONGEST_WAIT_S);
}

/* Makes the folder and tells its path by BACK: as the keeper makes it, there is no moment
   in which the maker's end would leave it behind. */
G_GNUC_NORETURN static void
keep (Keeper *keeper, int back)
{
  int lock = -1;

  settle (keeper, back);
  keeper->folder = make_folder (&lock);
  if (keeper->folder == NULL)
    _exit (1);
  (void) kb_write_all (back, keeper->folder, strlen (keeper->folder));
  (void) close (back);
  while (!has_ended (keeper, until_renewal (keeper)) && !told_to_end)
    if (keeper->when != 0 && keeper->when <= kb_clock_now ())
      keeper->when = keeper->renew (keeper->folder, keeper->data);
  remove_folder (keeper->folder);
  _exit (0);
}

/* ---- starting it ---------------------------------------------------------------- */

static void
watch_myself (Keeper *keeper)
{
  keeper->watched = (int) syscall (SYS_pidfd_open, getpid (), 0);
  keeper->is_pidfd = keeper->watched >= 0;
  if (!keeper->is_pidfd)
    {
      g_autofree char *path = g_strdup_printf ("/proc/%d", (int) getpid ());

      keeper->watched = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
}

/* Two forks: the command that this process becomes must not find a child that it does not
   know.  A session of its own comes before the second, so that no signal to the maker's
   group ends the keeper.  TRUE in this process when the keeper was started. */
static gboolean
fork_keeper (Keeper *keeper, int back)
{
  int status = 0;
  pid_t first = fork ();
  pid_t ended;

  if (first == 0)
    {
      pid_t second = setsid () >= 0 ? fork () : -1;

      if (second == 0)
        keep (keeper, back);
      _exit (second < 0);
    }
  do
    ended = first > 0 ? waitpid (first, &status, 0) : -1;
  while (ended < 0 && first > 0 && errno == EINTR);
  return ended == first && first > 0 && WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

/* New: the path that the keeper tells, NULL where it made no folder. */
static char *
hear (int fd)
{
  char path[PATH_MAX];
  gsize length = 0;
  gssize got = 1;

  while (got != 0 && length < sizeof path)
    {
      got = read (fd, path + length, sizeof path - length);
      if (got < 0 && errno != EINTR)
        return NULL;
      length += got > 0 ? (gsize) got : 0;
    }
  return length > 0 && length < sizeof path ? g_strndup (path, length) : NULL;
}

/* New: the folder, or NULL.  *STARTED: there was a keeper. */
static char *
start (Keeper *keeper, gboolean *started)
{
  int ends[2];
  char *folder;

  *started = FALSE;
  if (keeper->watched < 0 || pipe2 (ends, O_CLOEXEC) != 0)
    return NULL;
  *started = fork_keeper (keeper, ends[1]);
  (void) close (ends[1]);
  folder = *started ? hear (ends[0]) : NULL;
  (void) close (ends[0]);
  return folder;
}

char *
kb_keeper_start (KbKeeperFunc renew, gint64 when, gpointer data, GError **error)
{
  Keeper keeper = { .renew = renew, .when = when, .data = data };
  gboolean started;
  char *folder;

  watch_myself (&keeper);
  folder = start (&keeper, &started);
  if (keeper.watched >= 0)
    (void) close (keeper.watched);
  if (folder == NULL)
    g_set_error_literal (error, KB_ERROR, KB_ERROR_LOCKED,
                         started ? "neither XDG_RUNTIME_DIR nor /dev/shm is a folder for "
                                   "files that nobody else may read"
                                 : "no process could be started that would remove them");
  return folder;
}
