/* SPDX-License-Identifier: MIT */
/* keybearer list: every item that is kept, in full.
   Knows nothing of who would be given what. */
#include "commands/commands.h"
#include "commands/options.h"
#include "commands/page.h"
#include "commands/place.h"
#include "commands/shelf.h"

#include <string.h>

#define COLUMN 15

static gboolean
is_kind (const KbItem *item, const char *kind)
{
  return g_str_equal (kb_item_part (item, 0), kind);
}

static const char *
title (const KbItem *item)
{
  return is_kind (item, "credential") ? "credential of"
         : is_kind (item, "renewal")  ? "what renews"
         : is_kind (item, "login")    ? "logins for"
         : is_kind (item, "named")    ? "secret"
                                      : kb_item_part (item, 0);
}

/* What a person knows it by. */
static const char *
subject (const KbItem *item)
{
  return is_kind (item, "named")   ? item->name + strlen ("named/")
         : is_kind (item, "login") ? kb_item_part (item, 1)
                                   : kb_item_part (item, 2);
}

static gboolean
is_sources (const KbItem *item)
{
  return is_kind (item, "credential") || is_kind (item, "renewal");
}

static void
show_item (KbPage *page, const KbItem *item)
{
  const char *realm = is_sources (item) ? kb_item_part (item, 3) : "";
  g_autofree char *places = kb_words_list (item->found.places, "and");
  g_autofree char *when = kb_found_words (&item->found);

  kb_page_entry (page, 0, COLUMN, title (item), KB_STYLE_BOLD, subject (item));
  if (is_sources (item))
    kb_page_entry (page, 4, COLUMN, "source", KB_STYLE_PLAIN, kb_item_part (item, 1));
  if (*realm != '\0')
    kb_page_entry (page, 4, COLUMN, "good for", KB_STYLE_PLAIN, realm);
  kb_page_entry (page, 4, COLUMN, "kept in", KB_STYLE_PLAIN,
                 item->found.kept ? places : "a store that cannot read it back");
  if (is_kind (item, "credential"))
    kb_page_entry (page, 4, COLUMN, "expires", KB_STYLE_PLAIN, when);
}

static void
item_to_json (KbBuffer *json, const KbItem *item)
{
  gboolean sources = is_sources (item);

  kb_json_open (json, NULL, '{');
  kb_json_text (json, "kind", kb_item_part (item, 0));
  kb_json_text (json, "source", sources ? kb_item_part (item, 1) : NULL);
  kb_json_text (json, "account", sources ? kb_item_part (item, 2) : NULL);
  kb_json_text (json, "realm",
                is_kind (item, "credential") ? kb_item_part (item, 3) : NULL);
  kb_json_text (json, "origin", is_kind (item, "login") ? subject (item) : NULL);
  kb_json_text (json, "secret", is_kind (item, "named") ? subject (item) : NULL);
  kb_found_to_json (&item->found, json);
  kb_json_text (json, "name", item->name);
  kb_json_close (json, '}');
}

static void
show (KbPage *page, const GPtrArray *items, gboolean whole)
{
  for (guint i = 0; i < items->len; i++)
    {
      if (i > 0)
        kb_page_add (page, "\n");
      show_item (page, g_ptr_array_index (items, i));
    }
  if (items->len == 0 && whole)
    kb_page_add (page, "Nothing is kept.\n");
}

static void
to_json (KbPage *page, const GPtrArray *items)
{
  kb_json_open (page->text, NULL, '[');
  for (guint i = 0; i < items->len; i++)
    item_to_json (page->text, g_ptr_array_index (items, i));
  kb_json_close (page->text, ']');
  kb_page_add (page, "\n");
}

/* A list that is not whole must not pass for one that is. */
static gboolean
is_whole (const GPtrArray *shelves, GError **error)
{
  for (guint i = 0; i < shelves->len; i++)
    {
      const KbShelf *shelf = g_ptr_array_index (shelves, i);

      if (shelf->state != KB_FAILED)
        continue;
      g_set_error (error, KB_ERROR, KB_ERROR_LOCKED, "%s is not listed: %s", shelf->name,
                   shelf->why != NULL ? shelf->why : "it cannot be used now");
      return FALSE;
    }
  return TRUE;
}

int
kb_command_list (const KbStreams *streams, char **arguments, GError **error)
{
  gboolean json = FALSE;
  g_auto (KbPlace) place = { 0 };
  g_auto (KbPage) page = { 0 };
  g_autoptr (GPtrArray) shelves = NULL;
  g_autoptr (GPtrArray) items = NULL;
  g_autoptr (GError) problem = NULL;
  gboolean whole;

  if (!kb_arguments_json ("list", arguments, &json))
    return KB_EXIT_USAGE;
  if (kb_place_open_any (&place, error) != KB_OK)
    return KB_EXIT_ERROR;
  shelves = kb_shelves_new (place.runtime, NULL, place.request);
  items = kb_items_new (shelves, place.request);
  whole = is_whole (shelves, &problem);
  kb_page_begin (&page, streams);
  if (json)
    to_json (&page, items);
  else
    show (&page, items, whole);
  if (kb_page_end (&page, error) != 0)
    return KB_EXIT_ERROR;
  if (!whole)
    g_propagate_error (error, g_steal_pointer (&problem));
  return whole ? 0 : KB_EXIT_ERROR;
}
