/* SPDX-License-Identifier: MIT */
/* Judges, escapes, encodes and counts text without asking the locale.
   Knows nothing of any protocol. */
#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define ESCAPE_LIMIT 256
#define NAME_MAX_BYTES 64
/* More combining marks in a row than any language writes only hide what stands near. */
#define MARKS_MAX 4

/* The character that starts at TEXT: its length in bytes, or 0 when the bytes are not
   UTF-8 as RFC 3629 has it (overlong, a surrogate, over U+10FFFF, cut short). */
static gsize
decode (const guint8 *text, gsize left, guint32 *point)
{
  static const guint32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
  guint8 lead = text[0];
  gsize length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  guint32 value = length == 1 ? lead : lead & (0x7fU >> length);

  if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || length > left)
    return 0;
  for (gsize i = 1; i < length; i++)
    {
      if ((text[i] & 0xc0) != 0x80)
        return 0;
      value = value << 6 | (text[i] & 0x3f);
    }
  if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
    return 0;
  *point = value;
  return length;
}

static gboolean
point_is_clean (guint32 point)
{
  if (point < 0x20 || (point >= 0x7f && point <= 0x9f))
    return FALSE;
  if (point == 0x61c || point == 0x200e || point == 0x200f || point == 0xfeff)
    return FALSE;
  return !(point >= 0x2028 && point <= 0x202e) && !(point >= 0x2066 && point <= 0x2069);
}

/* Eight bytes that are ASCII that shows: none has its high bit, is below 0x20 (which
   would borrow it) or is 0x7f (which would carry into it). */
static gboolean
are_plain (const guint8 *text)
{
  const guint64 each = G_GUINT64_CONSTANT (0x0101010101010101);
  guint64 word;

  memcpy (&word, text, sizeof word);
  return ((word | (word - each * 0x20) | (word + each)) & each * 0x80) == 0;
}

/* How many bytes from TEXT on are ASCII that shows, which is nearly all text. */
static gsize
plain_run (const guint8 *text, gsize length)
{
  gsize run = 0;

  while (run + 8 <= length && are_plain (text + run))
    run += 8;
  while (run < length && text[run] >= 0x20 && text[run] < 0x7f)
    run++;
  return run;
}

gboolean
kb_text_is_clean (const char *text, gsize length)
{
  const guint8 *bytes = (const guint8 *) text;
  guint32 point = 0;
  gsize step;

  for (gsize i = 0; i < length; i += step)
    {
      step = plain_run (bytes + i, length - i);
      if (step > 0)
        continue;
      step = decode (bytes + i, length - i, &point);
      if (step == 0 || !point_is_clean (point))
        return FALSE;
    }
  return TRUE;
}

/* Stricter than clean: also nothing that a terminal would show as nothing. */
static gboolean
point_is_shown (guint32 point, guint *marks)
{
  *marks = g_unichar_ismark (point) ? *marks + 1 : 0;
  return point_is_clean (point) && g_unichar_isprint (point) && *marks <= MARKS_MAX;
}

char *
kb_text_escape (const char *text, gsize length, gsize limit)
{
  const guint8 *bytes = (const guint8 *) text;
  gsize end = MIN (length, limit != 0 ? limit : ESCAPE_LIMIT);
  GString *shown = g_string_sized_new (end + 8);
  guint32 point = 0;
  guint marks = 0;
  gsize step;

  for (gsize i = 0; i < end; i += step)
    {
      step = plain_run (bytes + i, end - i);
      if (step > 0)
        {
          g_string_append_len (shown, text + i, (gssize) step);
          marks = 0;
          continue;
        }
      step = decode (bytes + i, length - i, &point);
      if (i + step > end)
        break;
      if (step > 0 && point_is_shown (point, &marks))
        {
          g_string_append_len (shown, text + i, (gssize) step);
          continue;
        }
      step = MAX (step, 1);
      for (gsize k = 0; k < step; k++)
        g_string_append_printf (shown, "%%%02X", (guint) bytes[i + k]);
    }
  if (end < length)
    g_string_append (shown, "...");
  return g_string_free (shown, FALSE);
}

gboolean
kb_text_is_name (const char *text)
{
  gsize length = 0;

  /* Not strspn, which makes a table of the set each time: configurations are names. */
  while (g_ascii_islower (text[length]) || g_ascii_isdigit (text[length])
         || text[length] == '-')
    length++;
  if (length == 0 || length > NAME_MAX_BYTES || text[length] != '\0')
    return FALSE;
  return text[0] != '-' && text[length - 1] != '-';
}

static const char alphabet[]
    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *
