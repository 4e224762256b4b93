/* SPDX-License-Identifier: MIT */
/* Keeps items for one stack: caches in front, one durable store behind, chosen once.
   Knows nothing of what an item holds nor of any store's name. */
#ifndef KB_KEEPER_H
#define KB_KEEPER_H

#include "runtime.h"

G_BEGIN_DECLS

typedef struct _KbKeeper KbKeeper;

/* New; everything is borrowed and must outlive it.  No store is opened yet. */
KbKeeper *kb_keeper_new (KbRuntime *runtime, const KbStack *stack,
                         const KbRequest *request);
void kb_keeper_free (KbKeeper *keeper);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbKeeper, kb_keeper_free)

/* VALUE is new.  The caches first: quick, and KB_DECLINED for whatever goes wrong. */
KbAnswer kb_keeper_get_cached (KbKeeper *keeper, const char *name, KbSecret **value);

/* The caches, then the durable store.  KB_FAILED only by the durable one. */
KbAnswer kb_keeper_get (KbKeeper *keeper, const char *name, KbSecret **value,
                        GError **error);

/* The durable store alone. */
KbAnswer kb_keeper_get_durable (KbKeeper *keeper, const char *name, KbSecret **value,
                                GError **error);

/* The durable store first, then the caches.  KB_DECLINED: there is no durable store, it
   is in a cache alone (or, when that failed too, nowhere). */
KbAnswer kb_keeper_put (KbKeeper *keeper, const char *name, const char *label,
                        const KbSecret *value, gint64 expires, GError **error);

/* The durable store alone.  KB_DECLINED: there is none. */
KbAnswer kb_keeper_put_durable (KbKeeper *keeper, const char *name, const char *label,
                                const KbSecret *value, gint64 expires, GError **error);

/* Into the caches alone: what the durable store has just given, or what is too dear to
   wait for it.  TRUE: one took it at least. */
gboolean kb_keeper_cache (KbKeeper *keeper, const char *name, const KbSecret *value,
                          gint64 expires);

/* Everywhere.  KB_DECLINED: it was nowhere. */
KbAnswer kb_keeper_erase (KbKeeper *keeper, const char *name, GError **error);

/* NAMES of the durable store, of the caches when there is none: new strings. */
KbAnswer kb_keeper_list (KbKeeper *keeper, GPtrArray *names, GError **error);

/* The durable store of this stack: the one that was chosen before, or the first that is
   there, which is the choice from then on.  KB_DECLINED: none is there.  KB_FAILED: one
   is there but cannot be used now, which is no reason to take another. */
KbAnswer kb_keeper_durable (KbKeeper *keeper, const KbOpened **opened, GError **error);

/* What a person is told then, once. */
#define KB_KEEPER_NO_DURABLE                                                             \
  "there is no keyring here: credentials last until they expire or this machine "        \
  "restarts "                                                                            \
  "(said once; see keybearer(1), STORES)"

/* TRUE once for each user when secrets are kept in caches alone, and not because the
   stack names nothing else. */
gboolean kb_keeper_first_without_durable (KbKeeper *keeper);

G_END_DECLS

#endif
