/* SPDX-License-Identifier: MIT */
/* Fuzzes the HTTP answer that Go hands over, and the file of URLs: all lines are clean.
   Knows nothing of what is answered. */
#include "frontends/go-memory.h"
#include "frontends/go.h"

#include "base/text.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  int status = -1;
  g_auto (GStrv) challenges = kb_go_challenges (text, &status);
  g_autoptr (GPtrArray) memory = kb_go_memory_parse ((const char *) data, size);

  g_assert_cmpuint (memory->len, <=, KB_GO_MEMORY_MAX);
  for (guint i = 0; i < memory->len; i++)
    {
      const KbGoUrl *entry = g_ptr_array_index (memory, i);

      g_assert_true (kb_text_is_clean (entry->url, strlen (entry->url)));
      g_assert_cmpint (kb_go_memory_since (memory, entry->url), >, 0);
    }
  g_assert_nonnull (challenges);
  g_assert_true (status != 0 || challenges[0] == NULL);
  for (char **line = challenges; *line != NULL; line++)
    g_assert_true (kb_text_is_clean (*line, strlen (*line)));
  return 0;
}
