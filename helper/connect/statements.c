/* SPDX-License-Identifier: MIT */
/* Divides INI, npmrc, TOML, YAML, HCL and plain lines into statements.
   Knows nothing of what they mean; what it does not understand it refuses. */
#include "connect/statements.h"

#include <string.h>

#include "base/error.h"

typedef struct
{
  KbSyntax syntax;
  const char *text;
  gsize length;
  gsize at;   /* the line that is read */
  guint line; /* its number */
  GArray *all;
  const char *section;
  gsize section_length;
} Reading;

static gboolean
refuse (const Reading *reading, const char *why, GError **error)
{
  g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "line %u: %s", reading->line, why);
  return FALSE;
}

static gsize
line_end (const Reading *reading, gsize at)
{
  const char *found = memchr (reading->text + at, '\n', reading->length - at);

  return found != NULL ? (gsize) (found - reading->text) + 1 : reading->length;
}

/* Without what ends the line and blanks there. */
static gsize
content_end (const Reading *reading, gsize at, gsize end)
{
  while (end > at && strchr (" \t\r\n", reading->text[end - 1]) != NULL)
    end--;
  return end;
}

static gsize
skip_blanks (const Reading *reading, gsize at, gsize end)
{
  while (at < end && (reading->text[at] == ' ' || reading->text[at] == '\t'))
    at++;
  return at;
}

static void
count_lines (Reading *reading, gsize end)
{
  for (; reading->at < end; reading->at++)
    reading->line += reading->text[reading->at] == '\n';
}

/* A statement up to END, named by LENGTH bytes at NAME. */
static void
add (Reading *reading, KbStatementKind kind, gsize end, gsize name, gsize length)
{
  KbStatement statement = { .kind = kind,
                            .start = reading->at,
                            .end = end,
                            .first = line_end (reading, reading->at),
                            .name = reading->text + name,
                            .length = length,
                            .section = reading->section,
                            .section_length = reading->section_length };

  if (kind == KB_STATEMENT_SECTION)
    {
      reading->section = statement.section = statement.name;
      reading->section_length = statement.section_length = length;
    }
  g_array_append_val (reading->all, statement);
  count_lines (reading, end);
}

static KbStatement *
last (const Reading *reading)
{
  return reading->all->len > 0
             ? &g_array_index (reading->all, KbStatement, reading->all->len - 1)
             : NULL;
}

static void
extend (Reading *reading, gsize end)
{
  last (reading)->end = end;
  count_lines (reading, end);
}

/* The end of the bytes from AT that are one of ALLOWED or above ASCII. */
static gsize
word_end (const Reading *reading, gsize at, gsize end, const char *allowed)
{
  while (at < end
         && (g_ascii_isalnum (reading->text[at]) || (reading->text[at] & 0x80) != 0
             || strchr (allowed, reading->text[at]) != NULL))
    at++;
  return at;
}

/* ---- INI, npmrc, plain lines ---------------------------------------------------- */

static gboolean
read_section_line (Reading *reading, gsize at, gsize content, gsize end, GError **error)
{
  if (reading->text[content - 1] != ']' || content - at < 3)
    return refuse (reading, "a section without its end", error);
  add (reading, KB_STATEMENT_SECTION, end, at + 1, content - at - 2);
  return TRUE;
}

static gboolean
read_ini (Reading *reading, GError **error)
{
  gsize end = line_end (reading, reading->at);
  gsize content = content_end (reading, reading->at, end);
  gsize at = skip_blanks (reading, reading->at, content);
  const char *signs = reading->syntax == KB_SYNTAX_INI ? "=:" : "=";
  gsize name = at;

  if (at == content || strchr ("#;", reading->text[at]) != NULL)
    {
      add (reading, KB_STATEMENT_EMPTY, end, at, 0);
      return TRUE;
    }
  if (reading->syntax == KB_SYNTAX_INI && at > reading->at && last (reading) != NULL
      && last (reading)->kind == KB_STATEMENT_KEY)
    {
      extend (reading, end);
      return TRUE;
    }
  if (reading->text[at] == '[')
    return read_section_line (reading, at, content, end, error);
  while (name < content && strchr (signs, reading->text[name]) == NULL)
    name++;
  if (reading->syntax == KB_SYNTAX_INI && name == content)
    return refuse (reading, "neither a section nor a setting", error);
  if (reading->syntax == KB_SYNTAX_INI && reading->section == NULL)
    return refuse (reading, "a setting before the first section", error);
  if (name == at)
    return refuse (reading, "a setting without a name", error);
  add (reading, KB_STATEMENT_KEY, end, at, content_end (reading, at, name) - at);
  return TRUE;
}

