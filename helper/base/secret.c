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
  gsize room; /* without the NUL */
  char *bytes;
};

struct _KbBuffer
{
  char *bytes; /* NULL while nothing was added */
  gsize length;
  gsize room; /* without the NUL */
  gsize limit;
};

#define DEFAULT_LIMIT (1024 * 1024)
#define FIRST_ROOM 256

/* Secrets lie together, in pages that one system call locks: one call for each of the
   twenty secrets of a cached answer took a twentieth of its time.  Not more pages, as
   RLIMIT_MEMLOCK may be as low as 64 KiB and libraries lock some too. */
#define ARENA_BYTES (32 * 1024)
#define ALIGNMENT 16

void
kb_wipe (void *bytes, gsize length)
{
  if (bytes != NULL && length > 0)
    explicit_bzero (bytes, length);
}

/* ---- locked memory ---------------------------------------------------------------- */

/* A stack of blocks: the last one's room is used again, and all of it when none is left.
   What is free is zero. */
static struct
{
  gboolean made;
  char *start; /* NULL: there is none */
  gsize used;
  guint live;
} arena;

G_LOCK_DEFINE_STATIC (arena);

/* Sanitizers see each block only when it is malloc's own. */
#if defined(__SANITIZE_ADDRESS__)
#define ARENA FALSE
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA FALSE
#endif
#endif
#ifndef ARENA
#define ARENA TRUE
#endif

/* Locking is best effort: RLIMIT_MEMLOCK may be 0 in a container, and that is no reason
   to stop. */
static void
make_arena (void)
{
  char *start = ARENA ? mmap (NULL, ARENA_BYTES, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                      : MAP_FAILED;

  arena.made = TRUE;
  if (start == MAP_FAILED)
    return;
  arena.start = start;
  (void) mlock2 (start, ARENA_BYTES, MLOCK_ONFAULT);
}

static gsize
rounded (gsize room)
{
  return (room + ALIGNMENT) / ALIGNMENT * ALIGNMENT; /* with the NUL */
}

/* NULL: there is no room for it. */
static char *
take_block (gsize room)
{
  char *block = NULL;

  G_LOCK (arena);
  if (!arena.made)
    make_arena ();
  if (arena.start != NULL && room < ARENA_BYTES
      && rounded (room) <= ARENA_BYTES - arena.used)
    {
      block = arena.start + arena.used;
      arena.used += rounded (room);
      arena.live++;
    }
  G_UNLOCK (arena);
  return block;
}

/* FALSE: it is malloc's. */
static gboolean
give_block (char *block, gsize room)
{
  gboolean ours;

  G_LOCK (arena);
  ours = arena.start != NULL && block >= arena.start && block < arena.start + ARENA_BYTES;
  if (ours && --arena.live == 0)
    arena.used = 0;
  else if (ours && block + rounded (room) == arena.start + arena.used)
    arena.used -= rounded (room);
  G_UNLOCK (arena);
  return ours;
}

/* ROOM bytes and a NUL, all zero. */
static char *
allocate (gsize room)
{
  char *bytes = take_block (room);

  if (bytes != NULL)
    return bytes;
  bytes = g_malloc0 (room + 1);
  (void) mlock (bytes, room + 1);
  return bytes;
}

/* LENGTH: what was written. */
static void
release (char *bytes, gsize length, gsize room)
{
  if (bytes == NULL)
    return;
  kb_wipe (bytes, length);
  if (!give_block (bytes, room))
    g_free (bytes);
}

/* ---- secrets ---------------------------------------------------------------------- */

KbSecret *
kb_secret_new (const char *bytes, gsize length)
{
  KbSecret *secret = g_new0 (KbSecret, 1);

  g_atomic_ref_count_init (&secret->refs);
  secret->bytes = allocate (length);
  secret->length = secret->room = length;
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
  release (secret->bytes, secret->length, secret->room);
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

/* ---- buffers ---------------------------------------------------------------------- */

KbBuffer *
kb_buffer_new (gsize limit)
{
  KbBuffer *buffer = g_new0 (KbBuffer, 1);

  buffer->limit = limit != 0 ? limit : DEFAULT_LIMIT;
  return buffer;
}

void
kb_buffer_free (KbBuffer *buffer)
{
  if (buffer == NULL)
    return;
  release (buffer->bytes, buffer->length, buffer->room);
  g_free (buffer);
}

static void
grow (KbBuffer *buffer, gsize needed)
{
  gsize room = MIN (MAX (buffer->room, FIRST_ROOM), buffer->limit);
  char *bytes;

  while (room < needed)
    room = MIN (room * 2, buffer->limit);
  bytes = allocate (room);
  if (buffer->length > 0)
    memcpy (bytes, buffer->bytes, buffer->length);
  release (buffer->bytes, buffer->length, buffer->room);
  buffer->bytes = bytes;
  buffer->room = room;
}

gboolean
kb_buffer_reserve (KbBuffer *buffer, gsize length)
{
  if (length > buffer->limit - buffer->length)
    return FALSE;
  if (buffer->length + length > buffer->room)
    grow (buffer, buffer->length + length);
  return TRUE;
}

gboolean
kb_buffer_append (KbBuffer *buffer, const char *bytes, gsize length)
{
  if (!kb_buffer_reserve (buffer, length))
    return FALSE;
  if (length == 0)
    return TRUE;
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

/* Straight into the buffer, piece by piece: no other copy is left behind. */
gboolean
kb_buffer_append_base64 (KbBuffer *buffer, const char *bytes, gsize length)
{
  gsize encoded = length / 3 * 4 + (length % 3 != 0 ? 4 : 0);
  int state = 0;
  int save = 0;
  char *out;
  gsize done;

  if (length > G_MAXSIZE / 2 || !kb_buffer_reserve (buffer, encoded))
    return FALSE;
  if (length == 0)
    return TRUE;
  out = buffer->bytes + buffer->length;
  done = g_base64_encode_step ((const guchar *) bytes, length, FALSE, out, &state, &save);
  done += g_base64_encode_close (FALSE, out + done, &state, &save);
  buffer->length += done;
  buffer->bytes[buffer->length] = '\0';
  kb_wipe (&save, sizeof save);
  return TRUE;
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
  kb_wipe (text, strlen (text));
  g_free (text);
  return fits;
}

const char *
kb_buffer_peek (const KbBuffer *buffer)
{
  return buffer->bytes != NULL ? buffer->bytes : "";
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
  KbSecret *secret = g_new0 (KbSecret, 1);

  g_atomic_ref_count_init (&secret->refs);
  secret->bytes = buffer->bytes != NULL ? buffer->bytes : allocate (0);
  secret->length = buffer->length;
  secret->room = buffer->room;
  buffer->bytes = NULL;
  buffer->length = buffer->room = 0;
  return secret;
}
