/* SPDX-License-Identifier: MIT */
/* keybearer status: who is signed in where, until when, and how the stores are.
   Knows nothing of what the modules do. */
#include "breaker.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "commands/page.h"
#include "commands/place.h"
#include "commands/shelf.h"
#include "maker.h"

#include <string.h>

/* One line: a binding, an item that nobody is bound to, or a variable of the environment;
   what does not apply is NULL. */
typedef struct
{
  char *organization;
  char *origin;
  char *user;
  char *scope;
  char *account;
  char *source;
  char *realm;
  gboolean ephemeral;
  KbFound found;
  KbBreakerState breaker;
} Line;

typedef struct
{
  KbPlace *place;
  GPtrArray *shelves;
  GPtrArray *lines; /* of Line */
  GHashTable *seen; /* names of items that a line shows */
} Status;

static void
line_free (gpointer data)
{
  Line *line = data;

  g_free (line->organization);
  g_free (line->origin);
  g_free (line->user);
  g_free (line->scope);
  g_free (line->account);
  g_free (line->source);
  g_free (line->realm);
  kb_found_clear (&line->found);
  g_free (line->breaker.message);
  g_free (line);
}

/* ---- gathering ------------------------------------------------------------------ */

static void
add_bound (const KbBound *bound, gpointer data)
{
  Status *status = data;
  Line *line = g_new0 (Line, 1);
  KbRequest *request = status->place->request;
  const KbIdentity identity
      = { .account = bound->binding->account, .realm = bound->binding->realm };
  g_autoptr (KbKept) kept
      = kb_kept_new (request, NULL, bound->binding->instance, &identity);
  const KbMaker maker = { .kept = kept, .fingerprint = bound->stack->fingerprint };
  g_autofree char *breaker = kb_maker_breaker (&maker, bound->scope);

  line->organization = g_strdup (bound->organization);
  line->origin = g_strdup (bound->origin);
  line->user = g_strdup (bound->user);
  line->scope = g_strdup (bound->scope);
  line->account = g_strdup (identity.account);
  line->source = g_strdup (bound->binding->instance);
  line->realm = g_strdup (identity.realm);
  kb_found_look (&line->found, status->shelves, request, kb_kept_item (kept));
  kb_breaker_state (breaker, &line->breaker);
  g_hash_table_add (status->seen, g_strdup (kb_kept_item (kept)));
  g_ptr_array_add (status->lines, line);
}

static void
add_unbound (Status *status, const KbItem *item)
{
  Line *line;

  if (!g_str_equal (kb_item_part (item, 0), "credential")
      || g_hash_table_contains (status->seen, item->name))
    return;
  line = g_new0 (Line, 1);
  line->account = g_strdup (kb_item_part (item, 2));
  line->source = g_strdup (kb_item_part (item, 1));
  line->realm = g_strdup (kb_item_part (item, 3));
  kb_found_look (&line->found, status->shelves, status->place->request, item->name);
  g_ptr_array_add (status->lines, line);
}

/* Sources that keep nothing can be asked what they would say: it costs nothing. */
static void
add_ephemeral (Status *status, const KbEntry *entry)
{
  const KbOpened *source = NULL;
  g_auto (KbIdentity) identity = { 0 };
  Line *line;

  if (kb_place_identify (status->place, entry, &source, &identity, NULL) != KB_OK
      || (source->module->source->flags & KB_SOURCE_EPHEMERAL) == 0)
    return;
  line = g_new0 (Line, 1);
  line->origin = kb_url_origin (kb_request_url (status->place->request));
  line->account = g_steal_pointer (&identity.account);
  line->source = g_strdup (entry->instance);
  line->realm = g_steal_pointer (&identity.realm);
  line->ephemeral = TRUE;
  g_ptr_array_add (status->lines, line);
}

static gint
compare_lines (gconstpointer a, gconstpointer b)
{
  const Line *const *one = a;
  const Line *const *other = b;
  gint order = ((*one)->organization == NULL) - ((*other)->organization == NULL);

  return order != 0 ? order : g_strcmp0 ((*one)->organization, (*other)->organization);
}

