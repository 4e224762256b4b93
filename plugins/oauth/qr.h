/* SPDX-License-Identifier: MIT */
/* A QR code in characters.  Knows nothing of what it says. */
#ifndef KB_OAUTH_QR_H
#define KB_OAUTH_QR_H

#include <glib.h>

G_BEGIN_DECLS

/* New: the lines, in half blocks with a quiet zone, the light squares drawn, as terminals
   are mostly dark; NULL when TEXT is too long or the locale is not UTF-8. */
char **kb_oauth_qr (const char *text);

G_END_DECLS

#endif
