/* SPDX-License-Identifier: MIT */
/* Tests plugins/sealed-file: the contract, keys, tampering, damage and unsafe files.
   Knows nothing of other stores. */
#include "store-contract.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODULE "sealed-file"
#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define OTHER_KEY "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const KbSetting with_key[] = { { "key", "env:TOKEN_ENCRYPTION_KEY", "test:1" } };
static const KbSetting with_phrase[]
    = { { "passphrase", "env:KB_TEST_PHRASE", "test:1" } };
static const KbSetting with_ask[] = { { "ask-passphrase", "true", "test:1" } };
static const KbSetting with_file[] = { { "key-file", "auto", "test:1" } };
static const KbStoreSubject about = { MODULE, with_key, 1, KB_STORE_ITEM_MAX, 1000, 120 };

/* ---- the folder ----------------------------------------------------------------- */

static char *
in_folder (const char *file)
{
  return g_build_filename (g_getenv ("KB_SCRATCH"), "sealed", file, NULL);
}

/* Calls EACH with the path of every file whose name has SUFFIX; returns how many. */
static guint
each_file (const char *suffix, void (*each) (const char *path))
{
  g_autofree char *folder = in_folder (NULL);
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  const char *file;
  guint count = 0;

  while (listing != NULL && (file = g_dir_read_name (listing)) != NULL)
    if (strstr (file, suffix) != NULL)
      {
        g_autofree char *path = in_folder (file);

        count++;
        if (each != NULL)
          each (path);
      }
  return count;
}

static void
remove_file (const char *path)
{
  g_remove (path);
}

static void
start_empty (void)
{
  each_file ("", remove_file);
  g_setenv ("TOKEN_ENCRYPTION_KEY", KEY, TRUE);
  g_setenv ("KB_TEST_PHRASE", "correct horse", TRUE);
}

static KbStoreHandle *
open_with (const KbSetting *settings)
{
  return kb_store_handle_new (MODULE, settings, settings != NULL ? 1 : 0);
}

static char *item_path;

static void
note_item (const char *path)
{
  g_free (item_path);
  item_path = g_strdup (path);
}

/* New handle; one item called "test/one" in a new store. */
static KbStoreHandle *
one_item (const KbSetting *settings)
{
  KbStoreHandle *handle = open_with (settings);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (kb_store_put_text (handle, "test/one", "b25l", &error), ==, KB_OK);
  g_assert_no_error (error);
  g_assert_cmpuint (each_file (".item", note_item), ==, 1);
  return handle;
}

static void
assert_failed (KbStoreHandle *handle, KbErrorCode code)
{
  g_autoptr (GError) error = NULL;
  KbSecret *value = NULL;

  g_assert_cmpint (
      handle->api->get (handle->self, handle->request, "test/one", &value, &error), ==,
      KB_FAILED);
  g_assert_null (value);
  g_assert_error (error, KB_ERROR, (int) code);
  g_assert_null (strchr (error->message, '\n'));
}

/* ---- initialised or not --------------------------------------------------------- */

