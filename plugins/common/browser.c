/* SPDX-License-Identifier: MIT */
/* Finds the browser that a person would see and starts it far away from our streams.
   Knows nothing of what the page is for. */
#include "common/browser.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANNOT_START 127
#define STEP_MS 10
/* Where an onlooker says whether the browser works. */
#define REPORT 3

/* They need the terminal, which they do not get, and no sign-in page works in them. */
static const char *const text_browsers[]
    = { "lynx", "w3m", "links", "links2", "elinks", "www-browser", NULL };

/* What a desktop program is told.  "*" at the end stands for any rest. */
static const char *const handed_down[] = { "HOME",       "PATH",
                                           "USER",       "LOGNAME",
                                           "SHELL",      "LANG",
                                           "LANGUAGE",   "LC_*",
                                           "TZ",         "TMPDIR",
                                           "DISPLAY",    "WAYLAND_DISPLAY",
                                           "XAUTHORITY", "XDG_*",
                                           "DESKTOP_*",  "DBUS_SESSION_BUS_ADDRESS",
                                           "BROWSER",    "MOZ_*",
                                           "GTK_*",      "GDK_*",
                                           "QT_*",       "KDE_*",
                                           "GNOME_*",    "WSL*",
                                           "PULSE_*",    "LD_LIBRARY_PATH",
                                           "NIX_*",      "VSCODE_IPC_HOOK_CLI",
                                           "http_proxy", "https_proxy",
                                           "no_proxy",   "HTTP_PROXY",
                                           "NO_PROXY",   "HTTPS_PROXY",
                                           "all_proxy",  "ALL_PROXY",
                                           NULL };

/* ---- where we are ----------------------------------------------------------------- */

static const char *
get (char **environment, const char *name)
{
  const char *value = g_environ_getenv (environment, name);

  return value != NULL && *value != '\0' ? value : NULL;
}

static gboolean
over_ssh (char **environment)
{
  return get (environment, "SSH_CONNECTION") != NULL
         || get (environment, "SSH_CLIENT") != NULL;
}

static gboolean
has_display (char **environment)
{
  return get (environment, "DISPLAY") != NULL
         || get (environment, "WAYLAND_DISPLAY") != NULL;
}

static gboolean
in_wsl (char **environment)
{
  return get (environment, "WSL_DISTRO_NAME") != NULL
         || get (environment, "WSL_INTEROP") != NULL;
}

/* VS Code's server sets both; BROWSER is then its own script, which asks the window. */
static gboolean
in_code_remote (char **environment)
{
  return get (environment, "VSCODE_IPC_HOOK_CLI") != NULL
         && get (environment, "BROWSER") != NULL;
}

/* ---- commands --------------------------------------------------------------------- */

static gboolean
is_program (const char *path)
{
  struct stat status;

  return path[0] == '/' && stat (path, &status) == 0 && S_ISREG (status.st_mode)
         && access (path, X_OK) == 0;
}

/* Folders of PATH that are empty or relative may be a work tree (CVE-2020-27955). */
static char *
find_program (char **environment, const char *name)
{
  const char *path = get (environment, "PATH");
  g_auto (GStrv) folders = g_strsplit (path != NULL ? path : "/usr/bin:/bin", ":", -1);

  if (strchr (name, '/') != NULL)
    return is_program (name) ? g_strdup (name) : NULL;
  for (char **folder = folders; *folder != NULL; folder++)
    {
      g_autofree char *program = g_build_filename (*folder, name, NULL);

      if (is_program (program))
        return g_steal_pointer (&program);
    }
  return NULL;
}

/* RFC 3986's characters, and no more: it becomes one argument and never an option. */
static gboolean
url_is_safe (const char *url)
{
  return (g_str_has_prefix (url, "https://") || g_str_has_prefix (url, "http://"))
         && url[strspn (url, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                             "0123456789-._~:/?#[]@!$&'()*+,;=%")]
                == '\0';
}

/* New.  Each %s becomes the URL, %% a '%', %c a ':'; *FOUND when there was one. */
static char *
fill_in (const char *argument, const char *url, gboolean *found)
{
  GString *filled = g_string_new (NULL);

  for (const char *at = argument; *at != '\0'; at++)
    {
      char kind = *at == '%' ? at[1] : '\0';

      *found |= kind == 's';
      if (kind == 's')
        g_string_append (filled, url);
      else if (kind == 'c' || kind == '%')
        g_string_append_c (filled, kind == 'c' ? ':' : '%');
      else
        g_string_append_c (filled, *at);
      at += kind == 's' || kind == 'c' || kind == '%' ? 1 : 0;
    }
  return g_string_free (filled, FALSE);
}

