/* SPDX-License-Identifier: MIT */
/* The front end for Cargo.  Knows nothing of who makes credentials. */
#ifndef KB_FRONTENDS_CARGO_H
#define KB_FRONTENDS_CARGO_H

#include "frontend.h"

G_BEGIN_DECLS

/* ARGUMENTS: --cargo-plugin (a JSON line in, two out), or token and an index URL for
   cargo:token-from-stdout. */
int kb_frontend_cargo (const KbStreams *streams, char **arguments, GError **error);

G_END_DECLS

#endif
