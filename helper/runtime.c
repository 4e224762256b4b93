/* SPDX-License-Identifier: MIT */
/* Opens instances once each and closes them at the end.
   Knows nothing of what they are asked. */
#include "runtime.h"

#include "state.h"

typedef struct
{
  KbOpened opened;
  KbInstance *instance;
  gboolean is_source;
  KbAnswer answer;
} Slot;

struct _KbRuntime
{
  KbConfig *config;
  KbLoader *loader;
  GHashTable *slots; /* "source/NAME" or "store/NAME" -> Slot */
  KbStoreReference follow;
  gpointer follow_data;
};

static void
slot_free (gpointer data)
{
  Slot *slot = data;

  if (slot->answer == KB_OK && slot->is_source)
    slot->opened.module->source->close (slot->opened.self);
  else if (slot->answer == KB_OK)
    slot->opened.module->store->close (slot->opened.self);
  kb_instance_free (slot->instance);
  g_free (slot);
}

KbRuntime *
kb_runtime_new (KbConfig *config)
{
  KbRuntime *runtime = g_new0 (KbRuntime, 1);

  runtime->config = config;
  runtime->loader = kb_loader_new_default (kb_config_modules_dir (config));
  runtime->slots = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, slot_free);
  return runtime;
}

static const char *
sysconf_dir (void)
{
  const char *tests = g_getenv ("KEYBEARER_SYSCONFDIR");

  return tests != NULL && kb_loader_in_build_tree () ? tests : KB_SYSCONF_DIR;
}

KbRuntime *
kb_runtime_new_default (GError **error)
{
  g_autofree char *user = kb_state_base ("XDG_CONFIG_HOME", ".config");
  KbConfig *config = kb_config_load (KB_DATA_DIR, sysconf_dir (), user, error);

  return config != NULL ? kb_runtime_new (config) : NULL;
}

void
kb_runtime_free (KbRuntime *runtime)
{
  if (runtime == NULL)
    return;
  g_hash_table_unref (runtime->slots);
  kb_loader_free (runtime->loader);
  kb_config_free (runtime->config);
  g_free (runtime);
}

void
kb_runtime_set_store_reference (KbRuntime *runtime, KbStoreReference follow,
                                gpointer data)
{
  runtime->follow = follow;
  runtime->follow_data = data;
}

/* An instance lives as long as the runtime, longer than who follows now. */
static KbAnswer
follow_store (gpointer data, const char *name, KbSecret **secret, GError **error)
{
  KbRuntime *runtime = data;

  if (runtime->follow != NULL)
    return runtime->follow (runtime->follow_data, name, secret, error);
  g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "store:%s: no store can be asked here",
               name);
  return KB_FAILED;
}

const KbConfig *
kb_runtime_config (const KbRuntime *runtime)
{
  return runtime->config;
}

KbLoader *
kb_runtime_loader (const KbRuntime *runtime)
{
  return runtime->loader;
}

KbAnswer
kb_answer_check (KbAnswer answer, const char *name, gconstpointer output, GError **error)
{
  gboolean has_error = error != NULL && *error != NULL;

  if (answer == KB_OK && output != NULL)
    {
      g_clear_error (error);
      return KB_OK;
    }
  if (answer == KB_DECLINED)
    {
      g_clear_error (error);
      return KB_DECLINED;
    }
  if (answer == KB_FAILED && (error == NULL || has_error))
    return KB_FAILED;
  g_clear_error (error);
  g_set_error (error, KB_ERROR, KB_ERROR_MODULE, "%s broke its promise: %s", name,
               answer == KB_OK       ? "OK without a result"
               : answer == KB_FAILED ? "FAILED without an error"
                                     : "an answer that does not exist");
  return KB_FAILED;
}

static KbAnswer
open_slot (Slot *slot, GError **error)
{
  const KbModule *module = slot->opened.module;
  GError *problem = NULL;
  KbAnswer answer
      = slot->is_source
            ? module->source->open (slot->instance, &slot->opened.self, &problem)
            : module->store->open (slot->instance, &slot->opened.self, &problem);

  answer = kb_answer_check (answer, slot->opened.name, slot, &problem);
  if (answer == KB_FAILED)
    g_propagate_prefixed_error (error, problem, "%s: ", slot->opened.name);
  return answer;
}

/* NULL with an error when the module cannot be had, is not of that kind, or an option of
   its group is wrong. */
static Slot *
make_slot (KbRuntime *runtime, const char *kind, const KbEntry *entry, GError **error)
{
  const KbModule *module = kb_loader_load (runtime->loader, entry->module, error);
  gboolean is_source = g_str_equal (kind, "source");
  KbInstance *instance;
  Slot *slot;

  if (module == NULL)
    return NULL;
  if (is_source ? module->source == NULL : module->store == NULL)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "%s: the module %s is no %s",
                   entry->instance, module->name, kind);
      return NULL;
    }
  instance = kb_config_instance (runtime->config, kind, entry->instance, module, error);
  if (instance == NULL)
    return NULL;
  if (is_source)
    kb_instance_set_store_reference (instance, follow_store, runtime);
  slot = g_new0 (Slot, 1);
  slot->instance = instance;
  slot->is_source = is_source;
  slot->answer = KB_FAILED;
  slot->opened.name = kb_instance_name (instance);
  slot->opened.module = module;
  return slot;
}

static KbAnswer
find_slot (KbRuntime *runtime, const char *kind, const KbEntry *entry,
           const KbOpened **opened, GError **error)
{
  g_autofree char *key = g_strdup_printf ("%s/%s", kind, entry->instance);
  Slot *slot = g_hash_table_lookup (runtime->slots, key);

  if (slot == NULL)
    {
      slot = make_slot (runtime, kind, entry, error);
      if (slot == NULL)
        return KB_FAILED;
      slot->answer = open_slot (slot, error);
      if (slot->answer == KB_FAILED)
        {
          slot_free (slot);
          return KB_FAILED;
        }
      g_hash_table_insert (runtime->slots, g_steal_pointer (&key), slot);
    }
  *opened = &slot->opened;
  return slot->answer;
}

KbAnswer
kb_runtime_source (KbRuntime *runtime, const KbEntry *entry, const KbOpened **opened,
                   GError **error)
{
  return find_slot (runtime, "source", entry, opened, error);
}

KbAnswer
kb_runtime_store (KbRuntime *runtime, const KbEntry *entry, const KbOpened **opened,
                  GError **error)
{
  return find_slot (runtime, "store", entry, opened, error);
}
