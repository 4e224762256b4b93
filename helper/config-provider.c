/* SPDX-License-Identifier: MIT */
/* Puts the options of a source on top of those of the provider that it names.
   Knows nothing of files, and no provider. */
#include "config-provider.h"

#include "base/text.h"
#include "instance.h"

#include <string.h>

/* Only a source has one: to a store it is an option like any other. */
static const KbConfigKey *
named_provider (const KbConfigGroup *group)
{
  if (group == NULL || strcmp (group->kind, "source") != 0)
    return NULL;
  return kb_config_group_key (group, "provider");
}

gboolean
kb_provider_is_wanted (const KbConfigGroups *groups)
{
  for (guint i = 0; i < kb_config_groups_size (groups); i++)
    if (named_provider (kb_config_groups_at (groups, i)) != NULL)
      return TRUE;
  return FALSE;
}

gboolean
kb_provider_check (const KbConfigGroups *groups, const KbConfigGroup *group,
                   GError **error)
{
  const KbConfigKey *key = kb_config_group_key (group, "provider");

  if (key == NULL)
    return TRUE;
  if (strcmp (group->kind, "provider") == 0)
    return kb_config_fail (error, group, key->line, "a provider has no provider");
  if (named_provider (group) == NULL || kb_provider_of (groups, group) != NULL)
    return TRUE;
  return kb_config_fail (error, group, key->line, "there is no [provider] of this name");
}

const KbConfigGroup *
kb_provider_of (const KbConfigGroups *groups, const KbConfigGroup *group)
{
  const KbConfigKey *key = named_provider (group);

  return key != NULL ? kb_config_groups_find (groups, "provider", key->value) : NULL;
}

const char *
kb_provider_module (const KbConfigGroups *groups, const KbConfigGroup *group)
{
  const KbConfigGroup *provider = kb_provider_of (groups, group);
  const KbConfigKey *key = group != NULL ? kb_config_group_key (group, "module") : NULL;

  if (key == NULL && provider != NULL)
    key = kb_config_group_key (provider, "module");
  return key != NULL ? key->value : NULL;
}

/* All keys but those that are the core's. */
static void
add_settings (GArray *settings, const KbConfigGroup *group)
{
  const KbConfigKey *provider = named_provider (group);

  for (guint i = 0; group != NULL && i < group->n_keys; i++)
    {
      const KbConfigKey *key = &group->keys[i];
      KbSetting setting = { .name = key->name, .value = key->value };

      if (strcmp (key->name, "module") == 0 || key == provider)
        continue;
      setting.place = g_strdup_printf ("%s:%u", group->file, key->line);
      g_array_append_val (settings, setting);
    }
}

static void
clear_setting (gpointer data)
{
  KbSetting *setting = data;

  g_free ((char *) setting->place);
}

GArray *
kb_provider_settings (const KbConfigGroups *groups, const KbConfigGroup *group)
{
  GArray *settings = g_array_new (FALSE, FALSE, sizeof (KbSetting));

  g_array_set_clear_func (settings, clear_setting);
  add_settings (settings, kb_provider_of (groups, group));
  add_settings (settings, group);
  return settings;
}
