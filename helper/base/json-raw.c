/* SPDX-License-Identifier: MIT */
/* Unescapes and compares strings of JSON that base/json-check.c has passed.
   Knows nothing of tokens, and copies no more than one character. */
#include "base/json-raw.h"

#include <string.h>

static guint
hex4 (const char *digits)
{
  guint value = 0;

  for (guint i = 0; i < 4; i++)
    value = value << 4 | (guint) g_ascii_xdigit_value (digits[i]);
  return value;
}

/* NEXT stands after "\u". */
static gsize
unescape_unicode (KbJsonRaw *raw)
{
  gunichar point = hex4 (raw->next);

  raw->next += 4;
  if (point >= 0xd800 && point <= 0xdbff)
    {
      point = 0x10000 + ((point - 0xd800) << 10) + (hex4 (raw->next + 2) - 0xdc00);
      raw->next += 6;
    }
  return (gsize) g_unichar_to_utf8 (point, raw->escaped);
}

static gsize
unescape (KbJsonRaw *raw)
{
  static const char letters[] = "bfnrt", bytes[] = "\b\f\n\r\t";
  char c = raw->next[1];
  const char *letter = strchr (letters, c);

  raw->next += 2;
  if (c == 'u')
    return unescape_unicode (raw);
  raw->escaped[0] = letter != NULL ? bytes[letter - letters] : c;
  return 1;
}

gboolean
kb_json_raw_next (KbJsonRaw *raw)
{
  gsize left = (gsize) (raw->end - raw->next);
  const char *escape;

  if (left == 0)
    return FALSE;
  if (*raw->next == '\\')
    {
      raw->length = unescape (raw);
      raw->piece = raw->escaped;
      return TRUE;
    }
  escape = memchr (raw->next, '\\', left);
  raw->piece = raw->next;
  raw->length = escape != NULL ? (gsize) (escape - raw->next) : left;
  raw->next += raw->length;
  return TRUE;
}

static int
next_byte (KbJsonRaw *raw)
{
  if (raw->length == 0 && !kb_json_raw_next (raw))
    return -1;
  raw->length--;
  return (guint8) *raw->piece++;
}

int
kb_json_raw_compare (KbJsonRaw a, KbJsonRaw b)
{
  int x, y;

  do
    {
      x = next_byte (&a);
      y = next_byte (&b);
    }
  while (x == y && x >= 0);
  return x - y;
}
