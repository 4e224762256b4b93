/* SPDX-License-Identifier: MIT */
/* Tests plugins/secret-service with a real gnome-keyring-daemon on a bus of its own:
   open, locked, restarted, stopped.  Knows nothing of other keyrings. */
#include "store-contract.h"

#include "base/clock.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MODULE "secret-service"
#define LOGIN "/org/freedesktop/secrets/collection/login"

static const KbStoreSubject about = { MODULE, NULL, 0, KB_STORE_ITEM_MAX, 200, 100 };

/* ---- a bus and a keyring of our own --------------------------------------------- */

static GPid bus_pid;
static GPid keyring_pid;

static void
die_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GPid
start (const char *const *command, int *input)
{
  g_autoptr (GError) error = NULL;
  GPid pid = 0;

  g_spawn_async_with_pipes (NULL, (char **) command, NULL,
                            G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD
                                | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                            die_with_parent, NULL, &pid, input, NULL, NULL, &error);
  g_assert_no_error (error);
  return pid;
}

static void
stop (GPid *pid)
{
  if (*pid == 0)
    return;
  kill (*pid, SIGKILL);
  waitpid (*pid, NULL, 0);
  *pid = 0;
}

/* Ends with the status of COMMAND, which is given as one line. */
static gboolean
run (const char *command, char **output)
{
  g_auto (GStrv) words = NULL;
  int status = 0;

  g_assert_true (g_shell_parse_argv (command, NULL, &words, NULL));
  return g_spawn_sync (NULL, words, NULL,
                       G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL
                           | (output == NULL ? G_SPAWN_STDOUT_TO_DEV_NULL : 0),
                       NULL, NULL, output, NULL, &status, NULL)
         && status == 0;
}

/* No servicedir: what is not started here is not started at all. */
static void
start_bus (void)
{
  const char *scratch = g_getenv ("KB_SCRATCH");
  g_autofree char *socket = g_build_filename (scratch, "bus", NULL);
  g_autofree char *address = g_strconcat ("unix:path=", socket, NULL);
  g_autofree char *path = g_build_filename (scratch, "bus.conf", NULL);
  g_autofree char *option = g_strconcat ("--config-file=", path, NULL);
  g_autofree char *text = g_strdup_printf (
      "<busconfig><type>session</type><listen>%s</listen><auth>EXTERNAL</auth>"
      "<policy context=\"default\"><allow send_destination=\"*\"/>"
      "<allow receive_sender=\"*\"/><allow own=\"*\"/></policy></busconfig>",
      address);
  const char *const command[]
      = { "dbus-daemon", option, "--nofork", "--nopidfile", NULL };

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  bus_pid = start (command, NULL);
  for (int i = 0; i < 500 && !g_file_test (socket, G_FILE_TEST_EXISTS); i++)
    g_usleep (10000);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", address, TRUE);
}

/* PASSWORD may be NULL: whatever keyring there is stays locked. */
static void
start_keyring (const char *password)
{
  const char *const command[]
      = { "gnome-keyring-daemon", "--foreground", "--components=secrets",
          password != NULL ? "--unlock" : NULL, NULL };
  int input = -1;

  keyring_pid = start (command, &input);
  if (password != NULL)
    g_assert_cmpint (write (input, password, strlen (password)), ==,
                     (gssize) strlen (password));
  close (input);
  for (int i = 0; i < 100; i++)
    {
      if (run ("dbus-send --session --print-reply --dest=org.freedesktop.secrets "
               "/org/freedesktop/secrets org.freedesktop.Secret.Service.ReadAlias "
               "string:default",
               NULL))
        return;
      g_usleep (20000);
    }
  g_error ("gnome-keyring-daemon does not answer");
}

static void
lock_keyring (void)
{
  g_assert_true (run ("dbus-send --session --print-reply --dest=org.freedesktop.secrets "
                      "/org/freedesktop/secrets org.freedesktop.Secret.Service.Lock "
                      "array:objpath:" LOGIN,
                      NULL));
}

