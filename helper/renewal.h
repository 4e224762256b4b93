/* SPDX-License-Identifier: MIT */
/* What renews an account, which cannot be had again: the newest of it is found wherever
   it is, and kept before anything else happens.  Knows nothing of what it renews. */
#ifndef KB_RENEWAL_H
#define KB_RENEWAL_H

#include "item.h"
#include "keeper.h"

G_BEGIN_DECLS

/* Everything is borrowed. */
typedef struct
{
  KbKeeper *keeper;
  const char *item;
  const char *label;
  const char *account; /* for the journal and for people */
} KbRenewal;

/* Under the account's lock.  RECORD is new: the one that was made last, of the caches,
   the durable store and the emergency place.  What the durable store missed goes into it,
   and out of the emergency place, if it takes it now. KB_DECLINED: there is none.
   KB_FAILED: none was found, but the durable store could not say, which is no reason to
   begin anew.  NOTICES (of char*) may be NULL. */
KbAnswer kb_renewal_find (const KbRenewal *renewal, KbRecord **record, GPtrArray *notices,
                          GError **error);

/* Under the account's lock.  SECRET follows LAST, the one that kb_renewal_find gave (or
   NULL), and is newer whatever the clock says.  It goes first where one system call puts
   it: a process that is killed while the durable store takes its time loses nothing.
   KB_DECLINED: there is no durable store, and it is in a cache alone. */
KbAnswer kb_renewal_put (const KbRenewal *renewal, KbSecret *secret, const KbRecord *last,
                         GError **error);

/* By the way, and no more than once a minute: what waits in the emergency place. */
void kb_renewal_settle (const KbRenewal *renewal, const char *lock_key);

G_END_DECLS

#endif
