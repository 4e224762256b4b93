/* SPDX-License-Identifier: MIT */
/* Keeps secrets in memory that is locked where it may be and wiped when it is let go.
   Knows nothing of what the secrets are for. */
#include "base/secret.h"

#include <string.h>
#include <sys/mman.h>

struct _KbSecret
{
  gatomicrefcount refs;
  gsize length;
  char *bytes;
};

struct _KbBuffer
{
  char *bytes;
  gsize length;
  gsize room; /* without the NUL */
  gsize limit;
};

#define DEFAULT_LIMIT (1024 * 1024)
#define FIRST_ROOM 256

void
kb_wipe (void *bytes, gsize length)
{
  if (bytes != NULL && length > 0)
    explicit_bzero (bytes, length);
}

/* Best effort: RLIMIT_MEMLOCK may be 0 in a container, and that is no reason to stop. */
static char *
allocate (gsize length)
{
  char *bytes = g_malloc0 (length + 1);

  (void) mlock (bytes, length + 1);
  return bytes;
}

static void
release (char *bytes, gsize length)
{
  kb_wipe (bytes, length);
  g_free (bytes);
}

KbSecret *
kb_secret_new (const char *bytes, gsize length)
{
  KbSecret *secret = g_new0 (KbSecret, 1);

  g_atomic_ref_count_init (&secret->refs);
  secret->bytes = allocate (length);
  secret->length = length;
  if (length > 0)
    memcpy (secret->bytes, bytes, length);
  return secret;
}

KbSecret *
kb_secret_new_text (const char *text)
{
  return kb_secret_new (text, strlen (text));
}

KbSecret *
kb_secret_ref (KbSecret *secret)
{
  g_atomic_ref_count_inc (&secret->refs);
  return secret;
}

void
kb_secret_unref (KbSecret *secret)
{
  if (secret == NULL || !g_atomic_ref_count_dec (&secret->refs))
    return;
  release (secret->bytes, secret->length);
  g_free (secret);
}

const char *
kb_secret_peek (const KbSecret *secret)
{
  return secret->bytes;
}

gsize
kb_secret_length (const KbSecret *secret)
{
  return secret->length;
}

gboolean
kb_secret_equal (const KbSecret *a, const KbSecret *b)
{
  guint8 difference = 0;

  if (a == NULL || b == NULL)
    return a == b;
  if (a->length != b->length)
    return FALSE;
  for (gsize i = 0; i < a->length; i++)
    difference |= (guint8) (a->bytes[i] ^ b->bytes[i]);
  return difference == 0;
}

KbBuffer *
kb_buffer_new (gsize limit)
{
  KbBuffer *buffer = g_new0 (KbBuffer, 1);

  buffer->limit = limit != 0 ? limit : DEFAULT_LIMIT;
  buffer->room = MIN (FIRST_ROOM, buffer->limit);
  buffer->bytes = allocate (buffer->room);
  return buffer;
}

void
kb_buffer_free (KbBuffer *buffer)
{
  if (buffer == NULL)
    return;
  release (buffer->bytes, buffer->length);
  g_free (buffer);
}

static void
grow (KbBuffer *buffer, gsize needed)
{
  gsize room = buffer->room;
  char *bytes;

  while (room < needed)
    room = MIN (room * 2, buffer->limit);
  bytes = allocate (room);
  memcpy (bytes, buffer->bytes, buffer->length);
  release (buffer->bytes, buffer->length);
  buffer->bytes = bytes;
  buffer->room = room;
}

gboolean
kb_buffer_append (KbBuffer *buffer, const char *bytes, gsize length)
{
  if (length > buffer->limit - buffer->length)
    return FALSE;
  if (buffer->length + length > buffer->room)
    grow (buffer, buffer->length + length);
  if (length > 0)
    memcpy (buffer->bytes + buffer->length, bytes, length);
  buffer->length += length;
  buffer->bytes[buffer->length] = '\0';
  return TRUE;
}

gboolean
kb_buffer_append_text (KbBuffer *buffer, const char *text)
{
  return kb_buffer_append (buffer, text, strlen (text));
}

gboolean
kb_buffer_append_secret (KbBuffer *buffer, const KbSecret *secret)
{
  return kb_buffer_append (buffer, secret->bytes, secret->length);
}

gboolean
kb_buffer_printf (KbBuffer *buffer, const char *format, ...)
{
  va_list arguments;
  char *text;
  gboolean fits;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fits = kb_buffer_append_text (buffer, text);
  release (text, strlen (text));
  return fits;
}

const char *
kb_buffer_peek (const KbBuffer *buffer)
{
  return buffer->bytes;
}

gsize
kb_buffer_length (const KbBuffer *buffer)
{
  return buffer->length;
}

void
kb_buffer_clear (KbBuffer *buffer)
{
  kb_wipe (buffer->bytes, buffer->length);
  buffer->length = 0;
}

KbSecret *
kb_buffer_steal (KbBuffer *buffer)
{
  KbSecret *secret = kb_secret_new (buffer->bytes, buffer->length);

  kb_buffer_clear (buffer);
  return secret;
}
