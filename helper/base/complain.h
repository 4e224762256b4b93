/* SPDX-License-Identifier: MIT */
/* One line for a person on standard error.  Knows nothing of what went wrong. */
#ifndef KB_COMPLAIN_H
#define KB_COMPLAIN_H

#include <glib.h>

G_BEGIN_DECLS

/* Prints "keybearer: TEXT" and a line end, escaped, at most 1 KiB of it. */
void kb_complain (const char *text);

G_END_DECLS

#endif
