/* SPDX-License-Identifier: MIT */
/* Looks into the stores one by one without changing any of them.
   Knows nothing of who made what is kept. */
#include "commands/shelf.h"

#include <string.h>

#include "base/clock.h"
#include "commands/page.h"
#include "emergency.h"
#include "kept.h"
#include "request.h"

static void
shelf_free (gpointer data)
{
  KbShelf *shelf = data;

  g_free (shelf->why);
  g_free (shelf);
}

/* No store's name has a blank. */
#define EMERGENCY_NAME "emergency place"

/* ---- the stores ----------------------------------------------------------------- */

static KbAnswer
probe (const KbShelf *shelf, const KbRequest *request, GError **error)
{
  const KbOpened *opened = shelf->opened;
  KbAnswer answer = opened->module->store->probe (opened->self, request, error);

  return kb_answer_check (answer, shelf->name, opened, error);
}

static KbShelf *
shelf_new (KbRuntime *runtime, const KbEntry *entry, KbRequest *request)
{
  KbShelf *shelf = g_new0 (KbShelf, 1);
  const KbOpened *opened = NULL;
  g_autoptr (GError) problem = NULL;

  kb_request_clear_note (request);
  shelf->name = entry->instance;
  shelf->state = kb_runtime_store (runtime, entry, &opened, &problem);
  if (shelf->state == KB_OK)
    {
      shelf->opened = opened;
      shelf->state = probe (shelf, request, &problem);
    }
  if (shelf->state != KB_OK)
    shelf->why
        = g_strdup (problem != NULL ? problem->message : kb_request_last_note (request));
  kb_request_clear_note (request);
  return shelf;
}

static gboolean
has_shelf (const GPtrArray *shelves, const char *name)
{
  for (guint i = 0; i < shelves->len; i++)
    {
      const KbShelf *shelf = g_ptr_array_index (shelves, i);

      if (g_str_equal (shelf->name, name))
        return TRUE;
    }
  return FALSE;
}

static void
add_stores (GPtrArray *shelves, KbRuntime *runtime, const KbStack *stack,
            KbRequest *request)
{
  for (guint i = 0; i < stack->stores->len; i++)
    {
      const KbEntry *entry = &g_array_index (stack->stores, KbEntry, i);

      if (!has_shelf (shelves, entry->instance))
        g_ptr_array_add (shelves, shelf_new (runtime, entry, request));
    }
}

static void
add_emergency (GPtrArray *shelves)
{
  g_autoptr (GPtrArray) waiting = kb_emergency_names ();
  KbShelf *shelf;

  if (waiting->len == 0)
    return;
  shelf = g_new0 (KbShelf, 1);
  shelf->name = EMERGENCY_NAME;
  shelf->emergency = TRUE;
  shelf->state = KB_OK;
  shelf->why
      = g_strdup_printf ("%u %s for a store that did not take it: unlock or "
                         "mend that store, then use git once more",
                         waiting->len, waiting->len == 1 ? "item waits" : "items wait");
  g_ptr_array_add (shelves, shelf);
}

GPtrArray *
kb_shelves_new (KbRuntime *runtime, const KbStack *stack, KbRequest *request)
{
  GPtrArray *shelves = g_ptr_array_new_with_free_func (shelf_free);
  const GPtrArray *stacks = kb_config_stacks (kb_runtime_config (runtime));

  if (stack != NULL)
    add_stores (shelves, runtime, stack, request);
  for (guint i = 0; stack == NULL && i < stacks->len; i++)
    add_stores (shelves, runtime, g_ptr_array_index (stacks, i), request);
  add_emergency (shelves);
  return shelves;
}

gboolean
kb_shelf_is_cache (const KbShelf *shelf)
{
  return shelf->opened != NULL
         && (shelf->opened->module->store->flags & KB_STORE_VOLATILE) != 0;
}

const char *
kb_shelf_state (const KbShelf *shelf)
{
  return shelf->state == KB_OK         ? "there"
         : shelf->state == KB_DECLINED ? "absent"
                                       : "unusable";
}

char *
kb_shelf_words (const KbShelf *shelf)
{
  const char *state = shelf->state == KB_DECLINED ? "absent" : "cannot be used now";

  if (shelf->emergency)
    return g_strdup (shelf->why);
  if (shelf->state == KB_OK)
    return g_strdup (kb_shelf_is_cache (shelf) ? "there, as a cache" : "there");
  return shelf->why != NULL ? g_strdup_printf ("%s: %s", state, shelf->why)
                            : g_strdup (state);
}

