/* SPDX-License-Identifier: MIT */
/* Tests instance and reference: options of every type, and every way to a secret.
   Knows nothing of configuration files. */
#include "instance.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534

static const KbOption options[] = {
  { "text", KB_OPTION_STRING, FALSE, NULL, "text" },
  { "kept", KB_OPTION_STRING, FALSE, "fallback", "text with a fallback" },
  { "needed", KB_OPTION_STRING, TRUE, NULL, "text that must be there" },
  { "secret", KB_OPTION_SECRET, FALSE, NULL, "a secret" },
  { "flag", KB_OPTION_BOOLEAN, FALSE, NULL, "a flag" },
  { "on", KB_OPTION_BOOLEAN, FALSE, "true", "a flag that is on" },
  { "number", KB_OPTION_INTEGER, FALSE, NULL, "a number" },
  { "seven", KB_OPTION_INTEGER, FALSE, "7", "a number with a fallback" },
  { "list", KB_OPTION_LIST, FALSE, NULL, "a list" },
  { "two", KB_OPTION_LIST, FALSE, "a; b;", "a list with a fallback" },
  { NULL, KB_OPTION_STRING, FALSE, NULL, NULL },
};
static const KbModule module = { .abi = KB_MODULE_ABI, .name = "m", .options = options };

static KbInstance *
make (const char *name, const char *value, GError **error)
{
  const KbSetting settings[] = { { "needed", "x", "f:1" }, { name, value, "f:2" } };

  return kb_instance_new ("i", &module, settings, name != NULL ? 2 : 1, NULL, error);
}

static void
test_fallbacks (void)
{
  g_autoptr (KbInstance) instance = make (NULL, NULL, NULL);

  g_assert_cmpstr (kb_instance_name (instance), ==, "i");
  g_assert_true (kb_instance_module (instance) == &module);
  g_assert_null (kb_instance_string (instance, "text"));
  g_assert_cmpstr (kb_instance_string (instance, "kept"), ==, "fallback");
  g_assert_cmpstr (kb_instance_string (instance, "needed"), ==, "x");
  g_assert_false (kb_instance_boolean (instance, "flag"));
  g_assert_true (kb_instance_boolean (instance, "on"));
  g_assert_cmpint (kb_instance_integer (instance, "number"), ==, 0);
  g_assert_cmpint (kb_instance_integer (instance, "seven"), ==, 7);
  g_assert_null (kb_instance_list (instance, "list")[0]);
  g_assert_cmpstr (kb_instance_list (instance, "two")[1], ==, "b");
  g_assert_null (kb_instance_list (instance, "two")[2]);
  g_assert_null (kb_instance_ca_file (instance));
  g_assert_null (kb_instance_proxy (instance));
}