static void
test_not_initialised (void)
{
  g_autoptr (KbStoreHandle) handle = NULL;
  g_autoptr (GError) error = NULL;

  start_empty ();
  handle = open_with (NULL);
  g_assert_cmpint (handle->api->probe (handle->self, handle->request, &error), ==,
                   KB_DECLINED);
  kb_store_assert_missing (handle, "test/one");
  g_assert_cmpint (kb_store_put_text (handle, "test/one", "b25l", &error), ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  g_assert_cmpuint (each_file (".item", NULL), ==, 0);
}

static void
test_unset_variable (void)
{
  g_autoptr (KbStoreHandle) handle = NULL;
  g_autoptr (KbStoreHandle) later = NULL;
  g_autoptr (GError) error = NULL;

  start_empty ();
  g_unsetenv ("TOKEN_ENCRYPTION_KEY");
  handle = open_with (with_key);
  g_assert_cmpint (handle->api->probe (handle->self, handle->request, &error), ==,
                   KB_DECLINED);
  g_setenv ("TOKEN_ENCRYPTION_KEY", KEY, TRUE);
  kb_store_handle_free (one_item (with_key));
  g_unsetenv ("TOKEN_ENCRYPTION_KEY");
  later = open_with (with_key);
  g_assert_cmpint (later->api->probe (later->self, later->request, &error), ==,
                   KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  assert_failed (later, KB_ERROR_LOCKED);
}

/* ---- keys ----------------------------------------------------------------------- */

static void
test_wrong_key (void)
{
  g_autoptr (KbStoreHandle) handle = NULL;
  g_autoptr (KbStoreHandle) right = NULL;
  g_autoptr (GError) error = NULL;

  start_empty ();
  kb_store_handle_free (one_item (with_key));
  g_setenv ("TOKEN_ENCRYPTION_KEY", OTHER_KEY, TRUE);
  handle = open_with (with_key);
  assert_failed (handle, KB_ERROR_LOCKED);
  g_assert_cmpint (kb_store_put_text (handle, "test/one", "dHdv", &error), ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  g_assert_cmpuint (each_file (".corrupt-", NULL), ==, 0);
  g_setenv ("TOKEN_ENCRYPTION_KEY", KEY, TRUE);
  right = open_with (with_key);
  kb_store_assert_text (right, "test/one", "b25l");
}

static void
test_bad_keys (void)
{
  static const char *const bad[]
      = { "0011", KEY "00", "short",
          "g0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff" };

  start_empty ();
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (KbStoreHandle) handle = open_with (with_key);
      g_autoptr (GError) error = NULL;

      g_setenv ("TOKEN_ENCRYPTION_KEY", bad[i], TRUE);
      g_assert_cmpint (kb_store_put_text (handle, "test/one", "b25l", &error), ==,
                       KB_FAILED);
      g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
      g_assert_null (strstr (error->message, bad[i]));
    }
}

static void
test_passphrase (void)
{
  g_autoptr (KbStoreHandle) handle = NULL;
  g_autoptr (KbStoreHandle) wrong = NULL;
  g_autoptr (KbStoreHandle) asked = NULL;

  start_empty ();
  kb_store_handle_free (one_item (with_phrase));
  handle = open_with (with_phrase);
  kb_store_assert_text (handle, "test/one", "b25l");
  g_setenv ("KB_TEST_PHRASE", "correct hors", TRUE);
  wrong = open_with (with_phrase);
  assert_failed (wrong, KB_ERROR_LOCKED);
  asked = open_with (NULL);
  assert_failed (asked, KB_ERROR_INTERACTION);
}

static void
test_nobody_to_ask (void)
{
  g_autoptr (KbStoreHandle) handle = NULL;
  g_autoptr (GError) error = NULL;

  start_empty ();
  handle = open_with (with_ask);
  g_assert_cmpint (kb_store_put_text (handle, "test/one", "b25l", &error), ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_INTERACTION);
}

/* What was initialised so opens without an option; a key file that is gone is no
   damage. */
static void
test_key_file (void)
{
  g_autofree char *key = in_folder ("key");
  g_autofree char *away = in_folder ("away");
  g_autoptr (KbStoreHandle) handle = NULL;
  g_autoptr (KbStoreHandle) later = NULL;
  struct stat status;

  start_empty ();
  kb_store_handle_free (one_item (with_file));
  g_assert_cmpint (stat (key, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  handle = open_with (NULL);
  g_assert_cmpint (handle->api->probe (handle->self, handle->request, NULL), ==, KB_OK);
  kb_store_assert_text (handle, "test/one", "b25l");
  g_assert_cmpint (g_rename (key, away), ==, 0);
  later = open_with (with_file);
  assert_failed (later, KB_ERROR_LOCKED);
  g_assert_cmpint (g_rename (away, key), ==, 0);
  kb_store_assert_text (later, "test/one", "b25l");
}

/* The first that leads somewhere: one configuration for a pipeline and a laptop. */
static void
test_several_options (void)
{
  const KbSetting both[] = { with_key[0], with_file[0] };
  g_autofree char *key = in_folder ("key");
  g_autoptr (KbStoreHandle) handle = NULL;

  start_empty ();
  handle = kb_store_handle_new (MODULE, both, 2);
  g_assert_cmpint (kb_store_put_text (handle, "test/one", "b25l", NULL), ==, KB_OK);
  g_assert_false (g_file_test (key, G_FILE_TEST_EXISTS));
  g_unsetenv ("TOKEN_ENCRYPTION_KEY");
  kb_store_handle_free (g_steal_pointer (&handle));
  handle = kb_store_handle_new (MODULE, both, 2);
  assert_failed (handle, KB_ERROR_LOCKED);
}

static void
test_relative_key_file (void)
{
  static const KbSetting relative[] = { { "key-file", "key", "test:1" } };
  const KbModule *module = kb_store_module (MODULE);
  g_autoptr (KbInstance) instance
      = kb_instance_new (MODULE, module, relative, 1, NULL, NULL);
  g_autoptr (GError) error = NULL;
  gpointer self = NULL;

  g_assert_cmpint (module->store->open (instance, &self, &error), ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
}

/* ---- tampering and damage ------------------------------------------------------- */

static void
write_file (const char *path, const char *bytes, gsize length)
{
  g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
}

/* A store is opened anew for each change; *ERROR may be of any kind. */
static gboolean
opens (const char *name)
{
  g_autoptr (KbStoreHandle) handle = open_with (with_key);
  g_autoptr (KbSecret) value = NULL;

  return handle->api->get (handle->self, handle->request, name, &value, NULL) == KB_OK;
}

static void
assert_every_bit (const char *path)
{
  g_autofree char *whole = NULL;
  g_autofree char *bytes = NULL;
  gsize length = 0;

  g_assert_true (g_file_get_contents (path, &whole, &length, NULL));
  bytes = g_memdup2 (whole, length);
  for (gsize bit = 0; bit < 8 * length; bit++)
    {
      bytes[bit / 8] = (char) (bytes[bit / 8] ^ (1 << bit % 8));
      write_file (path, bytes, length);
      g_assert_false (opens ("test/one"));
      bytes[bit / 8] = whole[bit / 8];
      each_file (".corrupt-", remove_file);
    }
  for (gsize cut = 0; cut < length; cut++)
    {
      write_file (path, whole, cut);
      g_assert_false (opens ("test/one"));
      each_file (".corrupt-", remove_file);
    }
  write_file (path, whole, length);
  g_assert_true (opens ("test/one"));
}

static void
test_item_tampered (void)
{
  start_empty ();
  kb_store_handle_free (one_item (with_key));
  assert_every_bit (item_path);
}

static void
test_header_tampered (void)
{
  g_autofree char *header = in_folder ("header");

  start_empty ();
  kb_store_handle_free (one_item (with_key));
  assert_every_bit (header);
}

/* One item's file in the place of another's. */
static void
test_swapped (void)
{
  g_autoptr (KbStoreHandle) handle = NULL;
  g_autofree char *first = NULL;

  start_empty ();
  handle = one_item (with_key);
  first = g_strdup (item_path);
  g_assert_cmpint (kb_store_put_text (handle, "test/two", "dHdv", NULL), ==, KB_OK);
  each_file (".item", note_item);
  if (strcmp (first, item_path) == 0)
    {
      g_assert_cmpint (g_rename (first, "swapped"), ==, 0);
      each_file (".item", note_item);
      g_assert_cmpint (g_rename ("swapped", first), ==, 0);
    }
  g_assert_cmpint (g_rename (item_path, first), ==, 0);
  kb_store_assert_missing (handle, "test/one");
  g_assert_cmpuint (each_file (".corrupt-", NULL), ==, 1);
}

static void
test_damaged_item (void)
{
  static const char *const contents[] = { "", "{\"version\":1}", "trailing" };

  for (gsize i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      g_autoptr (KbStoreHandle) handle = NULL;

      start_empty ();
      handle = one_item (with_key);
      write_file (item_path, contents[i], strlen (contents[i]));
      kb_store_assert_missing (handle, "test/one");
      g_assert_nonnull (strstr (kb_request_last_note (handle->request), "set aside"));
      g_assert_cmpuint (each_file (".corrupt-", NULL), ==, 1);
      g_assert_cmpint (kb_store_put_text (handle, "test/one", "bmV3", NULL), ==, KB_OK);
      kb_store_assert_text (handle, "test/one", "bmV3");
      /* Also when nobody has looked at it before it is replaced. */
      write_file (item_path, contents[i], strlen (contents[i]));
      g_assert_cmpint (kb_store_put_text (handle, "test/one", "bmV3", NULL), ==, KB_OK);
      g_assert_cmpuint (each_file (".corrupt-", NULL), ==, 2);
    }
}

static void
test_damaged_header (void)
{
  g_autoptr (KbStoreHandle) handle = NULL;
  g_autofree char *header = in_folder ("header");

  start_empty ();
  kb_store_handle_free (one_item (with_key));
  write_file (header, "nonsense", 8);
  handle = open_with (with_key);
  kb_store_assert_missing (handle, "test/one");
  g_assert_cmpuint (each_file ("header.corrupt-", NULL), ==, 1);
  g_assert_cmpint (kb_store_put_text (handle, "test/one", "bmV3", NULL), ==, KB_OK);
  kb_store_assert_text (handle, "test/one", "bmV3");
  g_assert_cmpuint (each_file (".item.corrupt-", NULL), ==, 1);
}

/* ---- unsafe files --------------------------------------------------------------- */

static void
test_unsafe_files (void)
{
  g_autoptr (KbStoreHandle) handle = NULL;
  g_autofree char *elsewhere = in_folder ("elsewhere");

  start_empty ();
  handle = one_item (with_key);
  g_chmod (item_path, 0644);
  assert_failed (handle, KB_ERROR_CONFIG);
  g_chmod (item_path, 0600);
  g_assert_cmpint (link (item_path, elsewhere), ==, 0);
  assert_failed (handle, KB_ERROR_CONFIG);
  g_remove (item_path);
  g_assert_cmpint (symlink (elsewhere, item_path), ==, 0);
  assert_failed (handle, KB_ERROR_CONFIG);
  g_remove (item_path);
  g_assert_cmpint (mkfifo (item_path, 0600), ==, 0);
  assert_failed (handle, KB_ERROR_CONFIG);
  g_remove (item_path);
  g_assert_cmpint (g_mkdir (item_path, 0700), ==, 0);
  assert_failed (handle, KB_ERROR_CONFIG);
  g_rmdir (item_path);
  g_assert_cmpint (g_rename (elsewhere, item_path), ==, 0);
  kb_store_assert_text (handle, "test/one", "b25l");
}

/* Nothing of a value or a key is in the files, and nobody else may read them. */
static void
check_file (const char *path)
{
  g_autofree char *bytes = NULL;
  gsize length = 0;
  struct stat status;

  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 07777, ==, 0600);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_null (memmem (bytes, length, "c2VjcmV0", 8));
}

static void
test_files_are_sealed (void)
{
  g_autoptr (KbStoreHandle) handle = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize length = 0;

  start_empty ();
  umask (0);
  handle = one_item (with_key);
  g_assert_cmpint (kb_store_put_text (handle, "test/one", "c2VjcmV0", NULL), ==, KB_OK);
  each_file ("", check_file);
  g_assert_true (g_file_get_contents (item_path, &before, &length, NULL));
  g_assert_cmpint (kb_store_put_text (handle, "test/one", "c2VjcmV0", NULL), ==, KB_OK);
  g_assert_true (g_file_get_contents (item_path, &after, &length, NULL));
  g_assert_true (memcmp (before + 52, after + 52, 12) != 0); /* the nonce */
  umask (077);
}

int
main (int argc, char **argv)
{
  g_setenv ("TOKEN_ENCRYPTION_KEY", KEY, FALSE);
  kb_store_contract_init (&argc, &argv, &about);
  g_test_init (&argc, &argv, NULL);
  kb_store_contract_add ("/sealed-file", &about);
  g_test_add_func ("/sealed-file/not-initialised", test_not_initialised);
  g_test_add_func ("/sealed-file/unset-variable", test_unset_variable);
  g_test_add_func ("/sealed-file/wrong-key", test_wrong_key);
  g_test_add_func ("/sealed-file/bad-keys", test_bad_keys);
  g_test_add_func ("/sealed-file/passphrase", test_passphrase);
  g_test_add_func ("/sealed-file/nobody-to-ask", test_nobody_to_ask);
  g_test_add_func ("/sealed-file/key-file", test_key_file);
  g_test_add_func ("/sealed-file/several-options", test_several_options);
  g_test_add_func ("/sealed-file/relative-key-file", test_relative_key_file);
  g_test_add_func ("/sealed-file/item-tampered", test_item_tampered);
  g_test_add_func ("/sealed-file/header-tampered", test_header_tampered);
  g_test_add_func ("/sealed-file/swapped", test_swapped);
  g_test_add_func ("/sealed-file/damaged-item", test_damaged_item);
  g_test_add_func ("/sealed-file/damaged-header", test_damaged_header);
  g_test_add_func ("/sealed-file/unsafe-files", test_unsafe_files);
  g_test_add_func ("/sealed-file/files-are-sealed", test_files_are_sealed);
  return g_test_run ();
}
