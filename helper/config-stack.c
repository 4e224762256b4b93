/* SPDX-License-Identifier: MIT */
/* Makes stacks and organizations of their groups: patterns, entries, control words.
   Knows nothing of files and of which modules exist. */
#include "config-stack.h"

#include "base/error.h"
#include "base/text.h"
#include "config-provider.h"

#include <string.h>

struct _KbOrganizations
{
  GPtrArray *patterns; /* of KbPattern */
  gboolean user_is_one;
  char *git_account;        /* or NULL */
  GPtrArray *git_variables; /* "NAME=credential.x", NULL-terminated, perhaps empty */
};

gboolean
kb_config_only (const KbConfigGroup *group, const char *const *known, GError **error)
{
  for (guint i = 0; i < group->n_keys; i++)
    if (!g_strv_contains (known, group->keys[i].name))
      return kb_config_fail (error, group, group->keys[i].line,
                             "[%s] has no key of this name", group->kind);
  return TRUE;
}

gboolean
kb_config_boolean (const KbConfigGroup *group, const char *name, gboolean *value,
                   GError **error)
{
  const KbConfigKey *key = kb_config_group_key (group, name);

  if (key == NULL)
    return TRUE;
  if (strcmp (key->value, "true") != 0 && strcmp (key->value, "false") != 0)
    return kb_config_fail (error, group, key->line, "%s is neither true nor false", name);
  *value = strcmp (key->value, "true") == 0;
  return TRUE;
}

/* ---- lists ---------------------------------------------------------------------- */

/* Takes one ELEMENT of the list KEY into TO. */
typedef gboolean (*Take) (gpointer to, const KbConfigGroup *group, const KbConfigKey *key,
                          char *element, GError **error);

static gboolean
take_list (gpointer to, const KbConfigGroup *group, const KbConfigKey *key, Take take,
           GError **error)
{
  g_autofree char *elements = g_strdup (key->value);
  char *rest = elements;

  for (char *element = strsep (&rest, ";"); element != NULL;
       element = strsep (&rest, ";"))
    if (*g_strstrip (element) != '\0' && !take (to, group, key, element, error))
      return FALSE;
  return TRUE;
}

static gboolean
take_pattern (gpointer to, const KbConfigGroup *group, const KbConfigKey *key,
              char *element, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  KbPattern *pattern = kb_pattern_parse (element, &wrong);

  if (pattern == NULL)
    return kb_config_fail (error, group, key->line, "%s: %s", key->name, wrong->message);
  g_ptr_array_add (to, pattern);
  return TRUE;
}

static gboolean
take_patterns (GPtrArray *patterns, const KbConfigGroup *group, const char *name,
               GError **error)
{
  const KbConfigKey *key = kb_config_group_key (group, name);

  if (key != NULL && !take_list (patterns, group, key, take_pattern, error))
    return FALSE;
  if (patterns->len == 0)
    return kb_config_fail (error, group, key != NULL ? key->line : group->line,
                           "[%s %s] needs %s=", group->kind, group->name, name);
  return TRUE;
}

/* ---- entries -------------------------------------------------------------------- */

static gboolean
read_control (const char *word, KbControl *control)
{
  static const char *const words[] = { "sufficient", "requisite", "optional" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (word, words[i]) == 0)
      {
        *control = (KbControl) i;
        return TRUE;
      }
  return FALSE;
}

static const char *
entry_fault (const GArray *entries, const KbEntry *entry, const char *word)
{
  if (!kb_text_is_name (entry->instance))
    return "an entry is NAME or NAME:CONTROL, its name of a-z, 0-9 and '-'";
  for (guint i = 0; i < entries->len; i++)
    if (strcmp (g_array_index (entries, KbEntry, i).instance, entry->instance) == 0)
      return "an entry stands twice";
  if (word != NULL && strcmp (word, "required") == 0)
    return "the control word 'required' does not exist here, use 'requisite'";
  return NULL;
}

