/* SPDX-License-Identifier: MIT */
/* Merges the configuration files by whole groups and answers what they say of a URL.
   Knows nothing of what a module does with its options. */
#include "config.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "config-groups.h"
#include "config-provider.h"
#include "config-stack.h"
#include "defaults.conf.h"

#include <string.h>

#define FILE_BYTES_MAX (256 * 1024)
#define BUILT_IN "built-in keybearer.conf"
#define BUILT_IN_PROVIDERS "built-in providers.conf"

struct _KbConfig
{
  KbConfigGroups *groups;
  GPtrArray *files;         /* of char, NULL-terminated at the end of loading */
  GPtrArray *stacks;        /* of KbStack */
  GPtrArray *organizations; /* of KbOrganizations */
  KbNetwork network;        /* points into GROUPS */
  const char *modules_dir;
};

/* ---- files ---------------------------------------------------------------------- */

/* MISSING NULL: the file must be there. */
static gboolean
add_file (KbConfig *config, const char *path, KbLayer layer, gboolean *missing,
          GError **error)
{
  g_autoptr (KbSecret) text
      = kb_file_read_safe (path, KB_FILE_PUBLIC, FILE_BYTES_MAX, missing, error);

  if (text == NULL)
    return missing != NULL && *missing;
  if (!kb_file_is_guarded (path, error))
    return FALSE;
  g_ptr_array_add (config->files, g_strdup (path));
  return kb_config_groups_add (config->groups, path, kb_secret_peek (text),
                               kb_secret_length (text), layer, error);
}

static gboolean
add_below (KbConfig *config, const char *directory, KbLayer layer, GError **error)
{
  const char *name = layer == KB_LAYER_PROVIDERS ? "providers.conf" : "keybearer.conf";
  g_autofree char *path = NULL;
  gboolean missing = FALSE;

  if (directory == NULL)
    return TRUE;
  path = g_build_filename (directory, "keybearer", name, NULL);
  return add_file (config, path, layer, &missing, error);
}

static gboolean
add_defaults (KbConfig *config, GError **error)
{
  return kb_config_groups_add (config->groups, BUILT_IN, kb_defaults,
                               sizeof kb_defaults - 1, KB_LAYER_SYSTEM, error);
}

/* What is shipped fills up what no file before it has: it is read last, and only where a
   source names a provider, as it is on the way of every call. */
static gboolean
add_providers (KbConfig *config, const char *data_dir, GError **error)
{
  if (!kb_provider_is_wanted (config->groups))
    return TRUE;
  return add_below (config, data_dir, KB_LAYER_PROVIDERS, error)
         && kb_config_groups_add (config->groups, BUILT_IN_PROVIDERS, kb_providers,
                                  sizeof kb_providers - 1, KB_LAYER_PROVIDERS, error);
}

/* ---- meaning -------------------------------------------------------------------- */

static gboolean
check_path (const KbConfigGroup *group, const KbConfigKey *key, GError **error)
{
  if (key == NULL || key->value[0] == '/')
    return TRUE;
  return kb_config_fail (error, group, key->line, "%s is no absolute path", key->name);
}

static gboolean
check_proxy (const KbConfigGroup *group, const KbConfigKey *key, GError **error)
{
  static const char *const schemes[]
      = { "http://", "https://", "socks4://", "socks4a://", "socks5://", "socks5h://" };

  if (key == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_str_has_prefix (key->value, schemes[i]) && strpbrk (key->value, " \t") == NULL
        && key->value[strlen (schemes[i])] != '\0')
      return TRUE;
  return kb_config_fail (error, group, key->line, "proxy is no http, https or socks URL");
}

static const char *
value_of (const KbConfigKey *key)
{
  return key != NULL ? key->value : NULL;
}

