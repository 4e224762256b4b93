/* SPDX-License-Identifier: MIT */
/* Finds programs that may be started on a person's behalf, and hears what they say.
   Knows nothing of what they are for. */
#ifndef KB_PROGRAM_H
#define KB_PROGRAM_H

#include "base/secret.h"

G_BEGIN_DECLS

/* New: the absolute path of NAME, or NULL.  A NAME without '/' is looked for in PATH,
   whose elements that are empty, "." or relative are passed over, as they may be a work
   tree (CVE-2020-27955 and kin); a relative path names nothing, for the same reason. */
char *kb_program_find (const char *name);

/* Runs WORDS, the first of which is a path, in FOLDER (NULL: where we are) with
   ENVIRONMENT (NULL: ours), and appends its standard output to TEXT; the rest of it is
   dropped.  Its exit status, or -1: it did not start, was ended by a signal, says more
   than TEXT holds, or has not ended after DEADLINE_MS patient milliseconds and was
   killed; TEXT then has what there was. */
int kb_program_read (const char *const *words, const char *folder, char **environment,
                     gint64 deadline_ms, KbBuffer *text);

G_END_DECLS

#endif
