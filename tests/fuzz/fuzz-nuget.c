/* SPDX-License-Identifier: MIT */
/* Fuzzes NuGet's messages: however a stream is cut, the same messages come out of it, and
   an answer to each is one line that reads back.  Knows nothing of what they ask for. */
#include "frontends/nuget-message.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static gboolean
note (const KbNugetMessage *message, gpointer data)
{
  GString *seen = data;
  g_autofree char *uri = kb_nuget_text (message, "Uri");

  g_assert_true (*message->id != '\0');
  g_assert_true (message->whole || uri == NULL);
  g_string_append_printf (seen, "%s|%s|%s|%d|%s|%d;", message->id, message->type,
                          message->method, message->whole, uri != NULL ? uri : "-",
                          kb_nuget_true (message, "IsRetry"));
  return TRUE;
}

/* New: what a reader makes of DATA in pieces of STEP bytes. */
static char *
read_in_steps (const char *data, gsize size, gsize step)
{
  GString *seen = g_string_new (NULL);
  g_autoptr (KbNugetReader) reader = kb_nuget_reader_new (note, seen);

  for (gsize at = 0; at < size; at += step)
    g_assert_true (kb_nuget_reader_take (reader, data + at, MIN (step, size - at)));
  return g_string_free (seen, FALSE);
}

static gboolean
answer (const KbNugetMessage *message, gpointer data)
{
  const int *fd = data;

  g_assert_true (kb_nuget_respond (*fd, message, "Error"));
  return TRUE;
}

typedef struct
{
  char *id;
  guint count;
} Back;

static gboolean
take_back (const KbNugetMessage *message, gpointer data)
{
  Back *back = data;

  g_free (back->id);
  back->id = g_strdup (message->id);
  back->count++;
  g_assert_true (message->whole);
  g_assert_cmpstr (message->type, ==, "Response");
  return TRUE;
}

/* As many lines come back as messages went in. */
static void
read_answers (const char *data, gsize size, guint messages)
{
  static int fd = -1;
  Back back = { 0 };
  g_autoptr (KbNugetReader) writer = kb_nuget_reader_new (answer, &fd);
  g_autoptr (KbNugetReader) reader = kb_nuget_reader_new (take_back, &back);

  if (fd < 0)
    fd = memfd_create ("fuzz-nuget", MFD_CLOEXEC);
  g_assert_cmpint (ftruncate (fd, 0), ==, 0);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  g_assert_true (kb_nuget_reader_take (writer, data, size));
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  while (kb_nuget_reader_fill (reader, fd))
    ;
  g_assert_cmpuint (back.count, ==, messages);
  g_free (back.id);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data;
  g_autofree char *whole = read_in_steps (text, size, MAX (size, 1));
  g_autofree char *cut = read_in_steps (text, size, 7);
  g_autofree char *torn = size < 4096 ? read_in_steps (text, size, 1) : g_strdup (whole);
  guint messages = 0;
  GString *one = g_string_new (NULL);
  g_autoptr (KbNugetReader) counter = kb_nuget_reader_new (note, one);

  g_assert_cmpstr (whole, ==, cut);
  g_assert_cmpstr (whole, ==, torn);
  for (const char *line = text; line < text + size;)
    {
      const char *end = memchr (line, '\n', (gsize) (text + size - line));
      gsize length
          = end != NULL ? (gsize) (end - line) + 1 : (gsize) (text + size - line);

      g_string_truncate (one, 0);
      (void) kb_nuget_reader_take (counter, line, length);
      messages += one->len > 0;
      line += length;
    }
  g_string_free (one, TRUE);
  read_answers (text, size, messages);
  return 0;
}
