/* SPDX-License-Identifier: MIT */
/* Fuzzes common/discovery: an endpoint that comes out is an https URL on an origin that
   was allowed, stands in the document, and there is always one for tokens.
   Knows nothing of requests. */
#include "common/discovery.h"

#include "base/url.h"

#include <stdint.h>

#define ISSUER "https://id.example/a"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_endpoint (const char *text)
{
  g_autoptr (KbUrl) url = kb_url_parse (text, NULL);
  g_autofree char *origin = url != NULL ? kb_url_origin (url) : NULL;

  g_assert_nonnull (origin);
  g_assert_null (url->user);
  g_assert_true (g_str_equal (origin, "https://id.example")
                 || g_str_equal (origin, "https://tokens.example:8443"));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const origins[] = { "https://tokens.example:8443", NULL };
  g_autoptr (KbSecret) body = kb_secret_new ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (KbDiscovery) found = kb_discovery_parse (body, ISSUER, origins, &error);

  g_assert_true ((found == NULL) == (error != NULL));
  if (found == NULL)
    return 0;
  g_assert_nonnull (found->endpoints[KB_OAUTH_TOKEN]);
  for (gsize i = 0; i < KB_OAUTH_ENDPOINTS; i++)
    if (found->endpoints[i] != NULL)
      check_endpoint (found->endpoints[i]);
  return 0;
}
