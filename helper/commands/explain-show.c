/* SPDX-License-Identifier: MIT */
/* Shows what was found out about a URL, to a person or to a script.
   Knows nothing of how it was found out. */
#include "commands/explain.h"

#include <string.h>

#define COLUMN 16      /* of the head */
#define COLUMN_MOST 24 /* of sources and stores, whose names differ */

static const char *
control_name (KbControl control)
{
  return control == KB_CONTROL_REQUISITE  ? "requisite"
         : control == KB_CONTROL_OPTIONAL ? "optional"
                                          : "sufficient";
}

static const char *
answer_name (KbAnswer answer)
{
  return answer == KB_OK ? "ok" : answer == KB_DECLINED ? "declined" : "failed";
}

/* ---- for people ----------------------------------------------------------------- */

static void
show_line (KbPage *page, const char *label, KbStyle style, const char *text)
{
  kb_page_entry (page, 2, COLUMN, label, style, text);
}

/* Right of all names, unless one is too long to be worth the room. */
static guint
column_of (const KbExplained *told)
{
  gsize widest = 0;

  for (guint i = 0; i < told->sources->len; i++)
    widest = MAX (
        widest,
        strlen (g_array_index (told->sources, KbExplainedSource, i).entry->instance));
  for (guint i = 0; i < told->shelves->len; i++)
    widest
        = MAX (widest, strlen (((KbShelf *) g_ptr_array_index (told->shelves, i))->name));
  return (guint) MIN (widest + strlen ("  1   "), COLUMN_MOST);
}

static void
show_head (const KbExplained *told, KbPage *page)
{
  const KbRequest *request = told->place->request;
  const char *organization = kb_request_organization (request);
  const char *user = kb_request_user (request);
  g_autofree char *stack
      = g_strdup_printf ("%s, %s", told->stack->name, told->stack->place);
  g_autofree char *bound
      = told->bound
            ? g_strdup_printf ("%s, as %s", told->binding.instance, told->binding.account)
            : g_strdup ("nobody yet: the first source that gives will be");

  kb_page_show (page, KB_STYLE_BOLD, kb_request_place (request));
  kb_page_add (page, "\n");
  show_line (page, "stack", KB_STYLE_PLAIN, stack);
  if (told->stack->sources->len == 0)
    return;
  show_line (page, "organization", KB_STYLE_PLAIN,
             organization != NULL ? organization : "none in this URL");
  if (user != NULL)
    show_line (page, "user", KB_STYLE_PLAIN, user);
  show_line (page, "bound to", KB_STYLE_PLAIN, bound);
}

static void
show_kept (const KbExplainedSource *source, guint column, KbPage *page)
{
  g_autofree char *words = kb_found_words (&source->found);
  g_autofree char *places = kb_words_list (source->found.places, "and");
  const char *state = kb_found_state (&source->found);
  gboolean good = g_str_equal (state, "fresh") || g_str_equal (state, "ageing");
  g_autofree char *line = source->found.kept ? g_strdup_printf ("kept in %s", places)
                                             : g_strdup ("nothing is kept");
  g_autofree char *end = good && source->found.expires != 0
                             ? g_strdup_printf ("expires %s", words)
                             : g_strdup (words);

  kb_page_entry (page, 2, column, NULL, KB_STYLE_PLAIN, line);
  if (source->found.kept)
    kb_page_entry (page, 2, column, NULL, good ? KB_STYLE_GOOD : KB_STYLE_BAD, end);
  if (source->renews)
    kb_page_entry (page, 2, column, NULL, KB_STYLE_PLAIN, "what renews it is kept, too");
}

static void
show_breaker (const KbExplainedSource *source, guint column, KbPage *page)
{
  const KbBreakerState *breaker = &source->breaker;
  const char *message;
  g_autofree char *line = NULL;

  if (breaker->message == NULL)
    return;
  message = kb_words_without (source->entry->instance, breaker->message);
  line = breaker->seconds > 0 ? g_strdup_printf ("not asked for another %d s: %s",
                                                 (int) breaker->seconds, message)
                              : g_strdup_printf ("failed last time: %s", message);
  kb_page_entry (page, 2, column, NULL, KB_STYLE_BAD, line);
}

