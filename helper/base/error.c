/* SPDX-License-Identifier: MIT */
/* Registers the error domain.
   Knows nothing of who reports or prints errors. */
#include "base/error.h"

GQuark
kb_error_quark (void)
{
  return g_quark_from_static_string ("kb-error-quark");
}