static gboolean
read_network (KbConfig *config, const KbConfigGroup *group, GError **error)
{
  static const char *const known[] = { "ca-file", "proxy", NULL };
  const KbConfigKey *ca_file = kb_config_group_key (group, "ca-file");
  const KbConfigKey *proxy = kb_config_group_key (group, "proxy");

  if (!kb_config_only (group, known, error) || !check_path (group, ca_file, error)
      || !check_proxy (group, proxy, error))
    return FALSE;
  config->network.ca_file = value_of (ca_file);
  config->network.proxy = value_of (proxy);
  return TRUE;
}

static gboolean
read_modules (KbConfig *config, const KbConfigGroup *group, GError **error)
{
  static const char *const known[] = { "directory", NULL };
  const KbConfigKey *directory = kb_config_group_key (group, "directory");

  if (!kb_config_only (group, known, error) || !check_path (group, directory, error))
    return FALSE;
  config->modules_dir = value_of (directory);
  return TRUE;
}

/* Read before the user's file is looked for, and once more when all groups are there. */
static gboolean
read_policy (const KbConfig *config, gboolean *user_config, GError **error)
{
  static const char *const known[] = { "user-config", NULL };
  const KbConfigGroup *group = kb_config_groups_find (config->groups, "policy", "");
  const KbConfigKey *key;

  if (group == NULL)
    return TRUE;
  if (!kb_config_only (group, known, error))
    return FALSE;
  key = kb_config_group_key (group, "user-config");
  if (key == NULL)
    return TRUE;
  if (strcmp (key->value, "none") != 0 && strcmp (key->value, "merge") != 0)
    return kb_config_fail (error, group, key->line, "user-config is none or merge");
  *user_config = strcmp (key->value, "merge") == 0;
  return TRUE;
}

/* The module's name is the core's business, what else stands there is the module's. */
static gboolean
check_instance (const KbConfig *config, const KbConfigGroup *group, GError **error)
{
  const KbConfigKey *key = kb_config_group_key (group, "module");

  if (key == NULL || kb_text_is_name (key->value))
    return kb_provider_check (config->groups, group, error);
  return kb_config_fail (error, group, key->line,
                         "a module's name is made of a-z, 0-9 and '-', and is no path");
}

static const char *
module_of (const KbConfig *config, const char *kind, const char *name)
{
  const KbConfigGroup *group = kb_config_groups_find (config->groups, kind, name);
  const char *module = kb_provider_module (config->groups, group);

  return module != NULL ? module : name;
}

static void
resolve (const KbConfig *config, const char *kind, GArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    {
      KbEntry *entry = &g_array_index (entries, KbEntry, i);

      entry->module = g_strdup (module_of (config, kind, entry->instance));
    }
}

static gboolean
read_stack (KbConfig *config, const KbConfigGroup *group, GError **error)
{
  KbStack *stack = kb_stack_new (group, error);

  if (stack == NULL)
    return FALSE;
  resolve (config, "source", stack->sources);
  resolve (config, "store", stack->stores);
  g_ptr_array_add (config->stacks, stack);
  return TRUE;
}

static gboolean
read_organizations (KbConfig *config, const KbConfigGroup *group, GError **error)
{
  KbOrganizations *organizations = kb_organizations_new (group, error);

  if (organizations == NULL)
    return FALSE;
  g_ptr_array_add (config->organizations, organizations);
  return TRUE;
}

static gboolean
read_group (KbConfig *config, const KbConfigGroup *group, GError **error)
{
  if (strcmp (group->kind, "stack") == 0)
    return read_stack (config, group, error);
  if (strcmp (group->kind, "organizations") == 0)
    return read_organizations (config, group, error);
  if (strcmp (group->kind, "network") == 0)
    return read_network (config, group, error);
  if (strcmp (group->kind, "modules") == 0)
    return read_modules (config, group, error);
  if (strcmp (group->kind, "policy") == 0)
    return TRUE;
  return check_instance (config, group, error);
}

