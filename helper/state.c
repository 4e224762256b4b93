/* SPDX-License-Identifier: MIT */
/* Names the files of the state folder and makes their folders.
   Knows nothing of what is in those files. */
#include "state.h"

#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

char *
kb_state_base (const char *variable, const char *fallback)
{
  const char *value = g_getenv (variable);

  if (value != NULL && g_path_is_absolute (value))
    return g_strdup (value);
  return g_build_filename (g_get_home_dir (), fallback, NULL);
}

static char *
state_folder (const char *kind)
{
  g_autofree char *base = kb_state_base ("XDG_STATE_HOME", ".local/state");

  return g_build_filename (base, "keybearer", kind, NULL);
}

char *
kb_state_path (const char *kind, const char *key)
{
  g_autofree char *folder = state_folder (kind);
  g_autofree char *file = kb_text_sha256 (key, strlen (key));

  return g_build_filename (folder, file, NULL);
}

gboolean
kb_state_make (const char *kind, GError **error)
{
  g_autofree char *folder = state_folder (kind);
  g_autoptr (GError) problem = NULL;

  if (kb_dir_make_private (folder, &problem))
    return TRUE;
  g_set_error_literal (error, KB_ERROR, KB_ERROR_LOCKED, problem->message);
  return FALSE;
}
