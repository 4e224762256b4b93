/* SPDX-License-Identifier: MIT */
/* Tests the journal of rotations: whole or not at all, strictly read, one lock a token.
   Knows nothing of servers and stores. */
#include "azure-devops/journal.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEEP "pat/contoso/deploy"
#define MARK "0123456789abcdef"
#define ID "7962f371-12ed-4a01-9edf-90f7994a7ea8"

static char *folder;

static KbJournal *
sample (KbStep step)
{
  KbJournal *journal = kb_journal_new ("contoso", KEEP);

  journal->name = g_strdup ("deploy \342\200\256\n\"x\"");
  journal->scope = g_strdup ("vso.code_write");
  journal->life = 864000;
  journal->step = step;
  journal->made = 1653663825;
  journal->mark = g_strdup (MARK);
  journal->id = step == KB_STEP_MAKING ? NULL : g_strdup (ID);
  journal->hooks = 2;
  g_ptr_array_add (journal->old, g_strdup (ID));
  g_ptr_array_add (journal->lost, g_strdup (MARK " 5"));
  return journal;
}

/* New: the one file in the folder that is no lock. */
static char *
file_path (void)
{
  g_autofree char *path = g_build_filename (folder, "keybearer", "rotations", NULL);
  g_autoptr (GDir) open = g_dir_open (path, 0, NULL);

  for (const char *name = g_dir_read_name (open); name != NULL;
       name = g_dir_read_name (open))
    if (g_str_has_suffix (name, ".json"))
      return g_build_filename (path, name, NULL);
  return NULL;
}

static void
test_written (void)
{
  g_autoptr (GError) error = NULL;

  for (KbStep step = KB_STEP_MAKING; step <= KB_STEP_SWEPT; step++)
    {
      g_autoptr (KbJournal) journal = sample (step);
      g_autoptr (KbJournal) read = NULL;

      g_assert_true (kb_journal_write (journal, &error));
      g_assert_no_error (error);
      g_assert_cmpint (kb_journal_read (KEEP, &read, &error), ==, KB_OK);
      g_assert_cmpstr (read->organization, ==, "contoso");
      g_assert_cmpstr (read->name, ==, journal->name);
      g_assert_cmpstr (read->scope, ==, "vso.code_write");
      g_assert_cmpint (read->step, ==, step);
      g_assert_cmpint (read->life, ==, 864000);
      g_assert_cmpint (read->made, ==, 1653663825);
      g_assert_cmpint (read->hooks, ==, 2);
      g_assert_cmpstr (read->mark, ==, MARK);
      g_assert_cmpstr (read->id, ==, journal->id);
      g_assert_cmpuint (read->old->len, ==, 1);
      g_assert_cmpstr (g_ptr_array_index (read->lost, 0), ==, MARK " 5");
    }
}

static void
test_private (void)
{
  g_autoptr (KbJournal) journal = sample (KB_STEP_KEPT);
  g_autofree char *path = NULL;
  GStatBuf status;

  g_assert_true (kb_journal_write (journal, NULL));
  path = file_path ();
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0600);
  g_assert_true (kb_journal_remove (KEEP, NULL));
  g_assert_true (kb_journal_remove (KEEP, NULL));
  g_assert_cmpint (kb_journal_read (KEEP, &journal, NULL), ==, KB_DECLINED);
}

/* Cut anywhere, or with a member of another kind: none of ours, and left where it is. */
static void
test_damaged (void)
{
  static const char *const wrong[][2]
      = { { "\"kept\"", "\"nonsense\"" },
          { "\"version\":1", "\"version\":2" },
          { "\"hooks\":2", "\"hooks\":-2" },
          { "\"old\":[", "\"old\":[7," },
          { "\"" ID "\",\"hooks\"", "null,\"hooks\"" },
          { "\"scope\":\"vso.code_write\"", "\"scope\":0" } };
  g_autoptr (KbJournal) journal = sample (KB_STEP_KEPT);
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  gsize length;

  g_assert_true (kb_journal_write (journal, NULL));
  path = file_path ();
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  for (gsize cut = 0; cut < length; cut++)
    {
      g_autoptr (KbJournal) read = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (path, text, (gssize) cut, NULL));
      g_assert_cmpint (g_chmod (path, 0600), ==, 0);
      g_assert_cmpint (kb_journal_read (KEEP, &read, &error), ==, KB_FAILED);
      g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
      g_assert_nonnull (strstr (error->message, path));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_auto (GStrv) parts = g_strsplit (text, wrong[i][0], 2);
      g_autofree char *changed = g_strjoinv (wrong[i][1], parts);
      g_autoptr (KbJournal) read = NULL;

      g_assert_cmpstr (changed, !=, text);
      g_assert_true (g_file_set_contents (path, changed, -1, NULL));
      g_assert_cmpint (g_chmod (path, 0600), ==, 0);
      if (kb_journal_read (KEEP, &read, NULL) != KB_FAILED)
        g_error ("%s was taken", wrong[i][1]);
    }
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_true (kb_journal_remove (KEEP, NULL));
}