static void
test_every_option (void)
{
  static const KbSetting all[] = {
    { "text", "a", "f:1" },   { "kept", "", "f:2" },
    { "needed", "c", "f:3" }, { "flag", "true", "f:4" },
    { "on", "false", "f:5" }, { "number", "2147483647", "f:6" },
    { "seven", "0", "f:7" },  { "list", " x ;;y ", "f" },
    { "two", "", "f:9" },
  };
  const KbNetwork network = { "/ca.pem", "http://proxy.example" };
  g_autoptr (GError) error = NULL;
  g_autoptr (KbInstance) instance
      = kb_instance_new ("i", &module, all, G_N_ELEMENTS (all), &network, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (kb_instance_string (instance, "text"), ==, "a");
  g_assert_cmpstr (kb_instance_string (instance, "kept"), ==, "");
  g_assert_cmpstr (kb_instance_string (instance, "needed"), ==, "c");
  g_assert_true (kb_instance_boolean (instance, "flag"));
  g_assert_false (kb_instance_boolean (instance, "on"));
  g_assert_cmpint (kb_instance_integer (instance, "number"), ==, G_MAXINT32);
  g_assert_cmpint (kb_instance_integer (instance, "seven"), ==, 0);
  g_assert_cmpstr (kb_instance_list (instance, "list")[0], ==, "x");
  g_assert_cmpstr (kb_instance_list (instance, "list")[1], ==, "y");
  g_assert_null (kb_instance_list (instance, "two")[0]);
  g_assert_cmpstr (kb_instance_ca_file (instance), ==, "/ca.pem");
  g_assert_cmpstr (kb_instance_proxy (instance), ==, "http://proxy.example");
}

static void
test_bad_options (void)
{
  static const struct
  {
    const char *name, *value, *says;
  } bad[] = {
    { "macth", "hunter2", "no option 'macth'" },
    { "flag", "hunter2", "true nor false" },
    { "flag", "TRUE", "true nor false" },
    { "number", "-1", "whole number" },
    { "number", "2147483648", "whole number" },
    { "number", "07", "whole number" },
    { "number", "", "whole number" },
    { "text", "hunter2\x1b[0m", "control" },
    { "list", "hunter2\n", "control" },
    { "secret", "hunter2", "file:PATH, env:NAME" },
    { "secret", "", "file:PATH" },
    { "secret", "file:hunter2", "file:PATH" },
    { "secret", "file:~/hunter2", "file:PATH" },
    { "secret", "env:hunter2-x", "file:PATH" },
    { "secret", "env:", "file:PATH" },
    { "secret", "fd:2", "file:PATH" },
    { "secret", "fd:03", "file:PATH" },
    { "secret", "cred:../hunter2", "file:PATH" },
    { "secret", "cred:..", "file:PATH" },
    { "secret", "store:", "file:PATH" },
    { "secret", "store:Hunter2", "file:PATH" },
    { "needed", " ;", "'needed' is missing" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (make (bad[i].name, bad[i].value, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
      g_assert_nonnull (strstr (error->message, bad[i].says));
      g_assert_null (strstr (error->message, "hunter2"));
    }
}

/* ---- secrets -------------------------------------------------------------------- */

static KbAnswer
follow (const char *reference, KbSecret **secret, GError **error)
{
  g_autoptr (KbInstance) instance = make ("secret", reference, NULL);

  g_assert_nonnull (instance);
  return kb_instance_secret (instance, "secret", secret, error);
}

static void
assert_leads_to (const char *reference, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KbSecret) secret = NULL;

  g_assert_cmpint (follow (reference, &secret, &error), ==, KB_OK);
  g_assert_no_error (error);
  g_assert_cmpstr (kb_secret_peek (secret), ==, expected);
}

static void
assert_fails (const char *reference, const char *says)
{
  g_autoptr (GError) error = NULL;
  KbSecret *secret = NULL;

  g_assert_cmpint (follow (reference, &secret, &error), ==, KB_FAILED);
  g_test_message ("%s", error->message);
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, says));
  g_assert_null (strstr (error->message, "hunter2"));
  g_assert_null (secret);
}

static void
assert_declines (const char *reference)
{
  g_autoptr (GError) error = NULL;
  KbSecret *secret = NULL;

  g_assert_cmpint (follow (reference, &secret, &error), ==, KB_DECLINED);
  g_assert_no_error (error);
  g_assert_null (secret);
}

static void
test_absent (void)
{
  g_autoptr (KbInstance) instance = make (NULL, NULL, NULL);
  KbSecret *secret = NULL;

  g_assert_cmpint (kb_instance_secret (instance, "secret", &secret, NULL), ==,
                   KB_DECLINED);
}

static void
test_env (void)
{
  g_setenv ("KB_TEST_SECRET", "hunter2", TRUE);
  assert_leads_to ("env:KB_TEST_SECRET", "hunter2");
  g_setenv ("KB_TEST_SECRET", "", TRUE);
  assert_declines ("env:KB_TEST_SECRET");
  g_unsetenv ("KB_TEST_SECRET");
  assert_declines ("env:KB_TEST_SECRET");
}

/* New: a file of mode MODE in a new folder, and "file:" before its path. */
static char *
file_reference (const char *content, gsize length, guint mode)
{
  g_autofree char *folder = g_dir_make_tmp ("kb-instance-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "secret", NULL);

  g_assert_true (g_file_set_contents (path, content, (gssize) length, NULL));
  g_assert_cmpint (g_chmod (path, (int) mode), ==, 0);
  return g_strconcat ("file:", path, NULL);
}

static void
remove_reference (const char *reference)
{
  const char *path = reference + strlen ("file:");
  g_autofree char *folder = g_path_get_dirname (path);

  (void) g_unlink (path);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_file (void)
{
  static const struct
  {
    const char *content, *expected;
  } cases[] = { { "hunter2", "hunter2" },     { "hunter2\n", "hunter2" },
                { "hunter2\r\n", "hunter2" }, { "hunter2\n\n", "hunter2\n" },
                { " hunter2 ", " hunter2 " }, { "\n", "" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *reference
          = file_reference (cases[i].content, strlen (cases[i].content), 0600);

      assert_leads_to (reference, cases[i].expected);
      remove_reference (reference);
    }
  assert_fails ("file:/nonexistent/secret", "/nonexistent/secret: there is no such file");
}

static void
test_unsafe_file (void)
{
  g_autofree char *reference = file_reference ("hunter2", 7, 0640);
  const char *path = reference + strlen ("file:");
  g_autofree char *large = g_strnfill (65537, 'x');

  assert_fails (reference, "readable by others");
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
  assert_leads_to (reference, "hunter2");
  if (geteuid () == 0)
    {
      g_assert_cmpint (chown (path, NOBODY, NOBODY), ==, 0);
      assert_fails (reference, "owned by somebody else");
    }
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (symlink ("/etc/passwd", path), ==, 0);
  assert_fails (reference, "symbolic link");
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_true (g_file_set_contents (path, large, 65537, NULL));
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
  assert_fails (reference, "larger");
  remove_reference (reference);
  if (geteuid () != 0)
    g_test_skip ("only root can give a file away");
}

/* NUMBER is a descriptor that a parent handed over: no FD_CLOEXEC. */
static void
hand_over (int number, const char *content)
{
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (write (ends[1], content, strlen (content)), ==, strlen (content));
  g_assert_cmpint (close (ends[1]), ==, 0);
  g_assert_cmpint (dup2 (ends[0], number), ==, number);
  g_assert_cmpint (close (ends[0]), ==, 0);
}

static void
test_fd (void)
{
  int own = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  g_autofree char *reference = g_strdup_printf ("fd:%d", own);

  hand_over (77, "hunter2\n");
  assert_leads_to ("fd:77", "hunter2");
  g_assert_cmpint (fcntl (77, F_GETFD), ==, -1);
  hand_over (77, "another");
  assert_leads_to ("fd:77", "hunter2");
  assert_fails ("fd:78", "fd:78: this descriptor was not handed over");
  assert_fails (reference, "not handed over");
  close (own);
}

static void
test_cred (void)
{
  g_autofree char *reference = file_reference ("hunter2\n", 8, 0440);
  const char *path = reference + strlen ("file:");
  g_autofree char *folder = g_path_get_dirname (path);

  g_unsetenv ("CREDENTIALS_DIRECTORY");
  assert_declines ("cred:secret");
  g_setenv ("CREDENTIALS_DIRECTORY", folder, TRUE);
  assert_leads_to ("cred:secret", "hunter2");
  assert_fails ("cred:other", "no such credential");
  g_assert_cmpint (g_chmod (path, 0444), ==, 0);
  assert_fails ("cred:secret", "others may read it");
  g_setenv ("CREDENTIALS_DIRECTORY", "relative", TRUE);
  assert_fails ("cred:secret", "no absolute path");
  g_unsetenv ("CREDENTIALS_DIRECTORY");
  remove_reference (reference);
}

static KbAnswer
follow_store (gpointer data, const char *name, KbSecret **secret, GError **error)
{
  if (strcmp (name, "azure/pat") != 0)
    return KB_DECLINED;
  *secret = kb_secret_new_text (data);
  return KB_OK;
}

static void
test_store (void)
{
  g_autoptr (KbInstance) instance = make ("secret", "store:azure/pat", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (KbSecret) secret = NULL;
  char content[] = "hunter2";

  g_assert_cmpint (kb_instance_secret (instance, "secret", &secret, &error), ==,
                   KB_FAILED);
  g_assert_cmpstr (error->message, ==,
                   "i: the option 'secret': store:azure/pat: no store can be asked here");
  kb_instance_set_store_reference (instance, follow_store, content);
  g_clear_error (&error);
  g_assert_cmpint (kb_instance_secret (instance, "secret", &secret, &error), ==, KB_OK);
  g_assert_cmpstr (kb_secret_peek (secret), ==, "hunter2");
}

static void
test_data_dir (void)
{
  g_autoptr (KbInstance) instance = make (NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *top = g_dir_make_tmp ("kb-instance-XXXXXX", NULL);
  g_autofree char *middle = g_build_filename (top, "a", NULL);
  g_autofree char *inner = g_build_filename (middle, "b", NULL);
  const char *made;
  struct stat status;

  kb_instance_set_data_dir (instance, inner);
  made = kb_instance_data_dir (instance, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (made, ==, inner);
  g_assert_cmpint (stat (inner, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 07777, ==, 0700);
  g_assert_cmpint (g_rmdir (inner), ==, 0);
  g_assert_true (g_file_set_contents (inner, "", 0, NULL));
  kb_instance_set_data_dir (instance, inner);
  g_assert_null (kb_instance_data_dir (instance, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (g_unlink (inner), ==, 0);
  g_assert_cmpint (g_rmdir (middle), ==, 0);
  g_assert_cmpint (g_rmdir (top), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/instance/fallbacks", test_fallbacks);
  g_test_add_func ("/instance/every-option", test_every_option);
  g_test_add_func ("/instance/bad-options", test_bad_options);
  g_test_add_func ("/instance/data-dir", test_data_dir);
  g_test_add_func ("/reference/absent", test_absent);
  g_test_add_func ("/reference/env", test_env);
  g_test_add_func ("/reference/file", test_file);
  g_test_add_func ("/reference/unsafe-file", test_unsafe_file);
  g_test_add_func ("/reference/fd", test_fd);
  g_test_add_func ("/reference/cred", test_cred);
  g_test_add_func ("/reference/store", test_store);
  return g_test_run ();
}
