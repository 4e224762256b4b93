/* SPDX-License-Identifier: MIT */
/* Starts a program that is safe to start, feeds it, reads it and ends it in time.
   Knows nothing of credentials. */
#include "common/run.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How often cancellation is looked at, and a program that closed its output is. */
#define STEP_MS 50
/* What a shell says when it cannot start a program. */
#define CANNOT_START 127

/* ---- the environment ------------------------------------------------------------ */

/* PATH is fixed, so that no folder of the caller's comes before the system's. */
static const char *const handed_down[] = {
  "HOME",
  "USER",
  "LOGNAME",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "LC_MESSAGES",
  "TZ",
  "XDG_RUNTIME_DIR",
  "XDG_CONFIG_HOME",
  "XDG_CACHE_HOME",
  "XDG_DATA_HOME",
  "XDG_STATE_HOME",
  "DBUS_SESSION_BUS_ADDRESS",
  "https_proxy",
  "HTTPS_PROXY",
  "no_proxy",
  "NO_PROXY",
  "all_proxy",
  "ALL_PROXY",
};

#define FIXED_PATH "PATH=/usr/local/bin:/usr/bin:/bin"

/* What the configuration names may be a secret, so it is wiped like one. */
static void
wipe_string (gpointer text)
{
  kb_wipe (text, strlen (text));
  g_free (text);
}

void
kb_run_environment_add (GPtrArray *environment, const char *name, const char *value)
{
  if (value != NULL)
    g_ptr_array_add (environment, g_strconcat (name, "=", value, NULL));
}

GPtrArray *
kb_run_environment_new (void)
{
  GPtrArray *environment = g_ptr_array_new_with_free_func (wipe_string);

  g_ptr_array_add (environment, g_strdup (FIXED_PATH));
  for (gsize i = 0; i < G_N_ELEMENTS (handed_down); i++)
    kb_run_environment_add (environment, handed_down[i], g_getenv (handed_down[i]));
  return environment;
}

/* ---- the program ---------------------------------------------------------------- */

static const char *
program_fault (const char *path)
{
  struct stat status;

  if (stat (path, &status) != 0)
    return g_strerror (errno);
  if (!S_ISREG (status.st_mode))
    return "not a regular file";
  if (kb_owner_fault (&status) != NULL)
    return kb_owner_fault (&status);
  return access (path, X_OK) == 0 ? NULL : g_strerror (errno);
}

gboolean
kb_run_check (const char *path, GError **error)
{
  char *resolved = path[0] == '/' ? realpath (path, NULL) : NULL;
  g_autofree char *real = g_strdup (resolved);
  g_autofree char *folder = real != NULL ? g_path_get_dirname (real) : NULL;
  const char *fault = "not an absolute path";

  free (resolved);
  if (real != NULL)
    fault = program_fault (real);
  else if (path[0] == '/')
    fault = "does not exist";
  if (fault == NULL)
    return kb_dir_is_safe (folder, error);
  g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "%s: %s", path, fault);
  return FALSE;
}

/* A file in memory: the program reads when it likes, and there is no pipe to wait for. */
static int
input_open (const KbBuffer *input)
{
  int fd = memfd_create ("keybearer-request", MFD_CLOEXEC);
  gsize length = kb_buffer_length (input);

  if (fd < 0)
    return -1;
  if (write (fd, kb_buffer_peek (input), length) == (gssize) length
      && lseek (fd, 0, SEEK_SET) == 0)
    return fd;
  (void) close (fd);
  return -1;
}

static void
close_others (void)
{
#ifdef SYS_close_range
  if (syscall (SYS_close_range, 3U, ~0U, 0U) == 0)
    return;
#endif
  for (int fd = 3; fd < (int) sysconf (_SC_OPEN_MAX); fd++)
    (void) close (fd);
}

/* Only async-signal-safe calls from here to execve. */
static void
child (const KbRun *run, int input, int output)
{
  int null = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  struct sigaction standard = { .sa_handler = SIG_DFL };
  sigset_t none;

  (void) setsid ();
  (void) prctl (PR_SET_PDEATHSIG, SIGKILL);
  (void) sigemptyset (&none);
  (void) sigprocmask (SIG_SETMASK, &none, NULL);
  for (int number = 1; number < NSIG; number++)
    (void) sigaction (number, &standard, NULL);
  if (null < 0 || dup2 (input, 0) < 0 || dup2 (output, 1) < 0 || dup2 (null, 2) < 0)
    _exit (CANNOT_START);
  close_others ();
  (void) execve (run->command[0], (char *const *) run->command, run->environment);
  _exit (CANNOT_START);
}

