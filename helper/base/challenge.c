/* SPDX-License-Identifier: MIT */
/* Reads WWW-Authenticate lines element by element and stops at the first malformed one.
   Knows nothing of which authority may be trusted. */
#include "base/challenge.h"

#include "base/text.h"

#include <string.h>

/* One line while it is read.  An element is the beginning of a challenge (SCHEME) or one
   parameter of the challenge that was begun last (NAME and VALUE). */
typedef struct
{
  const char *at; /* what is not read yet; "" from the first malformed element on */
  gboolean begun;
  const char *scheme;
  gsize scheme_length;
  const char *name;
  gsize name_length;
  char *value;
} Cursor;

static void
cursor_clear (Cursor *cursor)
{
  g_free (cursor->value);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Cursor, cursor_clear)

static gsize
token_length (const char *text)
{
  gsize length = 0;

  while (g_ascii_isalnum (text[length])
         || (text[length] != '\0' && strchr ("!#$%&'*+-.^_`|~", text[length]) != NULL))
    length++;
  return length;
}

static const char *
skip_blanks (const char *text)
{
  return text + strspn (text, " \t");
}

static gboolean
ends_element (const char *text)
{
  return *text == '\0' || *text == ',';
}

/* The end of a token68 (RFC 9110 section 11.2) that is all there is before the next
   comma, or NULL. */
static const char *
skip_token68 (const char *text)
{
  const char *end = text;

  while (g_ascii_isalnum (*end) || (*end != '\0' && strchr ("-._~+/", *end) != NULL))
    end++;
  if (end == text)
    return NULL;
  end = skip_blanks (end + strspn (end, "="));
  return ends_element (end) ? end : NULL;
}

/* New: the content of the quoted string that begins at *AT, which moves behind it. */
static char *
read_quoted (const char **at)
{
  g_autoptr (GString) value = g_string_new (NULL);

  for (const char *c = *at + 1; *c != '\0'; c++)
    {
      if (*c == '"')
        {
          *at = c + 1;
          return g_strdup (value->str);
        }
      if (*c == '\\' && *++c == '\0')
        return NULL;
      g_string_append_c (value, *c);
    }
  return NULL;
}

static char *
read_bare (const char **at)
{
  const char *start = *at;
  const char *end = start;

  while (g_ascii_isgraph (*end) && *end != ',' && *end != '"')
    end++;
  *at = end;
  return end > start ? g_strndup (start, (gsize) (end - start)) : NULL;
}

/* AT is behind the '=' of the parameter that CURSOR names. */
static gboolean
read_value (Cursor *cursor, const char *at)
{
  g_autofree char *value = NULL;

  at = skip_blanks (at);
  value = *at == '"' ? read_quoted (&at) : read_bare (&at);
  at = skip_blanks (at);
  if (value == NULL || !ends_element (at) || !kb_text_is_clean (value, strlen (value)))
    return FALSE;
  cursor->value = g_steal_pointer (&value);
  cursor->at = at;
  return TRUE;
}

/* AFTER is behind the scheme and its blanks.  What is there when it is neither a token68
   nor a parameter ends the reading, but the scheme was offered. */
static void
begin_challenge (Cursor *cursor, const char *after)
{
  const char *end = ends_element (after) ? after : skip_token68 (after);

  cursor->begun = TRUE;
  cursor->scheme = cursor->name;
  cursor->scheme_length = cursor->name_length;
  cursor->name = NULL;
  if (end != NULL)
    cursor->at = end;
  else if (*skip_blanks (after + token_length (after)) == '=')
    cursor->at = after;
  else
    cursor->at = "";
}

static gboolean
read_element (Cursor *cursor)
{
  const char *start = cursor->at + strspn (cursor->at, ", \t");
  const char *end = start + token_length (start);
  const char *after = skip_blanks (end);

  cursor->at = "";
  cursor->scheme = NULL;
  g_clear_pointer (&cursor->value, g_free);
  cursor->name = start;
  cursor->name_length = (gsize) (end - start);
  if (end == start)
    return FALSE;
  if (*after == '=')
    return cursor->begun && read_value (cursor, after + 1);
  if (after == end && !ends_element (after))
    return FALSE;
  begin_challenge (cursor, after);
  return TRUE;
}

static gboolean
is (const char *text, gsize length, const char *word)
{
  return text != NULL && strlen (word) == length
         && g_ascii_strncasecmp (text, word, length) == 0;
}

/* A parameter that stands twice in one challenge is malformed: who picks, guesses. */
static char *
find_in_line (const char *line, const char *scheme, const char *parameter)
{
  g_auto (Cursor) cursor = { .at = line };
  g_autofree char *found = NULL;
  gboolean ours = FALSE;

  while (read_element (&cursor))
    {
      if (cursor.scheme != NULL && found != NULL)
        break;
      if (cursor.scheme != NULL)
        ours = is (cursor.scheme, cursor.scheme_length, scheme);
      else if (ours && is (cursor.name, cursor.name_length, parameter))
        {
          if (found != NULL)
            return NULL;
          found = g_steal_pointer (&cursor.value);
        }
    }
  return g_steal_pointer (&found);
}

char *
kb_challenge_parameter (const char *const *lines, const char *scheme,
                        const char *parameter)
{
  for (; *lines != NULL; lines++)
    {
      char *value = find_in_line (*lines, scheme, parameter);

      if (value != NULL)
        return value;
    }
  return NULL;
}

gboolean
kb_challenge_offers (const char *const *lines, const char *scheme)
{
  for (; *lines != NULL; lines++)
    {
      g_auto (Cursor) cursor = { .at = *lines };

      while (read_element (&cursor))
        if (is (cursor.scheme, cursor.scheme_length, scheme))
          return TRUE;
    }
  return FALSE;
}