static void
gather (Status *status)
{
  const KbStack *stack = kb_session_stack (status->place->session);
  const GPtrArray *stacks = kb_config_stacks (kb_runtime_config (status->place->runtime));
  g_autoptr (GPtrArray) items = NULL;

  for (guint i = 0; stack != NULL && i < stack->sources->len; i++)
    add_ephemeral (status, &g_array_index (stack->sources, KbEntry, i));
  kb_binding_each (stacks, add_bound, status);
  items = kb_items_new (status->shelves, status->place->request);
  for (guint i = 0; i < items->len; i++)
    add_unbound (status, g_ptr_array_index (items, i));
  g_ptr_array_sort (status->lines, compare_lines);
}

/* ---- for people ----------------------------------------------------------------- */

static const KbShelf *
shelf_named (const Status *status, const char *name)
{
  for (guint i = 0; i < status->shelves->len; i++)
    {
      const KbShelf *shelf = g_ptr_array_index (status->shelves, i);

      if (g_str_equal (shelf->name, name))
        return shelf;
    }
  return NULL;
}

/* New: the stores that keep it for good, or the caches where there is nothing better. */
static char *
where (const Status *status, const Line *line)
{
  g_autoptr (GPtrArray) good = g_ptr_array_new ();

  if (line->ephemeral)
    return g_strdup ("not kept");
  if (!line->found.kept)
    return g_strdup ("nowhere now");
  for (guint i = 0; i < line->found.places->len; i++)
    {
      char *name = g_ptr_array_index (line->found.places, i);

      if (!kb_shelf_is_cache (shelf_named (status, name)))
        g_ptr_array_add (good, name);
    }
  return kb_words_list (good->len > 0 ? good : line->found.places, "+");
}

/* New. */
static char *
until (const Line *line)
{
  if (line->ephemeral || !line->found.kept)
    return g_strdup ("-");
  if (line->found.refused)
    return g_strdup ("refused");
  return kb_words_when (line->found.expires);
}

static char *
whose (const Line *line)
{
  const char *place = line->organization != NULL ? line->organization
                      : line->origin != NULL     ? line->origin
                                                 : "-";

  if (g_str_has_prefix (place, "https://"))
    place += strlen ("https://");
  return g_strconcat (line->user != NULL ? line->user : "", line->user != NULL ? "@" : "",
                      place, line->scope != NULL ? " " : "", line->scope, NULL);
}

static void
add_row (const Status *status, const Line *line, KbTable *table)
{
  g_autofree char *place = whose (line);
  g_autofree char *stores = where (status, line);
  g_autofree char *when = until (line);
  const char *const cells[] = { place, line->account, line->source, stores, when, NULL };

  kb_table_row (table, cells);
}

static gboolean
all_readable (const Status *status)
{
  for (guint i = 0; i < status->shelves->len; i++)
    if (((const KbShelf *) g_ptr_array_index (status->shelves, i))->state == KB_FAILED)
      return FALSE;
  return TRUE;
}

static void
show_lines (const Status *status, KbPage *page)
{
  static const char *const headings[]
      = { "FOR", "ACCOUNT", "SOURCE", "KEPT IN", "EXPIRES", NULL };
  g_autoptr (KbTable) table = kb_table_new (headings, 1);

  for (guint i = 0; i < status->lines->len; i++)
    add_row (status, g_ptr_array_index (status->lines, i), table);
  if (kb_table_rows (table) > 0)
    kb_table_print (table, page);
  else if (all_readable (status))
    kb_page_add (page, "Nobody is signed in. git, or keybearer login, signs you in.\n");
  else
    kb_page_add (page, "Who is signed in cannot be told now: a store is closed.\n");
}

