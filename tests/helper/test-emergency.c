/* SPDX-License-Identifier: MIT */
/* Tests emergency: where files go, which of them are trusted, and what is left of them.
   Knows nothing of stores. */
#include "emergency.h"

#include "base/text.h"
#include "item.h"
#include "stage.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#define NAME "renewal/a/alice"
#define OTHER "renewal/a/bob"

/* New. */
static char *
folder_of (const char *base)
{
  return g_build_filename (stage_folder (), base, "keybearer/emergency", NULL);
}

static char *
file_of (const char *base, const char *name)
{
  g_autofree char *folder = folder_of (base);
  g_autofree char *file = kb_text_sha256 (name, strlen (name));

  return g_build_filename (folder, file, NULL);
}

static KbSecret *
item (const char *name, const char *secret, gint64 made)
{
  g_autoptr (GPtrArray) records
      = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_record_free);
  KbRecord *record = kb_record_new ();

  record->secret = kb_secret_new_text (secret);
  record->made = made;
  g_ptr_array_add (records, record);
  return kb_item_seal (name, records, NULL);
}

static void
put (const char *secret, gint64 made)
{
  g_autoptr (KbSecret) value = item (NAME, secret, made);
  g_autoptr (GError) error = NULL;

  g_assert_true (kb_emergency_put (NAME, value, KB_EMERGENCY_ANY, &error));
  g_assert_no_error (error);
}

/* EXPECTED: the secret, or NULL for none. */
static void
assert_get (const char *expected)
{
  g_autoptr (KbSecret) value = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GError) error = NULL;
  KbAnswer answer = kb_emergency_get (NAME, &value, &error);

  g_assert_no_error (error);
  g_assert_cmpint (answer, ==, expected != NULL ? KB_OK : KB_DECLINED);
  if (expected == NULL)
    return;
  records = kb_item_open (NAME, value, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kb_secret_peek (((KbRecord *) g_ptr_array_index (records, 0))->secret),
                   ==, expected);
}

static mode_t
mode_of (const char *path)
{
  struct stat status;

  g_assert_cmpint (lstat (path, &status), ==, 0);
  return status.st_mode & 07777;
}

static void
test_in_memory (void)
{
  g_autofree char *folder = NULL;
  g_autofree char *file = NULL;

  stage_new ();
  folder = folder_of ("runtime");
  file = file_of ("runtime", NAME);
  assert_get (NULL);
  put ("one", 1);
  assert_get ("one");
  put ("two", 2);
  assert_get ("two");
  g_assert_cmpint (mode_of (folder), ==, 0700);
  g_assert_cmpint (mode_of (file), ==, 0600);
  g_assert_cmpint (kb_emergency_erase (NAME), ==, KB_OK);
  g_assert_cmpint (kb_emergency_erase (NAME), ==, KB_DECLINED);
  assert_get (NULL);
}