static gboolean
is_text_browser (const char *program)
{
  g_autofree char *name = g_path_get_basename (program);

  return g_strv_contains (text_browsers, name);
}

/* COMMAND: words as a shell splits them, quotes too, but nothing is expanded or run. */
static void
add (GPtrArray *commands, char **environment, const char *command, const char *url)
{
  g_auto (GStrv) words = NULL;
  g_autofree char *program = NULL;
  g_autoptr (GPtrArray) arguments = g_ptr_array_new_with_free_func (g_free);
  gboolean found = FALSE;

  if (!g_shell_parse_argv (command, NULL, &words, NULL))
    return;
  program = find_program (environment, words[0]);
  if (program == NULL || is_text_browser (words[0]))
    return;
  g_ptr_array_add (arguments, g_steal_pointer (&program));
  for (char **word = words + 1; *word != NULL; word++)
    g_ptr_array_add (arguments, fill_in (*word, url, &found));
  if (!found)
    g_ptr_array_add (arguments, g_strdup (url));
  g_ptr_array_add (arguments, NULL);
  g_ptr_array_add (commands, g_ptr_array_free (g_steal_pointer (&arguments), FALSE));
}

static void
add_chosen (GPtrArray *commands, char **environment, const char *url)
{
  const char *browser = get (environment, "BROWSER");
  g_auto (GStrv) list = g_strsplit (browser != NULL ? browser : "", ":", -1);

  for (char **command = list; *command != NULL; command++)
    add (commands, environment, *command, url);
}

static const char *
why_none (char **environment)
{
  if (over_ssh (environment))
    return "this is a remote shell without a display";
  if (!has_display (environment) && !in_wsl (environment))
    return "there is no display";
  return "neither $BROWSER nor xdg-open names a program that is here";
}

GPtrArray *
kb_browser_commands (char **environment, const char *url, KbBrowser *where,
                     const char **why)
{
  GPtrArray *commands = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  gboolean remote = in_code_remote (environment);

  *where = remote ? KB_BROWSER_ELSEWHERE : KB_BROWSER_HERE;
  if (!url_is_safe (url))
    {
      *where = KB_BROWSER_NONE;
      *why = "the address of the page is none";
      return commands;
    }
  add_chosen (commands, environment, url);
  /* Who came to Windows by ssh has no desktop there to show it on. */
  if (!remote && in_wsl (environment) && !over_ssh (environment))
    add (commands, environment, "wslview", url);
  if (!remote && has_display (environment))
    add (commands, environment, "xdg-open", url);
  if (commands->len > 0)
    return commands;
  *where = KB_BROWSER_NONE;
  *why = why_none (environment);
  return commands;
}

/* ---- starting --------------------------------------------------------------------- */

static gboolean
is_handed_down (const char *variable)
{
  for (gsize i = 0; handed_down[i] != NULL; i++)
    {
      gsize length = strlen (handed_down[i]);
      gboolean any = handed_down[i][length - 1] == '*';

      if (any ? strncmp (variable, handed_down[i], length - 1) == 0
              : strncmp (variable, handed_down[i], length) == 0
                    && variable[length] == '=')
        return TRUE;
    }
  return FALSE;
}

/* New list of borrowed strings. */
static char **
child_environment (char **environment)
{
  GPtrArray *some = g_ptr_array_new ();

  for (char **variable = environment; *variable != NULL; variable++)
    if (is_handed_down (*variable))
      g_ptr_array_add (some, *variable);
  g_ptr_array_add (some, NULL);
  return (char **) g_ptr_array_free (some, FALSE);
}

/* All but standard streams and REPORT. */
static void
close_others (void)
{
#ifdef SYS_close_range
  if (syscall (SYS_close_range, REPORT + 1U, ~0U, 0U) == 0)
    return;
#endif
  for (int fd = REPORT + 1; fd < (int) sysconf (_SC_OPEN_MAX); fd++)
    (void) close (fd);
}

/* Only async-signal-safe calls in the children. */
static void
browser (char **command, char **environment)
{
  struct sigaction standard = { .sa_handler = SIG_DFL };
  sigset_t none;

  (void) setsid ();
  (void) sigemptyset (&none);
  (void) sigprocmask (SIG_SETMASK, &none, NULL);
  for (int number = 1; number < NSIG; number++)
    (void) sigaction (number, &standard, NULL);
  (void) execve (command[0], command, environment);
  _exit (CANNOT_START);
}

/* Whether the browser runs after a moment, or has done its work by then. */
static gboolean
stays (pid_t pid)
{
  int status = 0;

  for (int waited = 0; waited < KB_BROWSER_START_MS; waited += STEP_MS)
    {
      if (waitpid (pid, &status, WNOHANG) == pid)
        return WIFEXITED (status) && WEXITSTATUS (status) == 0;
      (void) poll (NULL, 0, STEP_MS);
    }
  return TRUE;
}

