/* SPDX-License-Identifier: MIT */
/* Looks in the bindings and in the configuration's patterns.
   Knows nothing of what is wanted there. */
#include "target.h"

#include "binding.h"

#include <string.h>

#include "base/text.h"

/* Longer than the name of any organization. */
#define SHOWN_MAX 80

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

/* What was typed is shown, but not all of what cannot be a name. */
static void
refuse_word (const char *word, GError **error)
{
  g_autofree char *shown = kb_text_escape (word, strlen (word), SHOWN_MAX);

  g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
               "%s is no organization that the configuration has a place for; "
               "name a URL, https://...",
               shown);
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
    refuse_word (word != NULL ? word : "this", error);
  return url;
}

/* ---- package feeds -------------------------------------------------------------- */

/* Packages have hosts of their own, with a label that says so: a token need not go to the
   others. */
gboolean
kb_target_is_feed (const char *url)
{
  g_autoptr (KbUrl) parsed = kb_url_parse (url, NULL);
  g_auto (GStrv) labels = g_strsplit (parsed != NULL ? parsed->host : "", ".", -1);

  return g_strv_contains ((const char *const *) labels, "pkgs");
}

char *
kb_target_feed (const KbConfig *config, const char *word, GError **error)
{
  g_autofree char *url = kb_target_url (config, word, error);
  gboolean is_name = word == NULL || strstr (word, "://") == NULL;
  g_autoptr (KbUrl) parsed = url != NULL && is_name ? kb_url_parse (url, NULL) : NULL;
  gboolean is_user = FALSE;
  g_autofree char *organization
      = parsed != NULL ? kb_config_organization (config, parsed, parsed->user, &is_user)
                       : NULL;
  g_auto (GStrv) places
      = organization != NULL ? kb_config_places (config, organization) : NULL;

  for (char **place = places; place != NULL && *place != NULL; place++)
    if (kb_target_is_feed (*place))
      return g_strdup (*place);
  return g_steal_pointer (&url);
}
