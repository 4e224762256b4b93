/* SPDX-License-Identifier: MIT */
/* The verbs of the command line, one file each.
   Knows nothing of how they are found. */
#ifndef KB_COMMANDS_H
#define KB_COMMANDS_H

#include "frontend.h"

G_BEGIN_DECLS

int kb_command_modules (const KbStreams *streams, char **arguments, GError **error);

G_END_DECLS

#endif