static gboolean
take_entry (gpointer to, const KbConfigGroup *group, const KbConfigKey *key,
            char *element, GError **error)
{
  char *word = strchr (element, ':');
  KbEntry entry = { .instance = element, .control = KB_CONTROL_SUFFICIENT };
  const char *fault;

  if (word != NULL)
    *word++ = '\0';
  fault = entry_fault (to, &entry, word);
  if (fault == NULL && word != NULL && strcmp (key->name, "stores") == 0)
    fault = "a store takes no control word";
  if (fault == NULL && word != NULL && !read_control (word, &entry.control))
    fault = "a control word is sufficient, requisite or optional";
  if (fault != NULL)
    return kb_config_fail (error, group, key->line, "%s: %s", key->name, fault);
  entry.instance = g_strdup (element);
  g_array_append_val ((GArray *) to, entry);
  return TRUE;
}

static void
clear_entry (gpointer data)
{
  KbEntry *entry = data;

  g_free (entry->instance);
  g_free (entry->module);
}

static GArray *
new_entries (void)
{
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (KbEntry));

  g_array_set_clear_func (entries, clear_entry);
  return entries;
}

/* The key must be there: what an absent one would mean is a guess, an empty one is
   not. */
static gboolean
take_entries (GArray *entries, const KbConfigGroup *group, const char *name,
              GError **error)
{
  const KbConfigKey *key = kb_config_group_key (group, name);

  if (key == NULL)
    return kb_config_fail (error, group, group->line,
                           "[stack %s] needs %s=, empty for none", group->name, name);
  return take_list (entries, group, key, take_entry, error);
}

static gboolean
take_scope (KbStack *stack, const KbConfigGroup *group, GError **error)
{
  const KbConfigKey *key = kb_config_group_key (group, "scope");

  if (key == NULL)
    return TRUE;
  if (!kb_text_is_scope (key->value))
    return kb_config_fail (error, group, key->line, "scope: not a scope");
  stack->scope = g_strdup (key->value);
  return TRUE;
}

/* ---- stacks --------------------------------------------------------------------- */

KbStack *
kb_stack_new (const KbConfigGroup *group, GError **error)
{
  static const char *const known[] = { "match", "sources", "stores", "scope", NULL };
  g_autoptr (KbStack) stack = g_new0 (KbStack, 1);

  stack->name = g_strdup (group->name);
  stack->place = g_strdup_printf ("%s:%u", group->file, group->line);
  stack->matches = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_pattern_free);
  stack->sources = new_entries ();
  stack->stores = new_entries ();
  if (!kb_config_only (group, known, error)
      || !take_patterns (stack->matches, group, "match", error)
      || !take_entries (stack->sources, group, "sources", error)
      || !take_entries (stack->stores, group, "stores", error)
      || !take_scope (stack, group, error))
    return NULL;
  if (stack->sources->len == 0 && stack->stores->len == 0)
    {
      kb_config_fail (error, group, group->line, "[stack %s] has no source and no store",
                      group->name);
      return NULL;
    }
  return g_steal_pointer (&stack);
}

void
kb_stack_free (KbStack *stack)
{
  if (stack == NULL)
    return;
  g_free (stack->name);
  g_free (stack->place);
  g_free (stack->fingerprint);
  g_free (stack->scope);
  g_ptr_array_unref (stack->matches);
  g_array_unref (stack->sources);
  g_array_unref (stack->stores);
  g_free (stack);
}

/* No name, key or value has a line feed, so two different sets have two texts. */
static void
print_group (const KbConfigGroups *groups, const char *kind, const char *name,
             GString *print)
{
  const KbConfigGroup *group = kb_config_groups_find (groups, kind, name);
  const KbConfigGroup *provider = kb_provider_of (groups, group);

  g_string_append (print, kind);
  g_string_append_c (print, ' ');
  g_string_append (print, name);
  g_string_append_c (print, '\n');
  for (guint i = 0; group != NULL && i < group->n_keys; i++)
    {
      g_string_append (print, group->keys[i].name);
      g_string_append_c (print, '=');
      g_string_append (print, group->keys[i].value);
      g_string_append_c (print, '\n');
    }
  if (provider != NULL)
    print_group (groups, provider->kind, provider->name, print);
}

static void
print_entries (const KbConfigGroups *groups, const char *kind, const GArray *entries,
               GString *print)
{
  for (guint i = 0; i < entries->len; i++)
    print_group (groups, kind, g_array_index (entries, KbEntry, i).instance, print);
}