static void
assert_on_disk (void)
{
  g_autoptr (KbSecret) value = item (NAME, "one", 1);
  g_autofree char *file = file_of ("state", NAME);
  g_autoptr (GError) error = NULL;

  g_assert_false (kb_emergency_put (NAME, value, KB_EMERGENCY_MEMORY, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  put ("one", 1);
  g_assert_cmpint (mode_of (file), ==, 0600);
  assert_get ("one");
}

/* No such folder, one that is named wrongly, one that others can change. */
static void
test_on_disk (void)
{
  g_autofree char *runtime = NULL;

  stage_new ();
  g_setenv ("XDG_RUNTIME_DIR", "relative/folder", TRUE);
  assert_on_disk ();
  stage_new ();
  runtime = g_build_filename (stage_folder (), "runtime", NULL);
  g_assert_cmpint (chmod (runtime, 0777), ==, 0);
  assert_on_disk ();
  stage_new ();
  g_setenv ("XDG_RUNTIME_DIR", "/nowhere/at/all", TRUE);
  assert_on_disk ();
}

static void
test_nowhere (void)
{
  g_autoptr (KbSecret) value = NULL;
  g_autofree char *state = NULL;
  g_autofree char *runtime = NULL;
  g_autoptr (GError) error = NULL;

  stage_new ();
  value = item (NAME, "one", 1);
  state = g_build_filename (stage_folder (), "state/keybearer", NULL);
  runtime = g_build_filename (stage_folder (), "runtime/keybearer", NULL);
  g_assert_true (g_file_set_contents (state, "", 0, NULL));
  g_assert_true (g_file_set_contents (runtime, "", 0, NULL));
  g_assert_false (kb_emergency_put (NAME, value, KB_EMERGENCY_ANY, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  assert_get (NULL);
}

/* A cron job left one, then the desktop; and the other way round. */
static void
test_newer_of_both (void)
{
  g_autofree char *runtime = NULL;
  g_autofree char *hidden = NULL;

  stage_new ();
  runtime = g_build_filename (stage_folder (), "runtime", NULL);
  hidden = g_build_filename (stage_folder (), "hidden", NULL);
  put ("memory", 5);
  g_assert_cmpint (rename (runtime, hidden), ==, 0);
  put ("disk", 6);
  g_assert_cmpint (rename (hidden, runtime), ==, 0);
  assert_get ("disk");
  put ("memory again", 7);
  assert_get ("memory again");
  g_assert_cmpint (kb_emergency_erase (NAME), ==, KB_OK);
  assert_get (NULL);
}

static void
test_compare_and_remove (void)
{
  g_autoptr (KbSecret) old = NULL;
  g_autoptr (KbSecret) current = NULL;

  stage_new ();
  old = item (NAME, "one", 1);
  current = item (NAME, "two", 2);
  put ("two", 2);
  kb_emergency_remove (NAME, old);
  assert_get ("two");
  kb_emergency_remove (NAME, current);
  assert_get (NULL);
}

/* ---- what is not trusted -------------------------------------------------------- */

static void
assert_set_aside (const char *why)
{
  g_autofree char *file = file_of ("runtime", NAME);
  g_autofree char *aside = g_strconcat (file, ".aside", NULL);
  g_autoptr (KbSecret) value = NULL;
  g_autoptr (GError) error = NULL;
  struct stat status;

  g_assert_cmpint (kb_emergency_get (NAME, &value, &error), ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  g_assert_nonnull (strstr (error->message, why));
  g_assert_nonnull (strstr (error->message, aside));
  g_assert_null (value);
  g_assert_cmpint (lstat (aside, &status), ==, 0);
  g_assert_cmpint (lstat (file, &status), !=, 0);
  assert_get (NULL);
}

static void
test_damaged (void)
{
  static const char *const damages[] = { "", "x", "!!", "\n" };
  g_autofree char *file = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      stage_new ();
      put ("one", 1);
      g_free (file);
      file = file_of ("runtime", NAME);
      g_assert_true (g_file_set_contents_full (
          file, damages[i], -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
      assert_set_aside ("damaged");
    }
}

static void
test_of_another_name (void)
{
  g_autofree char *file = NULL;
  g_autofree char *other = NULL;
  g_autoptr (KbSecret) value = NULL;

  stage_new ();
  value = item (OTHER, "bob's", 1);
  g_assert_true (kb_emergency_put (OTHER, value, KB_EMERGENCY_ANY, NULL));
  file = file_of ("runtime", NAME);
  other = file_of ("runtime", OTHER);
  g_assert_cmpint (rename (other, file), ==, 0);
  assert_set_aside ("damaged");
}

static void
test_readable_by_others (void)
{
  g_autofree char *file = NULL;

  stage_new ();
  put ("one", 1);
  file = file_of ("runtime", NAME);
  g_assert_cmpint (chmod (file, 0640), ==, 0);
  assert_set_aside ("others");
}

static void
test_links (void)
{
  g_autofree char *file = NULL;
  g_autofree char *elsewhere = NULL;

  stage_new ();
  put ("one", 1);
  file = file_of ("runtime", NAME);
  elsewhere = g_build_filename (stage_folder (), "elsewhere", NULL);
  g_assert_cmpint (link (file, elsewhere), ==, 0);
  assert_set_aside ("others");
  g_assert_cmpint (symlink (elsewhere, file), ==, 0);
  assert_set_aside ("others");
}

static void
test_foreign (void)
{
  g_autofree char *file = NULL;

  if (geteuid () != 0)
    {
      g_test_skip ("only root can give a file away");
      return;
    }
  stage_new ();
  put ("one", 1);
  file = file_of ("runtime", NAME);
  g_assert_cmpint (chown (file, 65534, 65534), ==, 0);
  assert_set_aside ("others");
}

/* In a folder that others can write to nothing is believed and nothing is touched. */
static void
test_open_folder (void)
{
  g_autofree char *folder = NULL;
  g_autofree char *file = NULL;
  g_autoptr (KbSecret) value = NULL;
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (GError) error = NULL;

  stage_new ();
  put ("one", 1);
  folder = folder_of ("runtime");
  file = file_of ("runtime", NAME);
  g_assert_cmpint (chmod (folder, 0777), ==, 0);
  g_assert_cmpint (kb_emergency_get (NAME, &value, &error), ==, KB_FAILED);
  g_assert_nonnull (error);
  names = kb_emergency_names ();
  g_assert_cmpuint (names->len, ==, 0);
  g_assert_cmpint (mode_of (file), ==, 0600);
}

/* ---- by the way ----------------------------------------------------------------- */

static void
test_names (void)
{
  g_autofree char *file = NULL;
  g_autofree char *litter = NULL;
  g_autoptr (KbSecret) value = NULL;
  g_autoptr (GPtrArray) names = NULL;

  stage_new ();
  value = item (OTHER, "bob's", 1);
  put ("one", 1);
  g_assert_true (kb_emergency_put (OTHER, value, KB_EMERGENCY_ANY, NULL));
  file = file_of ("runtime", OTHER);
  litter = g_strconcat (file, "-litter", NULL);
  g_assert_true (g_file_set_contents (litter, "x", 1, NULL));
  names = kb_emergency_names ();
  g_assert_cmpuint (names->len, ==, 2);
  g_clear_pointer (&names, g_ptr_array_unref);
  g_assert_cmpint (chmod (file, 0644), ==, 0);
  names = kb_emergency_names ();
  g_assert_cmpuint (names->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (names, 0), ==, NAME);
  g_assert_cmpint (mode_of (file), ==, 0644);
}

static void
test_due (void)
{
  g_autofree char *file = NULL;
  const struct utimbuf long_ago = { 1000, 1000 };

  stage_new ();
  g_assert_false (kb_emergency_due (NAME));
  put ("one", 1);
  g_assert_false (kb_emergency_due (NAME));
  file = file_of ("runtime", NAME);
  g_assert_cmpint (utime (file, &long_ago), ==, 0);
  g_assert_true (kb_emergency_due (NAME));
  g_assert_false (kb_emergency_due (NAME));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/emergency/in-memory", test_in_memory);
  g_test_add_func ("/emergency/on-disk", test_on_disk);
  g_test_add_func ("/emergency/nowhere", test_nowhere);
  g_test_add_func ("/emergency/newer-of-both", test_newer_of_both);
  g_test_add_func ("/emergency/compare-and-remove", test_compare_and_remove);
  g_test_add_func ("/emergency/damaged", test_damaged);
  g_test_add_func ("/emergency/of-another-name", test_of_another_name);
  g_test_add_func ("/emergency/readable-by-others", test_readable_by_others);
  g_test_add_func ("/emergency/links", test_links);
  g_test_add_func ("/emergency/foreign", test_foreign);
  g_test_add_func ("/emergency/open-folder", test_open_folder);
  g_test_add_func ("/emergency/names", test_names);
  g_test_add_func ("/emergency/due", test_due);
  return g_test_run ();
}
