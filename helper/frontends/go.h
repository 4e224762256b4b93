/* SPDX-License-Identifier: MIT */
/* The front end for Go (GOAUTH).  Knows nothing of who makes credentials. */
#ifndef KB_FRONTENDS_GO_H
#define KB_FRONTENDS_GO_H

#include "frontend.h"

G_BEGIN_DECLS

/* ARGUMENTS: organizations, then perhaps the URL of a fetch that failed. */
int kb_frontend_go (const KbStreams *streams, char **arguments, GError **error);

/* New, NULL-terminated: the values of the WWW-Authenticate lines of an HTTP answer;
 *STATUS is its status.  What is no HTTP has neither. */
char **kb_go_challenges (const char *answer, int *status);

G_END_DECLS

#endif
