/* SPDX-License-Identifier: MIT */
/* Finds a URL for an organization by the configuration's own patterns.
   Knows no host: only what the configuration says. */
#include "config-groups.h"
#include "config.h"

#include <string.h>

#define PLACEHOLDER "{organization}"

/* Letters, digits and '-' inside: what may stand in a host as well as in a path, so that
   a word can name nothing but the organization. */
static gboolean
is_organization (const char *text)
{
  gsize length = strlen (text);

  return length > 0 && length <= 64 && text[0] != '-' && text[length - 1] != '-'
         && strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                          "0123456789-")
                == length;
}

/* New: PATTERN for ORGANIZATION, or NULL when it has no place for one. */
static char *
fill_in (const char *pattern, const char *organization)
{
  const char *hole = strstr (pattern, PLACEHOLDER);

  if (hole == NULL)
    return NULL;
  return g_strdup_printf ("%.*s%s%s", (int) (hole - pattern), pattern, organization,
                          hole + strlen (PLACEHOLDER));
}

static gboolean
has_sources (const KbConfig *config, const char *text)
{
  g_autoptr (KbUrl) url = kb_url_parse (text, NULL);
  const KbStack *stack = url != NULL ? kb_config_match (config, url) : NULL;

  return stack != NULL && stack->sources->len > 0;
}

/* New, or NULL: the first element of LIST that becomes a URL of ours. */
static char *
first_of (const KbConfig *config, const char *list, const char *organization)
{
  g_auto (GStrv) elements = g_strsplit (list, ";", -1);

  for (char **element = elements; *element != NULL; element++)
    {
      g_autofree char *url = organization != NULL
                                 ? fill_in (g_strstrip (*element), organization)
                                 : g_strdup (g_strstrip (*element));

      if (url != NULL && strpbrk (url, "*{") == NULL && has_sources (config, url))
        return g_steal_pointer (&url);
    }
  return NULL;
}

char *
kb_config_place (const KbConfig *config, const char *organization)
{
  const KbConfigGroups *groups = kb_config_groups (config);
  const char *kind = organization != NULL ? "organizations" : "stack";

  if (organization != NULL && !is_organization (organization))
    return NULL;
  for (guint i = 0; i < kb_config_groups_size (groups); i++)
    {
      const KbConfigGroup *group = kb_config_groups_at (groups, i);
      const KbConfigKey *key
          = group != NULL && g_str_equal (group->kind, kind)
                ? kb_config_group_key (group, organization != NULL ? "urls" : "match")
                : NULL;
      char *url = key != NULL ? first_of (config, key->value, organization) : NULL;

      if (url != NULL)
        return url;
    }
  return NULL;
}

/* Adds what LIST's patterns become for ORGANIZATION. */
static void
add_all (const KbConfig *config, const char *list, const char *organization,
         GPtrArray *places)
{
  g_auto (GStrv) elements = g_strsplit (list, ";", -1);

  for (char **element = elements; *element != NULL; element++)
    {
      char *url = fill_in (g_strstrip (*element), organization);

      if (url != NULL && strpbrk (url, "*{") == NULL && has_sources (config, url))
        g_ptr_array_add (places, url);
      else
        g_free (url);
    }
}

char **
kb_config_places (const KbConfig *config, const char *organization)
{
  const KbConfigGroups *groups = kb_config_groups (config);
  GPtrArray *places = g_ptr_array_new ();

  for (guint i = 0; i < kb_config_groups_size (groups); i++)
    {
      const KbConfigGroup *group = kb_config_groups_at (groups, i);
      const KbConfigKey *key = group != NULL && g_str_equal (group->kind, "organizations")
                                   ? kb_config_group_key (group, "urls")
                                   : NULL;

      if (key != NULL && is_organization (organization))
        add_all (config, key->value, organization, places);
    }
  g_ptr_array_add (places, NULL);
  return (char **) g_ptr_array_free (places, FALSE);
}
