/* SPDX-License-Identifier: MIT */
/* The answer of a browser that cannot reach this computer, pasted by hand.  This is what
   is phished for (ConsentFix, 2025): it is nobody's default and no option of a file.
   Knows nothing of what the code is exchanged for. */
#ifndef KB_OAUTH_PASTE_H
#define KB_OAUTH_PASTE_H

#include "common/listener.h"

G_BEGIN_DECLS

/* Warns, then shows URL; FALSE where there is no terminal to do so. */
gboolean kb_oauth_paste_begin (const KbRequest *request, const char *url, GError **error);

/* Asks for the address and takes the one with STATE that begins with REDIRECT_URI;
   whatever else is pasted is refused, three times at most.  SIGN_IN is set on KB_OK. */
KbAnswer kb_oauth_paste (const KbRequest *request, const char *redirect_uri,
                         const char *state, KbSignIn *sign_in, GError **error);

G_END_DECLS

#endif
