/* SPDX-License-Identifier: MIT */
/* The groups of all configuration files, where a later file replaces whole groups.
   Knows the kinds of groups, not their keys. */
#ifndef KB_CONFIG_GROUPS_H
#define KB_CONFIG_GROUPS_H

#include "config-scan.h"

G_BEGIN_DECLS

typedef struct _KbConfigGroups KbConfigGroups;

typedef enum
{
  KB_LAYER_SYSTEM, /* the distribution's and root's */
  KB_LAYER_USER,
  KB_LAYER_PROVIDERS /* providers.conf: fills up, replaces nothing */
} KbLayer;

KbConfigGroups *kb_config_groups_new (void);
void kb_config_groups_free (KbConfigGroups *groups);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbConfigGroups, kb_config_groups_free)

/* Adds the groups of one file, which FILE names in errors. */
gboolean kb_config_groups_add (KbConfigGroups *groups, const char *file, const char *text,
                               gsize length, KbLayer layer, GError **error);

/* Borrowed, or NULL.  NAME is "" for kinds without names. */
const KbConfigGroup *kb_config_groups_find (const KbConfigGroups *groups,
                                            const char *kind, const char *name);

/* In the order of reading, for i < n; NULL where a later file replaced it. */
guint kb_config_groups_size (const KbConfigGroups *groups);
const KbConfigGroup *kb_config_groups_at (const KbConfigGroups *groups, guint index);

G_END_DECLS

#endif
