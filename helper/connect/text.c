/* SPDX-License-Identifier: MIT */
/* Puts a tool's lines between markers at the place where they belong, and restores what
   was there.  Knows nothing of files and tools. */
#include "connect/text.h"

#include <string.h>

#include "base/error.h"
#include "connect/statements.h"

#define BEGIN "# >>> keybearer "
#define END "# <<< keybearer "
#define WAS "# was: "
/* What the first marker says of how it was before. */
#define SAYS_NEWLINE " +newline" /* the last line had no end */
#define SAYS_END " +end"         /* the last of the lines below had none */
#define SAYS_FRESH " +file"      /* there was no file */

typedef struct
{
  const KbEdit *edit;
  const char *text;
  gsize length;
  gboolean fresh;
  const char *eol;
  KbBuffer *out;
  gboolean written; /* the body is in OUT */
} Writing;

/* ---- markers -------------------------------------------------------------------- */

static gsize
line_length (const char *text, gsize length)
{
  const char *found = memchr (text, '\n', length);

  return found != NULL ? (gsize) (found - text) + 1 : length;
}

/* Behind MARKER and TOOL on the line at TEXT, NULL where it is no such marker. */
static const char *
marker (const char *text, gsize length, const char *begin, const char *tool)
{
  gsize size = strlen (begin);
  gsize blanks = 0;

  while (blanks < length && text[blanks] == ' ')
    blanks++;
  text += blanks;
  length -= blanks;
  if (length < size + strlen (tool) || strncmp (text, begin, size) != 0
      || strncmp (text + size, tool, strlen (tool)) != 0)
    return NULL;
  text += size + strlen (tool);
  length -= size + strlen (tool);
  return length == 0 || strchr (" \r\n", *text) != NULL ? text : NULL;
}

static gboolean
line_says (const char *text, const char *rest, gsize length, const char *word)
{
  return memmem (rest, length - (gsize) (rest - text), word, strlen (word)) != NULL;
}

static void
write_marker (Writing *writing, const char *indent, const char *begin, const char *says)
{
  kb_buffer_printf (writing->out, "%s%s%s%s%s%s", indent, begin, writing->edit->tool,
                    says, writing->fresh && g_str_equal (begin, BEGIN) ? SAYS_FRESH : "",
                    writing->eol);
}

/* ---- taking away ---------------------------------------------------------------- */

/* One block of LENGTH bytes from its first marker on: what was there before it. */
static void
restore (KbBuffer *out, const char *text, gsize length)
{
  while (length > 0)
    {
      gsize size = line_length (text, length);

      if (size >= strlen (WAS) && strncmp (text, WAS, strlen (WAS)) == 0)
        kb_buffer_append (out, text + strlen (WAS), size - strlen (WAS));
      text += size;
      length -= size;
    }
}

/* The bytes of the block that begins at TEXT, 0 where its end is missing. */
static gsize
block_length (const char *text, gsize length, const char *tool)
{
  for (gsize at = 0; at < length;)
    {
      gsize size = line_length (text + at, length - at);

      if (at > 0 && marker (text + at, size, BEGIN, tool) != NULL)
        return 0;
      if (marker (text + at, size, END, tool) != NULL)
        return at + size;
      at += size;
    }
  return 0;
}

/* The end of the last line that is in OUT goes. */
static gboolean
drop_newline (KbBuffer *out)
{
  gsize length = kb_buffer_length (out);
  g_autoptr (KbSecret) whole = kb_buffer_steal (out);
  const char *text = kb_secret_peek (whole);

  if (length > 0 && text[length - 1] == '\n')
    length--;
  if (length > 0 && text[length - 1] == '\r')
    length--;
  return kb_buffer_append (out, text, length);
}

gboolean
kb_text_disconnect (const char *text, gsize length, const char *tool, KbBuffer *out,
                    gboolean *found, gboolean *fresh, GError **error)
{
  gboolean made = FALSE;

  *found = FALSE;
  for (gsize at = 0; at < length;)
    {
      gsize size = line_length (text + at, length - at);
      const char *says = marker (text + at, size, BEGIN, tool);
      gsize block = says != NULL ? block_length (text + at, length - at, tool) : 0;

      if (says == NULL)
        kb_buffer_append (out, text + at, size);
      else if (block == 0)
        {
          g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                       "the line \"" BEGIN "%s\" has no \"" END "%s\" after it", tool,
                       tool);
          return FALSE;
        }
      else
        {
          gboolean at_end = at + block == length;

          if (at_end && line_says (text + at, says, size, SAYS_NEWLINE))
            drop_newline (out);
          made = made || line_says (text + at, says, size, SAYS_FRESH);
          restore (out, text + at, block);
          if (at_end && line_says (text + at, says, size, SAYS_END))
            drop_newline (out);
          *found = TRUE;
          size = block;
        }
      at += size;
    }
  *fresh = made && kb_buffer_length (out) == 0;
  return TRUE;
}

/* ---- adding --------------------------------------------------------------------- */

