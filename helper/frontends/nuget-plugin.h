/* SPDX-License-Identifier: MIT */
/* NuGet's cross-platform plugin, protocol 2.0, with one NuGet.
   Knows nothing of who makes or keeps credentials. */
#ifndef KB_FRONTENDS_NUGET_PLUGIN_H
#define KB_FRONTENDS_NUGET_PLUGIN_H

#include "frontend.h"

G_BEGIN_DECLS

/* Serves until NuGet closes, ends or goes away: then 0. */
int kb_nuget_plugin (const KbStreams *streams, GError **error);

G_END_DECLS

#endif
