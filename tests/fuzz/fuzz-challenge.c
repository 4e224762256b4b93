/* SPDX-License-Identifier: MIT */
/* Fuzzes base/challenge: values are clean text that stands in the input, and come only
   from schemes that are offered.  Knows nothing of which authority may be trusted. */
#include "base/challenge.h"

#include "base/text.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Whether VALUE begins TEXT when every '\\' of TEXT only quotes the byte after it. */
static gboolean
begins_quoted (const char *value, const char *text)
{
  for (; *value != '\0'; value++, text++)
    {
      text += *text == '\\';
      if (*text != *value)
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_from (const char *value, const char *text)
{
  if (strstr (text, value) != NULL)
    return TRUE;
  for (; *text != '\0'; text++)
    if (begins_quoted (value, text))
      return TRUE;
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
