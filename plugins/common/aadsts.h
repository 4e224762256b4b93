/* SPDX-License-Identifier: MIT */
/* Microsoft Entra's error numbers in plain words.  Knows nothing of what follows from
 * them. */
#ifndef KB_AADSTS_H
#define KB_AADSTS_H

#include <glib.h>

G_BEGIN_DECLS

/* What happened and what to do, or NULL for a number that is not in the table.  For
   people only: the numbers are no stable API, so nothing may be decided by them. */
const char *kb_aadsts_sentence (gint64 number);

G_END_DECLS

#endif
