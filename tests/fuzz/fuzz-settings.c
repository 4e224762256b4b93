/* SPDX-License-Identifier: MIT */
/* Fuzzes connect/text and connect/json: what is added can be added twice, and goes again
   to the byte.  Knows nothing of files. */
#include "connect/json.h"
#include "connect/text.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define TOOL "tool"

static gboolean
is_same (const KbBuffer *a, const char *text, gsize length)
{
  return kb_buffer_length (a) == length && memcmp (kb_buffer_peek (a), text, length) == 0;
}

static void
try_text (KbSyntax syntax, const char *text, gsize length)
{
  static const char *const replaced[] = { "a", "//x/*:b", NULL };
  static const char *const sections[] = { NULL, "s" };
  g_autoptr (KbBuffer) body = kb_buffer_new (0);
  KbEdit edit = { TOOL, syntax, sections[length % 2], replaced, body };
  g_autoptr (KbBuffer) plain = kb_buffer_new (0);
  g_autoptr (KbBuffer) once = kb_buffer_new (0);
  g_autoptr (KbBuffer) twice = kb_buffer_new (0);
  g_autoptr (KbBuffer) back = kb_buffer_new (0);
  gboolean found = FALSE;
  gboolean fresh = FALSE;

  kb_buffer_append_text (body, syntax == KB_SYNTAX_YAML  ? "a: 1\n"
                               : syntax == KB_SYNTAX_HCL ? "a \"b\" {\n}\n"
                                                         : "a = 1\n");
  if (!kb_text_disconnect (text, length, TOOL, plain, &found, &fresh, NULL)
      || !kb_text_connect (text, length, FALSE, &edit, once, NULL))
    return;
  g_assert_true (kb_text_connect (kb_buffer_peek (once), kb_buffer_length (once), FALSE,
                                  &edit, twice, NULL));
  g_assert_true (is_same (once, kb_buffer_peek (twice), kb_buffer_length (twice)));
  g_assert_true (kb_text_disconnect (kb_buffer_peek (once), kb_buffer_length (once), TOOL,
                                     back, &found, &fresh, NULL));
  g_assert_true (found);
  g_assert_true (is_same (back, kb_buffer_peek (plain), kb_buffer_length (plain)));
}

static void
try_json (const char *text, gsize length)
{
  g_autoptr (KbSecret) before = kb_secret_new (text, length);
  g_autoptr (KbBuffer) once = kb_buffer_new (0);
  g_autoptr (KbBuffer) back = kb_buffer_new (0);
  g_autoptr (KbSecret) made = NULL;
  gboolean fresh = FALSE;

  if (!kb_json_connect (before, "o", "n", "v", once, NULL))
    return;
  made = kb_secret_new (kb_buffer_peek (once), kb_buffer_length (once));
  g_assert_true (kb_json_disconnect (made, "o", "n", "v", back, &fresh, NULL));
  if (kb_buffer_length (once) != length)
    g_assert_true (is_same (back, text, length));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = NULL;

  if (size == 0)
    return 0;
  text = g_strndup ((const char *) data + 1, size - 1);
  if (data[0] % 7 == 6)
    try_json (text, size - 1);
  else
    try_text (data[0] % 7, text, size - 1);
  return 0;
}
