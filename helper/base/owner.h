/* SPDX-License-Identifier: MIT */
/* Who can change a file or folder: the one rule for all that is read, loaded or run.
   Knows nothing of what is in it. */
#ifndef KB_OWNER_H
#define KB_OWNER_H

#include <glib.h>
#include <sys/stat.h>

G_BEGIN_DECLS

/* Root, or the user of this process. */
gboolean kb_owner_is_trusted (const struct stat *status);

/* What is wrong, a constant that tells the cure, or NULL when nobody but root and the
   user can change it.  Writable by the group counts as that where the group is the user's
   own and has no other member: with such groups come a umask of 002 and modes of 664. */
const char *kb_owner_fault (const struct stat *status);

G_END_DECLS

#endif
