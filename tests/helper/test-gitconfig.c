/* SPDX-License-Identifier: MIT */
/* Tests what is found in git's configuration: the text that git prints, and git itself.
   Knows nothing of what the variables are for. */
#include "gitconfig.h"

#include <glib/gstdio.h>
#include <string.h>

#define RECORDS                                                                          \
  "system\0credential.helper\nkeybearer\0"                                               \
  "global\0credential.azrepos:org/Contoso.username\nalice\0"                             \
  "global\0credential.interactive\0"                                                     \
  "local\0credential.azrepos:org/contoso.username\nbob\0"                                \
  "global\0credential.empty\n\0global\0credential.control\na\x1b[2J\0"                   \
  "local\0credential.azrepos:org/x.usernames\nmallory\0"                                 \
  "global\0credential.flow\nauto\0global\0credential.https://git.example.flow\ncode\0"   \
  "global\0credential.git.example/contoso.flow\nsystem\0"                                \
  "local\0credential.https://git.example/contoso.flow\nhers\0"                           \
  "worktree\0credential.flow\nhers\0unknown\0credential.flow\nwhose\0"                   \
  "command\0credential.once\nsaid\0global\0credential.cut\noff"

static void
assert_finds (const char *name, const char *expected)
{
  g_autoptr (KbSecret) value
      = kb_gitconfig_find (RECORDS, sizeof RECORDS - 1, name, NULL);

  g_assert_cmpstr (value != NULL ? kb_secret_peek (value) : NULL, ==, expected);
}

static void
test_records (void)
{
  assert_finds ("credential.helper", "keybearer");
  assert_finds ("credential.azrepos:org/contoso.username", "bob");
  assert_finds ("credential.azrepos:org/x.username", NULL);
  assert_finds ("credential.interactive", "true");
  assert_finds ("credential.empty", "");
  assert_finds ("credential.control", NULL);
  assert_finds ("credential.help", NULL);
  assert_finds ("credential.cut", NULL);
  assert_finds ("credential.flow", "whose");
  assert_finds ("", NULL);
}

static void
assert_finds_own (const char *place, const char *name, const char *expected)
{
  g_autoptr (KbUrl) url = kb_url_parse (place, NULL);
  g_autoptr (KbSecret) value = kb_gitconfig_find (RECORDS, sizeof RECORDS - 1, name, url);

  g_assert_cmpstr (value != NULL ? kb_secret_peek (value) : NULL, ==, expected);
}

/* What a repository says does not count here, and the longest URL does. */
static void
test_own (void)
{
  assert_finds_own ("https://git.example/contoso/a", "credential.flow", "system");
  assert_finds_own ("https://git.example/other", "credential.flow", "code");
  assert_finds_own ("https://git.example:8443/other", "credential.flow", "auto");
  assert_finds_own ("https://evil.example/contoso", "credential.FLOW", "auto");
  assert_finds_own ("https://git.example/", "credential.once", "said");
  assert_finds_own ("https://git.example/", "credential.azrepos:org/contoso.username",
                    "alice");
  assert_finds_own ("https://git.example/", "credential.control", NULL);
  assert_finds_own ("https://git.example/", "flow", NULL);
}

static void
git (const char *arguments)
{
  g_autofree char *command = g_strconcat ("git ", arguments, NULL);
  int status = 1;

  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
}

/* As git does, the repository's own variable counts after the user's. */
static void
test_git (void)
{
  g_autofree char *program = g_find_program_in_path ("git");
  g_autofree char *value = NULL;
  g_autofree char *local = NULL;
  g_autoptr (KbUrl) url = kb_url_parse ("https://git.example/", NULL);
  g_autoptr (KbSecret) own = NULL;

  if (program == NULL)
    {
      g_test_skip ("git is not installed");
      return;
    }
  git ("config --global credential.azrepos:org/contoso.username alice@contoso.example");
  kb_gitconfig_forget ();
  value = kb_gitconfig_get ("credential.azrepos:org/CONTOSO.username");
  g_assert_cmpstr (value, ==, "alice@contoso.example");
  git ("init --quiet repository");
  g_assert_cmpint (g_chdir ("repository"), ==, 0);
  git ("config credential.azrepos:org/contoso.username bob@contoso.example");
  kb_gitconfig_forget ();
  local = kb_gitconfig_get ("credential.azrepos:org/contoso.username");
  g_assert_cmpstr (local, ==, "bob@contoso.example");
  own = kb_gitconfig_get_own ("credential.azrepos:org/contoso.username", url);
  g_assert_cmpstr (kb_secret_peek (own), ==, "alice@contoso.example");
}

/* One of before 2.26: nobody knows what is whose, so that nothing counts as one's own. */
static void
test_old_git (void)
{
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autofree char *folder = g_build_filename (g_getenv ("KB_SCRATCH"), "old", NULL);
  g_autofree char *program = g_build_filename (folder, "git", NULL);
  g_autofree char *value = NULL;
  g_autoptr (KbSecret) own = NULL;
  g_autoptr (KbUrl) url = kb_url_parse ("https://git.example/", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (program,
                                      "#!/bin/sh\n[ \"$3\" = --get-regexp ] || exit 129\n"
                                      "printf 'credential.flow\\ncode\\0'\n",
                                      -1, NULL));
  g_assert_cmpint (g_chmod (program, 0700), ==, 0);
  g_setenv ("PATH", folder, TRUE);
  kb_gitconfig_forget ();
  value = kb_gitconfig_get ("credential.flow");
  g_assert_cmpstr (value, ==, "code");
  own = kb_gitconfig_get_own ("credential.flow", url);
  g_assert_null (own);
  g_setenv ("PATH", path, TRUE);
  kb_gitconfig_forget ();
}

static void
test_no_git (void)
{
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autofree char *value = NULL;

  g_setenv ("PATH", "/nonexistent", TRUE);
  kb_gitconfig_forget ();
  value = kb_gitconfig_get ("credential.helper");
  g_assert_null (value);
  g_setenv ("PATH", path, TRUE);
  kb_gitconfig_forget ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (g_chdir (g_getenv ("KB_SCRATCH")), ==, 0);
  g_test_add_func ("/gitconfig/records", test_records);
  g_test_add_func ("/gitconfig/own", test_own);
  g_test_add_func ("/gitconfig/git", test_git);
  g_test_add_func ("/gitconfig/old-git", test_old_git);
  g_test_add_func ("/gitconfig/no-git", test_no_git);
  return g_test_run ();
}
