/* SPDX-License-Identifier: MIT */
/* Looks in the bindings and in the configuration's patterns.
   Knows nothing of what is wanted there. */
#include "target.h"

#include "binding.h"

#include <string.h>

static void
add_organization (const KbBound *bound, gpointer data)
{
  if (bound->organization != NULL)
    g_hash_table_add (data, g_strdup (bound->organization));
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char **
kb_target_organizations (const KbConfig *config)
{
  g_autoptr (GHashTable) names
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *sorted = g_ptr_array_new ();
  GHashTableIter iterator;
  gpointer name;

  kb_binding_each (kb_config_stacks (config), add_organization, names);
  g_hash_table_iter_init (&iterator, names);
  while (g_hash_table_iter_next (&iterator, &name, NULL))
    g_ptr_array_add (sorted, g_strdup (name));
  g_ptr_array_sort (sorted, compare);
  g_ptr_array_add (sorted, NULL);
  return (char **) g_ptr_array_free (sorted, FALSE);
}

char *
kb_target_url (const KbConfig *config, const char *word, GError **error)
{
  g_auto (GStrv) known = NULL;
  g_autofree char *all = NULL;
  char *url;

  if (word != NULL && strstr (word, "://") != NULL)
    return g_strdup (word);
  known = word == NULL ? kb_target_organizations (config) : NULL;
  if (known != NULL && g_strv_length (known) > 1)
    {
      all = g_strjoinv (", ", known);
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "which organization? %s", all);
      return NULL;
    }
  url = kb_config_place (config, word != NULL ? word : known[0]);
  if (url == NULL)
    g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                 "%s is no organization that the configuration has a place for; "
                 "name a URL, https://...",
                 word != NULL ? word : "this");
  return url;
}
