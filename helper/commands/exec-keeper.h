/* SPDX-License-Identifier: MIT */
/* A folder for secrets that ends with this process, whatever that process becomes.
   Knows nothing of what is in its files. */
#ifndef KB_COMMANDS_EXEC_KEEPER_H
#define KB_COMMANDS_EXEC_KEEPER_H

#include <glib.h>

G_BEGIN_DECLS

/* Called in the keeper, when it is time: renews the files.  Returns when to be called
   next (seconds since 1970), 0 for never. */
typedef gint64 (*KbKeeperFunc) (const char *folder, gpointer data);

/* New: the path of a folder of mode 0700 in $XDG_RUNTIME_DIR, or in /dev/shm where there
   is none, both in memory; NULL with KB_ERROR_LOCKED.  A process of its own, the keeper,
   removes it with its files as soon as this process has ended, however it ended and
   whatever program it was by then, and calls RENEW at WHEN (0: never).  Only a SIGKILL to
   the keeper itself leaves the folder; the next call takes it away, and so does the next
   start of the machine.  Call it with no output in a buffer. */
char *kb_keeper_start (KbKeeperFunc renew, gint64 when, gpointer data, GError **error);

G_END_DECLS

#endif
