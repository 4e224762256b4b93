/* SPDX-License-Identifier: MIT */
/* Fuzzes the HTTP answer that Go hands over: challenges are clean lines.
   Knows nothing of what is answered. */
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

  g_assert_nonnull (challenges);
  g_assert_true (status != 0 || challenges[0] == NULL);
  for (char **line = challenges; *line != NULL; line++)
    g_assert_true (kb_text_is_clean (*line, strlen (*line)));
  return 0;
}
