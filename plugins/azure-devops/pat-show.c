/* SPDX-License-Identifier: MIT */
/* Makes tables, entries and JSON of personal access tokens.
   Knows nothing of the server. */
#include "pat-show.h"

#define COLUMN 15
#define SCOPES 2 /* the column that gives way */

void
kb_pat_show_table (KbPage *page, const GPtrArray *pats, GHashTable *kept)
{
  static const char *const headings[] = { "NAME", "ENDS", "SCOPE", "KEPT AS", NULL };
  g_autoptr (KbTable) table = kb_table_new (headings, SCOPES);

  for (guint i = 0; i < pats->len; i++)
    {
      const KbPat *pat = g_ptr_array_index (pats, i);
      g_autofree char *ends = kb_words_when (pat->valid_to);
      const char *name = g_hash_table_lookup (kept, pat->id);
      const char *cells[] = { pat->name, ends, pat->scope, name != NULL ? name : "-" };

      kb_table_row (table, cells);
    }
  if (pats->len == 0)
    kb_page_add (page, "There are none.\n");
  else
    kb_table_print (table, page);
}

static void
show_entry (KbPage *page, const char *label, const char *text)
{
  kb_page_entry (page, 2, COLUMN, label, KB_STYLE_PLAIN, text);
}

void
kb_pat_show_one (KbPage *page, const KbPat *pat, const char *kept)
{
  g_autofree char *from = kb_words_when (pat->valid_from);
  g_autofree char *to = kb_words_when (pat->valid_to);
  g_autofree char *until = kb_pat_time (pat->valid_to);
  g_autofree char *ends = g_strdup_printf ("%s (%s)", to, until != NULL ? until : "");
  g_autofree char *reference = kept != NULL ? g_strconcat ("store:", kept, NULL) : NULL;

  kb_page_show (page, KB_STYLE_BOLD, pat->name);
  kb_page_add (page, "\n");
  show_entry (page, "id", pat->id);
  show_entry (page, "scope", pat->scope);
  show_entry (page, "good for", pat->global ? "all organizations" : "this organization");
  if (pat->valid_from != 0)
    show_entry (page, "made", from);
  show_entry (page, "ends", ends);
  if (reference != NULL)
    show_entry (page, "kept as", reference);
}

void
kb_pat_to_json (KbBuffer *json, const KbPat *pat, const char *kept)
{
  kb_json_open (json, NULL, '{');
  kb_json_text (json, "name", pat->name);
  kb_json_text (json, "id", pat->id);
  kb_json_text (json, "scope", pat->scope);
  kb_json_time (json, "made", pat->valid_from);
  kb_json_time (json, "expires", pat->valid_to);
  kb_json_flag (json, "global", pat->global);
  kb_json_text (json, "kept", kept);
  kb_json_close (json, '}');
}
