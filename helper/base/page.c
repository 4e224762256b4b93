/* SPDX-License-Identifier: MIT */
/* Gathers text for a terminal or a pipe and writes it at once.
   Knows nothing of what it says. */
#include "base/page.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lines.h"
#include "base/text.h"

/* A thousand accounts with all their items are below 1 MB. */
#define PAGE_MAX (16 * 1024 * 1024)
#define SHOWN_MAX 2048
#define WIDTH_DEFAULT 80
#define WIDTH_LEAST 40
#define WIDTH_MOST 120

static guint
width_of (int out)
{
  struct winsize size = { 0 };

  if (ioctl (out, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return WIDTH_DEFAULT;
  return CLAMP (size.ws_col, WIDTH_LEAST, WIDTH_MOST);
}

void
kb_page_open (KbPage *page, int out)
{
  const char *no_colour = g_getenv ("NO_COLOR");
  const char *terminal = g_getenv ("TERM");

  page->text = kb_buffer_new (PAGE_MAX);
  page->out = out;
  page->width = width_of (out);
  page->colour = isatty (out) && (no_colour == NULL || *no_colour == '\0')
                 && g_strcmp0 (terminal, "dumb") != 0;
}

void
kb_page_clear (KbPage *page)
{
  g_clear_pointer (&page->text, kb_buffer_free);
}

gboolean
kb_page_write (const KbPage *page, GError **error)
{
  if (kb_write_all (page->out, kb_buffer_peek (page->text),
                    kb_buffer_length (page->text)))
    return TRUE;
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "standard output: %s",
               g_strerror (errno));
  return FALSE;
}

/* ---- text ----------------------------------------------------------------------- */

void
kb_page_add (KbPage *page, const char *text)
{
  kb_buffer_append_text (page->text, text);
}

void
kb_page_printf (KbPage *page, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  kb_page_add (page, text);
}

static void
add_styled (KbPage *page, KbStyle style, const char *text, gsize length)
{
  static const char *const codes[] = { "", "\033[1m", "\033[2m", "\033[32m", "\033[31m" };
  gboolean styled = page->colour && style != KB_STYLE_PLAIN && length > 0;

  if (styled)
    kb_page_add (page, codes[style]);
  kb_buffer_append (page->text, text, length);
  if (styled)
    kb_page_add (page, "\033[0m");
}

static char *
escape (const char *text)
{
  return kb_text_escape (text, strlen (text), SHOWN_MAX);
}

void
kb_page_show (KbPage *page, KbStyle style, const char *text)
{
  g_autofree char *shown = escape (text);

  add_styled (page, style, shown, strlen (shown));
}

/* Columns of the first LENGTH bytes of TEXT, which was escaped. */
static guint
columns (const char *text, gsize length)
{
  guint count = 0;

  for (const char *c = text; c < text + length; c = g_utf8_next_char (c))
    count += g_unichar_iszerowidth (g_utf8_get_char (c)) ? 0
             : g_unichar_iswide (g_utf8_get_char (c))    ? 2
                                                         : 1;
  return count;
}

static void
add_blanks (KbPage *page, guint count)
{
  kb_page_printf (page, "%*s", (int) count, "");
}

/* The bytes of a word that is too long for a line of ROOM columns: up to the last '@' or
   '/' that fits, as names are made of parts; all of it where there is none. */
static gsize
fitting_part (const char *word, gsize length, guint room)
{
  gsize best = 0;

  for (gsize i = 1; i < length; i++)
    if ((word[i - 1] == '@' || word[i - 1] == '/') && columns (word, i) <= room)
      best = i;
  return best > 0 ? best : length;
}

/* The bytes of TEXT that go into ROOM columns, whole words where that is possible. */
static gsize
fitting (const char *text, guint room)
{
  gsize best = 0;

  for (const char *c = text;; c++)
    {
      gsize length = (gsize) (c - text);

      if (*c != ' ' && *c != '\0')
        continue;
      if (columns (text, length) > room)
        return best > 0 ? best : fitting_part (text, length, room);
      best = length;
      if (*c == '\0')
        return best;
    }
}

/* AT columns of the line are there. */
static void
finish_entry (KbPage *page, guint at, guint column, const char *label, KbStyle style,
              const char *text)
{
  g_autofree char *shown = escape (text);
  const char *rest = shown;
  gsize length;

  if (label != NULL)
    {
      add_styled (page, KB_STYLE_PLAIN, label, strlen (label));
      at += columns (label, strlen (label));
    }
  add_blanks (page, at + 1 < column ? column - at : label != NULL ? 2 : 0);
  at = MAX (at + (label != NULL ? 2 : 0), column);
  do
    {
      length = fitting (rest, page->width > at ? page->width - at : 1);
      add_styled (page, style, rest, length);
      kb_page_add (page, "\n");
      rest += length + strspn (rest + length, " ");
      at = column;
      if (*rest != '\0')
        add_blanks (page, column);
    }
  while (*rest != '\0');
}

void
kb_page_entry (KbPage *page, guint indent, guint column, const char *label, KbStyle style,
               const char *text)
{
  add_blanks (page, indent);
  finish_entry (page, indent, column, label, style, text);
}

void
kb_page_marked (KbPage *page, const char *mark, KbStyle style, guint width, guint column,
                const char *label, const char *text)
{
  guint length = columns (mark, strlen (mark));

  add_styled (page, style, mark, strlen (mark));
  add_blanks (page, width > length ? width - length : 0);
  finish_entry (page, MAX (width, length), column, label, KB_STYLE_PLAIN, text);
}

/* ---- tables --------------------------------------------------------------------- */

#define GAP 2
#define FLEXIBLE_LEAST 12

struct _KbTable
{
  const char *const *headings;
  guint columns;
  guint flexible;
  GPtrArray *rows; /* of char **, escaped */
};

KbTable *
kb_table_new (const char *const *headings, guint flexible)
{
  KbTable *table = g_new0 (KbTable, 1);

  table->headings = headings;
  table->columns = g_strv_length ((char **) headings);
  table->flexible = flexible;
  table->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  return table;
}

void
kb_table_free (KbTable *table)
{
  if (table == NULL)
    return;
  g_ptr_array_unref (table->rows);
  g_free (table);
}

void
kb_table_row (KbTable *table, const char *const *cells)
{
  char **row = g_new0 (char *, table->columns + 1);

  for (guint i = 0; i < table->columns; i++)
    row[i] = escape (cells[i]);
  g_ptr_array_add (table->rows, row);
}

guint
kb_table_rows (const KbTable *table)
{
  return table->rows->len;
}

static guint
column_width (const KbTable *table, guint column)
{
  guint widest = columns (table->headings[column], strlen (table->headings[column]));

  for (guint i = 0; i < table->rows->len; i++)
    {
      char **row = g_ptr_array_index (table->rows, i);

      widest = MAX (widest, columns (row[column], strlen (row[column])));
    }
  return widest;
}

/* New: TEXT in WIDTH columns; of what is too long both ends stay. */
static char *
shorten (const char *text, guint width)
{
  glong length = g_utf8_strlen (text, -1);
  guint tail = (width - 1) / 2;
  g_autofree char *head = NULL;

  if (columns (text, strlen (text)) <= width)
    return g_strdup (text);
  head = g_utf8_substring (text, 0, width - 1 - tail);
  return g_strconcat (head, "\xe2\x80\xa6",
                      g_utf8_offset_to_pointer (text, length - tail), NULL);
}

static void
print_row (const KbTable *table, KbPage *page, const char *const *cells,
           const guint *widths, KbStyle style)
{
  for (guint i = 0; i < table->columns; i++)
    {
      g_autofree char *cell
          = i == table->flexible ? shorten (cells[i], widths[i]) : g_strdup (cells[i]);
      guint used = columns (cell, strlen (cell));

      add_styled (page, style, cell, strlen (cell));
      if (i + 1 < table->columns)
        add_blanks (page, (widths[i] > used ? widths[i] - used : 0) + GAP);
    }
  kb_page_add (page, "\n");
}

void
kb_table_print (const KbTable *table, KbPage *page)
{
  g_autofree guint *widths = g_new0 (guint, table->columns);
  guint total = 0;
  guint others;

  for (guint i = 0; i < table->columns; i++)
    {
      widths[i] = column_width (table, i);
      total += widths[i] + (i > 0 ? GAP : 0);
    }
  others = total - widths[table->flexible];
  if (total > page->width && isatty (page->out))
    widths[table->flexible]
        = page->width > others + FLEXIBLE_LEAST ? page->width - others : FLEXIBLE_LEAST;
  print_row (table, page, table->headings, widths, KB_STYLE_DIM);
  for (guint i = 0; i < table->rows->len; i++)
    print_row (table, page, g_ptr_array_index (table->rows, i), widths, KB_STYLE_PLAIN);
}
