/* SPDX-License-Identifier: MIT */
/* One maker at a time: a lock file for each account, held by flock(2), never deleted,
   freed by the kernel on kill -9.  Knows nothing of what is made. */
#ifndef KB_LOCK_H
#define KB_LOCK_H

#include "keybearer-module.h"

G_BEGIN_DECLS

typedef struct _KbLock KbLock;

/* Asked while waiting: TRUE when what the lock is wanted for is there already. */
typedef gboolean (*KbLookAgain) (gpointer data);

/* KB_OK: LOCK is new and held.  KB_DECLINED: LOOK said TRUE, or the lock is busy and
   REMAINING_MS is 0.  KB_FAILED: still busy after REMAINING_MS (KB_ERROR_NETWORK, as
   there is nothing but to try again; KB_ERROR_INTERACTION with the holder's words where
   it told any), or no lock file can be made (KB_ERROR_LOCKED).  LOOK may be NULL; it must
   be cheap, as it is asked every few milliseconds. */
KbAnswer kb_lock_take (const char *key, gint64 remaining_ms, KbLookAgain look,
                       gpointer data, KbLock **lock, GError **error);
void kb_lock_release (KbLock *lock); /* takes NULL */

/* What those that wait in vain are told, one line; "" for nothing any more.  LOCK may be
   NULL. */
void kb_lock_tell (KbLock *lock, const char *words);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbLock, kb_lock_release)

G_END_DECLS

#endif