/* ---- what they keep ------------------------------------------------------------- */

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
kb_shelf_names (const KbShelf *shelf, const KbRequest *request)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const KbOpened *opened = shelf->opened;

  if (shelf->emergency)
    return kb_emergency_names ();
  if (shelf->state != KB_OK || opened->module->store->list == NULL
      || opened->module->store->list (opened->self, request, names, NULL) != KB_OK)
    return NULL;
  g_ptr_array_sort (names, compare_names);
  return g_steal_pointer (&names);
}

GPtrArray *
kb_shelf_look (const KbShelf *shelf, const KbRequest *request, const char *item)
{
  const KbOpened *opened = shelf->opened;
  g_autoptr (KbSecret) value = NULL;

  if (shelf->emergency)
    (void) kb_emergency_get (item, &value, NULL);
  else if (shelf->state == KB_OK)
    (void) opened->module->store->get (opened->self, request, item, &value, NULL);
  if (value == NULL)
    return NULL;
  return kb_item_open (item, value, NULL);
}

KbAnswer
kb_shelf_erase (const KbShelf *shelf, const KbRequest *request, const char *item,
                GError **error)
{
  const KbOpened *opened = shelf->opened;
  GError *problem = NULL;
  KbAnswer answer;

  if (shelf->emergency)
    return kb_emergency_erase (item);
  if (shelf->state == KB_FAILED)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_LOCKED, "%s: %s", shelf->name,
                   shelf->why != NULL ? shelf->why : "cannot be used now");
      return KB_FAILED;
    }
  if (shelf->state == KB_DECLINED)
    return KB_DECLINED;
  answer = opened->module->store->erase (opened->self, request, item, &problem);
  answer = kb_answer_check (answer, shelf->name, opened, &problem);
  if (answer == KB_FAILED)
    g_propagate_prefixed_error (error, problem, "%s: ", shelf->name);
  return answer;
}

/* ---- one item ------------------------------------------------------------------- */

void
kb_found_clear (KbFound *found)
{
  g_clear_pointer (&found->places, g_ptr_array_unref);
}

static void
take_records (KbFound *found, const KbShelf *shelf, const GPtrArray *records)
{
  const KbRecord *first = g_ptr_array_index (records, 0);
  gint64 expires = kb_item_expires (records);

  g_ptr_array_add (found->places, (gpointer) shelf->name);
  if (found->kept && expires != 0 && expires <= found->expires)
    return;
  found->kept = TRUE;
  found->expires = expires;
  found->refused = first->refused;
  found->made = first->made;
}

void
kb_found_look (KbFound *found, const GPtrArray *shelves, const KbRequest *request,
               const char *item)
{
  found->places = g_ptr_array_new ();
  for (guint i = 0; i < shelves->len; i++)
    {
      const KbShelf *shelf = g_ptr_array_index (shelves, i);
      g_autoptr (GPtrArray) records = kb_shelf_look (shelf, request, item);

      if (records != NULL)
        take_records (found, shelf, records);
    }
}

/* The rule of kept.c: an hour's token is renewed five minutes before its end, a shorter
   one at half of its life. */
static gboolean
is_ageing (const KbFound *found)
{
  gint64 life = found->expires - found->made;
  gint64 margin = found->made > 0 && life < 2 * KB_MARGIN_S ? life / 2 : KB_MARGIN_S;

  return found->expires - kb_clock_now () < margin;
}

const char *
kb_found_state (const KbFound *found)
{
  if (!found->kept)
    return "none";
  if (found->refused)
    return "refused";
  if (found->expires == 0)
    return "fresh";
  if (found->expires <= kb_clock_now ())
    return "expired";
  return is_ageing (found) ? "ageing" : "fresh";
}

char *
kb_found_words (const KbFound *found)
{
  const char *state = kb_found_state (found);
  g_autofree char *when = kb_words_when (found->expires);

  if (!found->kept)
    return g_strdup ("nothing");
  if (found->refused)
    return g_strdup ("refused by the server");
  if (found->expires == 0)
    return g_strdup ("no end known");
  if (g_str_equal (state, "ageing"))
    return g_strdup_printf ("%s, renewed at the next call", when);
  return g_str_equal (state, "expired") ? g_strdup_printf ("expired %s", when)
                                        : g_strdup (when);
}