static void
show_source (const KbExplainedSource *source, guint number, guint column, KbPage *page)
{
  const char *name = source->entry->instance;
  const char *why
      = source->why != NULL ? kb_words_without (name, source->why) : "it gave no reason";
  gboolean named = !g_str_equal (name, source->entry->module);
  g_autofree char *label = g_strdup_printf ("%u %s", number, name);
  g_autofree char *control
      = source->entry->control == KB_CONTROL_SUFFICIENT
            ? g_strdup ("")
            : g_strdup_printf (" [%s]", control_name (source->entry->control));
  g_autofree char *kind
      = named ? g_strdup_printf (" (%s)", source->entry->module) : g_strdup ("");
  g_autofree char *line
      = source->answer == KB_OK
            ? g_strdup_printf ("answers%s%s as %s", kind, control,
                               source->identity.account != NULL ? source->identity.account
                                                                : "whoever signs in")
            : g_strdup_printf ("%s%s%s: %s", answer_name (source->answer), kind, control,
                               why);
  g_autofree char *realm = source->identity.realm != NULL
                               ? g_strdup_printf ("good for %s", source->identity.realm)
                               : g_strdup ("good for what the server says of this place");

  kb_page_entry (page, 2, column, label,
                 source->answer == KB_FAILED ? KB_STYLE_BAD : KB_STYLE_PLAIN, line);
  if (source->answer != KB_OK)
    return;
  kb_page_entry (page, 2, column, NULL, KB_STYLE_PLAIN, realm);
  if (source->why != NULL)
    kb_page_entry (page, 2, column, NULL, KB_STYLE_PLAIN, source->why);
  if (source->ephemeral)
    kb_page_entry (page, 2, column, NULL, KB_STYLE_PLAIN,
                   "taken from there at each call, never kept");
  else if (kb_identity_is_whole (&source->identity))
    show_kept (source, column, page);
  show_breaker (source, column, page);
}

static void
show_logins (const KbExplained *told, guint column, KbPage *page)
{
  g_autofree char *places = kb_words_list (told->logins.places, "and");
  g_autofree char *line
      = told->logins.kept
            ? g_strdup_printf ("it gives back what tools have stored in %s", places)
            : g_strdup ("it keeps what tools store, and nothing is stored yet");

  kb_page_entry (page, 2, column, "none", KB_STYLE_PLAIN, line);
}

static void
show_stores (const KbExplained *told, guint column, KbPage *page)
{
  kb_page_add (page, "\nStores, in this order\n");
  for (guint i = 0; i < told->shelves->len; i++)
    {
      const KbShelf *shelf = g_ptr_array_index (told->shelves, i);
      g_autofree char *label = g_strdup_printf ("%u %s", i + 1, shelf->name);
      g_autofree char *words = kb_shelf_words (shelf);

      kb_page_entry (page, 2, column, label,
                     shelf->state == KB_FAILED ? KB_STYLE_BAD : KB_STYLE_PLAIN, words);
    }
}

void
kb_explained_show (const KbExplained *told, KbPage *page)
{
  g_autofree char *verdict = kb_explained_verdict (told);
  g_autofree char *line = g_strdup_printf ("A tool that asks now: %s.", verdict);
  guint column = column_of (told);

  show_head (told, page);
  kb_page_add (page, "\nSources, in this order\n");
  for (guint i = 0; i < told->sources->len; i++)
    show_source (&g_array_index (told->sources, KbExplainedSource, i), i + 1, column,
                 page);
  if (told->sources->len == 0)
    show_logins (told, column, page);
  show_stores (told, column, page);
  kb_page_add (page, "\n");
  kb_page_entry (page, 0, 0, NULL, KB_STYLE_BOLD, line);
}

/* ---- for scripts ---------------------------------------------------------------- */

static void
source_to_json (const KbExplainedSource *source, KbBuffer *json)
{
  kb_json_open (json, NULL, '{');
  kb_json_text (json, "name", source->entry->instance);
  kb_json_text (json, "module", source->entry->module);
  kb_json_text (json, "control", control_name (source->entry->control));
  kb_json_text (json, "answer", answer_name (source->answer));
  kb_json_text (json, "account", source->identity.account);
  kb_json_text (json, "realm", source->identity.realm);
  kb_json_text (json, "note", source->why);
  kb_json_open (json, "kept", '{');
  kb_found_to_json (&source->found, json);
  kb_json_close (json, '}');
  kb_json_flag (json, "renews", source->renews);
  kb_json_number (json, "silent_for", source->breaker.seconds);
  kb_json_text (json, "last_failure", source->breaker.message);
  kb_json_close (json, '}');
}

void
kb_explained_to_json (const KbExplained *told, KbPage *page)
{
  KbBuffer *json = page->text;
  const KbRequest *request = told->place->request;
  g_autofree char *verdict = kb_explained_verdict (told);

  kb_json_open (json, NULL, '{');
  kb_json_text (json, "place", kb_request_place (request));
  kb_json_text (json, "organization", kb_request_organization (request));
  kb_json_text (json, "user", kb_request_user (request));
  kb_json_text (json, "stack", told->stack->name);
  kb_json_text (json, "from", told->stack->place);
  kb_json_text (json, "bound_account", told->binding.account);
  kb_json_text (json, "bound_source", told->binding.instance);
  kb_json_open (json, "sources", '[');
  for (guint i = 0; i < told->sources->len; i++)
    source_to_json (&g_array_index (told->sources, KbExplainedSource, i), json);
  kb_json_close (json, ']');
  kb_json_open (json, "stores", '[');
  for (guint i = 0; i < told->shelves->len; i++)
    kb_shelf_to_json (g_ptr_array_index (told->shelves, i), json);
  kb_json_close (json, ']');
  kb_json_text (json, "verdict", verdict);
  kb_json_close (json, '}');
  kb_page_add (page, "\n");
}
