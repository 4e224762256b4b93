/* SPDX-License-Identifier: MIT */
/* Checks bytes against RFC 8259 in one pass with a stack of its own.
   Knows nothing of jsmn, of keys that stand twice, or of what the members mean. */
#include "base/json-check.h"

#include "base/error.h"
#include "base/json.h"

#include <string.h>

/* What may come next, white space aside. */
typedef enum
{
  EXPECT_ROOT,
  EXPECT_VALUE,
  EXPECT_VALUE_OR_END,
  EXPECT_KEY,
  EXPECT_KEY_OR_END,
  EXPECT_COLON,
  EXPECT_COMMA_OR_END,
  EXPECT_NOTHING
} Expect;

typedef struct
{
  const char *text;
  gsize length;
  gsize at;
  Expect expect;
  guint tokens;
  guint depth;
  char open[KB_JSON_DEPTH_MAX]; /* '{' or '[' */
  const char *wrong;
} Scan;

gboolean
kb_json_refuse (const char *wrong, gsize at, GError **error)
{
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "JSON: %s at byte %" G_GSIZE_FORMAT,
               wrong, at);
  return FALSE;
}

static gboolean
fail (Scan *scan, const char *wrong)
{
  scan->wrong = wrong;
  return FALSE;
}

/* The byte here, or -1 at the end. */
static int
peek (const Scan *scan)
{
  return scan->at < scan->length ? (guint8) scan->text[scan->at] : -1;
}

static gboolean
take (Scan *scan, int c)
{
  if (peek (scan) != c)
    return FALSE;
  scan->at++;
  return TRUE;
}

static gboolean
count_token (Scan *scan)
{
  if (scan->tokens >= KB_JSON_TOKENS_MAX)
    return fail (scan, "too many values");
  scan->tokens++;
  return TRUE;
}

static gboolean
scan_hex4 (Scan *scan, guint *unit)
{
  guint value = 0;

  for (guint i = 0; i < 4; i++)
    {
      int c = peek (scan);

      if (c < 0 || !g_ascii_isxdigit ((char) c))
        return fail (scan, "\\u without four hex digits");
      value = value << 4 | (guint) g_ascii_xdigit_value ((char) c);
      scan->at++;
    }
  *unit = value;
  return TRUE;
}

/* After "\u".  NUL would end the text for a reader in C and not for another. */
static gboolean
scan_unicode (Scan *scan)
{
  guint unit = 0;

  if (!scan_hex4 (scan, &unit))
    return FALSE;
  if (unit == 0)
    return fail (scan, "\\u0000");
  if (unit < 0xd800 || unit > 0xdfff)
    return TRUE;
  if (unit > 0xdbff || !take (scan, '\\') || !take (scan, 'u'))
    return fail (scan, "half a surrogate pair");
  if (!scan_hex4 (scan, &unit))
    return FALSE;
  if (unit < 0xdc00 || unit > 0xdfff)
    return fail (scan, "half a surrogate pair");
  return TRUE;
}

static gboolean
scan_escape (Scan *scan)
{
  int c = peek (scan);

  if (take (scan, 'u'))
    return scan_unicode (scan);
  if (c <= 0 || strchr ("\"\\/bfnrt", c) == NULL)
    return fail (scan, "unknown escape");
  scan->at++;
  return TRUE;
}

/* From one quote to the other; that the bytes are UTF-8 is known already. */
static gboolean
scan_string (Scan *scan)
{
  if (!take (scan, '"'))
    return fail (scan, "no string where one must be");
  while (!take (scan, '"'))
    {
      int c = peek (scan);

      if (c < 0)
        return fail (scan, "a string does not end");
      if (c < 0x20)
        return fail (scan, "a control byte in a string");
      scan->at++;
      if (c == '\\' && !scan_escape (scan))
        return FALSE;
    }
  return TRUE;
}

static gboolean
scan_digits (Scan *scan)
{
  gsize start = scan->at;

  while (scan->at < scan->length && g_ascii_isdigit (scan->text[scan->at]))
    scan->at++;
  return scan->at > start || fail (scan, "a digit is missing");
}

static gboolean
scan_number (Scan *scan)
{
  take (scan, '-');
  if (!take (scan, '0') && !scan_digits (scan))
    return FALSE;
  if (take (scan, '.') && !scan_digits (scan))
    return FALSE;
  if (!take (scan, 'e') && !take (scan, 'E'))
    return TRUE;
  if (!take (scan, '+'))
    take (scan, '-');
  return scan_digits (scan);
}

