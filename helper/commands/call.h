/* SPDX-License-Identifier: MIT */
/* Verbs that modules bring: [command NAME] of the configuration.
   Knows nothing of what they do. */
#ifndef KB_COMMANDS_CALL_H
#define KB_COMMANDS_CALL_H

#include "frontend.h"

G_BEGIN_DECLS

/* Runs `keybearer NAME ARGUMENTS`; `--help` as its first argument prints the usage.
   KB_DECLINED: the configuration has no [command NAME]. */
KbAnswer kb_call_run (const KbStreams *streams, const char *name, char **arguments,
                      int *status, GError **error);

/* Adds an entry for each, as --help shows them; a module that cannot be had is left out.
 */
void kb_call_add_help (KbPage *page);

G_END_DECLS

#endif
