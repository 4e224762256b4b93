/* SPDX-License-Identifier: MIT */
/* Asks the caches first and the durable store last, and writes the other way round.
   Knows nothing of what an item holds nor of any store's name. */
#include "keeper.h"

#include "base/file.h"
#include "base/text.h"
#include "state.h"

#define NAME_MAX_BYTES 64

struct _KbKeeper
{
  KbRuntime *runtime;
  const KbStack *stack;
  const KbRequest *request;
  gboolean looked; /* durable_answer holds */
  KbAnswer durable_answer;
  const KbOpened *durable;
};

KbKeeper *
kb_keeper_new (KbRuntime *runtime, const KbStack *stack, const KbRequest *request)
{
  KbKeeper *keeper = g_new0 (KbKeeper, 1);

  keeper->runtime = runtime;
  keeper->stack = stack;
  keeper->request = request;
  return keeper;
}

void
kb_keeper_free (KbKeeper *keeper)
{
  g_free (keeper);
}

static gboolean
is_volatile (const KbOpened *opened)
{
  return (opened->module->store->flags & KB_STORE_VOLATILE) != 0;
}

static const KbEntry *
entry_at (KbKeeper *keeper, guint index)
{
  return &g_array_index (keeper->stack->stores, KbEntry, index);
}

/* The INDEX-th store when it is a cache that opens.  Stores that keep for good are not
   loaded here: they bring big libraries, and order in `stores=` is caches first. */
static const KbOpened *
cache_at (KbKeeper *keeper, guint index)
{
  const KbOpened *opened = NULL;

  if (kb_runtime_store (keeper->runtime, entry_at (keeper, index), &opened, NULL)
      != KB_OK)
    return NULL;
  return is_volatile (opened) ? opened : NULL;
}

static guint
count_caches (KbKeeper *keeper)
{
  guint count = 0;

  while (count < keeper->stack->stores->len && cache_at (keeper, count) != NULL)
    count++;
  return count;
}

/* OK without a value is a miss like every other failure of a cache. */
static gboolean
get_from_cache (KbKeeper *keeper, const KbOpened *cache, const char *name,
                KbSecret **value)
{
  g_autoptr (KbSecret) found = NULL;
  g_autoptr (GError) ignored = NULL;

  if (cache->module->store->get (cache->self, keeper->request, name, &found, &ignored)
          != KB_OK
      || found == NULL)
    return FALSE;
  *value = g_steal_pointer (&found);
  return TRUE;
}

KbAnswer
kb_keeper_get_cached (KbKeeper *keeper, const char *name, KbSecret **value)
{
  for (guint i = 0; i < keeper->stack->stores->len; i++)
    {
      const KbOpened *cache = cache_at (keeper, i);

      if (cache == NULL)
        break;
      if (get_from_cache (keeper, cache, name, value))
        return KB_OK;
    }
  return KB_DECLINED;
}

/* ---- the choice ----------------------------------------------------------------- */

/* All stacks that name the same stores share one choice. */
static char *
choice_path (KbKeeper *keeper)
{
  g_autoptr (GString) key = g_string_new ("stores");

  for (guint i = 0; i < keeper->stack->stores->len; i++)
    g_string_append_printf (key, ";%s", entry_at (keeper, i)->instance);
  return kb_state_path ("choices", key->str);
}

static char *
read_choice (KbKeeper *keeper)
{
  g_autofree char *path = choice_path (keeper);
  gboolean missing = FALSE;
  g_autoptr (KbSecret) text
      = kb_file_read_safe (path, KB_FILE_PUBLIC, NAME_MAX_BYTES, &missing, NULL);

  return text != NULL ? g_strdup (kb_secret_peek (text)) : NULL;
}

static void
write_choice (KbKeeper *keeper, const char *name)
{
  g_autofree char *path = choice_path (keeper);

  if (kb_state_make ("choices", NULL))
    kb_file_write_whole (path, name, strlen (name), NULL);
}

