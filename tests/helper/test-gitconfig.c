/* SPDX-License-Identifier: MIT */
/* Tests what is found in git's configuration: the text that git prints, and git itself.
   Knows nothing of what the variables are for. */
#include "gitconfig.h"

#include <glib/gstdio.h>
#include <string.h>

#define RECORDS                                                                          \
  "credential.helper\nkeybearer\0credential.azrepos:org/Contoso.username\nalice\0"       \
  "credential.interactive\0credential.azrepos:org/contoso.username\nbob\0"               \
  "credential.empty\n\0credential.control\na\x1b[2J\0credential.azrepos:org/x.usernames" \
  "\nmallory"

static void
assert_finds (const char *name, const char *expected)
{
  g_autofree char *value = kb_gitconfig_find (RECORDS, sizeof RECORDS - 1, name);

  g_assert_cmpstr (value, ==, expected);
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
  assert_finds ("", NULL);
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
  g_test_add_func ("/gitconfig/git", test_git);
  g_test_add_func ("/gitconfig/no-git", test_no_git);
  return g_test_run ();
}
