/* SPDX-License-Identifier: MIT */
/* Gathers the bytes of one message until its end.
   Knows nothing of what it says. */
#include "base/input.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"

#define CHUNK 4096

gssize
kb_input_chunk (int fd, gint64 deadline, char *chunk, gsize size)
{
  for (;;)
    {
      struct pollfd wait = { .fd = fd, .events = POLLIN };
      gint64 left = kb_clock_left_ms (deadline);
      int ready;
      gssize length;

      errno = ETIMEDOUT;
      if (left == 0)
        return -1;
      ready = poll (&wait, 1, (int) MIN (left, G_MAXINT));
      if (ready < 0 && errno != EINTR)
        return -1;
      if (ready <= 0)
        continue;
      length = read (fd, chunk, size);
      if (length >= 0 || (errno != EINTR && errno != EAGAIN))
        return length;
    }
}

static KbSecret *
refuse (const char *why, GError **error)
{
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "standard input: %s", why);
  return NULL;
}

typedef struct
{
  int fd;
  gint64 deadline;
  gboolean line;
  gboolean ended; /* the LF was met */
  KbBuffer *text;
} Reading;

/* FALSE: it is too long. */
static gboolean
take (Reading *reading, const char *chunk, gsize length)
{
  const char *lf = reading->line ? memchr (chunk, '\n', length) : NULL;

  reading->ended = lf != NULL;
  return kb_buffer_append (reading->text, chunk,
                           lf != NULL ? (gsize) (lf - chunk) : length);
}

static KbSecret *
read_whole (Reading *reading, GError **error)
{
  char chunk[CHUNK];
  gssize length;
  gboolean fits = TRUE;

  do
    {
      length = kb_input_chunk (reading->fd, reading->deadline, chunk, sizeof chunk);
      if (length > 0)
        fits = take (reading, chunk, (gsize) length);
    }
  while (length > 0 && fits && !reading->ended);
  kb_wipe (chunk, sizeof chunk);
  if (length < 0)
    return refuse (errno == ETIMEDOUT ? "no end in time" : g_strerror (errno), error);
  if (!fits)
    return refuse ("too long", error);
  if (reading->line && !reading->ended && kb_buffer_length (reading->text) > 0)
    return refuse ("cut off", error);
  return kb_buffer_steal (reading->text);
}

KbSecret *
kb_input_all (int fd, gsize limit, gint64 timeout_ms, GError **error)
{
  g_autoptr (KbBuffer) text = kb_buffer_new (limit);
  Reading reading = { fd, kb_clock_boot_ms () + timeout_ms, FALSE, FALSE, text };

  return read_whole (&reading, error);
}

KbSecret *
kb_input_line (int fd, gsize limit, gint64 timeout_ms, GError **error)
{
  g_autoptr (KbBuffer) text = kb_buffer_new (limit);
  Reading reading = { fd, kb_clock_boot_ms () + timeout_ms, TRUE, FALSE, text };

  return read_whole (&reading, error);
}
