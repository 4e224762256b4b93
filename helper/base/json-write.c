/* SPDX-License-Identifier: MIT */
/* Writes strings and names of JSON so that the text stays one clean line.
   Knows nothing of reading, or of what is written. */
#include "base/json.h"
#include "base/text.h"

#include <string.h>

/* The most that one byte becomes: \u00XX. */
#define GROWTH 6

static void
append_point (KbBuffer *buffer, const char *bytes, gsize length, gunichar point)
{
  if (point == '"' || point == '\\')
    kb_buffer_append (buffer, "\\", 1);
  if (kb_text_is_clean (bytes, length))
    kb_buffer_append (buffer, bytes, length);
  else
    kb_buffer_printf (buffer, "\\u%04x", point); /* what is not clean is below U+10000 */
}

static void
append_quoted (KbBuffer *buffer, const char *text, gsize length)
{
  gsize step;

  kb_buffer_append (buffer, "\"", 1);
  for (gsize i = 0; i < length; i += step)
    {
      gunichar point = g_utf8_get_char_validated (text + i, (gssize) (length - i));

      step = 1;
      if (point >= (gunichar) -2) /* invalid or cut short */
        {
          kb_buffer_append_text (buffer, "\xef\xbf\xbd");
          continue;
        }
      step = (gsize) g_unichar_to_utf8 (point, NULL);
      append_point (buffer, text + i, step, point);
    }
  kb_buffer_append (buffer, "\"", 1);
}

/* Through a buffer of its own that is never too small: all of it is added or nothing. */
gboolean
kb_json_append_string (KbBuffer *buffer, const char *text)
{
  gsize length = strlen (text);
  g_autoptr (KbBuffer) quoted = kb_buffer_new (length * GROWTH + 2);

  append_quoted (quoted, text, length);
  return kb_buffer_append (buffer, kb_buffer_peek (quoted), kb_buffer_length (quoted));
}

static gboolean
needs_comma (const KbBuffer *buffer)
{
  gsize length = kb_buffer_length (buffer);

  return length > 0 && strchr ("{[:", kb_buffer_peek (buffer)[length - 1]) == NULL;
}

gboolean
kb_json_append_name (KbBuffer *buffer, const char *name)
{
  gsize length = strlen (name);
  g_autoptr (KbBuffer) quoted = kb_buffer_new (length * GROWTH + 4);

  if (needs_comma (buffer))
    kb_buffer_append (quoted, ",", 1);
  append_quoted (quoted, name, length);
  kb_buffer_append (quoted, ":", 1);
  return kb_buffer_append (buffer, kb_buffer_peek (quoted), kb_buffer_length (quoted));
}

static void
begin (KbBuffer *json, const char *name)
{
  if (name != NULL)
    kb_json_append_name (json, name);
  else if (needs_comma (json))
    kb_buffer_append_text (json, ",");
}

void
kb_json_open (KbBuffer *json, const char *name, char bracket)
{
  begin (json, name);
  kb_buffer_append (json, &bracket, 1);
}

void
kb_json_close (KbBuffer *json, char bracket)
{
  kb_buffer_append (json, &bracket, 1);
}

void
kb_json_text (KbBuffer *json, const char *name, const char *value)
{
  begin (json, name);
  if (value != NULL)
    kb_json_append_string (json, value);
  else
    kb_buffer_append_text (json, "null");
}

void
kb_json_flag (KbBuffer *json, const char *name, gboolean value)
{
  begin (json, name);
  kb_buffer_append_text (json, value ? "true" : "false");
}

void
kb_json_number (KbBuffer *json, const char *name, gint64 value)
{
  begin (json, name);
  kb_buffer_printf (json, "%" G_GINT64_FORMAT, value);
}

void
kb_json_time (KbBuffer *json, const char *name, gint64 value)
{
  if (value != 0)
    kb_json_number (json, name, value);
  else
    kb_json_text (json, name, NULL);
}