static gboolean
scan_literal (Scan *scan)
{
  static const char *const literals[] = { "true", "false", "null" };

  for (gsize i = 0; i < G_N_ELEMENTS (literals); i++)
    {
      gsize length = strlen (literals[i]);

      if (scan->length - scan->at < length
          || memcmp (scan->text + scan->at, literals[i], length) != 0)
        continue;
      scan->at += length;
      return TRUE;
    }
  return fail (scan, "no value where one must be");
}

static gboolean
scan_open (Scan *scan)
{
  char c = scan->text[scan->at];

  if (scan->depth == KB_JSON_DEPTH_MAX)
    return fail (scan, "nested too deep");
  scan->open[scan->depth++] = c;
  scan->at++;
  scan->expect = c == '{' ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
  return TRUE;
}

static gboolean
scan_close (Scan *scan)
{
  scan->depth--;
  if (!take (scan, scan->open[scan->depth] == '{' ? '}' : ']'))
    return fail (scan, "neither a comma nor the right bracket");
  scan->expect = scan->depth > 0 ? EXPECT_COMMA_OR_END : EXPECT_NOTHING;
  return TRUE;
}

static gboolean
scan_value (Scan *scan)
{
  int c = peek (scan);

  if (!count_token (scan))
    return FALSE;
  if (c == '{' || c == '[')
    return scan_open (scan);
  if (scan->expect == EXPECT_ROOT)
    return fail (scan, "neither an object nor an array");
  scan->expect = EXPECT_COMMA_OR_END;
  if (c == '"')
    return scan_string (scan);
  if (c == '-' || g_ascii_isdigit ((char) c))
    return scan_number (scan);
  return scan_literal (scan);
}

static gboolean
scan_key (Scan *scan)
{
  scan->expect = EXPECT_COLON;
  return count_token (scan) && scan_string (scan);
}

static gboolean
scan_separator (Scan *scan)
{
  if (!take (scan, ','))
    return scan_close (scan);
  scan->expect = scan->open[scan->depth - 1] == '{' ? EXPECT_KEY : EXPECT_VALUE;
  return TRUE;
}

static gboolean
scan_colon (Scan *scan)
{
  scan->expect = EXPECT_VALUE;
  return take (scan, ':') || fail (scan, "a colon is missing");
}

static gboolean
scan_next (Scan *scan)
{
  switch (scan->expect)
    {
    case EXPECT_VALUE_OR_END:
      return peek (scan) == ']' ? scan_close (scan) : scan_value (scan);
    case EXPECT_KEY:
      return scan_key (scan);
    case EXPECT_KEY_OR_END:
      return peek (scan) == '}' ? scan_close (scan) : scan_key (scan);
    case EXPECT_COLON:
      return scan_colon (scan);
    case EXPECT_COMMA_OR_END:
      return scan_separator (scan);
    case EXPECT_NOTHING:
      return fail (scan, "more than one document");
    case EXPECT_ROOT:
    case EXPECT_VALUE:
    default:
      return scan_value (scan);
    }
}

static void
skip_white (Scan *scan)
{
  while (take (scan, ' ') || take (scan, '\n') || take (scan, '\r') || take (scan, '\t'))
    continue;
}

static gboolean
scan_document (Scan *scan, gsize *start)
{
  if (scan->length >= 3 && memcmp (scan->text, "\xef\xbb\xbf", 3) == 0)
    scan->at = 3;
  skip_white (scan);
  *start = scan->at;
  for (; scan->at < scan->length; skip_white (scan))
    if (!scan_next (scan))
      return FALSE;
  return scan->expect == EXPECT_NOTHING || fail (scan, "it ends too early");
}

gboolean
kb_json_check (const char *text, gsize length, gsize *start, guint *tokens,
               GError **error)
{
  Scan scan = { .text = text, .length = length };
  const char *bad = NULL;
  gsize root = 0;

  if (length > KB_JSON_BYTES_MAX)
    return kb_json_refuse ("longer than allowed", KB_JSON_BYTES_MAX, error);
  if (!g_utf8_validate_len (text, length, &bad))
    return kb_json_refuse ("not UTF-8, or a NUL", (gsize) (bad - text), error);
  if (!scan_document (&scan, &root))
    return kb_json_refuse (scan.wrong, scan.at, error);
  *start = root;
  *tokens = scan.tokens;
  return TRUE;
}
