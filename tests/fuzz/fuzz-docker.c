/* SPDX-License-Identifier: MIT */
/* Fuzzes what Docker writes: a server, or a login as JSON.
   Knows nothing of what is answered. */
#include "frontends/docker.h"

#include "base/url.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
read_login (KbSecret *text)
{
  g_auto (KbDockerLogin) login = { 0 };
  g_autoptr (GError) error = NULL;

  if (!kb_docker_login_read (text, &login, &error))
    {
      g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
      return;
    }
  g_assert_no_error (error);
  g_assert_true (login.url != NULL && login.user != NULL && login.secret != NULL);
}

/* What a server is taken for has no other host than the text itself says. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (KbSecret) text = kb_secret_new ((const char *) data, size);
  g_autofree char *url = kb_docker_url (text);
  g_autoptr (KbUrl) parsed = url != NULL ? kb_url_parse (url, NULL) : NULL;

  if (parsed != NULL)
    {
      g_autofree char *lower = g_ascii_strdown (kb_secret_peek (text), -1);

      g_assert_true (parsed->host[0] == '[' || strstr (lower, parsed->host) != NULL);
    }
  read_login (text);
  return 0;
}