static void
write_body (Writing *writing, const char *indent)
{
  const char *body = kb_buffer_peek (writing->edit->body);

  while (*body != '\0')
    {
      gsize size = strcspn (body, "\n");

      kb_buffer_append_text (writing->out, indent);
      kb_buffer_append (writing->out, body, size);
      kb_buffer_append_text (writing->out, writing->eol);
      body += size + (body[size] == '\n');
    }
  writing->written = TRUE;
}

/* "[section]", "section:" */
static void
write_header (Writing *writing)
{
  gboolean yaml = writing->edit->syntax == KB_SYNTAX_YAML;

  if (writing->edit->section != NULL)
    kb_buffer_printf (writing->out, yaml ? "%s:%s" : "[%s]%s", writing->edit->section,
                      writing->eol);
}

/* The statement's lines as comments, and ours where they are not yet. */
static void
write_replaced (Writing *writing, const KbStatement *statement, gboolean header)
{
  const char *text = writing->text + statement->start;
  gsize length = statement->end - statement->start;
  gboolean newline = length > 0 && text[length - 1] != '\n';

  write_marker (writing, "", BEGIN, newline ? SAYS_END : "");
  while (length > 0)
    {
      gsize size = line_length (text, length);

      kb_buffer_append_text (writing->out, WAS);
      kb_buffer_append (writing->out, text, size);
      text += size;
      length -= size;
    }
  if (newline)
    kb_buffer_append_text (writing->out, writing->eol);
  if (!writing->written && header)
    write_header (writing);
  if (!writing->written)
    write_body (writing, header ? "  " : "");
  write_marker (writing, "", END, "");
}

static void
write_block (Writing *writing, gboolean header, const char *indent)
{
  gsize length = kb_buffer_length (writing->out);
  gboolean newline = length > 0 && kb_buffer_peek (writing->out)[length - 1] != '\n';

  if (newline)
    kb_buffer_append_text (writing->out, writing->eol);
  write_marker (writing, indent, BEGIN, newline ? SAYS_NEWLINE : "");
  if (header)
    write_header (writing);
  write_body (writing, indent);
  write_marker (writing, indent, END, "");
}

/* WANTED may hold one '*' for any bytes. */
static gboolean
is_named (const char *name, gsize length, const char *wanted)
{
  const char *star = strchr (wanted, '*');
  gsize head = star != NULL ? (gsize) (star - wanted) : strlen (wanted);
  gsize tail = star != NULL ? strlen (star + 1) : 0;

  if (star == NULL)
    return length == head && strncmp (name, wanted, head) == 0;
  return length >= head + tail && strncmp (name, wanted, head) == 0
         && strncmp (name + length - tail, star + 1, tail) == 0;
}

static gboolean
is_here (const KbEdit *edit, const KbStatement *statement)
{
  return edit->section == NULL
             ? statement->section == NULL
             : statement->section != NULL
                   && is_named (statement->section, statement->section_length,
                                edit->section);
}

static gboolean
is_replaced (const KbEdit *edit, const KbStatement *statement)
{
  if (statement->kind != KB_STATEMENT_KEY || !is_here (edit, statement))
    return FALSE;
  for (const char *const *key = edit->replaced; key != NULL && *key != NULL; key++)
    if (is_named (statement->name, statement->length, *key))
      return TRUE;
  return FALSE;
}

static gboolean
any_replaced (const KbEdit *edit, const GArray *all)
{
  for (guint i = 0; i < all->len; i++)
    if (is_replaced (edit, &g_array_index (all, KbStatement, i)))
      return TRUE;
  return FALSE;
}

/* What stands behind "key:" on its line, but for a comment. */
static gboolean
is_bare (const Writing *writing, const KbStatement *statement)
{
  const char *rest = statement->name + statement->length + 1;

  rest += strspn (rest, " ");
  return rest >= writing->text + statement->first || strchr ("#\r\n", *rest) != NULL;
}

/* "users: []" and its like hold nothing that could get lost. */
static gboolean
is_void (const Writing *writing, const KbStatement *statement)
{
  static const char *const voids[] = { "[]", "{}", "null", "~" };
  const char *rest = statement->name + statement->length + 1;
  gsize size;

  rest += strspn (rest, " ");
  size = strcspn (rest, " \r\n#");
  for (guint i = 0; i < G_N_ELEMENTS (voids); i++)
    if (strlen (voids[i]) == size && strncmp (rest, voids[i], size) == 0)
      return TRUE;
  return FALSE;
}

/* New: the blanks before the first line below the key at INDEX, or those that we use. */
static char *
indent_below (const Writing *writing, const GArray *all, guint index)
{
  for (guint i = index + 1; i < all->len; i++)
    {
      const KbStatement *statement = &g_array_index (all, KbStatement, i);

      if (statement->kind == KB_STATEMENT_SECTION)
        break;
      if (statement->kind == KB_STATEMENT_KEY)
        return g_strndup (writing->text + statement->start,
                          (gsize) (statement->name - writing->text) - statement->start);
    }
  return g_strdup ("  ");
}

