/* SPDX-License-Identifier: MIT */
/* The front end for pnpm's tokenHelper.  Knows nothing of who makes credentials. */
#ifndef KB_FRONTENDS_PNPM_H
#define KB_FRONTENDS_PNPM_H

#include "frontend.h"

G_BEGIN_DECLS

/* ARGUMENTS: an organization or a URL, or nothing where there is only one. */
int kb_frontend_pnpm (const KbStreams *streams, char **arguments, GError **error);

G_END_DECLS

#endif
