/* SPDX-License-Identifier: MIT */
/* The front end for git.  Knows nothing of who makes or keeps credentials. */
#ifndef KB_FRONTENDS_GIT_H
#define KB_FRONTENDS_GIT_H

#include "frontend.h"

G_BEGIN_DECLS

/* ARGUMENTS: get, store, erase or capability; anything else is silently done. */
int kb_frontend_git (const KbStreams *streams, char **arguments, GError **error);

G_END_DECLS

#endif
