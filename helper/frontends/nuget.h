/* SPDX-License-Identifier: MIT */
/* NuGet's front end: its plugin, and the command line that other tools know.
   Knows nothing of who makes or keeps credentials. */
#ifndef KB_FRONTENDS_NUGET_H
#define KB_FRONTENDS_NUGET_H

#include "frontend.h"

G_BEGIN_DECLS

int kb_frontend_nuget (const KbStreams *streams, char **arguments, GError **error);

G_END_DECLS

#endif