static gboolean
read_line (Reading *reading, GError **error)
{
  gsize end = line_end (reading, reading->at);
  gsize content = content_end (reading, reading->at, end);
  gsize at = skip_blanks (reading, reading->at, content);
  gsize name = word_end (reading, at, content, "_-.:");
  gboolean empty = at == content || reading->text[at] == '#';

  while (!empty && content > at && reading->text[content - 1] == '\\'
         && end < reading->length)
    {
      gsize next = line_end (reading, end);

      content = content_end (reading, end, next);
      end = next;
    }
  add (reading, empty ? KB_STATEMENT_EMPTY : KB_STATEMENT_KEY, end, at, name - at);
  return TRUE;
}

/* ---- TOML and HCL: values that go over lines ------------------------------------ */

/* AT behind a string that begins there, 0 where it has no end. */
static gsize
skip_string (const Reading *reading, gsize at)
{
  char quote = reading->text[at];
  const char *rest = reading->text + at;
  gboolean toml = reading->syntax == KB_SYNTAX_TOML;
  const char three[] = { quote, quote, quote, '\0' };
  const char *end;

  if (toml && strncmp (rest, three, 3) == 0)
    {
      end = strstr (rest + 3, three);
      while (end != NULL && end[3] == quote)
        end++;
      return end != NULL ? (gsize) (end - reading->text) + 3 : 0;
    }
  for (at++; at < reading->length && reading->text[at] != '\n'; at++)
    if (reading->text[at] == quote)
      return at + 1;
    else if (reading->text[at] == '\\' && quote == '"')
      at++;
  return 0;
}

static gboolean
is_comment (const Reading *reading, gsize at)
{
  return reading->text[at] == '#'
         || (reading->syntax == KB_SYNTAX_HCL && reading->text[at] == '/'
             && reading->text[at + 1] == '/');
}

/* Where the line ends in which what begins at AT ends: brackets and strings are closed.
   0 where they never are. */
static gsize
value_end (const Reading *reading, gsize at)
{
  int depth = 0;

  while (at < reading->length && !(reading->text[at] == '\n' && depth == 0))
    {
      char c = reading->text[at];

      if (is_comment (reading, at))
        at = content_end (reading, at, line_end (reading, at));
      else if (c == '"' || (c == '\'' && reading->syntax == KB_SYNTAX_TOML))
        {
          at = skip_string (reading, at);
          if (at == 0)
            return 0;
        }
      else
        {
          depth += (c == '[' || c == '{') - (c == ']' || c == '}');
          if (depth < 0)
            return 0;
          at++;
        }
    }
  return depth == 0 ? MIN (at + 1, reading->length) : 0;
}

/* Behind a TOML key, dotted or quoted; AT where there is none. */
static gsize
key_end (const Reading *reading, gsize at, gsize content)
{
  gsize end = at;

  while (end < content && reading->text[end] != '=')
    if (reading->text[end] == '"' || reading->text[end] == '\'')
      {
        end = skip_string (reading, end);
        if (end == 0)
          return at;
      }
    else if (g_ascii_isalnum (reading->text[end])
             || strchr ("_-. \t", reading->text[end]) != NULL)
      end++;
    else
      return at;
  return end < content ? end : at;
}

static gboolean
read_toml_header (Reading *reading, gsize at, gsize end, GError **error)
{
  gboolean array = reading->text[at + 1] == '[';
  gsize name = at + 1 + array;
  gsize close = name;

  while (close < end && reading->text[close] != ']' && reading->text[close] != '\n')
    close++;
  if (close == end || reading->text[close] != ']' || close == name
      || (array && reading->text[close + 1] != ']'))
    return refuse (reading, "a table without its end", error);
  at = skip_blanks (reading, close + 1 + array, end);
  if (at < content_end (reading, reading->at, end) && reading->text[at] != '#')
    return refuse (reading, "something behind a table's name", error);
  /* An element of an array of tables is no section that could be added to: its name
     keeps a bracket. */
  name = array ? name - 1 : skip_blanks (reading, name, close);
  add (reading, KB_STATEMENT_SECTION, end, name,
       content_end (reading, name, close) - name);
  return TRUE;
}

