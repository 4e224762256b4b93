/* SPDX-License-Identifier: MIT */
/* Which program opens a page, what it is given, and what it must not get.
   Knows nothing of real browsers. */
#include "common/browser.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define URL "https://login.example/authorize?client_id=x&scope=a%20b&state='$(id)'"

static char *folder;

/* A program NAME of this test that says what it was given, then STATUS or sleeps on. */
static void
install (const char *name, const char *rest)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = g_strdup_printf (
      "#!/bin/sh\n{ for a; do printf '<%%s>' \"$a\"; done; echo; } >%s/%s.args\n"
      "env >%s/%s.env\nls -l /proc/self/fd >%s/%s.fds\n"
      "cut -d' ' -f1,6 /proc/$$/stat >%s/%s.session\necho noise; echo noise >&2\n%s\n",
      folder, name, folder, name, folder, name, folder, name, rest);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, 0700), ==, 0);
}

/* New, or NULL when the program did not run. */
static char *
said (const char *name, const char *what)
{
  g_autofree char *file = g_strdup_printf ("%s/%s.%s", folder, name, what);
  char *text = NULL;

  if (g_file_get_contents (file, &text, NULL, NULL))
    g_strchomp (text);
  (void) g_unlink (file);
  return text;
}

/* New: PATH is this test's folder and the system's, plus what follows; NULL-terminated.
 */
static char **
environment_new (const char *first, ...)
{
  g_autofree char *path = g_strdup_printf ("%s:/usr/bin:/bin", folder);
  char **environment = g_environ_setenv (NULL, "PATH", path, TRUE);
  va_list list;

  va_start (list, first);
  for (const char *name = first; name != NULL; name = va_arg (list, const char *))
    environment = g_environ_setenv (environment, name, va_arg (list, const char *), TRUE);
  va_end (list);
  return environment;
}

/* New: "NAME ARGUMENT... | NAME ..." without folders, or the reason why there is none. */
static char *
commands_of (char **environment, const char *url, KbBrowser wanted)
{
  KbBrowser where = KB_BROWSER_NONE;
  const char *why = NULL;
  g_autoptr (GPtrArray) commands = kb_browser_commands (environment, url, &where, &why);
  GString *text = g_string_new (NULL);

  g_assert_cmpint (where, ==, wanted);
  g_assert_true ((commands->len == 0) == (why != NULL));
  for (guint i = 0; i < commands->len; i++)
    {
      char **command = commands->pdata[i];
      g_autofree char *rest = g_strjoinv (" ", command + 1);
      g_autofree char *name = g_path_get_basename (command[0]);

      g_assert_true (command[0][0] == '/');
      g_string_append_printf (text, "%s%s %s", i > 0 ? " | " : "", name, rest);
    }
  g_string_append (text, why != NULL ? why : "");
  return g_string_free (text, FALSE);
}

#define assert_commands(wanted, where, ...)                                              \
  do                                                                                     \
    {                                                                                    \
      g_auto (GStrv) environment = environment_new (__VA_ARGS__, NULL);                  \
      g_autofree char *got = commands_of (environment, "https://a.example/", where);     \
                                                                                         \
      g_assert_cmpstr (got, ==, wanted);                                                 \
    }                                                                                    \
  while (0)
#define U "https://a.example/"

static void
test_detection (void)
{
  install ("fox", "exit 0");
  install ("xdg-open", "exit 0");
  install ("wslview", "exit 0");
  install ("w3m", "exit 0");
  assert_commands ("xdg-open " U, KB_BROWSER_HERE, "DISPLAY", ":0");
  assert_commands ("xdg-open " U, KB_BROWSER_HERE, "WAYLAND_DISPLAY", "wayland-0");
  assert_commands ("there is no display", KB_BROWSER_NONE, "DISPLAY", "");
  assert_commands ("this is a remote shell without a display", KB_BROWSER_NONE,
                   "SSH_CONNECTION", "192.0.2.1 5 192.0.2.2 22");
  assert_commands ("xdg-open " U, KB_BROWSER_HERE, "SSH_CONNECTION", "a", "DISPLAY",
                   "x:10");
  assert_commands ("wslview " U, KB_BROWSER_HERE, "WSL_DISTRO_NAME", "Debian");
  assert_commands ("wslview " U " | xdg-open " U, KB_BROWSER_HERE, "WSL_INTEROP",
                   "/run/x", "DISPLAY", ":0");
  assert_commands ("this is a remote shell without a display", KB_BROWSER_NONE,
                   "WSL_DISTRO_NAME", "Debian", "SSH_CLIENT", "a");
  assert_commands ("fox " U, KB_BROWSER_ELSEWHERE, "BROWSER", "fox",
                   "VSCODE_IPC_HOOK_CLI", "/run/user/1/vscode.sock", "SSH_CONNECTION",
                   "a");
  assert_commands ("xdg-open " U, KB_BROWSER_HERE, "VSCODE_IPC_HOOK_CLI", "/x", "DISPLAY",
                   ":0");
}

