/* SPDX-License-Identifier: MIT */
/* Tells what became of each thing that another program keeps, to people and scripts.
   Knows nothing of how it came about. */
#include "commands/migrate.h"

#include <string.h>

char *
kb_old_place (const KbOld *old)
{
  const KbForeign *foreign = &old->foreign;

  if (foreign->scheme == NULL || foreign->host == NULL)
    return g_strdup ("an unknown place");
  return g_strdup_printf ("%s://%s%s%s", foreign->scheme, foreign->host,
                          foreign->path != NULL ? "/" : "",
                          foreign->path != NULL ? foreign->path : "");
}

static const char *
word_of (const KbOld *old)
{
  static const char *const words[] = {
    [KB_MIGRATED_COPIED] = "copied",
    [KB_MIGRATED_KEPT] = "kept",
    [KB_MIGRATED_LEFT] = "left",
    [KB_MIGRATED_FAILED] = "failed",
  };

  return words[old->result];
}

/* ---- for people ----------------------------------------------------------------- */

static const char *
words_of (const KbMigration *migration, const KbOld *old)
{
  gboolean kept = old->result == KB_MIGRATED_KEPT;

  if (old->result != KB_MIGRATED_COPIED && !kept)
    return word_of (old);
  if (migration->dry && migration->delete)
    return kept ? "kept already; to be deleted" : "to be copied and deleted";
  if (migration->dry)
    return kept ? "kept already" : "to be copied";
  if (old->deleted)
    return kept ? "kept already; deleted" : "copied; deleted";
  return kept ? "kept already" : "copied";
}

static void
show_table (const KbMigration *migration, KbPage *page)
{
  static const char *const headings[] = { "FROM", "FOR", "USER", "RESULT", NULL };
  g_autoptr (KbTable) table = kb_table_new (headings, 1);

  for (guint i = 0; i < migration->olds->len; i++)
    {
      const KbOld *old = g_ptr_array_index (migration->olds, i);
      g_autofree char *place = kb_old_place (old);
      const char *cells[] = { old->foreign.origin, place,
                              old->foreign.user != NULL ? old->foreign.user : "-",
                              words_of (migration, old) };

      kb_table_row (table, cells);
    }
  kb_table_print (table, page);
}

static void
show_notes (const KbMigration *migration, KbPage *page)
{
  for (guint i = 0; i < migration->olds->len; i++)
    {
      const KbOld *old = g_ptr_array_index (migration->olds, i);
      g_autofree char *place = kb_old_place (old);
      g_autofree char *line = NULL;

      if (old->note == NULL)
        continue;
      line = g_strdup_printf ("%s: %s.", place, old->note);
      kb_page_entry (page, 0, 2, NULL,
                     old->result == KB_MIGRATED_FAILED ? KB_STYLE_BAD : KB_STYLE_PLAIN,
                     line);
    }
}

static gboolean
leaves_copies (const KbMigration *migration)
{
  for (guint i = 0; i < migration->olds->len; i++)
    {
      const KbOld *old = g_ptr_array_index (migration->olds, i);

      if (old->result <= KB_MIGRATED_KEPT && !old->deleted)
        return TRUE;
    }
  return FALSE;
}

void
kb_migration_show (const KbMigration *migration, KbPage *page)
{
  if (migration->olds->len == 0)
    {
      kb_page_add (page, "There is nothing to migrate.\n");
      return;
    }
  show_table (migration, page);
  show_notes (migration, page);
  if (!migration->delete &&leaves_copies (migration))
    kb_page_add (page, "The old ones stay where they are until --delete is given.\n");
  if (migration->dry)
    kb_page_add (page, "Nothing was changed.\n");
}

/* ---- for scripts ---------------------------------------------------------------- */

static void
old_to_json (KbBuffer *json, const KbOld *old)
{
  g_autofree char *place = kb_old_place (old);

  kb_json_open (json, NULL, '{');
  kb_json_text (json, "from", old->foreign.origin);
  kb_json_text (json, "for", old->foreign.host != NULL ? place : NULL);
  kb_json_text (json, "user", old->foreign.user);
  kb_json_time (json, "expires", old->foreign.expires);
  kb_json_text (json, "result", word_of (old));
  kb_json_flag (json, "deleted", old->deleted);
  kb_json_text (json, "source", old->source);
  kb_json_text (json, "store", old->store);
  kb_json_text (json, "reason", old->note);
  kb_json_close (json, '}');
}

void
kb_migration_to_json (const KbMigration *migration, KbPage *page)
{
  kb_json_open (page->text, NULL, '{');
  kb_json_flag (page->text, "dry_run", migration->dry);
  kb_json_open (page->text, "items", '[');
  for (guint i = 0; i < migration->olds->len; i++)
    old_to_json (page->text, g_ptr_array_index (migration->olds, i));
  kb_json_close (page->text, ']');
  kb_json_close (page->text, '}');
  kb_page_add (page, "\n");
}
