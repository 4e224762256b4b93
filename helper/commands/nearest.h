/* SPDX-License-Identifier: MIT */
/* Why a URL is nobody's although it looks as if it were somebody's.
   Knows nothing of stacks' entries. */
#ifndef KB_COMMANDS_NEAREST_H
#define KB_COMMANDS_NEAREST_H

#include "config.h"

G_BEGIN_DECLS

/* New: one sentence. */
char *kb_nearest_reason (const KbConfig *config, const KbUrl *url);

G_END_DECLS

#endif
