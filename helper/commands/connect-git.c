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

/* Whether the user's configuration includes PATH. */
static gboolean
is_included (const char *git, const char *path)
{
  const char *words[] = { git, "config", "--global", "--get-all", "include.path", NULL };
  g_auto (GStrv) environment = kb_environment_for_child ();
  g_autofree char *said = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_spawn_sync (NULL, (char **) words, environment, G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                     NULL, &said, NULL, NULL, NULL))
    return FALSE;
  lines = g_strsplit (said, "\n", -1);
  return g_strv_contains ((const char *const *) lines, path);
}

static void
change_include (KbConnect *connect, const char *git, const char *path)
{
  const char *const add[]
      = { git, "config", "--global", "--add", "include.path", path, NULL };
  const char *const unset[]
      = { git,           "config",       "--global", "--fixed-value",
          "--unset-all", "include.path", path,       NULL };
  gboolean undo = kb_changes_undo (connect->changes);

  if (is_included (git, path) == undo)
    kb_changes_run (connect->changes, undo ? unset : add);
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
  change_include (connect, git, path);
  kb_changes_tell (connect->changes, "To see it: git config --show-origin --get-urlmatch "
                                     "credential.helper " DEFAULT_PLACE "/contoso");
  return TRUE;
}