static gboolean
finish (KbConfig *config, GError **error)
{
  gboolean user_config;

  if (!read_policy (config, &user_config, error))
    return FALSE;
  for (guint i = 0; i < kb_config_groups_size (config->groups); i++)
    {
      const KbConfigGroup *group = kb_config_groups_at (config->groups, i);

      if (group != NULL && !read_group (config, group, error))
        return FALSE;
    }
  g_ptr_array_add (config->files, NULL);
  return TRUE;
}

/* ---- loading -------------------------------------------------------------------- */

static KbConfig *
config_new (void)
{
  KbConfig *config = g_new0 (KbConfig, 1);

  config->groups = kb_config_groups_new ();
  config->files = g_ptr_array_new_with_free_func (g_free);
  config->stacks = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_stack_free);
  config->organizations
      = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_organizations_free);
  return config;
}

void
kb_config_free (KbConfig *config)
{
  if (config == NULL)
    return;
  g_ptr_array_unref (config->organizations);
  g_ptr_array_unref (config->stacks);
  g_ptr_array_unref (config->files);
  kb_config_groups_free (config->groups);
  g_free (config);
}

KbConfig *
kb_config_load (const char *data_dir, const char *sysconf_dir, const char *user_dir,
                GError **error)
{
  g_autoptr (KbConfig) config = config_new ();
  gboolean user_config = TRUE;

  if (!add_defaults (config, error)
      || !add_below (config, data_dir, KB_LAYER_SYSTEM, error)
      || !add_below (config, sysconf_dir, KB_LAYER_SYSTEM, error)
      || !read_policy (config, &user_config, error))
    return NULL;
  if ((user_config && !add_below (config, user_dir, KB_LAYER_USER, error))
      || !add_providers (config, data_dir, error))
    return NULL;
  return finish (config, error) ? g_steal_pointer (&config) : NULL;
}

KbConfig *
kb_config_load_file (const char *path, GError **error)
{
  g_autoptr (KbConfig) config = config_new ();

  if (!add_defaults (config, error)
      || !add_file (config, path, KB_LAYER_SYSTEM, NULL, error)
      || !add_providers (config, NULL, error))
    return NULL;
  return finish (config, error) ? g_steal_pointer (&config) : NULL;
}

KbConfig *
kb_config_load_text (const char *name, const char *text, gsize length, GError **error)
{
  g_autoptr (KbConfig) config = config_new ();

  if (!kb_config_groups_add (config->groups, name, text, length, KB_LAYER_SYSTEM, error))
    return NULL;
  return finish (config, error) ? g_steal_pointer (&config) : NULL;
}

/* ---- questions ------------------------------------------------------------------ */

const KbStack *
kb_config_match (const KbConfig *config, const KbUrl *url)
{
  KbStack *best = NULL;
  guint best_score = 0;

  for (guint i = 0; i < config->stacks->len; i++)
    {
      KbStack *stack = config->stacks->pdata[i];
      guint score = kb_stack_match (stack, url);

      if (score == 0 || score < best_score)
        continue;
      best = stack;
      best_score = score;
    }
  if (best != NULL)
    kb_stack_add_fingerprint (best, config->groups);
  return best;
}

const GPtrArray *
kb_config_stacks (const KbConfig *config)
{
  for (guint i = 0; i < config->stacks->len; i++)
    kb_stack_add_fingerprint (config->stacks->pdata[i], config->groups);
  return config->stacks;
}

/* The group that knows URL best; *ORGANIZATION is what its pattern captured, or NULL. */
static const KbOrganizations *
best_organizations (const KbConfig *config, const KbUrl *url, char **organization)
{
  const KbOrganizations *best = NULL;
  guint best_score = 1;

  for (guint i = 0; i < config->organizations->len; i++)
    {
      const KbOrganizations *group = config->organizations->pdata[i];
      char *name = NULL;
      guint score = kb_organizations_match (group, url, &name);

      if (score < best_score)
        continue;
      best = group;
      best_score = score;
      g_free (*organization);
      *organization = name;
    }
  return best;
}