static void
test_all (void)
{
  static const char *const keeps[]
      = { "pat/contoso/b", "pat/contoso/a", "pat/fabrikam/c" };
  g_autoptr (GPtrArray) all = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (keeps); i++)
    {
      g_autoptr (KbJournal) journal = sample (KB_STEP_ENDING);

      g_free (journal->keep);
      journal->keep = g_strdup (keeps[i]);
      if (i == 2)
        {
          g_free (journal->organization);
          journal->organization = g_strdup ("fabrikam");
        }
      g_assert_true (kb_journal_write (journal, NULL));
    }
  all = kb_journal_all ("contoso", NULL);
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpstr (((KbJournal *) all->pdata[0])->keep, ==, "pat/contoso/a");
  for (gsize i = 0; i < G_N_ELEMENTS (keeps); i++)
    g_assert_true (kb_journal_remove (keeps[i], NULL));
}

static void
test_titles (void)
{
  g_autofree char *title = kb_journal_title ("deploy", MARK);
  g_autofree char *plain = kb_journal_plain (title);
  g_autofree char *same = kb_journal_plain ("deploy");
  g_autofree char *longest = g_strnfill (256, 'x');
  g_autofree char *cut = kb_journal_title (longest, MARK);
  g_autoptr (GString) umlauts = g_string_new ("x");
  g_autofree char *whole = NULL;

  g_assert_cmpstr (title, ==, "deploy [keybearer " MARK "]");
  g_assert_true (kb_journal_is_title (title, MARK));
  g_assert_true (kb_journal_is_title (title, NULL));
  g_assert_false (kb_journal_is_title (title, "0123456789abcdee"));
  g_assert_false (kb_journal_is_title ("deploy [keybearer 0123456789abcdeF]", NULL));
  g_assert_false (kb_journal_is_title ("deploy", NULL));
  g_assert_false (kb_journal_is_title ("", NULL));
  g_assert_cmpstr (plain, ==, "deploy");
  g_assert_cmpstr (same, ==, "deploy");
  g_assert_cmpuint (strlen (cut), ==, 256);
  g_assert_true (kb_journal_is_title (cut, MARK));
  while (umlauts->len < 250)
    g_string_append (umlauts, "\303\244");
  whole = kb_journal_title (umlauts->str, MARK);
  g_assert_true (g_utf8_validate (whole, -1, NULL));
  g_assert_cmpuint (strlen (whole), <=, 256);
}

static void
test_lost (void)
{
  g_autoptr (KbJournal) journal = kb_journal_new ("contoso", KEEP);
  g_autofree char *title = kb_journal_title ("deploy", MARK);
  guint left = 7;

  kb_journal_lose (journal);
  g_assert_cmpuint (journal->lost->len, ==, 0);
  journal->mark = g_strdup (MARK);
  journal->made = 1000;
  g_assert_true (kb_journal_knows (journal, title));
  kb_journal_lose (journal);
  g_assert_null (journal->mark);
  g_assert_true (kb_journal_knows (journal, title));
  kb_journal_forget (journal, 1000 + KB_JOURNAL_LOST_S, &left);
  g_assert_cmpuint (left, ==, 1);
  kb_journal_forget (journal, 1001 + KB_JOURNAL_LOST_S, &left);
  g_assert_cmpuint (left, ==, 0);
  g_assert_false (kb_journal_knows (journal, title));
  journal->mark = g_strdup (MARK);
  kb_journal_lose (journal);
  kb_journal_forget (journal, 0, &left);
  g_assert_cmpuint (left, ==, 0);
}

/* Held by one process at a time, whatever becomes of it. */
static void
test_lock (void)
{
  g_autoptr (GError) error = NULL;
  int lock = kb_journal_lock (KEEP, &error);
  int other, status;
  pid_t pid;

  g_assert_cmpint (lock, >=, 0);
  g_assert_cmpint (kb_journal_lock (KEEP, &error), ==, -1);
  g_assert_no_error (error);
  other = kb_journal_lock ("pat/contoso/other", &error);
  g_assert_cmpint (other, >=, 0);
  close (other);
  close (lock);
  pid = fork ();
  if (pid == 0)
    {
      if (kb_journal_lock (KEEP, NULL) < 0)
        _exit (1);
      raise (SIGKILL);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status));
  lock = kb_journal_lock (KEEP, &error);
  g_assert_cmpint (lock, >=, 0);
  close (lock);
}

static void
test_no_folder (void)
{
  g_autoptr (KbJournal) journal = sample (KB_STEP_MAKING);
  g_autoptr (GError) error = NULL;

  g_setenv ("XDG_STATE_HOME", "/dev/null/state", TRUE);
  g_assert_false (kb_journal_write (journal, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  g_clear_error (&error);
  g_assert_cmpint (kb_journal_lock (KEEP, &error), ==, -1);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  g_setenv ("XDG_STATE_HOME", folder, TRUE);
}

int
main (int argc, char **argv)
{
  folder = g_build_filename (g_get_home_dir (), "state", NULL);
  g_setenv ("XDG_STATE_HOME", folder, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/journal/written", test_written);
  g_test_add_func ("/journal/private", test_private);
  g_test_add_func ("/journal/damaged", test_damaged);
  g_test_add_func ("/journal/all", test_all);
  g_test_add_func ("/journal/titles", test_titles);
  g_test_add_func ("/journal/lost", test_lost);
  g_test_add_func ("/journal/lock", test_lock);
  g_test_add_func ("/journal/no-folder", test_no_folder);
  return g_test_run ();
}
