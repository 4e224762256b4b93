/* SPDX-License-Identifier: MIT */
/* What a verb prints: text, tables and JSON, gathered first and written at once.
   Knows nothing of what they say. */
#ifndef KB_PAGE_H
#define KB_PAGE_H

#include "base/json.h"

G_BEGIN_DECLS

typedef struct
{
  KbBuffer *text;
  int out;
  gboolean colour; /* on a terminal and without NO_COLOR */
  guint width;     /* in columns: the terminal's, 40 to 120, else 80 */
} KbPage;

/* OUT is where it is written in the end, and tells the width and whether to colour. */
void kb_page_open (KbPage *page, int out);
void kb_page_clear (KbPage *page);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbPage, kb_page_clear)

/* Writes what was gathered with one write(2).  KB_ERROR_PROTOCOL. */
gboolean kb_page_write (const KbPage *page, GError **error);

typedef enum
{
  KB_STYLE_PLAIN,
  KB_STYLE_BOLD,
  KB_STYLE_DIM,
  KB_STYLE_GOOD,
  KB_STYLE_BAD
} KbStyle;

/* As it is: for our own words. */
void kb_page_add (KbPage *page, const char *text);
void kb_page_printf (KbPage *page, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Escaped, in a style. */
void kb_page_show (KbPage *page, KbStyle style, const char *text);

/* "  label         text", escaped, broken between words where the line is full, so that
   all of TEXT stands right of COLUMN.  LABEL may be longer; NULL is none.  Ends the
   line. */
void kb_page_entry (KbPage *page, guint indent, guint column, const char *label,
                    KbStyle style, const char *text);

/* The same in a plain style, after MARK, one of our own words in STYLE, of which the
   first WIDTH columns are. */
void kb_page_marked (KbPage *page, const char *mark, KbStyle style, guint width,
                     guint column, const char *label, const char *text);

/* ---- tables --------------------------------------------------------------------- */

typedef struct _KbTable KbTable;

/* New.  HEADINGS is NULL-terminated and must outlive it.  The column FLEXIBLE gives way
   where a row is too long for a terminal: its middle is left out. */
KbTable *kb_table_new (const char *const *headings, guint flexible);
void kb_table_free (KbTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbTable, kb_table_free)

/* One cell a heading, escaped here. */
void kb_table_row (KbTable *table, const char *const *cells);
guint kb_table_rows (const KbTable *table);
void kb_table_print (const KbTable *table, KbPage *page);

/* ---- words ---------------------------------------------------------------------- */

/* New: "in 52 min", "3 days ago", "no end known" for 0. */
char *kb_words_when (gint64 when);

/* MESSAGE without a leading "NAME: ", for a line that begins with NAME; borrowed. */
const char *kb_words_without (const char *name, const char *message);

/* New: A, B and C of TEXTS, LAST standing for "and"; "" for none. */
char *kb_words_list (const GPtrArray *texts, const char *last);

G_END_DECLS

#endif
