/* SPDX-License-Identifier: MIT */
/* keybearer store put and store remove: secrets for `store:NAME`.
   Knows nothing of what they are for. */
#ifndef KB_COMMANDS_STORE_NAMED_H
#define KB_COMMANDS_STORE_NAMED_H

#include "frontend.h"

G_BEGIN_DECLS

/* The secret comes from standard input, or is asked for where that is a terminal: never
   from the arguments, which everybody can read.  The exit status. */
int kb_store_put (const KbStreams *streams, const char *name, GError **error);
int kb_store_remove (const KbStreams *streams, const char *name, GError **error);

G_END_DECLS

#endif
