/* SPDX-License-Identifier: MIT */
/* keybearer pat list, show, revoke, scopes: what there is of tokens, and their end.
   Knows nothing of the wire. */
#include "pat.h"

#include <string.h>

#include "base/arguments.h"
#include "base/complain.h"
#include "pat-keep.h"
#include "pat-service.h"
#include "pat-show.h"
#include "common/devops-scopes.h"
#include "rotate.h"

#define REVOKED_MOST 100

/* ---- list ----------------------------------------------------------------------- */

/* The words of our options, and the API's. */
static const struct
{
  const char *word;
  const char *sort;
} sorts[]
    = { { "name", "displayName" }, { "end", "displayDate" }, { "state", "status" } };

static gboolean
read_filter (const char *state, const char *sort, KbPatFilter *filter)
{
  static const char *const states[] = { "active", "expired", "revoked", "all", NULL };

  filter->state = state != NULL ? state : "active";
  if (!g_strv_contains (states, filter->state))
    {
      kb_complain ("pat list: --state is active, expired, revoked or all");
      return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (sorts); i++)
    if (g_strcmp0 (sort != NULL ? sort : "name", sorts[i].word) == 0)
      filter->sort = sorts[i].sort;
  if (filter->sort == NULL)
    kb_complain ("pat list: --sort is name, end or state");
  return filter->sort != NULL;
}

static void
list_to_json (KbPage *page, const GPtrArray *pats, GHashTable *kept)
{
  kb_json_open (page->text, NULL, '[');
  for (guint i = 0; i < pats->len; i++)
    {
      const KbPat *pat = g_ptr_array_index (pats, i);

      kb_pat_to_json (page->text, pat, g_hash_table_lookup (kept, pat->id));
    }
  kb_json_close (page->text, ']');
  kb_page_add (page, "\n");
}

static int
run_list (KbCall *call, char **arguments, GError **error)
{
  const char *organization = NULL, *state = NULL, *sort = NULL;
  KbPatFilter filter = { 0 };
  gboolean json = FALSE;
  const KbArgument table[]
      = { { "--org", NULL, &organization }, { "--state", NULL, &state },
          { "--sort", NULL, &sort },        { "--reverse", &filter.descending, NULL },
          { "--json", &json, NULL },        { NULL, NULL, NULL } };
  g_autoptr (KbClient) client = NULL;
  g_autoptr (GPtrArray) pats = NULL;
  g_autoptr (GHashTable) kept = NULL;
  g_auto (KbPage) page = { 0 };

  if (!kb_arguments_read ("pat list", arguments, table, 0, NULL, NULL)
      || !read_filter (state, sort, &filter))
    return KB_CALL_USAGE;
  if (kb_client_new (call, organization, &client, error) != KB_OK)
    return KB_CALL_NOTHING;
  pats = kb_pat_list (client, &filter, error);
  if (pats == NULL)
    return KB_CALL_NOTHING;
  kept = kb_pat_keep_all (client);
  kb_page_open (&page, kb_call_output (call));
  if (json)
    list_to_json (&page, pats, kept);
  else
    kb_pat_show_table (&page, pats, kept);
  return kb_page_write (&page, error) ? 0 : KB_CALL_NOTHING;
}

/* ---- show ----------------------------------------------------------------------- */

static int
run_show (KbCall *call, char **arguments, GError **error)
{
  const char *organization = NULL, *word = NULL;
  gboolean json = FALSE;
  const KbArgument table[] = { { "--org", NULL, &organization },
                               { "--json", &json, NULL },
                               { NULL, NULL, NULL } };
  g_autoptr (KbClient) client = NULL;
  g_autoptr (KbPat) pat = NULL;
  g_autofree char *kept = NULL;
  g_auto (KbPage) page = { 0 };

  if (!kb_arguments_read ("pat show", arguments, table, 1, &word, NULL) || word == NULL)
    return KB_CALL_USAGE;
  if (kb_client_new (call, organization, &client, error) != KB_OK
      || kb_pat_find (client, word, &pat, error) != KB_OK)
    return KB_CALL_NOTHING;
  kept = kb_pat_keep_find (client, pat->id);
  kb_page_open (&page, kb_call_output (call));
  if (json)
    kb_pat_to_json (page.text, pat, kept);
  else
    kb_pat_show_one (&page, pat, kept);
  if (json)
    kb_page_add (&page, "\n");
  return kb_page_write (&page, error) ? 0 : KB_CALL_NOTHING;
}

