/* SPDX-License-Identifier: MIT */
/* Fuzzes the arguments of the command keyring, one a line.
   Knows nothing of what is answered. */
#include "frontends/keyring.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) arguments = g_strsplit (text, "\n", 64);
  KbKeyringGet get = { 0 };

  if (!kb_keyring_read (arguments, &get))
    return 0;
  g_assert_nonnull (get.service);
  g_assert_true (get.service[0] != '-');
  g_assert_true (g_strv_contains ((const char *const *) arguments, "get"));
  g_assert_true (g_strv_contains ((const char *const *) arguments, get.service));
  return 0;
}
