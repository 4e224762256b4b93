/* SPDX-License-Identifier: MIT */
/* NuGet, Cargo, Go and Bazel: programs that build, each with a place for a helper.
   Knows nothing of what they ask it. */
#include "commands/connect-tools.h"

#include <string.h>

#include "base/error.h"
#include "connect/place.h"

/* ---- NuGet ---------------------------------------------------------------------- */

gboolean
kb_connect_nuget (KbConnect *connect, GError **error)
{
  static const char *const variables[]
      = { "NUGET_PLUGIN_PATHS", "NUGET_NETCORE_PLUGIN_PATHS", NULL };

  if (!kb_connect_in_path (connect, "nuget-plugin-keybearer", error))
    return FALSE;
  for (const char *const *name = variables; *name != NULL; name++)
    if (g_getenv (*name) != NULL)
      kb_changes_tell (connect->changes,
                       "%s is set: NuGet then looks at nothing else. Unset it.", *name);
  kb_changes_tell (connect->changes,
                   "Before the SDK 9.0.200: keybearer exec -- dotnet restore. To see it: "
                   "dotnet restore in a project with a source of the organization.");
  return TRUE;
}

/* ---- Cargo ---------------------------------------------------------------------- */

/* New: VALUE, a list on one line, and PROGRAM at its end; NULL where it is no such list.
 */
static char *
extend_list (const char *value, const char *program)
{
  gsize length = value != NULL ? strlen (value) : 0;
  g_autofree char *inner = NULL;

  if (value == NULL)
    return g_strdup_printf ("[\"cargo:token\", \"%s\"]", program);
  if (length < 2 || value[0] != '[' || value[length - 1] != ']'
      || strpbrk (value, "\n#") != NULL)
    return NULL;
  inner = g_strstrip (g_strndup (value + 1, length - 2));
  return g_strdup_printf ("[%s%s\"%s\"]", inner,
                          *inner == '\0' || g_str_has_suffix (inner, ",") ? "" : ", ",
                          program);
}

gboolean
kb_connect_cargo (KbConnect *connect, GError **error)
{
  static const char *const key[] = { "global-credential-providers", NULL };
  g_autofree char *path = kb_connect_base ("CARGO_HOME", ".cargo", "config.toml");
  g_autofree char *program
      = kb_connect_program (connect, "cargo-credential-keybearer", error);
  g_autoptr (KbSettings) settings
      = program != NULL ? kb_settings_read (path, error) : NULL;
  g_autoptr (KbBuffer) body = kb_buffer_new (0);
  const KbEdit edit = { "cargo", KB_SYNTAX_TOML, "registry", key, body };
  g_autofree char *old = NULL;
  g_autofree char *list = NULL;

  if (settings == NULL)
    return FALSE;
  old = kb_text_value (kb_secret_peek (settings->text), kb_secret_length (settings->text),
                       &edit, key[0]);
  list = extend_list (old, program);
  if (!kb_changes_undo (connect->changes)
      && (list == NULL || strpbrk (program, " \"\\") != NULL))
    {
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                   "%s: add \"%s\" to %s by hand: the list, or the path, is beyond us",
                   path, program, key[0]);
      return FALSE;
    }
  kb_buffer_printf (body, "%s = %s\n", key[0], list);
  kb_changes_tell (connect->changes,
                   "To see it: cargo fetch in a project with a registry of the "
                   "organization.");
  return kb_changes_edit (connect->changes, path, &edit, error);
}

/* ---- Go ------------------------------------------------------------------------- */

gboolean
kb_connect_go (KbConnect *connect, GError **error)
{
  static const char *const key[] = { "GOAUTH", NULL };
  const char *named = g_getenv ("GOENV");
  g_autofree char *path = named != NULL && g_path_is_absolute (named)
                              ? g_strdup (named)
                              : kb_connect_base ("XDG_CONFIG_HOME", ".config", "go/env");
  g_autofree char *self = kb_connect_self ();
  g_autofree char *quoted
      = strchr (self, ' ') != NULL ? g_strdup_printf ("'%s'", self) : g_strdup (self);
  g_autofree char *words = g_strjoinv (" ", (char **) connect->words);
  g_autoptr (KbSettings) settings = kb_settings_read (path, error);
  g_autoptr (KbBuffer) body = kb_buffer_new (0);
  const KbEdit edit = { "go", KB_SYNTAX_LINES, NULL, key, body };
  g_autofree char *old = NULL;

  if (settings == NULL)
    return FALSE;
  old = kb_text_value (kb_secret_peek (settings->text), kb_secret_length (settings->text),
                       &edit, key[0]);
  kb_buffer_printf (body, "GOAUTH=%s; %s go%s%s\n",
                    old != NULL && *old != '\0' ? old : "netrc", quoted,
                    *words != '\0' ? " " : "", words);
  kb_changes_tell (connect->changes,
                   "To see it: go env GOAUTH. Modules of the organization want "
                   "GOPRIVATE=dev.azure.com, and `.git` at the end of their path.");
  return kb_changes_edit (connect->changes, path, &edit, error);
}

/* ---- Bazel ---------------------------------------------------------------------- */

gboolean
kb_connect_bazel (KbConnect *connect, GError **error)
{
  static const char *const hosts[]
      = { "dev.azure.com", "pkgs.dev.azure.com", "*.visualstudio.com",
          "*.pkgs.visualstudio.com", NULL };
  g_autofree char *path = kb_connect_home (".bazelrc");
  g_autofree char *program
      = kb_connect_program (connect, "bazel-credential-keybearer", error);
  g_autoptr (KbBuffer) body = kb_buffer_new (0);
  const KbEdit edit = { "bazel", KB_SYNTAX_LINES, NULL, NULL, body };

  if (program == NULL)
    return FALSE;
  for (const char *const *host = hosts; *host != NULL; host++)
    kb_buffer_printf (body, "common \"--credential_helper=%s=%s\"\n", *host, program);
  kb_changes_tell (connect->changes,
                   "To see it: bazel info --announce_rc (Bazel 7 and later).");
  return kb_changes_edit (connect->changes, path, &edit, error);
}