void
kb_stack_add_fingerprint (KbStack *stack, const KbConfigGroups *groups)
{
  g_autoptr (GString) print = NULL;

  if (stack->fingerprint != NULL)
    return;
  print = g_string_sized_new (1024);
  print_group (groups, "stack", stack->name, print);
  print_entries (groups, "source", stack->sources, print);
  print_entries (groups, "store", stack->stores, print);
  print_group (groups, "network", "", print);
  stack->fingerprint = kb_text_sha256 (print->str, print->len);
}

guint
kb_stack_match (const KbStack *stack, const KbUrl *url)
{
  guint best = 0;

  for (guint i = 0; i < stack->matches->len; i++)
    best = MAX (best, kb_pattern_match (stack->matches->pdata[i], url, NULL));
  return best;
}

/* ---- organizations -------------------------------------------------------------- */

/* Nothing but an account is taken from git's configuration, and nothing but what git
   itself keeps for credential helpers. */
static gboolean
take_git_account (KbOrganizations *organizations, const KbConfigGroup *group,
                  GError **error)
{
  const KbConfigKey *key = kb_config_group_key (group, "git-account");

  if (key == NULL)
    return TRUE;
  if (!g_str_has_prefix (key->value, "credential.")
      || strstr (key->value, KB_ORGANIZATION) == NULL)
    return kb_config_fail (error, group, key->line,
                           "git-account is no credential.NAME with " KB_ORGANIZATION);
  organizations->git_account = g_strdup (key->value);
  return TRUE;
}

/* NAME of an environment variable, and what may be meant where it is not set. */
static gboolean
take_git_variable (gpointer to, const KbConfigGroup *group, const KbConfigKey *key,
                   char *element, GError **error)
{
  gsize name = strspn (element, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

  if (name == 0 || !g_str_has_prefix (element + name, "=credential.")
      || element[name + strlen ("=credential.")] == '\0')
    return kb_config_fail (error, group, key->line,
                           "git-variables is no list of VARIABLE=credential.NAME");
  g_ptr_array_add (to, g_strdup (element));
  return TRUE;
}

static gboolean
take_git_variables (KbOrganizations *organizations, const KbConfigGroup *group,
                    GError **error)
{
  const KbConfigKey *key = kb_config_group_key (group, "git-variables");
  gboolean good
      = key == NULL
        || take_list (organizations->git_variables, group, key, take_git_variable, error);

  g_ptr_array_add (organizations->git_variables, NULL);
  return good;
}

KbOrganizations *
kb_organizations_new (const KbConfigGroup *group, GError **error)
{
  static const char *const known[]
      = { "urls", "user-is-organization", "git-account", "git-variables", NULL };
  g_autoptr (KbOrganizations) organizations = g_new0 (KbOrganizations, 1);

  organizations->patterns
      = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_pattern_free);
  organizations->git_variables = g_ptr_array_new_with_free_func (g_free);
  if (!kb_config_only (group, known, error)
      || !take_patterns (organizations->patterns, group, "urls", error)
      || !kb_config_boolean (group, "user-is-organization", &organizations->user_is_one,
                             error)
      || !take_git_account (organizations, group, error)
      || !take_git_variables (organizations, group, error))
    return NULL;
  return g_steal_pointer (&organizations);
}

void
kb_organizations_free (KbOrganizations *organizations)
{
  if (organizations == NULL)
    return;
  g_ptr_array_unref (organizations->patterns);
  g_ptr_array_unref (organizations->git_variables);
  g_free (organizations->git_account);
  g_free (organizations);
}

guint
kb_organizations_match (const KbOrganizations *organizations, const KbUrl *url,
                        char **organization)
{
  g_autofree char *best_name = NULL;
  guint best = 0;

  for (guint i = 0; i < organizations->patterns->len; i++)
    {
      g_autofree char *name = NULL;
      guint score = kb_pattern_match (organizations->patterns->pdata[i], url, &name);

      if (score <= best)
        continue;
      best = score;
      g_free (best_name);
      best_name = g_steal_pointer (&name);
    }
  if (best > 0)
    *organization = g_steal_pointer (&best_name);
  return best;
}

const char *
kb_organizations_git_account (const KbOrganizations *organizations)
{
  return organizations->git_account;
}

gboolean
kb_organizations_user_is_one (const KbOrganizations *organizations)
{
  return organizations->user_is_one;
}

const char *const *
kb_organizations_git_variables (const KbOrganizations *organizations)
{
  return (const char *const *) organizations->git_variables->pdata;
}
