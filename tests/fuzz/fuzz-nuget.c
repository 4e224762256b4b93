/* SPDX-License-Identifier: MIT */
/* Fuzzes NuGet's messages: however a stream is cut, the same messages come out of it, and
   an answer to each is one line that reads back.  Knows nothing of what they ask for. */
#include "frontends/nuget-message.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What a reader made of a stream, and the answers to it. */
typedef struct
{
  GString *seen;
  guint count;
  int fd; /* -1: nothing is answered */
} Notes;

static gboolean
note (const KbNugetMessage *message, gpointer data)
{
  Notes *notes = data;
  g_autofree char *uri = kb_nuget_text (message, "Uri");

  g_assert_true (*message->id != '\0');
  g_assert_true (message->whole || uri == NULL);
  g_string_append_printf (notes->seen, "%s|%s|%s|%d|%s|%d;", message->id, message->type,
                          message->method, message->whole, uri != NULL ? uri : "-",
                          kb_nuget_true (message, "IsRetry"));
  notes->count++;
  g_assert_true (notes->fd < 0 || kb_nuget_respond (notes->fd, message, "Error"));
  return TRUE;
}

static void
read_in_steps (Notes *notes, const char *data, gsize size, gsize step)
{
  g_autoptr (KbNugetReader) reader = kb_nuget_reader_new (note, notes);

  for (gsize at = 0; at < size; at += step)
    g_assert_true (kb_nuget_reader_take (reader, data + at, MIN (step, size - at)));
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
read_answers (int fd, guint messages)
{
  Back back = { 0 };
  g_autoptr (KbNugetReader) reader = kb_nuget_reader_new (take_back, &back);

  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  while (kb_nuget_reader_fill (reader, fd))
    ;
  g_assert_cmpuint (back.count, ==, messages);
  g_free (back.id);
}

static int
empty_file (void)
{
  static int fd = -1;

  if (fd < 0)
    fd = memfd_create ("fuzz-nuget", MFD_CLOEXEC);
  g_assert_cmpint (ftruncate (fd, 0), ==, 0);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  return fd;
}

/* Every reading costs as much as the next, so there are two: the stream at once, and in
   pieces whose size the input itself chooses. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data;
  gsize step = size > 0 ? 1 + data[size / 2] % 16 : 1;
  Notes whole = { g_string_new (NULL), 0, empty_file () };
  Notes cut = { g_string_new (NULL), 0, -1 };

  read_in_steps (&whole, text, size, MAX (size, 1));
  read_in_steps (&cut, text, size, step);
  g_assert_cmpstr (whole.seen->str, ==, cut.seen->str);
  read_answers (whole.fd, whole.count);
  g_string_free (whole.seen, TRUE);
  g_string_free (cut.seen, TRUE);
  return 0;
}
