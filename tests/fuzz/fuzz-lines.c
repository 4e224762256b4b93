/* SPDX-License-Identifier: MIT */
/* Fuzzes base/lines: what is accepted is written back byte for byte, and a descriptor and
   memory read the same.  Knows nothing of what the keys mean. */
#include "base/lines.h"

#include "base/text.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

typedef struct
{
  KbBuffer *written;
  guint lines;
} Copy;

static gboolean
copy (const char *key, const char *value, gsize length, guint number, gpointer data,
      GError **error)
{
  Copy *into = data;

  g_assert_cmpuint (strlen (value), ==, length);
  g_assert_true (kb_text_is_clean (value, length));
  g_assert_cmpuint (number, ==, ++into->lines);
  g_assert_true (kb_lines_append (into->written, key, value));
  return TRUE;
}

/* What git's reader takes: everything to the blank line, with an LF at its end. */
static gboolean
is_same (const char *text, gsize length, const KbBuffer *written)
{
  const char *blank
      = length > 0 && text[0] == '\n' ? text : memmem (text, length, "\n\n", 2);
  gsize taken = blank == NULL ? length : (gsize) (blank - text) + (blank > text);
  gboolean cut = taken > 0 && text[taken - 1] != '\n';

  return kb_buffer_length (written) == taken + cut
         && memcmp (kb_buffer_peek (written), text, taken) == 0;
}

/* An anonymous file that holds DATA, at its beginning. */
static int
file_of (const uint8_t *data, size_t size)
{
  static int fd = -1;

  if (fd < 0)
    fd = memfd_create ("fuzz-lines", MFD_CLOEXEC);
  g_assert_cmpint (ftruncate (fd, 0), ==, 0);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  g_assert_true (kb_write_all (fd, (const char *) data, size));
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  return fd;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data;
  g_autoptr (KbBuffer) parsed = kb_buffer_new (2 * KB_LINES_BYTES_MAX);
  g_autoptr (KbBuffer) read = kb_buffer_new (2 * KB_LINES_BYTES_MAX);
  Copy from_memory = { parsed, 0 };
  Copy from_file = { read, 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) read_error = NULL;

  if (kb_lines_parse (text, size, copy, &from_memory, &error))
    {
      g_assert_no_error (error);
      g_assert_true (is_same (text, size, parsed));
    }
  else
    g_assert_true (g_str_has_prefix (error->message, "line "));
  kb_lines_read (file_of (data, size), 10000, copy, &from_file, &read_error);
  g_assert_cmpstr (error != NULL ? error->message : NULL, ==,
                   read_error != NULL ? read_error->message : NULL);
  g_assert_cmpstr (kb_buffer_peek (parsed), ==, kb_buffer_peek (read));
  return 0;
}