/* New, or NULL: USER as an organization, held to the rules for one in a path. */
static char *
organization_of_user (const KbOrganizations *group, const KbUrl *url, const char *user)
{
  g_autofree char *path = g_strdup (user);
  KbUrl asked = *url;
  char *organization = NULL;

  if (strpbrk (user, "@/%") != NULL)
    return NULL;
  asked.path = path;
  asked.path_decoded = TRUE;
  (void) kb_organizations_match (group, &asked, &organization);
  return organization;
}

char *
kb_config_organization (const KbConfig *config, const KbUrl *url, const char *user,
                        gboolean *user_is_organization)
{
  g_autofree char *organization = NULL;
  g_autofree char *named = NULL;
  const KbOrganizations *group = best_organizations (config, url, &organization);

  *user_is_organization = FALSE;
  if (group == NULL || user == NULL || *user == '\0'
      || !kb_organizations_user_is_one (group))
    return g_steal_pointer (&organization);
  named = organization_of_user (group, url, user);
  if (organization == NULL)
    organization = g_strdup (named);
  *user_is_organization = named != NULL && strcmp (named, organization) == 0;
  return g_steal_pointer (&organization);
}

char *
kb_config_git_account (const KbConfig *config, const KbUrl *url, const char *organization)
{
  g_autofree char *ignored = NULL;
  const KbOrganizations *group = best_organizations (config, url, &ignored);
  const char *form = group != NULL ? kb_organizations_git_account (group) : NULL;
  g_auto (GStrv) parts = form != NULL ? g_strsplit (form, KB_ORGANIZATION, 2) : NULL;

  return parts != NULL ? g_strjoinv (organization, parts) : NULL;
}

const char *const *
kb_config_git_variables (const KbConfig *config, const KbUrl *url)
{
  g_autofree char *ignored = NULL;
  const KbOrganizations *group = best_organizations (config, url, &ignored);

  return group != NULL ? kb_organizations_git_variables (group) : NULL;
}

gboolean
kb_config_has_organizations (const KbConfig *config, const KbUrl *url)
{
  g_autofree char *ignored = NULL;

  return best_organizations (config, url, &ignored) != NULL;
}

KbInstance *
kb_config_instance (const KbConfig *config, const char *kind, const char *name,
                    const KbModule *module, GError **error)
{
  const KbConfigGroup *group = kb_config_groups_find (config->groups, kind, name);
  g_autoptr (GArray) settings = kb_provider_settings (config->groups, group);
  KbInstance *instance
      = kb_instance_new (name, module, (const KbSetting *) (void *) settings->data,
                         settings->len, &config->network, error);

  if (instance == NULL && group != NULL && error != NULL
      && !g_str_has_prefix ((*error)->message, group->file))
    g_prefix_error (error, "%s:%u: ", group->file, group->line);
  return instance;
}

static gboolean
is_instance (const KbConfigGroup *group)
{
  static const char *const kinds[] = { "source", "store", "command", "task", NULL };

  return g_strv_contains (kinds, group->kind);
}

const char *
kb_config_command (const KbConfig *config, const char *name)
{
  if (kb_config_groups_find (config->groups, "command", name) == NULL)
    return NULL;
  return module_of (config, "command", name);
}

void
kb_config_each_instance (const KbConfig *config, KbInstanceFunc func, gpointer data)
{
  for (guint i = 0; i < kb_config_groups_size (config->groups); i++)
    {
      const KbConfigGroup *group = kb_config_groups_at (config->groups, i);
      g_autofree char *place = NULL;

      if (group == NULL || !is_instance (group))
        continue;
      place = g_strdup_printf ("%s:%u", group->file, group->line);
      func (group->kind, group->name, module_of (config, group->kind, group->name), place,
            data);
    }
}

const char *
kb_config_modules_dir (const KbConfig *config)
{
  return config->modules_dir;
}

const char *const *
kb_config_files (const KbConfig *config)
{
  return (const char *const *) config->files->pdata;
}

const KbConfigGroups *
kb_config_groups (const KbConfig *config)
{
  return config->groups;
}
