/* SPDX-License-Identifier: MIT */
/* Where an item waits that its store does not take: one file an item, mode 0600, encoded
   as in a store.  Knows nothing of what an item is for, and of no store. */
#ifndef KB_EMERGENCY_H
#define KB_EMERGENCY_H

#include "base/error.h"
#include "keybearer-module.h"

G_BEGIN_DECLS

/* Two folders, mode 0700:
   - $XDG_RUNTIME_DIR/keybearer/emergency, or below /run/user/UID where the variable is
   not set, as in a cron job, which has to see what the desktop left.  It is memory: the
     secret reaches no disk and is gone with the session.
   - $XDG_STATE_HOME/keybearer/emergency where there is no such folder: on servers and in
     containers.  A token in a file that only its user can read is worse than one in a
     keyring, and better than a person who is signed out for good.
   Both are looked into, and the newer one counts.  All of it is for whoever has the lock
   of the item's account. */

typedef enum
{
  KB_EMERGENCY_MEMORY, /* the first folder or none */
  KB_EMERGENCY_ANY
} KbEmergencyPlace;

/* Replaces.  FALSE with KB_ERROR_LOCKED. */
gboolean kb_emergency_put (const char *name, const KbSecret *value,
                           KbEmergencyPlace place, GError **error);

/* VALUE is new.  KB_DECLINED: there is none.  KB_FAILED: there is one that is not to be
   trusted, as others could read or have written it or it is no such item; it was set
   aside under another name, which the error tells. */
KbAnswer kb_emergency_get (const char *name, KbSecret **value, GError **error);

/* Takes away what is VALUE and nothing else. */
void kb_emergency_remove (const char *name, const KbSecret *value);

/* Whatever it is.  KB_DECLINED: there was none. */
KbAnswer kb_emergency_erase (const char *name);

/* TRUE once a minute for an item that waits: that is how often its store is asked by the
   way, as a store that does not answer costs seconds. */
gboolean kb_emergency_due (const char *name);

/* New, of char *: the names of what waits. */
GPtrArray *kb_emergency_names (void);

G_END_DECLS

#endif
