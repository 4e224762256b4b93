/* SPDX-License-Identifier: MIT */
/* Lists what all stores keep, each item once, with where it is.
   Knows nothing of what the items are for. */
#include "commands/shelf.h"

#include <string.h>

#include "commands/page.h"

/* ---- all of them ---------------------------------------------------------------- */

static void
item_free (gpointer data)
{
  KbItem *item = data;

  g_strfreev (item->parts);
  kb_found_clear (&item->found);
  g_free (item->name);
  g_free (item);
}

static KbItem *
item_new (const char *name, const GPtrArray *shelves, const KbRequest *request)
{
  KbItem *item = g_new0 (KbItem, 1);

  item->name = g_strdup (name);
  item->parts = kb_item_parts (name);
  kb_found_look (&item->found, shelves, request, name);
  return item;
}

static gint
compare_items (gconstpointer a, gconstpointer b)
{
  const KbItem *const *one = a;
  const KbItem *const *other = b;

  return strcmp ((*one)->name, (*other)->name);
}

GPtrArray *
kb_items_new (const GPtrArray *shelves, const KbRequest *request)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (item_free);
  g_autoptr (GHashTable) seen
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < shelves->len; i++)
    {
      g_autoptr (GPtrArray) names
          = kb_shelf_names (g_ptr_array_index (shelves, i), request);

      for (guint n = 0; names != NULL && n < names->len; n++)
        if (g_hash_table_add (seen, g_strdup (g_ptr_array_index (names, n))))
          g_ptr_array_add (items,
                           item_new (g_ptr_array_index (names, n), shelves, request));
    }
  g_ptr_array_sort (items, compare_items);
  return items;
}

const char *
kb_item_part (const KbItem *item, guint index)
{
  return index < g_strv_length (item->parts) ? item->parts[index] : "";
}

/* ---- for scripts ---------------------------------------------------------------- */

void
kb_found_to_json (const KbFound *found, KbBuffer *json)
{
  kb_json_text (json, "state", kb_found_state (found));
  kb_json_time (json, "expires", found->expires);
  kb_json_open (json, "stores", '[');
  for (guint i = 0; found->places != NULL && i < found->places->len; i++)
    kb_json_text (json, NULL, g_ptr_array_index (found->places, i));
  kb_json_close (json, ']');
}

void
kb_shelf_to_json (const KbShelf *shelf, KbBuffer *json)
{
  kb_json_open (json, NULL, '{');
  kb_json_text (json, "name", shelf->name);
  kb_json_text (json, "state", kb_shelf_state (shelf));
  kb_json_flag (json, "cache", kb_shelf_is_cache (shelf));
  kb_json_text (json, "reason", shelf->why);
  kb_json_close (json, '}');
}
