/* SPDX-License-Identifier: MIT */
/* Reads and writes `key=value` lines, with caps on a line, on their number and on the
   whole. Knows nothing of what the keys mean. */
#include "base/lines.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/input.h"
#include "base/text.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define CHUNK 4096
/* How long a reader that made its pipe non-blocking may keep us from writing. */
#define WRITE_WAIT_MS 15000

typedef struct
{
  KbLineFunc func;
  gpointer data;
  KbBuffer *line; /* the line so far, without its LF */
  guint number;   /* lines before it */
  gsize total;    /* bytes so far */
  gboolean ended; /* a blank line was read */
} Reader;

static gboolean
is_key (const char *key, gsize length)
{
  if (length > KB_LINE_KEY_MAX)
    return FALSE;
  if (length > 2 && memcmp (key + length - 2, "[]", 2) == 0)
    length -= 2;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_islower (key[i]) && !g_ascii_isdigit (key[i]) && key[i] != '_'
        && key[i] != '-')
      return FALSE;
  return length > 0;
}

static gboolean
refuse (const Reader *reader, const char *reason, GError **error)
{
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "line %u: %s", reader->number + 1,
               reason);
  return FALSE;
}

/* git hands bytes on as they are, so a user name or path in Latin-1 can reach us.  It is
   refused with the rest: which characters it means is anybody's guess, a C1 byte ends a
   line for some readers, and every store and prompt behind us wants UTF-8.  Passwords
   obey the same rule, as what we print must be a line for whoever reads it. */
static gboolean
take_line (Reader *reader, GError **error)
{
  const char *line = kb_buffer_peek (reader->line);
  gsize length = kb_buffer_length (reader->line);
  const char *equals = memchr (line, '=', length);
  gsize key_length = equals != NULL ? (gsize) (equals - line) : 0;
  char key[KB_LINE_KEY_MAX + 1] = "";
  gboolean taken;

  if (!kb_text_is_clean (line, length))
    return refuse (reader, "a control character, or not UTF-8", error);
  if (equals == NULL)
    return refuse (reader, "no '='", error);
  if (!is_key (line, key_length))
    return refuse (reader, "not a key before the '='", error);
  if (reader->number >= KB_LINES_MAX)
    return refuse (reader, "more lines than allowed", error);
  memcpy (key, line, key_length);
  reader->number++;
  taken = reader->func (key, equals + 1, length - key_length - 1, reader->number,
                        reader->data, error);
  kb_wipe (key, sizeof key);
  kb_buffer_clear (reader->line);
  return taken;
}

static gboolean
add (Reader *reader, const char *bytes, gsize length, GError **error)
{
  if (length > KB_LINES_BYTES_MAX - reader->total)
    return refuse (reader, "more input than allowed", error);
  reader->total += length;
  if (!kb_buffer_append (reader->line, bytes, length))
    return refuse (reader, "longer than allowed", error);
  return TRUE;
}

static gboolean
feed (Reader *reader, const char *bytes, gsize length, GError **error)
{
  while (length > 0 && !reader->ended)
    {
      const char *lf = memchr (bytes, '\n', length);
      gsize piece = lf != NULL ? (gsize) (lf - bytes) : length;

      if (!add (reader, bytes, piece, error))
        return FALSE;
      if (lf == NULL)
        return TRUE;
      if (kb_buffer_length (reader->line) == 0)
        reader->ended = TRUE;
      else if (!take_line (reader, error))
        return FALSE;
      bytes += piece + 1;
      length -= piece + 1;
    }
  return TRUE;
}

static gboolean
finish (Reader *reader, GError **error)
{
  return reader->ended || kb_buffer_length (reader->line) == 0
         || take_line (reader, error);
}

static gboolean
read_all (int fd, gint64 deadline, Reader *reader, GError **error)
{
  char chunk[CHUNK];
  gssize length = 1;
  gboolean fed = TRUE;

  while (fed && length > 0 && !reader->ended)
    {
      length = kb_input_chunk (fd, deadline, chunk, sizeof chunk);
      if (length > 0)
        fed = feed (reader, chunk, (gsize) length, error);
    }
  if (length < 0)
    fed = refuse (reader, errno == ETIMEDOUT ? "no end in time" : g_strerror (errno),
                  error);
  kb_wipe (chunk, sizeof chunk);
  return fed && finish (reader, error);
}

gboolean
kb_lines_read (int fd, gint64 timeout_ms, KbLineFunc func, gpointer data, GError **error)
{
  g_autoptr (KbBuffer) line = kb_buffer_new (KB_LINE_MAX - 1);
  Reader reader = { .func = func, .data = data, .line = line };

  return read_all (fd, kb_clock_boot_ms () + timeout_ms, &reader, error);
}

gboolean
kb_lines_parse (const char *text, gsize length, KbLineFunc func, gpointer data,
                GError **error)
{
  g_autoptr (KbBuffer) line = kb_buffer_new (KB_LINE_MAX - 1);
  Reader reader = { .func = func, .data = data, .line = line };

  return feed (&reader, text, length, error) && finish (&reader, error);
}

/* The room is there before, so that BUFFER gets the whole line or nothing. */
static gboolean
append_line (KbBuffer *buffer, const char *key, const char *value, gsize length)
{
  gsize key_length = strlen (key);
  gsize whole = key_length + strlen ("=") + length + strlen ("\n");

  return is_key (key, key_length) && kb_text_is_clean (value, length)
         && whole <= KB_LINE_MAX && kb_buffer_reserve (buffer, whole)
         && kb_buffer_append (buffer, key, key_length)
         && kb_buffer_append (buffer, "=", 1) && kb_buffer_append (buffer, value, length)
         && kb_buffer_append (buffer, "\n", 1);
}

gboolean
kb_lines_append (KbBuffer *buffer, const char *key, const char *value)
{
  return append_line (buffer, key, value, strlen (value));
}

gboolean
kb_lines_append_secret (KbBuffer *buffer, const char *key, const KbSecret *value)
{
  return append_line (buffer, key, kb_secret_peek (value), kb_secret_length (value));
}

gboolean
kb_lines_append_int (KbBuffer *buffer, const char *key, gint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  return kb_lines_append (buffer, key, text);
}

gboolean
kb_write_all (int fd, const char *bytes, gsize length)
{
  while (length > 0)
    {
      struct pollfd wait = { .fd = fd, .events = POLLOUT };
      gssize written = write (fd, bytes, length);

      if (written >= 0)
        {
          bytes += written;
          length -= (gsize) written;
        }
      else if (errno == EAGAIN && poll (&wait, 1, WRITE_WAIT_MS) == 0)
        return FALSE;
      else if (errno != EINTR && errno != EAGAIN)
        return FALSE;
    }
  return TRUE;
}