static void
show_breakers (const Status *status, KbPage *page)
{
  for (guint i = 0; i < status->lines->len; i++)
    {
      const Line *line = g_ptr_array_index (status->lines, i);
      const char *message;
      g_autofree char *text = NULL;

      if (line->breaker.message == NULL)
        continue;
      message = kb_words_without (line->source, line->breaker.message);
      text = line->breaker.seconds > 0
                 ? g_strdup_printf ("%s is not asked for another %d s: %s", line->source,
                                    (int) line->breaker.seconds, message)
                 : g_strdup_printf ("%s failed last time: %s", line->source, message);
      kb_page_add (page, "\n");
      kb_page_entry (page, 0, 0, NULL, KB_STYLE_BAD, text);
    }
}

static void
show_stores (const Status *status, KbPage *page)
{
  guint widest = strlen ("STORE");

  for (guint i = 0; i < status->shelves->len; i++)
    {
      const KbShelf *shelf = g_ptr_array_index (status->shelves, i);

      widest = MAX (widest, (guint) strlen (shelf->name));
    }
  kb_page_add (page, "\n");
  kb_page_entry (page, 0, widest + 2, "STORE", KB_STYLE_DIM, "STATE");
  for (guint i = 0; i < status->shelves->len; i++)
    {
      const KbShelf *shelf = g_ptr_array_index (status->shelves, i);
      g_autofree char *words = kb_shelf_words (shelf);

      kb_page_entry (page, 0, widest + 2, shelf->name,
                     shelf->state == KB_FAILED ? KB_STYLE_BAD : KB_STYLE_PLAIN, words);
    }
}

/* ---- for scripts ---------------------------------------------------------------- */

static void
line_to_json (const Line *line, KbBuffer *json)
{
  kb_json_open (json, NULL, '{');
  kb_json_text (json, "organization", line->organization);
  kb_json_text (json, "origin", line->origin);
  kb_json_text (json, "user", line->user);
  kb_json_text (json, "scope", line->scope);
  kb_json_text (json, "account", line->account);
  kb_json_text (json, "source", line->source);
  kb_json_text (json, "realm", line->realm);
  kb_json_flag (json, "kept", line->found.kept);
  kb_found_to_json (&line->found, json);
  kb_json_number (json, "silent_for", line->breaker.seconds);
  kb_json_text (json, "last_failure", line->breaker.message);
  kb_json_close (json, '}');
}

static void
to_json (const Status *status, KbPage *page)
{
  KbBuffer *json = page->text;

  kb_json_open (json, NULL, '{');
  kb_json_open (json, "accounts", '[');
  for (guint i = 0; i < status->lines->len; i++)
    line_to_json (g_ptr_array_index (status->lines, i), json);
  kb_json_close (json, ']');
  kb_json_open (json, "stores", '[');
  for (guint i = 0; i < status->shelves->len; i++)
    kb_shelf_to_json (g_ptr_array_index (status->shelves, i), json);
  kb_json_close (json, ']');
  kb_json_close (json, '}');
  kb_page_add (page, "\n");
}

static void
status_clear (Status *status)
{
  g_clear_pointer (&status->shelves, g_ptr_array_unref);
  g_clear_pointer (&status->lines, g_ptr_array_unref);
  g_clear_pointer (&status->seen, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Status, status_clear)

int
kb_command_status (const KbStreams *streams, char **arguments, GError **error)
{
  gboolean json = FALSE;
  g_auto (KbPlace) place = { 0 };
  g_auto (KbPage) page = { 0 };
  g_auto (Status) status = { .place = &place };

  if (!kb_arguments_json ("status", arguments, &json))
    return KB_EXIT_USAGE;
  if (kb_place_open_any (&place, error) != KB_OK)
    return KB_EXIT_ERROR;
  status.shelves = kb_shelves_new (place.runtime, NULL, place.request);
  status.lines = g_ptr_array_new_with_free_func (line_free);
  status.seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gather (&status);
  kb_page_begin (&page, streams);
  if (json)
    {
      to_json (&status, &page);
      return kb_page_end (&page, error);
    }
  show_lines (&status, &page);
  show_breakers (&status, &page);
  show_stores (&status, &page);
  return kb_page_end (&page, error);
}