/* ---- revoke --------------------------------------------------------------------- */

/* The server first: what is kept of a token that still opens doors must not be lost. */
static KbAnswer
revoke_one (KbClient *client, const char *word, KbPage *page, GError **error)
{
  g_autoptr (KbPat) pat = NULL;
  g_autofree char *kept = NULL;
  g_autofree char *line = NULL;
  KbAnswer answer = kb_pat_find (client, word, &pat, error);

  if (answer != KB_OK)
    return answer;
  if (!kb_pat_revoke (client, pat->id, error))
    return KB_FAILED;
  kept = kb_pat_keep_find (client, pat->id);
  if (kept != NULL
      && kb_target_forget (kb_client_target (client), kept, error) == KB_FAILED)
    return KB_FAILED;
  line = g_strdup_printf ("%s is revoked%s.", pat->name,
                          kept != NULL ? " and forgotten here" : "");
  kb_page_entry (page, 0, 0, NULL, KB_STYLE_GOOD, line);
  return KB_OK;
}

static int
run_revoke (KbCall *call, char **arguments, GError **error)
{
  const char *organization = NULL;
  const char *words[REVOKED_MOST + 1] = { NULL };
  const KbArgument table[] = { { "--org", NULL, &organization }, { NULL, NULL, NULL } };
  g_autoptr (KbClient) client = NULL;
  g_auto (KbPage) page = { 0 };
  KbAnswer answer = KB_OK;

  if (!kb_arguments_read ("pat revoke", arguments, table, REVOKED_MOST, words, NULL)
      || words[0] == NULL)
    return KB_CALL_USAGE;
  if (kb_client_new (call, organization, &client, error) != KB_OK)
    return KB_CALL_NOTHING;
  kb_page_open (&page, kb_call_output (call));
  for (guint i = 0; words[i] != NULL && answer == KB_OK; i++)
    answer = revoke_one (client, words[i], &page, error);
  return kb_page_write (&page, answer == KB_OK ? error : NULL) && answer == KB_OK
             ? 0
             : KB_CALL_NOTHING;
}

/* ---- scopes --------------------------------------------------------------------- */

static int
run_scopes (KbCall *call, char **arguments, GError **error)
{
  g_auto (KbPage) page = { 0 };

  if (arguments[0] != NULL)
    return KB_CALL_USAGE;
  kb_page_open (&page, kb_call_output (call));
  for (const char *const *scope = kb_scopes (); *scope != NULL; scope++)
    kb_page_printf (&page, "%s\n", *scope);
  kb_page_add (&page, KB_SCOPE_FULL "\n");
  return kb_page_write (&page, error) ? 0 : KB_CALL_NOTHING;
}

/* ---- the verb ------------------------------------------------------------------- */

static const struct
{
  const char *name;
  int (*run) (KbCall *call, char **arguments, GError **error);
} verbs[] = {
  { "list", run_list },
  { "show", run_show },
  { "create", kb_pat_run_create },
  { "update", kb_pat_run_update },
  { "rotate", kb_pat_run_rotate },
  { "revoke", run_revoke },
  { "scopes", run_scopes },
};

int
kb_pat_run (KbCall *call, char **arguments, GError **error)
{
  for (gsize i = 0; arguments[0] != NULL && i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (verbs[i].name, arguments[0]))
      return verbs[i].run (call, arguments + 1, error);
  return KB_CALL_USAGE;
}