/* Nobody's child here, and so the browser is not either: init reaps both.  A byte on
   REPORTS says that it works; no byte, that it does not. */
static void
onlooker (char **command, char **environment, int reports)
{
  int null = open ("/dev/null", O_RDWR);
  pid_t pid;

  if (null < 0 || dup2 (null, 0) < 0 || dup2 (null, 1) < 0 || dup2 (null, 2) < 0
      || (reports != REPORT && dup3 (reports, REPORT, O_CLOEXEC) < 0))
    _exit (CANNOT_START);
  close_others ();
  (void) signal (SIGCHLD, SIG_DFL);
  pid = fork ();
  if (pid == 0)
    browser (command, environment);
  if (pid > 0 && stays (pid))
    _exit (write (REPORT, "", 1) == 1 ? 0 : CANNOT_START);
  _exit (CANNOT_START);
}

static void
reap (pid_t pid)
{
  while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
    ;
}

/* Up to the report, or to the browser itself. */
static gboolean
watch (int reports, KbBrowserCame came, gpointer data)
{
  struct pollfd report = { .fd = reports, .events = POLLIN };
  int ready = 0;
  char byte;

  while (ready == 0 || (ready < 0 && errno == EINTR))
    {
      if (came != NULL && came (data))
        return TRUE;
      ready = poll (&report, 1, STEP_MS);
    }
  return ready > 0 && read (reports, &byte, 1) == 1;
}

static gboolean
start (char **command, char **environment, KbBrowserCame came, gpointer data)
{
  int reports[2];
  gboolean works;
  pid_t pid;

  if (pipe2 (reports, O_CLOEXEC) < 0)
    return FALSE;
  pid = fork ();
  if (pid == 0)
    {
      if (fork () == 0)
        onlooker (command, environment, reports[1]);
      _exit (0);
    }
  (void) close (reports[1]);
  if (pid > 0)
    reap (pid);
  works = pid > 0 && watch (reports[0], came, data);
  (void) close (reports[0]);
  return works;
}

KbBrowser
kb_browser_start (char **environment, const char *url, KbBrowserCame came, gpointer data,
                  const char **why)
{
  KbBrowser where = KB_BROWSER_NONE;
  g_autoptr (GPtrArray) commands = kb_browser_commands (environment, url, &where, why);
  g_autofree char **given = child_environment (environment);

  for (guint i = 0; i < commands->len; i++)
    if (start (commands->pdata[i], given, came, data))
      return where;
  if (commands->len > 0)
    *why = "no browser could be started";
  return KB_BROWSER_NONE;
}

/* ---- the hint --------------------------------------------------------------------- */

/* New: "-p 2222 ana@192.0.2.7" as this shell was reached, else "USER@HOST" to fill in.
   Only what is a number or an address is taken over into a line that people paste. */
static char *
ssh_target (char **environment)
{
  const char *connection = get (environment, "SSH_CONNECTION");
  g_auto (GStrv) parts = g_strsplit (connection != NULL ? connection : "", " ", -1);
  const char *user = get (environment, "USER");
  gboolean known = g_strv_length (parts) == 4 && *parts[2] != '\0'
                   && parts[2][strspn (parts[2], "0123456789abcdefABCDEF.:")] == '\0'
                   && parts[3][strspn (parts[3], "0123456789")] == '\0';
  gboolean plain = user != NULL && g_ascii_isalnum (user[0]);

  for (const char *at = user; plain && *at != '\0'; at++)
    plain = g_ascii_isalnum (*at) || strchr ("._-", *at) != NULL;
  if (!known)
    return g_strdup ("USER@HOST");
  return g_strdup_printf ("%s%s%s%s@%s", g_str_equal (parts[3], "22") ? "" : "-p ",
                          g_str_equal (parts[3], "22") ? "" : parts[3],
                          g_str_equal (parts[3], "22") ? "" : " ", plain ? user : "USER",
                          parts[2]);
}

char *
kb_browser_hint (char **environment, const char *url, guint port)
{
  g_autofree char *target = ssh_target (environment);

  return g_strdup_printf (
      "Open this page in a browser to sign in:\n"
      "\n"
      "  %s\n"
      "\n"
      "If that browser is on another computer, run this there first:\n"
      "\n"
      "  ssh -L %u:localhost:%u %s\n"
      "\n"
      "with the same port on both sides: one that comes by another port is refused.\n",
      url_is_safe (url) ? url : "(no address)", port, port, target);
}
