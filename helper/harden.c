/* SPDX-License-Identifier: MIT */
/* Makes the process a poor target: limits, descriptors, environment, last resort.
   Knows nothing of what the process is for. */
#include "harden.h"

#include "base/clock.h"
#include "base/error.h"
#include "log.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define TRACED_BY_ITSELF 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TRACED_BY_ITSELF 1
#endif
#endif

#define GRACE_MS 1000

/* Variables that let whoever sets them (a checked-out folder, by way of direnv or an
   editor) choose code, files, keys or servers for a library of ours.  A '*' at the end
   stands for any rest; it is used only where no person would name a variable of their
   own so, which an env: reference may follow.  Proxies, XDG folders and HOME stay: they
   are the user's. */
static const struct
{
  const char *name;
  const char *why;
} steering[] = {
  { "SECRET_BACKEND", "the keyring's client: a file instead of the keyring" },
  { "SECRET_FILE_TEST_PATH", "the keyring's client: that file" },
  { "SECRET_FILE_TEST_PASSWORD", "the keyring's client: that file's password" },
  { "SECRET_SERVICE_BUS_NAME",
    "the keyring's client: who on the bus is given the secrets" },
  { "TCTI", "the keyring's client: a library to load as the way to the TPM" },
  { "TSS2_*", "tpm2-tss: where it logs to and its configuration" },
  { "G_DBUS_DEBUG", "GIO: prints messages with their secrets" },
  { "G_DBUS_COOKIE_SHA1_KEYRING_DIR", "GIO: whose cookies prove identity on a bus" },
  { "GIO_EXTRA_MODULES", "GIO: folders of libraries to load" },
  { "GIO_MODULE_DIR", "GIO: the folder of libraries to load" },
  { "GIO_USE_*", "GIO: which of its libraries answer for TLS, proxies, files" },
  { "GSETTINGS_*", "GIO: settings such as proxies, from a chosen place" },
  { "G_MESSAGES_DEBUG", "GLib: libraries log what they do" },
  { "G_TLS_GNUTLS_PRIORITY", "glib-networking: weaker ciphers" },
  { "SSLKEYLOGFILE", "GnuTLS, OpenSSL, NSS, libcurl: a file that decrypts the traffic" },
  { "GNUTLS_*", "GnuTLS: key log, debug output, priorities, self-test switches" },
  { "OPENSSL_*", "OpenSSL: configuration, which loads engines and providers" },
  { "CURL_*", "libcurl: TLS backend, CA bundle, debug switches" },
  { "SSL_CERT_*", "OpenSSL: which authorities are trusted" },
  { "QLOGDIR", "libcurl: where it writes traces" },
  { "NETRC", "libcurl: a file of logins" },
  { "P11_KIT_*", "p11-kit: debug output and where its server is" },
  { "KRB5_TRACE", "Kerberos in libcurl: a file of traces" },
  { "KRB5_CONFIG", "Kerberos in libcurl: realms, servers and libraries to load" },
  { "GCONV_PATH", "the C library: folders of converters to load" },
  { "NLSPATH", "the C library: message texts with format strings" },
  { "LOCPATH", "the C library: locales from a chosen folder" },
  { "HOSTALIASES", "the C library: other names for hosts" },
  { "LOCALDOMAIN", "the C library: a domain that is tried for hosts" },
  { "RES_OPTIONS", "the C library: how hosts are looked up" },
};

/* NAME=VALUE as kb_harden found them. */
static GPtrArray *taken;

/* The rest of what kb_harden found. */
static struct
{
  gboolean known, core_known;
  struct rlimit core;
  mode_t mask;
  void (*pipe) (int);
} found;

static void (*volatile undo_hook) (void);
static timer_t watchdog;
static gboolean watchdog_made;

/* A bit for each of A to Z that a name in the table begins with: there most variables
   are let go. */
static guint32
steering_initials (void)
{
  guint32 initials = 0;

  for (guint i = 0; i < G_N_ELEMENTS (steering); i++)
    initials |= 1u << (steering[i].name[0] - 'A');
  return initials;
}

static gboolean
may_steer (guint32 initials, char initial)
{
  return initial >= 'A' && initial <= 'Z' && (initials >> (initial - 'A') & 1) != 0;
}

static gboolean
is_steering (const char *pair, gsize length)
{
  for (guint i = 0; i < G_N_ELEMENTS (steering); i++)
    {
      const char *name = steering[i].name;
      gsize size;
      gboolean any;

      if (*name != *pair)
        continue;
      size = strlen (name);
      any = name[size - 1] == '*';
      if (any ? length >= size - 1 && strncmp (pair, name, size - 1) == 0
              : length == size && strncmp (pair, name, size) == 0)
        return TRUE;
    }
  return FALSE;
}

/* A bus address may also say tcp: (a server that then is handed secrets) or autolaunch:
   (starts a program): only a socket of this machine is one. */
static gboolean
is_foreign_bus (const char *pair)
{
  static const char name[] = "DBUS_SESSION_BUS_ADDRESS=";
  const char *address = pair + strlen (name);

  return g_str_has_prefix (pair, name)
         && (!g_str_has_prefix (address, "unix:") || strchr (address, ';') != NULL);
}

