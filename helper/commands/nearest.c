/* SPDX-License-Identifier: MIT */
/* Compares a URL that no stack matches with the patterns, and says what is wrong with it.
   Knows no host but those of the patterns. */
#include "commands/nearest.h"

#include <string.h>

#include "config-groups.h"

static gboolean
would_match (const KbConfig *config, const KbUrl *url, const char *scheme, guint port)
{
  KbUrl other = *url;

  other.scheme = (char *) scheme;
  other.port = port;
  return kb_config_match (config, &other) != NULL;
}

/* New: the host of a pattern without its leading wildcard label. */
static char *
host_of (const char *pattern)
{
  const char *start = strstr (pattern, "://");

  if (start == NULL)
    return NULL;
  start += strlen ("://");
  if (g_str_has_prefix (start, "*."))
    start += strlen ("*.");
  return g_strndup (start, strcspn (start, ":/"));
}

/* New: the known host that HOST pretends to be, or NULL. */
static char *
imitated_in (const char *list, const char *host)
{
  g_auto (GStrv) patterns = g_strsplit (list, ";", -1);

  for (char **pattern = patterns; *pattern != NULL; pattern++)
    {
      g_autofree char *known = host_of (g_strstrip (*pattern));

      if (known != NULL && *known != '\0' && strpbrk (known, "*{") == NULL
          && strstr (host, known) != NULL)
        return g_steal_pointer (&known);
    }
  return NULL;
}

static char *
imitated (const KbConfig *config, const char *host)
{
  const KbConfigGroups *groups = kb_config_groups (config);

  for (guint i = 0; i < kb_config_groups_size (groups); i++)
    {
      const KbConfigGroup *group = kb_config_groups_at (groups, i);
      const KbConfigKey *key = group != NULL && g_str_equal (group->kind, "stack")
                                   ? kb_config_group_key (group, "match")
                                   : NULL;
      char *known = key != NULL ? imitated_in (key->value, host) : NULL;

      if (known != NULL)
        return known;
    }
  return NULL;
}

char *
kb_nearest_reason (const KbConfig *config, const KbUrl *url)
{
  g_autofree char *known = NULL;

  if (would_match (config, url, "https", url->port))
    return g_strdup_printf ("it is %s, and credentials for this host go over https only",
                            url->scheme);
  if (would_match (config, url, "https", 0))
    return g_strdup_printf ("port %u of this host is another server than the one that "
                            "the configuration knows",
                            url->port);
  known = imitated (config, url->host);
  if (known == NULL)
    return g_strdup ("no pattern of the configuration is for this host");
  if (g_str_equal (known, url->host))
    return g_strdup ("the host is known, but no pattern is for this path");
  return g_strdup_printf ("the host only looks like %s (hosts are compared by whole "
                          "labels)",
                          known);
}
