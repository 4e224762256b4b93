/* SPDX-License-Identifier: MIT */
/* Paths, programs and feeds that several tools' settings need.
   Knows nothing of any single tool. */
#include "commands/connect-tools.h"

#include <string.h>

#include "base/error.h"
#include "binding.h"
#include "connect/place.h"
#include "program.h"
#include "state.h"
#include "target.h"

char *
kb_connect_home (const char *path)
{
  return g_build_filename (g_get_home_dir (), path, NULL);
}

char *
kb_connect_base (const char *variable, const char *base, const char *path)
{
  g_autofree char *folder = kb_state_base (variable, base);

  return g_build_filename (folder, path, NULL);
}

/* ---- programs ------------------------------------------------------------------- */

char *
kb_connect_self (void)
{
  char *path = g_file_read_link ("/proc/self/exe", NULL);

  return path != NULL ? path : g_strdup ("keybearer");
}

/* New, or NULL: NAME beside the program itself, where an installation puts it. */
static char *
find_beside (const char *name)
{
  g_autofree char *self = kb_connect_self ();
  g_autofree char *folder = g_path_get_dirname (self);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return kb_settings_is_program (path) ? g_steal_pointer (&path) : NULL;
}

char *
kb_connect_program (KbConnect *connect, const char *name, GError **error)
{
  g_autofree char *self = kb_connect_self ();
  g_autofree char *beside = find_beside (name);
  g_autofree char *folder
      = kb_connect_base ("XDG_DATA_HOME", ".local/share", "keybearer/bin");
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (beside != NULL && !kb_changes_undo (connect->changes))
    return g_steal_pointer (&beside);
  return kb_changes_link (connect->changes, path, self, error) ? g_steal_pointer (&path)
                                                               : NULL;
}

/* The place of FOLDER in PATH, from 0 on, or -1. */
static int
place_in_path (const char *folder)
{
  const char *path = g_getenv ("PATH");
  g_auto (GStrv) folders = g_strsplit (path != NULL ? path : "", ":", -1);

  for (int i = 0; folders[i] != NULL; i++)
    if (g_str_equal (folders[i], folder))
      return i;
  return -1;
}

/* Says what is to be done about PATH, if anything, so that the link in FOLDER is what a
   tool finds; FOUND is what it finds now, or NULL. */
static void
tell_of_path (KbChanges *changes, const char *folder, const char *name, const char *found)
{
  g_autofree char *other = found != NULL ? g_path_get_dirname (found) : NULL;
  int ours = place_in_path (folder);

  if (ours < 0)
    kb_changes_tell (changes, "%s is not in PATH: put it there, so that %s is found.",
                     folder, name);
  else if (other != NULL && place_in_path (other) < ours)
    kb_changes_tell (changes, "%s comes earlier in PATH: put %s before its folder.",
                     found, folder);
}

gboolean
kb_connect_in_path (KbConnect *connect, const char *name, GError **error)
{
  g_autofree char *self = kb_connect_self ();
  g_autofree char *folder = kb_connect_home (".local/bin");
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *found = kb_program_find (name);
  gboolean there = found != NULL && kb_settings_is_program (found);

  if (there && !kb_changes_undo (connect->changes))
    return TRUE;
  if (!kb_changes_link (connect->changes, path, self, error))
    return FALSE;
  tell_of_path (connect->changes, folder, name, found);
  return TRUE;
}

/* ---- organizations -------------------------------------------------------------- */

static void
add_bound (const KbBound *bound, gpointer data)
{
  GPtrArray *all = data;

  for (guint i = 0; bound->organization != NULL && i < all->len; i++)
    if (g_str_equal (g_ptr_array_index (all, i), bound->organization))
      return;
  if (bound->organization != NULL)
    g_ptr_array_add (all, g_strdup (bound->organization));
}

char **
kb_connect_organizations (const KbConnect *connect)
{
  const KbConfig *config = kb_runtime_config (connect->runtime);
  GPtrArray *all = g_ptr_array_new ();

  for (const char *const *word = connect->words; *word != NULL; word++)
    {
      g_autoptr (KbUrl) url
          = strstr (*word, "://") != NULL ? kb_url_parse (*word, NULL) : NULL;
      gboolean is_user = FALSE;
      char *organization = url != NULL
                               ? kb_config_organization (config, url, url->user, &is_user)
                               : g_ascii_strdown (*word, -1);

      if (organization != NULL)
        g_ptr_array_add (all, organization);
    }
  if (connect->words[0] == NULL)
    kb_binding_each (kb_config_stacks (config), add_bound, all);
  g_ptr_array_add (all, NULL);
  return (char **) g_ptr_array_free (all, FALSE);
}

static gboolean
is_of_same_stack (const KbConfig *config, const KbUrl *first, const char *url)
{
  g_autoptr (KbUrl) parsed = kb_url_parse (url, NULL);

  return first != NULL && parsed != NULL
         && kb_config_match (config, first) == kb_config_match (config, parsed);
}

char **
kb_connect_feeds (const KbConnect *connect, const char *organization)
{
  const KbConfig *config = kb_runtime_config (connect->runtime);
  g_autofree char *asked = kb_target_feed (config, organization, NULL);
  g_autoptr (KbUrl) first = asked != NULL ? kb_url_parse (asked, NULL) : NULL;
  g_auto (GStrv) urls = kb_config_places (config, organization);
  GPtrArray *feeds = g_ptr_array_new ();

  for (char **url = urls; *url != NULL; url++)
    if (kb_target_is_feed (*url) && g_str_has_prefix (*url, "https:")
        && is_of_same_stack (config, first, *url))
      g_ptr_array_add (feeds,
                       g_strconcat (*url + strlen ("https:"),
                                    g_str_has_suffix (*url, "/") ? "" : "/", NULL));
  g_ptr_array_add (feeds, NULL);
  return (char **) g_ptr_array_free (feeds, FALSE);
}