static void
take (const char *pair, gsize length)
{
  g_autofree char *name = g_strndup (pair, length);

  if (taken == NULL)
    taken = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (taken, g_strdup (pair));
  g_unsetenv (name);
}

/* Taking one away moves those after it, so the place stays the same then.  What has no
   '=' is no variable to anybody. */
static void
clean_environment (void)
{
  const guint32 initials = steering_initials ();

  for (char **pair = environ; pair != NULL && *pair != NULL;)
    {
      const char *equals = strchr (*pair, '=');
      gsize length = equals != NULL ? (gsize) (equals - *pair) : 0;

      if (equals != NULL
          && ((may_steer (initials, **pair) && is_steering (*pair, length))
              || is_foreign_bus (*pair)))
        take (*pair, length);
      else
        pair++;
    }
}

char **
kb_environment_for_child (void)
{
  char **all = g_get_environ ();

  for (guint i = 0; taken != NULL && i < taken->len; i++)
    {
      const char *pair = taken->pdata[i];
      gsize length = strcspn (pair, "=");
      g_autofree char *name = g_strndup (pair, length);

      all = g_environ_setenv (all, name, pair + length + 1, TRUE);
    }
  return all;
}

/* A program that was started with descriptor 1 or 2 closed would print into whatever file
   it opens first. */
static void
open_standard (void)
{
  int fd;

  do
    fd = open ("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd > STDERR_FILENO)
    (void) close (fd);
}

static void
forbid_looking (void)
{
  struct rlimit none = { 0, 0 };

  if (getrlimit (RLIMIT_CORE, &found.core) == 0)
    {
      none.rlim_max = found.core.rlim_max; /* a limit that is given up is gone */
      found.core_known = setrlimit (RLIMIT_CORE, &none) == 0;
    }
#ifndef TRACED_BY_ITSELF
  (void) prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

void
kb_harden (void)
{
  kb_log_start ();
  open_standard ();
  forbid_looking ();
  found.mask = umask (S_IRWXG | S_IRWXO);
  found.pipe = signal (SIGPIPE, SIG_IGN);
  found.known = TRUE;
  clean_environment ();
}

void
kb_soften (void)
{
  if (!found.known)
    return;
  kb_watchdog (0);
  (void) umask (found.mask);
  (void) signal (SIGPIPE, found.pipe);
  if (found.core_known)
    (void) setrlimit (RLIMIT_CORE, &found.core);
}

int
kb_guard_stdout (void)
{
  int private = fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  int null = open ("/dev/null", O_WRONLY | O_CLOEXEC);

  if (private < 0 || null < 0 || dup2 (null, STDOUT_FILENO) < 0)
    {
      if (private >= 0)
        (void) close (private);
      private = -1;
    }
  if (null >= 0)
    (void) close (null);
  return private;
}

/* ---- the last resort ------------------------------------------------------------ */

static void
give_up (int signal_number)
{
  static const char line[]
      = "keybearer: gave up: there was no answer before the deadline\n";
  void (*undo) (void) = undo_hook;

  if (undo != NULL)
    undo ();
  (void) !write (STDERR_FILENO, line, sizeof line - 1);
  _exit (10 + KB_ERROR_NETWORK);
}

/* A timer of its own: alarm(2) belongs to the libraries. */
static gboolean
make_watchdog (void)
{
  struct sigaction action = { .sa_handler = give_up };
  struct sigevent event = { .sigev_notify = SIGEV_SIGNAL };
  sigset_t only;

  event.sigev_signo = SIGRTMAX - 1;
  (void) sigemptyset (&only);
  (void) sigaddset (&only, event.sigev_signo);
  return sigaction (event.sigev_signo, &action, NULL) == 0
         && sigprocmask (SIG_UNBLOCK, &only, NULL) == 0
         && timer_create (CLOCK_MONOTONIC, &event, &watchdog) == 0;
}

void
kb_watchdog (gint64 milliseconds)
{
  gint64 end = milliseconds > 0 ? kb_clock_patient_ms (milliseconds) + GRACE_MS : 0;
  const struct itimerspec when
      = { .it_value = { .tv_sec = end / 1000, .tv_nsec = end % 1000 * 1000000 } };

  if (!watchdog_made)
    watchdog_made = make_watchdog ();
  if (watchdog_made)
    (void) timer_settime (watchdog, 0, &when, NULL);
}

void
kb_watchdog_at_least (gint64 milliseconds)
{
  struct itimerspec now = { 0 };
  gint64 left;

  if (!watchdog_made || timer_gettime (watchdog, &now) != 0)
    return;
  left = (gint64) now.it_value.tv_sec * 1000 + now.it_value.tv_nsec / 1000000;
  if (left > 0 && left < milliseconds + GRACE_MS)
    kb_watchdog (milliseconds);
}

void
kb_watchdog_forked (void)
{
  watchdog_made = FALSE;
}

void
kb_watchdog_undo (void (*undo) (void))
{
  undo_hook = undo;
}
