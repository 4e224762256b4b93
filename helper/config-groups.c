/* SPDX-License-Identifier: MIT */
/* Keeps the groups of all configuration files and replaces earlier by later ones.
   Knows nothing of keys and of where files are. */
#include "config-groups.h"

#include <string.h>

struct _KbConfigGroups
{
  GPtrArray *scans;    /* of KbConfigScan, which the groups belong to */
  GPtrArray *order;    /* of const KbConfigGroup, NULL where replaced */
  GHashTable *indices; /* const KbConfigGroup -> its index in ORDER */
};

static guint
group_hash (gconstpointer data)
{
  const KbConfigGroup *group = data;

  return g_str_hash (group->kind) * 31 + g_str_hash (group->name);
}

static gboolean
group_equal (gconstpointer a, gconstpointer b)
{
  const KbConfigGroup *left = a, *right = b;

  return strcmp (left->name, right->name) == 0 && strcmp (left->kind, right->kind) == 0;
}

KbConfigGroups *
kb_config_groups_new (void)
{
  KbConfigGroups *groups = g_new0 (KbConfigGroups, 1);

  groups->scans = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_config_scan_free);
  groups->order = g_ptr_array_new ();
  groups->indices = g_hash_table_new (group_hash, group_equal);
  return groups;
}

void
kb_config_groups_free (KbConfigGroups *groups)
{
  if (groups == NULL)
    return;
  g_hash_table_unref (groups->indices);
  g_ptr_array_unref (groups->order);
  g_ptr_array_unref (groups->scans);
  g_free (groups);
}

const KbConfigGroup *
kb_config_groups_find (const KbConfigGroups *groups, const char *kind, const char *name)
{
  const KbConfigGroup wanted = { .kind = kind, .name = name };
  gpointer key = NULL;

  g_hash_table_lookup_extended (groups->indices, &wanted, &key, NULL);
  return key;
}

/* KIND -> whether a group of it has a name. */
static const struct
{
  const char *kind;
  gboolean named;
} kinds[] = { { "source", TRUE },        { "store", TRUE },   { "stack", TRUE },
              { "network", FALSE },      { "policy", FALSE }, { "modules", FALSE },
              { "organizations", TRUE }, { "command", TRUE }, { "task", TRUE },
              { "provider", TRUE } };

static gboolean
check_kind (const KbConfigGroup *group, KbLayer layer, GError **error)
{
  gboolean named = group->name[0] != '\0';
  guint i = 0;

  while (i < G_N_ELEMENTS (kinds) && strcmp (kinds[i].kind, group->kind) != 0)
    i++;
  if (i == G_N_ELEMENTS (kinds))
    return kb_config_fail (error, group, group->line, "there is no such kind of group");
  if (named != kinds[i].named)
    return kb_config_fail (error, group, group->line,
                           named ? "[%s] takes no name" : "[%s NAME] needs its name",
                           group->kind);
  if (layer == KB_LAYER_USER && strcmp (group->kind, "policy") == 0)
    return kb_config_fail (error, group, group->line,
                           "[policy] is for the system's configuration only");
  if (layer == KB_LAYER_PROVIDERS && strcmp (group->kind, "provider") != 0)
    return kb_config_fail (error, group, group->line, "only [provider NAME] stands here");
  return TRUE;
}

static gboolean
add_group (KbConfigGroups *groups, const KbConfigGroup *group, KbLayer layer,
           GError **error)
{
  const KbConfigGroup *old = kb_config_groups_find (groups, group->kind, group->name);
  gpointer index;

  if (!check_kind (group, layer, error))
    return FALSE;
  if (old != NULL && old->file == group->file)
    return kb_config_fail (error, group, group->line, "this group stands twice (line %u)",
                           old->line);
  if (old != NULL && layer == KB_LAYER_PROVIDERS)
    return TRUE;
  if (old != NULL)
    {
      index = g_hash_table_lookup (groups->indices, old);
      groups->order->pdata[GPOINTER_TO_UINT (index)] = NULL;
      g_hash_table_remove (groups->indices, old);
    }
  g_hash_table_insert (groups->indices, (gpointer) group,
                       GUINT_TO_POINTER (groups->order->len));
  g_ptr_array_add (groups->order, (gpointer) group);
  return TRUE;
}

gboolean
kb_config_groups_add (KbConfigGroups *groups, const char *file, const char *text,
                      gsize length, KbLayer layer, GError **error)
{
  KbConfigScan *scan = kb_config_scan (file, text, length, error);
  const KbConfigGroup *found;
  guint n_found = 0;

  if (scan == NULL)
    return FALSE;
  g_ptr_array_add (groups->scans, scan);
  found = kb_config_scan_groups (scan, &n_found);
  for (guint i = 0; i < n_found; i++)
    if (!add_group (groups, &found[i], layer, error))
      return FALSE;
  return TRUE;
}

guint
kb_config_groups_size (const KbConfigGroups *groups)
{
  return groups->order->len;
}

const KbConfigGroup *
kb_config_groups_at (const KbConfigGroups *groups, guint index)
{
  return groups->order->pdata[index];
}