static gboolean
write_section (Writing *writing, const GArray *all, guint index, GError **error)
{
  const KbStatement *statement = &g_array_index (all, KbStatement, index);
  gboolean yaml = writing->edit->syntax == KB_SYNTAX_YAML;
  g_autofree char *indent = yaml ? indent_below (writing, all, index) : g_strdup ("");

  if (yaml && is_void (writing, statement))
    {
      write_replaced (writing, statement, TRUE);
      return TRUE;
    }
  if (yaml && !is_bare (writing, statement))
    {
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                   "\"%s:\" has its value on the same line", writing->edit->section);
      return FALSE;
    }
  kb_buffer_append (writing->out, writing->text + statement->start,
                    statement->end - statement->start);
  write_block (writing, FALSE, indent);
  return TRUE;
}

/* Whether lines without a section go before STATEMENT: TOML's have to stand before the
   first table, and so do npm's. */
static gboolean
goes_before (const KbEdit *edit, const KbStatement *statement)
{
  if (edit->section != NULL || statement->kind != KB_STATEMENT_SECTION)
    return FALSE;
  return edit->syntax == KB_SYNTAX_TOML || edit->syntax == KB_SYNTAX_NPMRC;
}

static gboolean
write_all (Writing *writing, const GArray *all, GError **error)
{
  const KbEdit *edit = writing->edit;
  gboolean replaces = any_replaced (edit, all);

  for (guint i = 0; i < all->len; i++)
    {
      const KbStatement *statement = &g_array_index (all, KbStatement, i);
      gboolean waits = !replaces && !writing->written;

      if (is_replaced (edit, statement))
        write_replaced (writing, statement, FALSE);
      else if (waits && edit->section != NULL && statement->kind == KB_STATEMENT_SECTION
               && is_here (edit, statement))
        {
          if (!write_section (writing, all, i, error))
            return FALSE;
        }
      else
        {
          if (waits && goes_before (edit, statement))
            write_block (writing, FALSE, "");
          kb_buffer_append (writing->out, writing->text + statement->start,
                            statement->end - statement->start);
        }
    }
  if (!writing->written)
    write_block (writing, edit->section != NULL,
                 edit->section != NULL && edit->syntax == KB_SYNTAX_YAML ? "  " : "");
  return TRUE;
}

/* What was written can be read, and taken away again to the byte. */
static gboolean
prove (const Writing *writing, GError **error)
{
  const char *made = kb_buffer_peek (writing->out);
  gsize length = kb_buffer_length (writing->out);
  g_autoptr (GArray) all = kb_statements (writing->edit->syntax, made, length, error);
  g_autoptr (KbBuffer) back = kb_buffer_new (0);
  gboolean found = FALSE;
  gboolean fresh = FALSE;

  if (all == NULL
      || !kb_text_disconnect (made, length, writing->edit->tool, back, &found, &fresh,
                              error))
    return FALSE;
  if (found && kb_buffer_length (back) == writing->length
      && memcmp (kb_buffer_peek (back), writing->text, writing->length) == 0)
    return TRUE;
  g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                       "the lines could not be taken away again");
  return FALSE;
}

gboolean
kb_text_connect (const char *text, gsize length, gboolean fresh, const KbEdit *edit,
                 KbBuffer *out, GError **error)
{
  g_autoptr (KbBuffer) before = kb_buffer_new (0);
  g_autoptr (GArray) all = NULL;
  const char *end;
  gboolean found = FALSE;
  gboolean was_fresh = FALSE;
  Writing writing = { .edit = edit, .out = out };

  if (!kb_text_disconnect (text, length, edit->tool, before, &found, &was_fresh, error))
    return FALSE;
  writing.text = kb_buffer_peek (before);
  writing.length = kb_buffer_length (before);
  writing.fresh = fresh || was_fresh;
  end = strchr (writing.text, '\n');
  writing.eol = end != NULL && end > writing.text && end[-1] == '\r' ? "\r\n" : "\n";
  all = kb_statements (edit->syntax, writing.text, writing.length, error);
  if (all == NULL || !write_all (&writing, all, error))
    return FALSE;
  return prove (&writing, error);
}

char *
kb_text_value (const char *text, gsize length, const KbEdit *edit, const char *key)
{
  g_autoptr (KbBuffer) before = kb_buffer_new (0);
  g_autoptr (GArray) all = NULL;
  gboolean found = FALSE;
  gboolean fresh = FALSE;

  if (kb_text_disconnect (text, length, edit->tool, before, &found, &fresh, NULL))
    all = kb_statements (edit->syntax, kb_buffer_peek (before), kb_buffer_length (before),
                         NULL);
  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      const KbStatement *statement = &g_array_index (all, KbStatement, i);
      const char *rest = statement->name + statement->length;
      const char *end = kb_buffer_peek (before) + statement->end;

      if (statement->kind != KB_STATEMENT_KEY || !is_here (edit, statement)
          || !is_named (statement->name, statement->length, key))
        continue;
      rest += strspn (rest, " \t");
      rest += *rest == '=';
      return g_strstrip (g_strndup (rest, (gsize) (end - rest)));
    }
  return NULL;
}