static void
test_list (void)
{
  install ("fox", "exit 0");
  install ("xdg-open", "exit 0");
  install ("w3m", "exit 0");
  assert_commands ("fox " U, KB_BROWSER_HERE, "BROWSER", "fox");
  assert_commands ("fox " U " | xdg-open " U, KB_BROWSER_HERE, "BROWSER", "fox",
                   "DISPLAY", ":0");
  assert_commands ("fox -new-tab " U " | fox --url=" U " a b", KB_BROWSER_HERE, "BROWSER",
                   "gone:fox -new-tab %s:fox --url=%s 'a b'");
  assert_commands ("fox 100%:x " U, KB_BROWSER_HERE, "BROWSER", "fox 100%%%cx");
  assert_commands ("fox " U, KB_BROWSER_HERE, "BROWSER", "w3m::fox");
  assert_commands ("there is no display", KB_BROWSER_NONE, "BROWSER", "w3m");
  assert_commands ("there is no display", KB_BROWSER_NONE, "BROWSER", "./fox:../fox:'");
}

/* A work tree on PATH gives no program (CVE-2020-27955 and kin). */
static void
test_path (void)
{
  g_autofree char *here = g_get_current_dir ();

  install ("fox", "exit 0");
  g_assert_cmpint (g_chdir (folder), ==, 0);
  assert_commands ("there is no display", KB_BROWSER_NONE, "BROWSER", "fox", "PATH",
                   ".::bin:../x");
  g_assert_cmpint (g_chdir (here), ==, 0);
}

static void
test_url (void)
{
  static const char *const wrong[] = { "--version",
                                       "file:///etc/passwd",
                                       "javascript:1",
                                       "https://a b/",
                                       "https://a/\n-x",
                                       "https://a/\"",
                                       "" };
  g_auto (GStrv) environment = environment_new ("DISPLAY", ":0", NULL);

  install ("xdg-open", "exit 0");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *got = commands_of (environment, wrong[i], KB_BROWSER_NONE);

      g_assert_cmpstr (got, ==, "the address of the page is none");
    }
}

/* What the program is given: one argument, no stream, no descriptor, no secret. */
static void
test_start (void)
{
  g_auto (GStrv) environment = environment_new (
      "BROWSER", "fox", "HOME", "/srv/ana", "LC_ALL", "C", "MY_TOKEN", "s3cret",
      "AZURE_DEVOPS_EXT_PAT", "s3cret", "DISPLAY", ":0", NULL);
  const char *why = NULL;
  int stray = open ("/dev/zero", O_RDONLY);
  g_autofree char *arguments = NULL;
  g_autofree char *variables = NULL;
  g_autofree char *files = NULL;
  g_autofree char *session = NULL;
  g_auto (GStrv) ids = NULL;

  install ("fox", "exit 0");
  g_assert_cmpint (kb_browser_start (environment, URL, NULL, NULL, &why), ==,
                   KB_BROWSER_HERE);
  (void) close (stray);
  arguments = said ("fox", "args");
  variables = said ("fox", "env");
  files = said ("fox", "fds");
  session = said ("fox", "session");
  g_assert_cmpstr (arguments, ==, "<" URL ">");
  g_assert_nonnull (strstr (variables, "HOME=/srv/ana"));
  g_assert_nonnull (strstr (variables, "LC_ALL=C"));
  g_assert_null (strstr (variables, "s3cret"));
  g_assert_null (strstr (files, "/dev/zero"));
  g_assert_nonnull (strstr (files, "0 -> /dev/null"));
  g_assert_nonnull (strstr (files, "2 -> /dev/null"));
  g_assert_null (strstr (files, "pipe:"));
  ids = g_strsplit (session, " ", 2);
  g_assert_cmpstr (ids[0], ==, ids[1]);
}

static void
test_fallback (void)
{
  g_auto (GStrv) environment
      = environment_new ("BROWSER", "broken:fox", "DISPLAY", ":0", NULL);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;
  const char *why = NULL;

  install ("broken", "exit 3");
  install ("fox", "exit 0");
  install ("xdg-open", "exit 0");
  g_assert_cmpint (kb_browser_start (environment, URL, NULL, NULL, &why), ==,
                   KB_BROWSER_HERE);
  first = said ("broken", "args");
  second = said ("fox", "args");
  third = said ("xdg-open", "args");
  g_assert_nonnull (first);
  g_assert_nonnull (second);
  g_assert_null (third);
}

