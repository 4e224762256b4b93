/* SPDX-License-Identifier: MIT */
/* Reads the answer of an authorization server: application/x-www-form-urlencoded.
   Knows nothing of how it came. */
#ifndef KB_LISTENER_FORM_H
#define KB_LISTENER_FORM_H

#include "common/listener.h"

G_BEGIN_DECLS

/* NULL and OUT set when TEXT is the answer that belongs to STATE; else what is wrong, a
   constant without a value.  Nothing but `state` tells who sent it, so it is required
   with an error too. */
const char *kb_listener_form (const char *text, gsize length, const KbSecret *state,
                              KbSignIn *out);

G_END_DECLS

#endif
