/* SPDX-License-Identifier: MIT */
/* One entry of a stack: who it answers for, what is kept of it, and making the next
   credential under the account's lock, once for all processes.
   Knows nothing of the entries beside it. */
#ifndef KB_MAKER_H
#define KB_MAKER_H

#include "item.h"
#include "keeper.h"

G_BEGIN_DECLS

typedef struct _KbMaker KbMaker;

/* New; all is borrowed and must outlive it.  IDENTITY's strings are copied. */
KbMaker *kb_maker_new (KbRequest *request, KbKeeper *keeper, const KbOpened *source,
                       const KbIdentity *identity, const char *fingerprint);

/* The same from what a binding remembers: it can look, not make. */
KbMaker *kb_maker_new_bound (KbRequest *request, KbKeeper *keeper, const char *instance,
                             const KbIdentity *identity);
void kb_maker_free (KbMaker *maker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbMaker, kb_maker_free)

/* A token of this mark counts as refused (kb_session_mark). */
void kb_maker_set_refused_mark (KbMaker *maker, const char *mark);
void kb_maker_set_fresh (KbMaker *maker, gboolean fresh);

/* What is kept, when it is good for at least the margin.  CREDENTIAL is new. */
KbAnswer kb_maker_look (KbMaker *maker, KbCredential **credential, GError **error);

/* Looks, waits for the lock, looks again, asks the source once, keeps what came before it
   is given.  INPUT is the credential of the entry before, or NULL.  NOTICES, of char*,
   gets what went wrong beside. */
KbAnswer kb_maker_get (KbMaker *maker, KbCredential *input, GPtrArray *notices,
                       KbCredential **credential, GError **error);

/* Compare, then set or clear the mark of refusal.  SECRET NULL: whatever is kept. */
KbAnswer kb_maker_mark (KbMaker *maker, const KbSecret *secret, gboolean refused,
                        GError **error);

/* New: the key of the account's lock and breaker; the name of its credential item. */
char *kb_maker_key (const KbMaker *maker);
const char *kb_maker_item (const KbMaker *maker);
const char *kb_maker_account (const KbMaker *maker);
const char *kb_maker_realm (const KbMaker *maker);
const char *kb_maker_instance (const KbMaker *maker);

/* New: see kb_session_mark. */
char *kb_mark (const KbSecret *secret);

G_END_DECLS

#endif
