/* SPDX-License-Identifier: MIT */
/* Fuzzes base/challenge: values are clean text that stands in the input, and come only
   from schemes that are offered.  Knows nothing of which authority may be trusted. */
#include "base/challenge.h"

#include "base/text.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Whether VALUE is in TEXT when every '\\' may stand before a byte of it. */
static gboolean
is_from (const char *value, const char *text)
{
  for (; *text != '\0'; text++)
    {
      const char *v = value;
      const char *t = text;

      while (*v != '\0' && (*t == *v || (*t == '\\' && t[1] == *v)))
        t += *t == '\\' && t[1] == *v ? 2 : 1, v++;
      if (*v == '\0')
        return TRUE;
    }
  return FALSE;
}

static void
check (const char *const *lines, const char *text, const char *scheme, const char *name)
{
  g_autofree char *value = kb_challenge_parameter (lines, scheme, name);

  if (value == NULL)
    return;
  g_assert_true (kb_text_is_clean (value, strlen (value)));
  g_assert_true (kb_challenge_offers (lines, scheme));
  g_assert_true (is_from (value, text));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const schemes[] = { "Bearer", "Basic", "TFS-Federated", "b" };
  static const char *const names[] = { "authorization_uri", "realm", "claims", "a" };
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    for (guint j = 0; j < G_N_ELEMENTS (names); j++)
      check ((const char *const *) lines, text, schemes[i], names[j]);
  return 0;
}