static KbAnswer
probe (KbKeeper *keeper, const KbOpened *opened, GError **error)
{
  GError *problem = NULL;
  KbAnswer answer
      = opened->module->store->probe (opened->self, keeper->request, &problem);

  answer = kb_answer_check (answer, opened->name, opened, &problem);
  if (answer == KB_FAILED)
    g_propagate_prefixed_error (error, problem, "%s: ", opened->name);
  return answer;
}

/* A store that was chosen before is used without a probe: if it is gone, its own error
   says so, and no other one takes its place unasked. */
static KbAnswer
try_durable (KbKeeper *keeper, guint index, const char *chosen, GError **error)
{
  const KbOpened *opened = NULL;
  KbAnswer answer
      = kb_runtime_store (keeper->runtime, entry_at (keeper, index), &opened, error);

  if (answer == KB_OK && is_volatile (opened))
    return KB_DECLINED;
  if (answer == KB_OK && chosen == NULL)
    answer = probe (keeper, opened, error);
  if (answer == KB_OK)
    keeper->durable = opened;
  return answer;
}

/* Secrets are in it: that it has nothing to do here now is no leave to go on with
   less. */
static KbAnswer
take_chosen (KbKeeper *keeper, guint index, const char *chosen, GError **error)
{
  KbAnswer answer = try_durable (keeper, index, chosen, error);

  if (answer != KB_DECLINED)
    return answer;
  g_set_error (error, KB_ERROR, KB_ERROR_LOCKED,
               "%s: credentials are kept there, and it is not there now", chosen);
  return KB_FAILED;
}

static KbAnswer
choose (KbKeeper *keeper, guint first, GError **error)
{
  g_autofree char *chosen = read_choice (keeper);
  KbAnswer answer = KB_DECLINED;

  for (guint i = first; i < keeper->stack->stores->len && chosen != NULL; i++)
    if (g_str_equal (chosen, entry_at (keeper, i)->instance))
      return take_chosen (keeper, i, chosen, error);
  for (guint i = first; i < keeper->stack->stores->len && answer == KB_DECLINED; i++)
    answer = try_durable (keeper, i, NULL, error);
  if (answer == KB_OK)
    write_choice (keeper, keeper->durable->name);
  return answer;
}

KbAnswer
kb_keeper_durable (KbKeeper *keeper, const KbOpened **opened, GError **error)
{
  guint first;

  if (!keeper->looked)
    {
      first = count_caches (keeper);
      keeper->durable_answer = first + 1 == keeper->stack->stores->len
                                   ? try_durable (keeper, first, "the only one", error)
                                   : choose (keeper, first, error);
      keeper->looked = keeper->durable_answer != KB_FAILED;
    }
  if (keeper->durable_answer == KB_OK)
    *opened = keeper->durable;
  return keeper->durable_answer;
}

gboolean
kb_keeper_first_without_durable (KbKeeper *keeper)
{
  g_autofree char *path = kb_state_path ("told", "no durable store");

  if (count_caches (keeper) == keeper->stack->stores->len)
    return FALSE;
  if (g_file_test (path, G_FILE_TEST_EXISTS) || !kb_state_make ("told", NULL))
    return FALSE;
  return kb_file_write_quick (path, "", 0, NULL);
}

/* ---- items ---------------------------------------------------------------------- */

/* What a cache could not take must not be hidden by what it took before. */
static gboolean
put_into_cache (KbKeeper *keeper, const KbOpened *cache, const char *name,
                const KbSecret *value, gint64 expires)
{
  const KbStore *store = cache->module->store;
  g_autoptr (GError) ignored = NULL;
  g_autoptr (GError) ignored_too = NULL;

  if (store->put (cache->self, keeper->request, name, name, value, expires, &ignored)
      == KB_OK)
    return TRUE;
  (void) store->erase (cache->self, keeper->request, name, &ignored_too);
  return FALSE;
}

gboolean
kb_keeper_cache (KbKeeper *keeper, const char *name, const KbSecret *value,
                 gint64 expires)
{
  gboolean any = FALSE;

  for (guint i = 0; i < keeper->stack->stores->len; i++)
    {
      const KbOpened *cache = cache_at (keeper, i);

      if (cache == NULL)
        break;
      any |= put_into_cache (keeper, cache, name, value, expires);
    }
  return any;
}

