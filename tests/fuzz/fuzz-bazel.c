/* SPDX-License-Identifier: MIT */
/* Fuzzes the request of Bazel: a URI or an error, never both.
   Knows nothing of what is answered. */
#include "frontends/bazel.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (KbSecret) text = kb_secret_new ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = kb_bazel_uri (text, &error);

  g_assert_true ((uri == NULL) == (error != NULL));
  if (error != NULL)
    g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
  else
    g_assert_true (g_utf8_validate (uri, -1, NULL));
  return 0;
}
