/* SPDX-License-Identifier: MIT */
/* Keeps tokens as named secrets, with the id of each as its note.
   Knows nothing of the server. */
#include "pat-keep.h"

#include <string.h>

#define PREFIX "pat/"
#define FRESH_PREFIX "pat-new/"

char *
kb_pat_keep_name (const char *organization, const char *name)
{
  g_autofree char *lower = g_utf8_strdown (name, -1);
  GString *text = g_string_new (PREFIX);

  g_string_append_printf (text, "%s/", organization);
  for (const char *c = lower; *c != '\0'; c++)
    {
      gboolean plain = g_ascii_islower (*c) || g_ascii_isdigit (*c) || *c == '.';

      if (plain || text->str[text->len - 1] != '-')
        g_string_append_c (text, plain ? *c : '-');
    }
  return g_string_free (text, FALSE);
}

KbAnswer
kb_pat_keep_check (KbClient *client, const char *keep, const char *id, GError **error)
{
  g_autoptr (KbNamed) named = NULL;
  KbAnswer answer = kb_target_kept (kb_client_target (client), keep, &named, error);

  if (answer == KB_DECLINED || (answer == KB_OK && g_strcmp0 (named->note, id) == 0))
    return KB_OK;
  if (answer == KB_OK)
    g_set_error (
        error, KB_ERROR, KB_ERROR_CONFIG,
        "another token is kept as store:%s; choose another name, rotate that one, "
        "or run: keybearer store remove %s",
        keep, keep);
  return KB_FAILED;
}

KbAnswer
kb_pat_keep_named (KbClient *client, const char *keep, const KbNamed *named,
                   GError **error)
{
  g_autofree char *label
      = g_strdup_printf ("Personal access token of %s", kb_client_organization (client));

  return kb_target_keep (kb_client_target (client), keep, label, named, error);
}

KbAnswer
kb_pat_keep (KbClient *client, const char *keep, const KbPat *pat, GError **error)
{
  const KbNamed named = {
    .secret = pat->secret, .user = pat->name, .note = pat->id, .expires = pat->valid_to
  };

  return kb_pat_keep_named (client, keep, &named, error);
}

char *
kb_pat_keep_fresh (const char *keep)
{
  return g_strconcat (FRESH_PREFIX, keep + strlen (PREFIX), NULL);
}

GHashTable *
kb_pat_keep_read (KbClient *client, GError **error)
{
  KbTarget *target = kb_client_target (client);
  g_autoptr (GHashTable) all
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *prefix
      = g_strdup_printf (PREFIX "%s/", kb_client_organization (client));

  if (kb_target_names (target, prefix, names, error) == KB_FAILED)
    return NULL;
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autoptr (KbNamed) named = NULL;
      KbAnswer answer = kb_target_kept (target, name, &named, error);

      if (answer == KB_FAILED)
        return NULL;
      if (answer == KB_OK && named->note != NULL)
        g_hash_table_insert (all, g_strdup (named->note), g_strdup (name));
    }
  return g_steal_pointer (&all);
}

GHashTable *
kb_pat_keep_all (KbClient *client)
{
  GHashTable *all = kb_pat_keep_read (client, NULL);

  return all != NULL ? all
                     : g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

char *
kb_pat_keep_find (KbClient *client, const char *id)
{
  g_autoptr (GHashTable) all = kb_pat_keep_all (client);

  return g_strdup (g_hash_table_lookup (all, id));
}
