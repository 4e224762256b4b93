/* SPDX-License-Identifier: MIT */
/* Fuzzes the request of Cargo: whole or an error, and challenges that are clean lines.
   Knows nothing of what is answered. */
#include "frontends/cargo-message.h"

#include "base/error.h"
#include "base/text.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (KbSecret) text = kb_secret_new ((const char *) data, size);
  g_auto (KbCargoMessage) message = { 0 };
  g_autoptr (GError) error = NULL;

  if (!kb_cargo_message_read (text, &message, &error))
    {
      g_assert_nonnull (error);
      g_assert_true (error->domain == KB_ERROR);
      return 0;
    }
  g_assert_no_error (error);
  g_assert_nonnull (message.index);
  g_assert_cmpuint (g_strv_length (message.challenges), <=, 32);
  for (char **line = message.challenges; *line != NULL; line++)
    g_assert_true (kb_text_is_clean (*line, strlen (*line)));
  return 0;
}