kb_text_base64url (const guint8 *bytes, gsize length)
{
  char *text = g_malloc (length / 3 * 4 + 4);
  gsize used = 0;
  guint32 bits = 0;
  guint held = 0;

  for (gsize i = 0; i < length; i++)
    {
      bits = (bits << 8 | bytes[i]) & 0xffff;
      for (held += 8; held >= 6; held -= 6)
        text[used++] = alphabet[bits >> (held - 6) & 0x3f];
    }
  if (held > 0)
    text[used++] = alphabet[bits << (6 - held) & 0x3f];
  text[used] = '\0';
  return text;
}

static int
base64url_value (char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* The value of each byte of the alphabet plus one; 0 for all others. */
static void
make_values (guint8 values[256])
{
  memset (values, 0, 256);
  for (guint c = 0; c < 128; c++)
    values[c] = (guint8) (base64url_value ((char) c) + 1);
}

/* Checked whole before anything is decoded, so that nothing is left to wipe. */
static gboolean
is_base64url (const guint8 values[256], const char *text, gsize length)
{
  static const guint stray[] = { 0, 0, 0x0f, 0x03 };

  for (gsize i = 0; i < length; i++)
    if (values[(guint8) text[i]] == 0)
      return FALSE;
  if (length % 4 == 0)
    return TRUE;
  return length % 4 != 1
         && ((values[(guint8) text[length - 1]] - 1u) & stray[length % 4]) == 0;
}

/* Four characters are three bytes. */
static void
decode_four (const guint8 values[256], const char *text, guint8 *bytes)
{
  guint32 bits = (values[(guint8) text[0]] - 1u) << 18
                 | (values[(guint8) text[1]] - 1u) << 12
                 | (values[(guint8) text[2]] - 1u) << 6 | (values[(guint8) text[3]] - 1u);

  bytes[0] = (guint8) (bits >> 16);
  bytes[1] = (guint8) (bits >> 8);
  bytes[2] = (guint8) bits;
}

guint8 *
kb_text_base64url_decode (const char *text, gsize *length)
{
  gsize count = strlen (text);
  gsize whole = count / 4;
  char rest[] = "AAAA"; /* zeros */
  guint8 values[256];
  guint8 *bytes;

  make_values (values);
  if (!is_base64url (values, text, count))
    return NULL;
  bytes = g_malloc (whole * 3 + 4);
  for (gsize i = 0; i < whole; i++)
    decode_four (values, text + i * 4, bytes + i * 3);
  memcpy (rest, text + whole * 4, count % 4);
  decode_four (values, rest, bytes + whole * 3);
  explicit_bzero (rest, sizeof rest);
  *length = count * 3 / 4;
  bytes[*length] = 0;
  return bytes;
}

gboolean
kb_text_to_int64 (const char *text, gint64 maximum, gint64 *value)
{
  gint64 sum = 0;

  if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
    return FALSE;
  for (gsize i = 0; text[i] != '\0'; i++)
    {
      gint64 digit = text[i] - '0';

      if (digit < 0 || digit > 9 || digit > maximum || sum > (maximum - digit) / 10)
        return FALSE;
      sum = sum * 10 + digit;
    }
  *value = sum;
  return TRUE;
}

/* GChecksum frees its last block as it is: hashing one block of zeros and a part of a
   second overwrites it, and what the first hashing left on the stack. */
static void
forget (GChecksum *checksum)
{
  static const guchar zeros[127];

  g_checksum_reset (checksum);
  g_checksum_update (checksum, zeros, sizeof zeros);
}

char *
kb_text_sha256 (const char *bytes, gsize length)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  char *hex;

  if (length > 0)
    g_checksum_update (checksum, (const guchar *) bytes, (gssize) length);
  hex = g_strdup (g_checksum_get_string (checksum));
  forget (checksum);
  return hex;
}

static void
fill_random (guint8 *bytes, gsize length)
{
  gssize got;

  do
    got = getrandom (bytes, length, 0);
  while (got < 0 && errno == EINTR);
  if (got != (gssize) length)
    g_error ("the kernel gives no random bytes");
}

char *
kb_text_random_id (gboolean dashes)
{
  guint8 bytes[16];
  GString *id = g_string_sized_new (36);

  fill_random (bytes, sizeof bytes);
  if (dashes)
    {
      bytes[6] = (bytes[6] & 0x0f) | 0x40; /* RFC 9562: version 4, variant 10 */
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
    }
  for (gsize i = 0; i < sizeof bytes; i++)
    {
      gboolean dash = dashes && i >= 4 && i <= 10 && i % 2 == 0;

      g_string_append_printf (id, "%s%02x", dash ? "-" : "", (guint) bytes[i]);
    }
  return g_string_free (id, FALSE);
}

gboolean
kb_text_is_scope (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\'
        || (*c == ' ' && (c == text || c[1] == ' ' || c[1] == '\0')))
      return FALSE;
  return *text != '\0';
}