static void
test_all_fail (void)
{
  g_auto (GStrv) environment = environment_new ("BROWSER", "broken:no-format", NULL);
  g_autofree char *path = g_build_filename (folder, "no-format", NULL);
  const char *why = NULL;

  install ("broken", "kill -9 $$");
  g_assert_true (g_file_set_contents (path,
                                      "\x7f"
                                      "ELF?",
                                      -1, NULL));
  g_assert_cmpint (g_chmod (path, 0700), ==, 0);
  g_assert_cmpint (kb_browser_start (environment, URL, NULL, NULL, &why), ==,
                   KB_BROWSER_NONE);
  g_assert_cmpstr (why, ==, "no browser could be started");
}

/* One that stays is left alone, and is nobody's child here. */
static void
test_stays (void)
{
  g_auto (GStrv) environment = environment_new ("BROWSER", "fox", NULL);
  const char *why = NULL;
  gint64 begin = g_get_monotonic_time ();
  gint64 lasted;

  install ("fox", "exec sleep 30");
  g_assert_cmpint (kb_browser_start (environment, URL, NULL, NULL, &why), ==,
                   KB_BROWSER_HERE);
  lasted = (g_get_monotonic_time () - begin) / 1000;
  g_assert_cmpint (lasted, >=, KB_BROWSER_START_MS - 100);
  g_assert_cmpint (lasted, <, KB_BROWSER_START_MS + 25000);
}

static gboolean
third_time (gpointer data)
{
  guint *asked = data;

  return ++*asked == 3;
}

/* One that has come to us works, however long it would be looked at otherwise. */
static void
test_comes (void)
{
  g_auto (GStrv) environment = environment_new ("BROWSER", "fox", NULL);
  g_autofree char *done = g_build_filename (folder, "done", NULL);
  g_autofree char *rest = g_strdup_printf ("touch %s; exec sleep 30", done);
  g_autofree char *arguments = NULL;
  const char *why = NULL;
  guint asked = 0;

  install ("fox", rest);
  g_assert_cmpint (kb_browser_start (environment, URL, third_time, &asked, &why), ==,
                   KB_BROWSER_HERE);
  g_assert_cmpuint (asked, ==, 3);
  while (g_unlink (done) != 0)
    g_usleep (10000);
  arguments = said ("fox", "args");
  g_assert_cmpstr (arguments, ==, "<" URL ">");
}

static void
test_hint (void)
{
  g_auto (GStrv) local = environment_new ("USER", "ana", NULL);
  g_auto (GStrv) remote = environment_new ("USER", "ana", "SSH_CONNECTION",
                                           "192.0.2.1 50000 2001:db8::7 2222", NULL);
  g_auto (GStrv) odd = environment_new ("USER", "-oProxyCommand=x", "SSH_CONNECTION",
                                        "a 1 $(id) 22", NULL);
  g_auto (GStrv) odd_user = environment_new ("USER", "a;id", "SSH_CONNECTION",
                                             "192.0.2.1 5 192.0.2.2 22", NULL);
  g_autofree char *a = kb_browser_hint (local, URL, 4711);
  g_autofree char *b = kb_browser_hint (remote, URL, 4711);
  g_autofree char *c = kb_browser_hint (odd, URL, 4711);
  g_autofree char *d = kb_browser_hint (odd_user, URL, 4711);

  g_assert_nonnull (strstr (a, "\n  " URL "\n"));
  g_assert_nonnull (strstr (a, "\n  ssh -L 4711:localhost:4711 USER@HOST\n"));
  g_assert_nonnull (strstr (b, "ssh -L 4711:localhost:4711 -p 2222 ana@2001:db8::7\n"));
  g_assert_nonnull (strstr (c, "ssh -L 4711:localhost:4711 USER@HOST\n"));
  g_assert_nonnull (strstr (d, "ssh -L 4711:localhost:4711 USER@192.0.2.2\n"));
}

static void
clear_folder (void)
{
  g_autoptr (GDir) list = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (list)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      (void) g_unlink (path);
    }
}

static void
run (gconstpointer test)
{
  ((void (*) (void)) test) ();
  clear_folder ();
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (void);
  } tests[] = {
    { "/browser/where there is one", test_detection },
    { "/browser/the list in BROWSER", test_list },
    { "/browser/no program of a work tree", test_path },
    { "/browser/nothing but a web address", test_url },
    { "/browser/what it is given", test_start },
    { "/browser/the next one when one fails", test_fallback },
    { "/browser/none when all fail", test_all_fail },
    { "/browser/one that stays is left alone", test_stays },
    { "/browser/one that has come is not looked at", test_comes },
    { "/browser/the ssh line", test_hint },
  };
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("keybearer-browser-XXXXXX", NULL);
  g_assert_nonnull (folder);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].name, (gconstpointer) tests[i].test, run);
  status = g_test_run ();
  (void) g_rmdir (folder);
  g_free (folder);
  return status;
}
