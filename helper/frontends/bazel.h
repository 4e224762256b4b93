/* SPDX-License-Identifier: MIT */
/* The front end for Bazel and others that speak its credential helper protocol.  Knows
 * nothing of who makes credentials. */
#ifndef KB_FRONTENDS_BAZEL_H
#define KB_FRONTENDS_BAZEL_H

#include "frontend.h"

G_BEGIN_DECLS

/* ARGUMENTS: get. */
int kb_frontend_bazel (const KbStreams *streams, char **arguments, GError **error);

/* New: the URI of the request TEXT, or NULL with KB_ERROR_PROTOCOL. */
char *kb_bazel_uri (KbSecret *text, GError **error);

G_END_DECLS

#endif
