/* SPDX-License-Identifier: MIT */
/* Fuzzes what client-go writes into KUBERNETES_EXEC_INFO.
   Knows nothing of what is answered. */
#include "frontends/kubectl.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (KbSecret) text = kb_secret_new ((const char *) data, size);
  KbKubectlInfo info = { NULL, FALSE };
  g_autoptr (GError) error = NULL;

  if (!kb_kubectl_read (text, &info, &error))
    {
      g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
      g_assert_null (info.version);
      return 0;
    }
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (info.version, "client.authentication.k8s.io/v1"));
  return 0;
}
