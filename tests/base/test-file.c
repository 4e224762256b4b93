/* SPDX-License-Identifier: MIT */
/* Tests base/file: unsafe files are not read, writes are whole, folders are judged with
   all that leads to them.  Knows nothing of what is in the files. */
#include "base/file.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <signal.h>
#include <unistd.h>

static char *folder; /* private, and empty before each test */

static char *
at (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static char *
put (const char *name, const char *text, mode_t mode)
{
  char *path = at (name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (chmod (path, mode), ==, 0);
  return path;
}

/* The message is one line that begins with PATH. */
static void
assert_names (const GError *error, const char *path)
{
  g_assert_true (g_str_has_prefix (error->message, path));
  g_assert_null (strchr (error->message, '\n'));
}

static void
assert_unsafe (const char *path, KbFileSafety safety)
{
  g_autoptr (GError) error = NULL;
  gboolean missing = 7;

  g_assert_cmpint (kb_file_open_safe (path, safety, &missing, &error), ==, -1);
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
  g_assert_cmpint (missing, ==, 7);
  assert_names (error, path);
}

static void
assert_safe (const char *path, KbFileSafety safety)
{
  g_autoptr (GError) error = NULL;
  gboolean missing = 7;
  int fd = kb_file_open_safe (path, safety, &missing, &error);

  g_assert_no_error (error);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (missing, ==, FALSE);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, !=, 0);
  close (fd);
}

static void
test_modes (void)
{
  g_autofree char *path = put ("a", "text", 0600);

  assert_safe (path, KB_FILE_PRIVATE);
  assert_safe (path, KB_FILE_PUBLIC);
  chmod (path, 0400);
  assert_safe (path, KB_FILE_PRIVATE);
  chmod (path, 0644);
  assert_safe (path, KB_FILE_PUBLIC);
  assert_unsafe (path, KB_FILE_PRIVATE);
  chmod (path, 0640);
  assert_unsafe (path, KB_FILE_PRIVATE);
  chmod (path, 0604);
  assert_unsafe (path, KB_FILE_PRIVATE);
  chmod (path, 0620);
  assert_unsafe (path, KB_FILE_PUBLIC);
  chmod (path, 0602);
  assert_unsafe (path, KB_FILE_PUBLIC);
}

static void
test_missing (void)
{
  g_autofree char *path = at ("absent");
  g_autoptr (GError) error = NULL;
  gboolean missing = FALSE;

  g_assert_cmpint (kb_file_open_safe (path, KB_FILE_PUBLIC, &missing, &error), ==, -1);
  g_assert_no_error (error);
  g_assert_true (missing);
  g_assert_null (kb_file_read_safe (path, KB_FILE_PUBLIC, 10, &missing, &error));
  g_assert_no_error (error);
  g_assert_cmpint (kb_file_open_safe (path, KB_FILE_PUBLIC, NULL, &error), ==, -1);
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
}

/* A FIFO without a writer would hold a plain open(2) for ever. */
static void
test_kinds (void)
{
  g_autofree char *path = put ("a", "text", 0600);
  g_autofree char *link_path = at ("link");
  g_autofree char *fifo = at ("fifo");
  g_autofree char *dangling = at ("dangling");

  g_assert_cmpint (symlink (path, link_path), ==, 0);
  g_assert_cmpint (symlink ("nowhere", dangling), ==, 0);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  assert_unsafe (link_path, KB_FILE_PUBLIC);
  assert_unsafe (dangling, KB_FILE_PUBLIC);
  assert_unsafe (fifo, KB_FILE_PRIVATE);
  assert_unsafe (folder, KB_FILE_PUBLIC);
  assert_unsafe ("/dev/null", KB_FILE_PUBLIC);
}

static void
test_hard_links (void)
{
  g_autofree char *path = put ("a", "text", 0600);
  g_autofree char *other = at ("b");

  g_assert_cmpint (link (path, other), ==, 0);
  assert_unsafe (path, KB_FILE_PRIVATE);
  if (geteuid () == 0)
    assert_safe (path, KB_FILE_PUBLIC);
  else
    assert_unsafe (path, KB_FILE_PUBLIC);
}

static void
test_owners (void)
{
  g_autofree char *path = put ("a", "text", 0600);

  if (geteuid () != 0)
    {
      g_test_skip ("only root can give a file away");
      return;
    }
  g_assert_cmpint (chown (path, 1234, 0), ==, 0);
  assert_unsafe (path, KB_FILE_PUBLIC);
  g_assert_cmpint (seteuid (1234), ==, 0);
  chmod (path, 0600);
  g_assert_cmpint (seteuid (0), ==, 0);
  g_assert_cmpint (chmod (folder, 0755), ==, 0);
  g_assert_cmpint (seteuid (1234), ==, 0);
  assert_safe ("/etc/passwd", KB_FILE_PUBLIC);
  g_assert_cmpint (seteuid (0), ==, 0);
}

static void
test_read (void)
{
  g_autofree char *path = put ("a", "0123456789", 0600);
  g_autoptr (GError) error = NULL;
  g_autoptr (KbSecret) whole
      = kb_file_read_safe (path, KB_FILE_PRIVATE, 10, NULL, &error);
  g_autofree char *block = g_strnfill (20000, 'x');
  g_autofree char *large = put ("large", block, 0600);
  g_autoptr (KbSecret) all = kb_file_read_safe (large, KB_FILE_PRIVATE, 0, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (kb_secret_peek (whole), ==, "0123456789");
  g_assert_cmpuint (kb_secret_length (all), ==, 20000);
  g_assert_null (kb_file_read_safe (path, KB_FILE_PRIVATE, 9, NULL, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
  assert_names (error, path);
}

static guint
count_files (void)
{
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  guint count = 0;

  while (g_dir_read_name (listing) != NULL)
    count++;
  return count;
}

static void
assert_content (const char *path, const char *expected)
{
  g_autofree char *text = NULL;
  struct stat status;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0600);
}

static void
test_write (void)
{
  g_autofree char *path = at ("a");
  g_autoptr (GError) error = NULL;
  mode_t mask = umask (0777);

  g_assert_true (kb_file_write_whole (path, "old", 3, &error));
  umask (0);
  assert_content (path, "old");
  g_assert_true (kb_file_write_quick (path, "newer", 5, &error));
  assert_content (path, "newer");
  g_assert_true (kb_file_write_whole (path, "", 0, &error));
  assert_content (path, "");
  umask (mask);
  g_assert_no_error (error);
  g_assert_cmpuint (count_files (), ==, 1);
}

static void
test_write_replaces_link (void)
{
  g_autofree char *victim = put ("victim", "theirs", 0600);
  g_autofree char *path = at ("a");

  g_assert_cmpint (symlink (victim, path), ==, 0);
  g_assert_true (kb_file_write_whole (path, "ours", 4, NULL));
  assert_content (victim, "theirs");
  assert_content (path, "ours");
  g_assert_false (g_file_test (path, G_FILE_TEST_IS_SYMLINK));
}

/* No room: the old content stays and nothing else is left. */
static void
test_write_fails_whole (void)
{
  g_autofree char *path = put ("a", "old", 0600);
  g_autofree char *block = g_strnfill (10000, 'x');
  g_autoptr (GError) error = NULL;
  struct rlimit limit, small;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  small = limit;
  small.rlim_cur = 5000;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  g_assert_false (kb_file_write_whole (path, block, 10000, &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  assert_names (error, path);
  assert_content (path, "old");
  g_assert_cmpuint (count_files (), ==, 1);
}

static void
test_write_nowhere (void)
{
  g_autofree char *path = at ("absent/a");
  g_autofree char *taken = at ("taken");
  g_autofree char *inside = at ("taken/x");
  g_autoptr (GError) error = NULL;

  g_assert_false (kb_file_write_whole (path, "x", 1, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  g_assert_cmpint (g_mkdir_with_parents (inside, 0700), ==, 0);
  g_assert_false (kb_file_write_quick (taken, "x", 1, NULL));
  g_assert_cmpuint (count_files (), ==, 1);
}

/* What a killed writer left goes; what one is writing now, and others' files, stay. */
static void
test_sweeps (void)
{
  g_autofree char *left = put (".keybearer-0123.tmp", "half", 0600);
  g_autofree char *fresh = put (".keybearer-4567.tmp", "half", 0600);
  g_autofree char *other = put ("other.tmp", "theirs", 0600);
  g_autofree char *path = at ("a");
  struct timeval old[2] = { { 1000000, 0 }, { 1000000, 0 } };

  g_assert_cmpint (utimes (left, old), ==, 0);
  g_assert_cmpint (utimes (other, old), ==, 0);
  g_assert_true (kb_file_write_quick (path, "x", 1, NULL));
  g_assert_false (g_file_test (left, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (fresh, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (other, G_FILE_TEST_EXISTS));
}

static gboolean
refuses_folder (const char *path)
{
  g_autoptr (GError) error = NULL;

  if (kb_dir_make_private (path, &error))
    return FALSE;
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
  assert_names (error, path);
  return TRUE;
}

static void
test_make_private (void)
{
  g_autofree char *deep = at ("a/b//c/");
  g_autofree char *middle = at ("a/b");
  g_autofree char *dots = at ("a/../z");
  g_autoptr (GError) error = NULL;
  struct stat status;

  g_assert_true (kb_dir_make_private (deep, &error));
  g_assert_no_error (error);
  g_assert_true (kb_dir_make_private (deep, &error));
  g_assert_cmpint (stat (middle, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0700);
  g_assert_cmpint (chmod (middle, 0770), ==, 0);
  g_assert_true (refuses_folder (middle));
  g_assert_true (refuses_folder (dots));
  g_assert_true (refuses_folder ("relative"));
}

static void
test_make_private_links (void)
{
  g_autofree char *real = at ("real");
  g_autofree char *link_path = at ("link");
  g_autofree char *slashed = at ("link/");
  g_autofree char *below = at ("link/below");
  g_autofree char *file = put ("file", "x", 0600);
  g_autofree char *below_file = at ("file/below");

  g_assert_cmpint (mkdir (real, 0700), ==, 0);
  g_assert_cmpint (symlink (real, link_path), ==, 0);
  g_assert_true (refuses_folder (link_path));
  g_assert_true (refuses_folder (slashed));
  g_assert_true (refuses_folder (file));
  g_assert_true (refuses_folder (below_file));
  g_assert_true (kb_dir_make_private (below, NULL));
  if (geteuid () != 0)
    return;
  g_assert_cmpint (lchown (link_path, 1234, 0), ==, 0);
  g_assert_true (refuses_folder (below));
  g_assert_cmpint (chown (real, 1234, 0), ==, 0);
  g_assert_true (refuses_folder (real));
}

static void
assert_judged (const char *path, gboolean safe)
{
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", path);
  g_assert_cmpint (kb_dir_is_safe (path, &error), ==, safe);
  if (!safe)
    g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
}

static void
test_is_safe (void)
{
  g_autofree char *below = at ("below");

  assert_judged ("/", TRUE);
  assert_judged ("/usr", TRUE);
  assert_judged ("/usr/../usr/./bin/", TRUE);
  assert_judged ("/tmp", FALSE);
  assert_judged (folder, TRUE); /* below /tmp, where only its owner can move it */
  g_assert_cmpint (chmod (folder, 01777), ==, 0);
  assert_judged (folder, FALSE);
  g_assert_cmpint (mkdir (below, 0700), ==, 0);
  assert_judged (below, TRUE);
  g_assert_cmpint (chmod (folder, 0777), ==, 0);
  assert_judged (below, FALSE);
  assert_judged ("/etc/passwd", FALSE);
  assert_judged ("/absent", FALSE);
  assert_judged ("usr", FALSE);
}

/* Safe where it begins and where it ends, but a folder that others write to between. */
static void
test_is_safe_through_links (void)
{
  g_autofree char *root = NULL;
  g_autofree char *first = NULL;
  g_autofree char *good = NULL;
  g_autofree char *loop = NULL;
  g_autofree char *second = at ("second");

  root = g_build_filename (g_get_tmp_dir (), "keybearer-test-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp (root));
  first = g_build_filename (root, "first", NULL);
  good = g_build_filename (root, "good", NULL);
  loop = g_build_filename (root, "loop", NULL);
  g_assert_cmpint (symlink ("/usr/lib", second), ==, 0);
  g_assert_cmpint (symlink (second, first), ==, 0);
  g_assert_cmpint (symlink ("../../usr", good), ==, 0);
  g_assert_cmpint (symlink ("loop", loop), ==, 0);
  assert_judged (root, TRUE);
  assert_judged (first, TRUE);
  g_assert_cmpint (chmod (folder, 0770), ==, 0);
  assert_judged (first, FALSE);
  assert_judged (good, TRUE);
  assert_judged (loop, FALSE);
  unlink (first);
  unlink (good);
  unlink (loop);
  rmdir (root);
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) listing = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (listing)) != NULL)
    {
      g_autofree char *entry = g_build_filename (path, name, NULL);

      if (unlink (entry) != 0)
        remove_all (entry);
    }
  rmdir (path);
}

static void
run (gconstpointer data)
{
  void (*test) (void) = (void (*) (void)) (gintptr) data;

  folder = g_build_filename (g_get_tmp_dir (), "keybearer-test-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp (folder));
  test ();
  remove_all (folder);
  g_clear_pointer (&folder, g_free);
}

static void
add (const char *name, void (*test) (void))
{
  g_test_add_data_func (name, (gconstpointer) (gintptr) test, run);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/file/modes", test_modes);
  add ("/file/missing", test_missing);
  add ("/file/kinds", test_kinds);
  add ("/file/hard-links", test_hard_links);
  add ("/file/owners", test_owners);
  add ("/file/read", test_read);
  add ("/file/write", test_write);
  add ("/file/write-replaces-link", test_write_replaces_link);
  add ("/file/write-fails-whole", test_write_fails_whole);
  add ("/file/write-nowhere", test_write_nowhere);
  add ("/file/sweeps", test_sweeps);
  add ("/dir/make-private", test_make_private);
  add ("/dir/make-private-links", test_make_private_links);
  add ("/dir/is-safe", test_is_safe);
  add ("/dir/is-safe-through-links", test_is_safe_through_links);
  return g_test_run ();
}