static void
restart_keyring (const char *password)
{
  stop (&keyring_pid);
  start_keyring (password);
}

static void
forget_keyrings (void)
{
  g_autofree char *folder
      = g_build_filename (g_get_home_dir (), ".local", "share", "keyrings", NULL);
  g_autofree char *command = g_strconcat ("rm -rf ", folder, NULL);

  stop (&keyring_pid);
  g_assert_true (run (command, NULL));
}

/* ---- states --------------------------------------------------------------------- */

static KbStoreHandle *
open_store (void)
{
  return kb_store_handle_new (MODULE, NULL, 0);
}

static void
put (KbStoreHandle *handle, const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (kb_store_put_text (handle, name, text, &error), ==, KB_OK);
  g_assert_no_error (error);
}

static void
assert_get_fails (KbStoreHandle *handle, const char *name, KbErrorCode code)
{
  g_autoptr (GError) error = NULL;
  KbSecret *value = NULL;

  g_assert_cmpint (handle->api->get (handle->self, handle->request, name, &value, &error),
                   ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, (int) code);
  g_assert_null (value);
  g_assert_null (strchr (error->message, '\n'));
}

/* Nothing is found in a locked keyring, nothing stored, nothing deleted, nothing
   doubled. */
static void
test_locked (void)
{
  g_autoptr (KbStoreHandle) handle = open_store ();
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  put (handle, "test/locked", "bG9ja2Vk");
  lock_keyring ();
  assert_get_fails (handle, "test/locked", KB_ERROR_LOCKED);
  assert_get_fails (handle, "test/never-there", KB_ERROR_LOCKED);
  g_assert_cmpint (kb_store_put_text (handle, "test/locked", "bmV3", &error), ==,
                   KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  g_clear_error (&error);
  g_assert_cmpint (
      handle->api->erase (handle->self, handle->request, "test/locked", &error), ==,
      KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  g_clear_error (&error);
  g_assert_cmpint (handle->api->list (handle->self, handle->request, names, &error), ==,
                   KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  g_clear_error (&error);
  g_assert_cmpint (handle->api->probe (handle->self, handle->request, &error), ==,
                   KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  restart_keyring ("password");
  kb_store_assert_text (handle, "test/locked", "bG9ja2Vk");
  g_assert_cmpint (
      handle->api->erase (handle->self, handle->request, "test/locked", NULL), ==, KB_OK);
  kb_store_assert_missing (handle, "test/locked");
}

/* With a person to ask, the keyring shows its dialog; it has none to show here. */
static void
test_dismissed (void)
{
  g_autoptr (KbStoreHandle) handle = open_store ();
  gint64 began = kb_clock_boot_ms ();

  put (handle, "test/dismissed", "ZGlz");
  lock_keyring ();
  kb_request_set_talk (handle->request, (const KbTalk *) handle);
  g_assert_cmpint (handle->api->probe (handle->self, handle->request, NULL), ==, KB_OK);
  assert_get_fails (handle, "test/dismissed", KB_ERROR_INTERACTION);
  g_assert_cmpint (kb_clock_boot_ms () - began, <, 400000);
  kb_request_set_talk (handle->request, NULL);
  restart_keyring ("password");
}

/* As gnome-keyring writes one when a person leaves the password empty. */
static void
write_blank_keyring (void)
{
  g_autofree char *folder
      = g_build_filename (g_get_home_dir (), ".local", "share", "keyrings", NULL);
  g_autofree char *keyring = g_build_filename (folder, "login.keyring", NULL);
  g_autofree char *alias = g_build_filename (folder, "default", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (keyring,
                                      "[keyring]\ndisplay-name=Login\nctime=0\nmtime=0\n"
                                      "lock-on-idle=false\nlock-after=false\n",
                                      -1, NULL));
  g_assert_true (g_file_set_contents (alias, "login", -1, NULL));
}

/* It is locked like any other, but needs nobody to be opened: neither for what is in it
   nor for what is not. */
static void
test_blank_password (void)
{
  g_autoptr (KbStoreHandle) handle = NULL;
  g_autofree char *longest = g_strnfill (KB_STORE_ITEM_MAX, 'A');

  forget_keyrings ();
  write_blank_keyring ();
  start_keyring (NULL);
  handle = open_store ();
  g_assert_cmpint (handle->api->probe (handle->self, handle->request, NULL), ==, KB_OK);
  put (handle, "test/blank", "Ymxhbms");
  put (handle, "test/longest", longest);
  restart_keyring (NULL);
  kb_store_assert_text (handle, "test/blank", "Ymxhbms");
  lock_keyring ();
  kb_store_assert_missing (handle, "test/none");
  lock_keyring ();
  put (handle, "test/blank", "bmV3");
  restart_keyring (NULL);
  kb_store_assert_text (handle, "test/longest", longest);
  kb_store_assert_text (handle, "test/blank", "bmV3");
  forget_keyrings ();
  start_keyring ("password");
}

/* A desktop where nobody has logged in yet, so that there is no keyring at all. */
static void
test_no_keyring (void)
{
  g_autoptr (KbStoreHandle) handle = NULL;
  g_autoptr (GError) error = NULL;

  forget_keyrings ();
  start_keyring (NULL);
  handle = open_store ();
  g_assert_cmpint (handle->api->probe (handle->self, handle->request, &error), ==,
                   KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  g_clear_error (&error);
  kb_store_assert_missing (handle, "test/none");
  g_assert_cmpint (kb_store_put_text (handle, "test/none", "bmV3", &error), ==,
                   KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  forget_keyrings ();
  start_keyring ("password");
}

/* On KB_OK it is on the disk, and the session of the old daemon is not an error. */
static void
test_restarted (void)
{
  g_autoptr (KbStoreHandle) handle = open_store ();

  for (int i = 0; i < 5; i++)
    {
      g_autofree char *text = g_strdup_printf ("cmVzdGFydA-%d", i);

      put (handle, "test/restart", text);
      restart_keyring ("password");
      kb_store_assert_text (handle, "test/restart", text);
    }
}

static void
test_gone (void)
{
  g_autoptr (KbStoreHandle) handle = open_store ();
  g_autoptr (KbStoreHandle) other = open_store ();
  g_autoptr (GError) error = NULL;

  put (handle, "test/gone", "Z29uZQ");
  stop (&keyring_pid);
  assert_get_fails (handle, "test/gone", KB_ERROR_LOCKED);
  g_assert_cmpint (other->api->probe (other->self, other->request, &error), ==,
                   KB_DECLINED);
  g_assert_no_error (error);
  start_keyring ("password");
  kb_store_assert_text (handle, "test/gone", "Z29uZQ");
}

/* A daemon that is paged out: each step ends, and so does the whole. */
static void
test_silent (void)
{
  g_autoptr (KbStoreHandle) warm = open_store ();
  g_autoptr (KbStoreHandle) cold = open_store ();
  gint64 began;

  put (warm, "test/silent", "c2lsZW50");
  kill (keyring_pid, SIGSTOP);
  began = kb_clock_boot_ms ();
  kb_request_set_deadline_ms (warm->request, 500);
  assert_get_fails (warm, "test/silent", KB_ERROR_LOCKED);
  kb_request_set_deadline_ms (cold->request, 500);
  assert_get_fails (cold, "test/silent", KB_ERROR_LOCKED);
  g_assert_cmpint (kb_clock_boot_ms () - began, <, 20000);
  began = kb_clock_boot_ms ();
  kb_request_set_deadline_ms (cold->request, 60000);
  assert_get_fails (cold, "test/silent", KB_ERROR_LOCKED);
  g_assert_cmpint (kb_clock_boot_ms () - began, <, 40000);
  kill (keyring_pid, SIGCONT);
  kb_store_assert_text (warm, "test/silent", "c2lsZW50");
}

/* ---- other programs ------------------------------------------------------------- */

static void
store_with_tool (const char *name, const char *text)
{
  g_autofree char *command
      = g_strdup_printf ("sh -c 'printf %%s %s | secret-tool store --label=other "
                         "application keybearer name %s by other'",
                         text, name);

  g_assert_true (run (command, NULL));
}

static guint
count_with_tool (const char *name)
{
  g_autofree char *command
      = g_strdup_printf ("secret-tool search --all application keybearer name %s", name);
  g_autofree char *output = NULL;
  guint count = 0;

  g_assert_true (run (command, &output));
  for (const char *at = output; (at = strstr (at, "secret = ")) != NULL; at++)
    count++;
  return count;
}

static void
test_duplicates (void)
{
  g_autoptr (KbStoreHandle) handle = open_store ();
  g_autofree char *tool = g_find_program_in_path ("secret-tool");

  if (tool == NULL)
    {
      kb_store_skip ("secret-tool is not installed");
      return;
    }
  put (handle, "test/twice", "b3Vycw");
  g_usleep (1100 * 1000); /* `Modified` counts in seconds */
  store_with_tool ("test/twice", "dGhlaXJz");
  g_assert_cmpuint (count_with_tool ("test/twice"), ==, 2);
  kb_store_assert_text (handle, "test/twice", "dGhlaXJz");
  g_assert_nonnull (kb_request_last_note (handle->request));
  put (handle, "test/twice", "bmV3");
  g_assert_cmpuint (count_with_tool ("test/twice"), ==, 1);
  kb_store_assert_text (handle, "test/twice", "bmV3");
}

static void
test_environment (void)
{
  g_autofree char *file = g_build_filename (g_getenv ("KB_SCRATCH"), "trap", NULL);
  g_autoptr (KbStoreHandle) handle = NULL;

  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", file, TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "known", TRUE);
  g_setenv ("SECRET_SERVICE_BUS_NAME", "org.example.Trap", TRUE);
  handle = open_store ();
  put (handle, "test/trap", "dHJhcA");
  kb_store_assert_text (handle, "test/trap", "dHJhcA");
  g_assert_false (g_file_test (file, G_FILE_TEST_EXISTS));
  g_unsetenv ("SECRET_BACKEND");
  g_unsetenv ("SECRET_FILE_TEST_PATH");
  g_unsetenv ("SECRET_FILE_TEST_PASSWORD");
}

/* ---- the program ---------------------------------------------------------------- */

static gboolean
have_programs (void)
{
  static const char *const programs[]
      = { "dbus-daemon", "dbus-send", "gnome-keyring-daemon" };

  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autofree char *path = g_find_program_in_path (programs[i]);

      if (path == NULL)
        return FALSE;
    }
  return TRUE;
}

static void
test_nothing_to_test (void)
{
  kb_store_skip ("dbus-daemon, dbus-send or gnome-keyring-daemon is not installed");
}

static void
add_tests (void)
{
  kb_store_contract_add ("/secret-service", &about);
  g_test_add_func ("/secret-service/environment", test_environment);
  g_test_add_func ("/secret-service/duplicates", test_duplicates);
  g_test_add_func ("/secret-service/locked", test_locked);
  g_test_add_func ("/secret-service/dismissed", test_dismissed);
  g_test_add_func ("/secret-service/blank-password", test_blank_password);
  g_test_add_func ("/secret-service/no-keyring", test_no_keyring);
  g_test_add_func ("/secret-service/restarted", test_restarted);
  g_test_add_func ("/secret-service/gone", test_gone);
  g_test_add_func ("/secret-service/silent", test_silent);
}

int
main (int argc, char **argv)
{
  int status;

  kb_store_contract_init (&argc, &argv, &about);
  g_test_init (&argc, &argv, NULL);
  if (!have_programs ())
    {
      g_test_add_func ("/secret-service/all", test_nothing_to_test);
      return g_test_run ();
    }
  g_unsetenv ("G_DEBUG"); /* other people's warnings are not fatal */
  start_bus ();
  start_keyring ("password");
  add_tests ();
  status = g_test_run ();
  stop (&keyring_pid);
  stop (&bus_pid);
  return status;
}
