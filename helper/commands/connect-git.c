/* SPDX-License-Identifier: MIT */
/* git: one include in the user's configuration, written by git itself, of a file of ours.
   Knows nothing of what git asks later. */
#include "commands/connect-tools.h"

#include <string.h>

#include "base/error.h"
#include "harden.h"
#include "program.h"

/* The places whose paths say the organization. */
#define DEFAULT_PLACE "https://dev.azure.com"
#define OTHER_PLACE "https://*.visualstudio.com"
/* What git says before the name of a file. */
#define ORIGIN "file:"
#define GIT_MS 5000

/* New: TEXT in git's quotes. */
static char *
quote (const char *text)
{
  GString *quoted = g_string_new ("\"");

  for (; *text != '\0'; text++)
    {
      if (strchr ("\"\\", *text) != NULL)
        g_string_append_c (quoted, '\\');
      g_string_append_c (quoted, *text);
    }
  g_string_append_c (quoted, '"');
  return g_string_free (quoted, FALSE);
}

/* What other helpers say of the place does not count any more: an empty one resets. */
static void
add_place (GString *text, const char *place, const char *helper, gboolean path)
{
  g_string_append_printf (text, "[credential \"%s\"]\n\thelper =\n\thelper = %s\n", place,
                          helper);
  if (path)
    g_string_append (text, "\tuseHttpPath = true\n");
}

static gboolean
add_word (GString *text, const char *word, const char *helper, GError **error)
{
  g_autoptr (KbUrl) url
      = strstr (word, "://") != NULL ? kb_url_parse (word, error) : NULL;
  g_autofree char *origin = url != NULL ? kb_url_origin (url) : NULL;

  if (error != NULL && *error != NULL)
    return FALSE;
  if (origin != NULL && !g_str_equal (origin, DEFAULT_PLACE))
    add_place (text, origin, helper, FALSE);
  return TRUE;
}

/* New: the file that git writes the user's variables to. */
static char *
user_file (void)
{
  const char *named = g_getenv ("GIT_CONFIG_GLOBAL");
  g_autofree char *usual = kb_connect_home (".gitconfig");
  g_autofree char *other = kb_connect_base ("XDG_CONFIG_HOME", ".config", "git/config");

  if (named != NULL && *named != '\0')
    return g_strdup (named);
  return !g_file_test (usual, G_FILE_TEST_EXISTS)
                 && g_file_test (other, G_FILE_TEST_EXISTS)
             ? g_steal_pointer (&other)
             : g_steal_pointer (&usual);
}

/* New, or NULL: which file includes PATH, the user's own or one that it includes. */
static char *
including_file (const char *git, const char *path)
{
  const char *words[]
      = { git,         "config",       "--global", "--includes", "-z", "--show-origin",
          "--get-all", "include.path", NULL };
  g_auto (GStrv) environment = kb_environment_for_child ();
  g_autoptr (KbBuffer) said = kb_buffer_new (0);
  const char *at, *end;

  (void) kb_program_read (words, NULL, environment, GIT_MS, said);
  at = kb_buffer_peek (said);
  end = at + kb_buffer_length (said);
  while (at < end)
    {
      const char *value = at + strlen (at) + 1;

      if (value < end && g_str_has_prefix (at, ORIGIN) && g_str_equal (value, path))
        return g_strdup (at + strlen (ORIGIN));
      at = value < end ? value + strlen (value) + 1 : end;
    }
  return NULL;
}

/* LINES are what is in PATH: they do as well where no file may be written. */
static gboolean
change_include (KbConnect *connect, const char *git, const char *path, const char *lines,
                GError **error)
{
  g_autofree char *found = including_file (git, path);
  g_autofree char *own = user_file ();
  const char *const add[]
      = { git, "config", "--global", "--add", "include.path", path, NULL };
  const char *const unset[]
      = { git,           "config",       "--file", found, "--fixed-value",
          "--unset-all", "include.path", path,     NULL };

  if (!kb_changes_undo (connect->changes))
    return found != NULL || kb_changes_run (connect->changes, own, lines, add, error);
  return found == NULL || kb_changes_run (connect->changes, found, "", unset, error);
}

gboolean
kb_connect_git (KbConnect *connect, GError **error)
{
  g_autofree char *git = kb_program_find ("git");
  g_autofree char *path
      = kb_connect_base ("XDG_CONFIG_HOME", ".config", "keybearer/git.config");
  g_autofree char *program
      = git != NULL ? kb_connect_program (connect, "git-credential-keybearer", error)
                    : NULL;
  g_autofree char *helper = program != NULL ? quote (program) : NULL;
  g_autoptr (GString) text
      = g_string_new ("# Written by keybearer connect git; keybearer disconnect git "
                      "takes it away.\n");

  if (git == NULL)
    g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG, "git is not in PATH");
  if (helper == NULL)
    return FALSE;
  add_place (text, DEFAULT_PLACE, helper, TRUE);
  add_place (text, OTHER_PLACE, helper, FALSE);
  for (const char *const *word = connect->words; *word != NULL; word++)
    if (!add_word (text, *word, helper, error))
      return FALSE;
  if (!kb_changes_whole (connect->changes, path, text->str, error))
    return FALSE;
  if (!change_include (connect, git, path, text->str, error))
    return FALSE;
  kb_changes_tell (connect->changes, "To see it: git config --show-origin --get-urlmatch "
                                     "credential.helper " DEFAULT_PLACE "/contoso");
  return TRUE;
}