static gboolean
read_toml (Reading *reading, GError **error)
{
  gsize end = line_end (reading, reading->at);
  gsize content = content_end (reading, reading->at, end);
  gsize at = skip_blanks (reading, reading->at, content);
  gsize equals;

  if (at == content || reading->text[at] == '#')
    {
      add (reading, KB_STATEMENT_EMPTY, end, at, 0);
      return TRUE;
    }
  if (reading->text[at] == '[')
    return read_toml_header (reading, at, end, error);
  equals = key_end (reading, at, content);
  if (equals == at || skip_blanks (reading, equals + 1, content) == content)
    return refuse (reading, "neither a table nor a key with a value", error);
  end = value_end (reading, equals + 1);
  if (end == 0)
    return refuse (reading, "a value without an end", error);
  add (reading, KB_STATEMENT_KEY, end, at, content_end (reading, at, equals) - at);
  return TRUE;
}

static gboolean
read_hcl (Reading *reading, GError **error)
{
  gsize end = line_end (reading, reading->at);
  gsize content = content_end (reading, reading->at, end);
  gsize at = skip_blanks (reading, reading->at, content);
  gsize name = word_end (reading, at, content, "_-");

  if (at == content || is_comment (reading, at))
    {
      add (reading, KB_STATEMENT_EMPTY, end, at, 0);
      return TRUE;
    }
  if (name == at || memmem (reading->text + at, content - at, "<<", 2) != NULL
      || memmem (reading->text + at, content - at, "/*", 2) != NULL)
    return refuse (reading, "neither a block nor a setting", error);
  end = value_end (reading, name);
  if (end == 0)
    return refuse (reading, "a block or a string without an end", error);
  add (reading, KB_STATEMENT_KEY, end, at, name - at);
  return TRUE;
}

/* ---- YAML ----------------------------------------------------------------------- */

static gboolean
is_inner (const Reading *reading, gsize at, gsize content)
{
  return at > reading->at
         || (reading->text[at] == '-'
             && (at + 1 == content || reading->text[at + 1] == ' '));
}

static gboolean
read_yaml (Reading *reading, GError **error)
{
  gsize end = line_end (reading, reading->at);
  gsize content = content_end (reading, reading->at, end);
  gsize at = skip_blanks (reading, reading->at, content);
  gsize name;

  if (memchr (reading->text + reading->at, '\t', at - reading->at) != NULL)
    return refuse (reading, "a tab", error);
  if (at == content || reading->text[at] == '#'
      || (reading->all->len == 0 && content - at == 3
          && strncmp (reading->text + at, "---", 3) == 0))
    {
      add (reading, KB_STATEMENT_EMPTY, end, at, 0);
      return TRUE;
    }
  if (is_inner (reading, at, content))
    {
      if (reading->section == NULL)
        return refuse (reading, "not below a key", error);
      add (reading, KB_STATEMENT_KEY, end, at, 0);
      return TRUE;
    }
  name = word_end (reading, at, content, "_-./@");
  if (name == at || name >= content || reading->text[name] != ':')
    return refuse (reading, "not a key at the left edge", error);
  add (reading, KB_STATEMENT_SECTION, end, at, name - at);
  return TRUE;
}

GArray *
kb_statements (KbSyntax syntax, const char *text, gsize length, GError **error)
{
  static gboolean (*const readers[]) (Reading * reading, GError * *error) = {
    [KB_SYNTAX_INI] = read_ini,   [KB_SYNTAX_NPMRC] = read_ini,
    [KB_SYNTAX_TOML] = read_toml, [KB_SYNTAX_YAML] = read_yaml,
    [KB_SYNTAX_HCL] = read_hcl,   [KB_SYNTAX_LINES] = read_line,
  };
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (KbStatement));
  Reading reading
      = { .syntax = syntax, .text = text, .length = length, .line = 1, .all = all };

  if (memchr (text, '\0', length) != NULL
      || !g_utf8_validate (text, (gssize) length, NULL)
      || g_str_has_prefix (text, "\xef\xbb\xbf"))
    {
      refuse (&reading, "not plain UTF-8 text", error);
      return NULL;
    }
  while (reading.at < length)
    if (!readers[syntax](&reading, error))
      return NULL;
  return g_steal_pointer (&all);
}
