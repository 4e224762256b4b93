/* SPDX-License-Identifier: MIT */
/* Fuzzes gitconfig: what is found is clean text that stands in the input, in a record of
   the very name.  Knows nothing of what the variables are for. */
#include "gitconfig.h"

#include "base/text.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (const char *text, size_t size, const char *name, const KbUrl *url)
{
  g_autoptr (KbSecret) secret = kb_gitconfig_find (text, size, name, url);
  const char *value = secret != NULL ? kb_secret_peek (secret) : NULL;
  gsize length = secret != NULL ? kb_secret_length (secret) : 0;

  if (value == NULL)
    return;
  g_assert_cmpuint (length, <=, MAX (size, strlen ("true")));
  g_assert_true (kb_text_is_clean (value, length));
  g_assert_true (g_str_equal (value, "true")
                 || memmem (text, size, value, length) != NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const names[]
      = { "credential.azrepos:org/contoso.username", "credential.interactive", "a", "" };
  g_autofree char *text = g_memdup2 (data, size);
  g_autoptr (KbUrl) url = kb_url_parse ("https://git.example/contoso", NULL);

  for (guint i = 0; text != NULL && i < G_N_ELEMENTS (names); i++)
    {
      check (text, size, names[i], NULL);
      check (text, size, names[i], url);
    }
  return 0;
}
