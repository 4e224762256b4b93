/* SPDX-License-Identifier: MIT */
/* Tests what is kept of what servers say: its key, its life, and files that are not ours.
   Knows nothing of what servers say. */
#include "common/memo.h"

#include "base/text.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define KEY "https://id.example/a"
#define TEXT "{\n\"a\": 1\n}"

/* New. */
static char *
path_of (const char *folder, const char *key)
{
  g_autofree char *name = kb_text_sha256 (key, strlen (key));

  return g_build_filename (folder, name, NULL);
}

static void
assert_read (const char *folder, const char *key, gint64 life, const char *expected)
{
  g_autoptr (KbSecret) text = kb_memo_read (folder, key, life);

  g_assert_cmpstr (text != NULL ? kb_secret_peek (text) : NULL, ==, expected);
}

static void
test_kept (void)
{
  g_autofree char *folder = kb_memo_cache ("a");
  g_autofree char *line = g_strconcat (KEY, "\nx", NULL);
  g_autofree char *longer = g_strnfill (KB_MEMO_MAX + 1, 'x');

  assert_read (folder, KEY, 3600, NULL);
  kb_memo_write (folder, KEY, TEXT, strlen (TEXT));
  assert_read (folder, KEY, 3600, TEXT);
  assert_read (folder, KEY "b", 3600, NULL);
  assert_read (folder, KEY, 0, NULL);
  kb_memo_write (folder, KEY, "", 0);
  assert_read (folder, KEY, 3600, "");
  kb_memo_write (folder, line, TEXT, strlen (TEXT));
  assert_read (folder, line, 3600, NULL);
  kb_memo_write (folder, KEY, longer, strlen (longer));
  assert_read (folder, KEY, 3600, "");
  kb_memo_forget (folder, KEY);
  assert_read (folder, KEY, 3600, NULL);
}

/* Writes TEXT as it is and reads it as the memo of KEY. */
static void
assert_file (const char *text, gint64 life, const char *expected)
{
  g_autofree char *folder = kb_memo_cache ("a");
  g_autofree char *path = path_of (folder, KEY);

  kb_memo_write (folder, KEY, TEXT, strlen (TEXT));
  g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT,
                                           0600, NULL));
  assert_read (folder, KEY, life, expected);
}

/* A time that has not come yet was written by another clock. */
static void
test_files (void)
{
  assert_file ("keybearer-memo 1 9999999999\n" KEY "\nx", 3600, NULL);
  assert_file ("keybearer-memo 1 9999999999\n" KEY "\nx", KB_MEMO_FOREVER, "x");
  assert_file ("keybearer-memo 1 1\n" KEY "\nx", 3600, NULL);
  assert_file ("keybearer-memo 1 1\n" KEY "\nx", KB_MEMO_FOREVER, "x");
  assert_file ("keybearer-memo 1 1\nhttps://other.example\nx", KB_MEMO_FOREVER, NULL);
  assert_file ("keybearer-memo 1 1\n" KEY "more\nx", KB_MEMO_FOREVER, NULL);
  assert_file ("keybearer-memo 1 x\n" KEY "\nx", KB_MEMO_FOREVER, NULL);
  assert_file ("keybearer-memo 2 1\n" KEY "\nx", KB_MEMO_FOREVER, NULL);
  assert_file ("keybearer-memo 1 1", KB_MEMO_FOREVER, NULL);
  assert_file ("keybearer-memo 1 1\n" KEY, KB_MEMO_FOREVER, NULL);
  assert_file ("", KB_MEMO_FOREVER, NULL);
}

/* What somebody else can write is nobody's word, and a link is not followed. */
static void
test_unsafe (void)
{
  g_autofree char *folder = kb_memo_cache ("a");
  g_autofree char *path = path_of (folder, KEY);
  g_autofree char *other = g_strconcat (path, ".other", NULL);

  kb_memo_write (folder, KEY, TEXT, strlen (TEXT));
  g_assert_cmpint (g_chmod (path, 0666), ==, 0);
  assert_read (folder, KEY, 3600, NULL);
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
  assert_read (folder, KEY, 3600, TEXT);
  g_assert_cmpint (g_rename (path, other), ==, 0);
  g_assert_cmpint (symlink (other, path), ==, 0);
  assert_read (folder, KEY, 3600, NULL);
  kb_memo_write (folder, KEY, "new", 3);
  assert_read (folder, KEY, 3600, "new");
  g_assert_cmpint (g_chmod (folder, 0777), ==, 0);
  kb_memo_write (folder, KEY, "newer", 5);
  assert_read (folder, KEY, 3600, "new");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memo/kept", test_kept);
  g_test_add_func ("/memo/files", test_files);
  g_test_add_func ("/memo/unsafe", test_unsafe);
  return g_test_run ();
}
