/* SPDX-License-Identifier: MIT */
/* keybearer explain: what would happen for a URL, and why; nothing is made or changed.
   Knows nothing of what the modules do. */
#include "commands/explain.h"

#include "base/text.h"
#include "commands/commands.h"
#include "commands/nearest.h"
#include "commands/options.h"
#include "commands/page.h"
#include "maker.h"

#include <string.h>

/* ---- finding out ---------------------------------------------------------------- */

static void
source_clear (gpointer data)
{
  KbExplainedSource *source = data;

  kb_identity_clear (&source->identity);
  kb_found_clear (&source->found);
  g_free (source->why);
  g_free (source->breaker.message);
}

static void
look_at_account (KbExplained *told, KbExplainedSource *source)
{
  KbRequest *request = told->place->request;
  const char *name = source->entry->instance;
  g_autoptr (KbKept) kept = kb_kept_new (
      request, kb_session_keeper (told->place->session), name, &source->identity);
  const KbMaker maker = { .kept = kept, .fingerprint = told->stack->fingerprint };
  g_autofree char *breaker = kb_maker_breaker (&maker, kb_request_scope (request));
  g_auto (KbFound) renewal = { 0 };

  kb_found_look (&source->found, told->shelves, request, kb_kept_item (kept));
  kb_found_look (&renewal, told->shelves, request, kb_kept_renewal_item (kept));
  source->renews = renewal.kept;
  kb_breaker_state (breaker, &source->breaker);
}

static void
look_at_source (KbExplained *told, const KbEntry *entry)
{
  KbExplainedSource source = { .entry = entry };
  const KbOpened *opened = NULL;
  g_autoptr (GError) problem = NULL;

  source.answer
      = kb_place_identify (told->place, entry, &opened, &source.identity, &problem);
  source.why = g_strdup (problem != NULL ? problem->message
                                         : kb_request_last_note (told->place->request));
  if (source.answer == KB_OK)
    {
      source.ephemeral = (opened->module->source->flags & KB_SOURCE_EPHEMERAL) != 0;
      if (kb_identity_is_whole (&source.identity))
        look_at_account (told, &source);
    }
  g_array_append_val (told->sources, source);
}

static void
look_at_logins (KbExplained *told)
{
  g_autofree char *origin = kb_url_origin (kb_request_url (told->place->request));
  g_autofree char *item = kb_item_name ("login", origin, NULL);

  kb_found_look (&told->logins, told->shelves, told->place->request, item);
}

void
kb_explained_look (KbExplained *told, KbPlace *place)
{
  const GArray *entries;

  told->place = place;
  told->stack = kb_session_stack (place->session);
  told->shelves = kb_shelves_new (place->runtime, told->stack, place->request);
  told->sources = g_array_new (FALSE, FALSE, sizeof (KbExplainedSource));
  g_array_set_clear_func (told->sources, source_clear);
  told->bound = kb_binding_read (told->stack, place->request, &told->binding);
  entries = told->stack->sources;
  for (guint i = 0; i < entries->len; i++)
    look_at_source (told, &g_array_index (entries, KbEntry, i));
  if (entries->len == 0)
    look_at_logins (told);
}

void
kb_explained_clear (KbExplained *told)
{
  g_clear_pointer (&told->shelves, g_ptr_array_unref);
  g_clear_pointer (&told->sources, g_array_unref);
  kb_binding_clear (&told->binding);
  kb_found_clear (&told->logins);
}

/* ---- the verdict ---------------------------------------------------------------- */

/* New: what the first source that answers would do. */
static char *
source_verdict (const KbExplainedSource *source)
{
  const char *name = source->entry->instance;
  const char *state = kb_found_state (&source->found);
  const char *way = source->renews ? "renew it" : "make a new one";

  if (source->ephemeral)
    return g_strdup_printf ("%s gives it from the environment", name);
  if (g_str_equal (state, "fresh"))
    return g_strdup_printf ("what %s made before is given from %s, without network", name,
                            (const char *) g_ptr_array_index (source->found.places, 0));
  if (source->breaker.seconds > 0)
    return g_strdup_printf ("%s failed a moment ago and is not asked for another %d s",
                            name, (int) source->breaker.seconds);
  if (g_str_equal (state, "none"))
    return g_strdup_printf ("%s is asked to make one", name);
  return g_strdup_printf ("%s is asked to %s", name, way);
}

/* The short way of a session: who answered last, while what that one gave is fresh. */
static const KbExplainedSource *
bound_source (const KbExplained *told)
{
  for (guint i = 0; told->bound && i < told->sources->len; i++)
    {
      const KbExplainedSource *source
          = &g_array_index (told->sources, KbExplainedSource, i);

      if (g_str_equal (source->entry->instance, told->binding.instance)
          && source->answer == KB_OK
          && g_str_equal (kb_found_state (&source->found), "fresh"))
        return source;
    }
  return NULL;
}

char *
kb_explained_verdict (const KbExplained *told)
{
  const KbExplainedSource *bound = bound_source (told);

  if (told->stack->sources->len == 0)
    return g_strdup (told->logins.kept ? "what a tool stored here is given back"
                                       : "nothing is given: no tool has stored anything");
  if (bound != NULL)
    return source_verdict (bound);
  for (guint i = 0; i < told->sources->len; i++)
    {
      const KbExplainedSource *source
          = &g_array_index (told->sources, KbExplainedSource, i);

      if (source->answer == KB_OK && source->entry->control == KB_CONTROL_SUFFICIENT)
        return source_verdict (source);
      if (source->answer != KB_OK && source->entry->control == KB_CONTROL_REQUISITE)
        return g_strdup_printf ("nothing is given: %s is requisite and has nothing",
                                source->entry->instance);
    }
  return g_strdup ("no source has anything to give by itself");
}

/* ---- nobody's URL --------------------------------------------------------------- */

static int
explain_nobody (KbPage *page, const KbPlace *place, gboolean json, GError **error)
{
  g_autofree char *reason = kb_nearest_reason (kb_runtime_config (place->runtime),
                                               kb_request_url (place->request));
  g_autofree char *line = g_strdup_printf (
      "No stack is for this place: %s. Tools are told nothing about it.", reason);
  int status;

  if (json)
    {
      kb_json_open (page->text, NULL, '{');
      kb_json_text (page->text, "place", kb_request_place (place->request));
      kb_json_text (page->text, "stack", NULL);
      kb_json_text (page->text, "reason", reason);
      kb_json_close (page->text, '}');
      kb_page_add (page, "\n");
    }
  else
    kb_page_entry (page, 0, 0, NULL, KB_STYLE_PLAIN, line);
  status = kb_page_end (page, error);
  return status != 0 ? status : KB_EXIT_NOTHING;
}

int
kb_command_explain (const KbStreams *streams, char **arguments, GError **error)
{
  gboolean json = FALSE;
  const char *word = NULL;
  const KbArgument table[] = { { "--json", &json, NULL }, { NULL, NULL, NULL } };
  g_auto (KbPlace) place = { 0 };
  g_auto (KbPage) page = { 0 };
  g_auto (KbExplained) told = { 0 };

  if (!kb_arguments_read ("explain", arguments, table, 1, &word, NULL) || word == NULL
      || kb_place_open (&place, word, error) != KB_OK)
    return KB_EXIT_USAGE;
  kb_page_begin (&page, streams);
  if (kb_session_stack (place.session) == NULL)
    return explain_nobody (&page, &place, json, error);
  kb_explained_look (&told, &place);
  if (json)
    kb_explained_to_json (&told, &page);
  else
    kb_explained_show (&told, &page);
  return kb_page_end (&page, error);
}
