/* SPDX-License-Identifier: MIT */
/* Finds programs that may be started on a person's behalf.
   Knows nothing of what they are for. */
#ifndef KB_PROGRAM_H
#define KB_PROGRAM_H

#include <glib.h>

G_BEGIN_DECLS

/* New: the absolute path of NAME, or NULL.  A NAME without '/' is looked for in PATH,
   whose elements that are empty, "." or relative are passed over, as they may be a work
   tree (CVE-2020-27955 and kin); a relative path names nothing, for the same reason. */
char *kb_program_find (const char *name);

G_END_DECLS

#endif