static pid_t
start (const KbRun *run, int *output)
{
  int input = input_open (run->input);
  int ends[2] = { -1, -1 };
  pid_t pid = -1;

  if (input >= 0 && pipe2 (ends, O_CLOEXEC) == 0)
    pid = fork ();
  if (pid == 0)
    child (run, input, ends[1]);
  if (input >= 0)
    (void) close (input);
  if (ends[1] >= 0)
    (void) close (ends[1]);
  if (pid < 0 && ends[0] >= 0)
    (void) close (ends[0]);
  *output = pid < 0 ? -1 : ends[0];
  return pid;
}

/* TRUE when there is more to read. */
static gboolean
read_some (int fd, KbBuffer *output, gboolean *too_long)
{
  char block[4096];
  gssize count = read (fd, block, sizeof block);

  if (count < 0)
    return errno == EINTR;
  *too_long = count > 0 && !kb_buffer_append (output, block, (gsize) count);
  kb_wipe (block, sizeof block);
  return count > 0 && !*too_long;
}

/* Up to the end of its output; why not, or NULL. */
static const char *
read_all (int fd, const KbRequest *request, gint64 deadline, KbBuffer *output)
{
  struct pollfd ready = { .fd = fd, .events = POLLIN };
  gboolean too_long = FALSE;
  gboolean more = TRUE;

  while (more)
    {
      gint64 left = kb_clock_left_ms (deadline);

      if (left == 0 || kb_request_cancelled (request))
        return left == 0 ? "gave no answer in time" : "was stopped with the request";
      if (poll (&ready, 1, (int) MIN (left, STEP_MS)) > 0)
        more = read_some (fd, output, &too_long);
    }
  return too_long ? "printed too much" : NULL;
}

/* The program may linger after it closed its output, but not past the time.  TRUE when it
   has ended by itself. */
static gboolean
wait_until (pid_t pid, const KbRequest *request, gint64 deadline, int *status)
{
  pid_t ended = waitpid (pid, status, WNOHANG);

  while (ended == 0 && kb_clock_left_ms (deadline) > 0 && !kb_request_cancelled (request))
    {
      kb_clock_sleep_ms (1);
      ended = waitpid (pid, status, WNOHANG);
    }
  return ended == pid;
}

/* The whole group, for what it left running holds our request. */
static void
end (pid_t pid, gboolean ended)
{
  (void) kill (-pid, SIGKILL);
  while (!ended && waitpid (pid, NULL, 0) < 0 && errno == EINTR)
    continue;
}

static gboolean
check_status (int status, GError **error)
{
  if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return TRUE;
  if (WIFEXITED (status) && WEXITSTATUS (status) == CANNOT_START)
    g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                         "the program cannot be started");
  else if (WIFEXITED (status))
    g_set_error (error, KB_ERROR, KB_ERROR_DENIED,
                 "the program ended with status %d: run it "
                 "by hand to see why",
                 WEXITSTATUS (status));
  else
    g_set_error (error, KB_ERROR, KB_ERROR_DENIED, "the program was ended by signal %d",
                 WTERMSIG (status));
  return FALSE;
}

KbSecret *
kb_run (const KbRun *run, const KbRequest *request, GError **error)
{
  g_autoptr (KbBuffer) output = kb_buffer_new (KB_RUN_OUTPUT_MAX);
  gint64 deadline = kb_clock_boot_ms () + run->timeout_ms;
  const char *fault;
  int status = 0;
  int fd = -1;
  pid_t pid = start (run, &fd);
  gboolean ended;

  if (pid < 0)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_MODULE, "no process can be started: %s",
                   g_strerror (errno));
      return NULL;
    }
  fault = read_all (fd, request, deadline, output);
  (void) close (fd);
  ended = fault == NULL && wait_until (pid, request, deadline, &status);
  end (pid, ended);
  if (fault == NULL && !ended)
    fault = "did not end in time";
  if (fault != NULL)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_NETWORK, "the program %s", fault);
      return NULL;
    }
  return check_status (status, error) ? kb_buffer_steal (output) : NULL;
}
