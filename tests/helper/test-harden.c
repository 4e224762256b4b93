/* SPDX-License-Identifier: MIT */
/* Tests harden: each thing it does, in a process of its own.
   Knows nothing of the program that it protects. */
#include "harden.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define TRACED_BY_ITSELF 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TRACED_BY_ITSELF 1
#endif
#endif

/* The exit status of CHECK in a child, which holds when it is 0. */
static int
in_child (void (*check) (void))
{
  int status = 0;
  pid_t child;

  fflush (NULL);
  child = fork ();
  if (child == 0)
    {
      check ();
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  return WIFEXITED (status) ? WEXITSTATUS (status) : 1000 + WTERMSIG (status);
}

static void
check_limits (void)
{
  struct sigaction action;
  struct rlimit limit;

  (void) umask (022);
  kb_harden ();
  g_assert_cmpuint (umask (0), ==, 077);
  g_assert_cmpint (sigaction (SIGPIPE, NULL, &action), ==, 0);
  g_assert_true (action.sa_handler == SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_CORE, &limit), ==, 0);
  g_assert_cmpuint (limit.rlim_cur, ==, 0);
#ifndef TRACED_BY_ITSELF
  g_assert_cmpint (prctl (PR_GET_DUMPABLE), ==, 0);
#endif
  kb_soften ();
  g_assert_cmpuint (umask (0), ==, 022);
  g_assert_cmpint (sigaction (SIGPIPE, NULL, &action), ==, 0);
  g_assert_true (action.sa_handler == SIG_DFL);
}

static void
test_limits (void)
{
  g_assert_cmpint (in_child (check_limits), ==, 0);
}

static const char *const steering[] = {
  "SECRET_BACKEND",
  "SECRET_FILE_TEST_PATH",
  "SECRET_FILE_TEST_PASSWORD",
  "SECRET_SERVICE_BUS_NAME",
  "TCTI",
  "SSLKEYLOGFILE",
  "G_DBUS_DEBUG",
  "GNUTLS_DEBUG_LEVEL",
  "GNUTLS_KEYLOGFILE",
  "GIO_EXTRA_MODULES",
  "GIO_MODULE_DIR",
  "GIO_USE_TLS",
  "GSETTINGS_SCHEMA_DIR",
  "G_MESSAGES_DEBUG",
  "CURL_CA_BUNDLE",
  "OPENSSL_CONF",
  "SSL_CERT_FILE",
  "GCONV_PATH",
};
static const char *const harmless[]
    = { "HOME", "https_proxy", "SECRET_AZURE", "SECRET_BACKENDS", "TCTIX", "XTCTI" };

static void
check_environment (void)
{
  char *alone[] = { "SSLKEYLOGFILE", "TCTI=1", "TCTI=2", "HOME=/", NULL };
  g_auto (GStrv) before = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (steering); i++)
    g_setenv (steering[i], "x", TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (harmless); i++)
    g_setenv (harmless[i], "x", TRUE);
  kb_harden ();
  for (guint i = 0; i < G_N_ELEMENTS (steering); i++)
    g_assert_null (g_getenv (steering[i]));
  for (guint i = 0; i < G_N_ELEMENTS (harmless); i++)
    g_assert_cmpstr (g_getenv (harmless[i]), ==, "x");
  before = kb_environment_for_child ();
  for (guint i = 0; i < G_N_ELEMENTS (steering); i++)
    g_assert_cmpstr (g_environ_getenv (before, steering[i]), ==, "x");
  environ = alone;
  kb_harden ();
  g_assert_null (g_getenv ("TCTI"));
  g_assert_cmpstr (g_getenv ("HOME"), ==, "/");
}

static void
check_buses (void)
{
  static const struct
  {
    const char *address;
    gboolean stays;
  } cases[] = { { "unix:path=/run/user/1000/bus", TRUE },
                { "unix:abstract=/tmp/dbus-x,guid=1", TRUE },
                { "tcp:host=evil.example,port=1", FALSE },
                { "unixexec:path=/bin/sh", FALSE },
                { "autolaunch:", FALSE },
                { "unix:path=/x;tcp:host=evil.example,port=1", FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_setenv ("DBUS_SESSION_BUS_ADDRESS", cases[i].address, TRUE);
      kb_harden ();
      g_assert_cmpint (g_getenv ("DBUS_SESSION_BUS_ADDRESS") != NULL, ==, cases[i].stays);
    }
}

static void
test_environment (void)
{
  g_assert_cmpint (in_child (check_environment), ==, 0);
  g_assert_cmpint (in_child (check_buses), ==, 0);
}

static void
check_descriptors (void)
{
  struct stat status;

  (void) close (STDIN_FILENO);
  (void) close (STDOUT_FILENO);
  (void) close (STDERR_FILENO);
  kb_harden ();
  for (int fd = 0; fd < 3; fd++)
    if (fstat (fd, &status) != 0 || !S_ISCHR (status.st_mode))
      _exit (1);
}

static void
test_descriptors (void)
{
  g_assert_cmpint (in_child (check_descriptors), ==, 0);
}

static void
check_stdout (void)
{
  char got[16] = "";
  int ends[2];
  int private;

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (dup2 (ends[1], STDOUT_FILENO), ==, STDOUT_FILENO);
  private = kb_guard_stdout ();
  g_assert_cmpint (private, >, STDERR_FILENO);
  g_assert_cmpint (fcntl (private, F_GETFD) & FD_CLOEXEC, !=, 0);
  printf ("noise\n");
  fflush (stdout);
  g_assert_cmpint (write (private, "answer", 6), ==, 6);
  g_assert_cmpint (read (ends[0], got, sizeof got), ==, 6);
  g_assert_cmpstr (got, ==, "answer");
}

static void
test_stdout (void)
{
  g_assert_cmpint (in_child (check_stdout), ==, 0);
}

/* ---- the last resort ------------------------------------------------------------ */

static void
undo (void)
{
  (void) !write (STDERR_FILENO, "undone\n", 7);
}

static void
test_watchdog (void)
{
  gint64 start = g_get_monotonic_time ();

  if (g_test_subprocess ())
    {
      kb_watchdog_undo (undo);
      kb_watchdog (3600 * 1000);
      kb_watchdog (50);
      for (;;)
        pause ();
    }
  g_test_trap_subprocess (NULL, 120 * G_USEC_PER_SEC, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("undone\nkeybearer: gave up: *deadline\n");
  g_assert_cmpint (g_get_monotonic_time () - start, >=, G_USEC_PER_SEC);
}

static void
check_status (void)
{
  int null = open ("/dev/null", O_WRONLY);

  (void) dup2 (null, STDERR_FILENO);
  kb_watchdog (1);
  for (;;)
    pause ();
}

static void
check_stopped (void)
{
  kb_watchdog (1);
  kb_watchdog (0);
  g_usleep (1300 * 1000);
}

static void
test_watchdog_status (void)
{
  g_assert_cmpint (in_child (check_status), ==, 12);
  g_assert_cmpint (in_child (check_stopped), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/harden/limits", test_limits);
  g_test_add_func ("/harden/environment", test_environment);
  g_test_add_func ("/harden/descriptors", test_descriptors);
  g_test_add_func ("/harden/stdout", test_stdout);
  g_test_add_func ("/harden/watchdog", test_watchdog);
  g_test_add_func ("/harden/watchdog-status", test_watchdog_status);
  return g_test_run ();
}