KbAnswer
kb_keeper_get_durable (KbKeeper *keeper, const char *name, KbSecret **value,
                       GError **error)
{
  const KbOpened *opened = NULL;
  KbAnswer answer = kb_keeper_durable (keeper, &opened, error);
  g_autoptr (KbSecret) found = NULL;
  GError *problem = NULL;

  if (answer != KB_OK)
    return answer;
  answer = opened->module->store->get (opened->self, keeper->request, name, &found,
                                       &problem);
  answer = kb_answer_check (answer, opened->name, found, &problem);
  if (answer == KB_FAILED)
    g_propagate_prefixed_error (error, problem, "%s: ", opened->name);
  if (answer == KB_OK)
    *value = g_steal_pointer (&found);
  return answer;
}

KbAnswer
kb_keeper_get (KbKeeper *keeper, const char *name, KbSecret **value, GError **error)
{
  if (kb_keeper_get_cached (keeper, name, value) == KB_OK)
    return KB_OK;
  return kb_keeper_get_durable (keeper, name, value, error);
}

KbAnswer
kb_keeper_put_durable (KbKeeper *keeper, const char *name, const char *label,
                       const KbSecret *value, gint64 expires, GError **error)
{
  const KbOpened *opened = NULL;
  KbAnswer answer = kb_keeper_durable (keeper, &opened, error);
  GError *problem = NULL;

  if (answer == KB_OK)
    {
      answer = opened->module->store->put (opened->self, keeper->request, name, label,
                                           value, expires, &problem);
      answer = kb_answer_check (answer, opened->name, opened, &problem);
      if (answer == KB_FAILED)
        g_propagate_prefixed_error (error, problem, "%s: ", opened->name);
    }
  return answer;
}

KbAnswer
kb_keeper_put (KbKeeper *keeper, const char *name, const char *label,
               const KbSecret *value, gint64 expires, GError **error)
{
  KbAnswer answer = kb_keeper_put_durable (keeper, name, label, value, expires, error);

  (void) kb_keeper_cache (keeper, name, value, expires);
  return answer;
}

static gboolean
erase_caches (KbKeeper *keeper, const char *name)
{
  gboolean any = FALSE;

  for (guint i = 0; i < keeper->stack->stores->len; i++)
    {
      const KbOpened *cache = cache_at (keeper, i);
      g_autoptr (GError) ignored = NULL;

      if (cache == NULL)
        break;
      any |= cache->module->store->erase (cache->self, keeper->request, name, &ignored)
             == KB_OK;
    }
  return any;
}

KbAnswer
kb_keeper_erase (KbKeeper *keeper, const char *name, GError **error)
{
  const KbOpened *opened = NULL;
  gboolean cached = erase_caches (keeper, name);
  KbAnswer answer = kb_keeper_durable (keeper, &opened, error);
  GError *problem = NULL;

  if (answer == KB_OK)
    {
      answer
          = opened->module->store->erase (opened->self, keeper->request, name, &problem);
      answer = kb_answer_check (answer, opened->name, opened, &problem);
      if (answer == KB_FAILED)
        g_propagate_prefixed_error (error, problem, "%s: ", opened->name);
    }
  return answer == KB_DECLINED && cached ? KB_OK : answer;
}

KbAnswer
kb_keeper_list (KbKeeper *keeper, GPtrArray *names, GError **error)
{
  const KbOpened *opened = NULL;
  KbAnswer answer = kb_keeper_durable (keeper, &opened, error);

  if (answer == KB_DECLINED && keeper->stack->stores->len > 0)
    opened = cache_at (keeper, 0);
  if (answer == KB_FAILED || opened == NULL || opened->module->store->list == NULL)
    return answer == KB_FAILED ? KB_FAILED : KB_DECLINED;
  return kb_answer_check (
      opened->module->store->list (opened->self, keeper->request, names, error),
      opened->name, names, error);
}
