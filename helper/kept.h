/* SPDX-License-Identifier: MIT */
/* What is kept of one account and realm: how old it is, whether it was refused, and what
   renews it.  Knows nothing of how the next one is made. */
#ifndef KB_KEPT_H
#define KB_KEPT_H

#include "item.h"
#include "keeper.h"
#include "lock.h"

G_BEGIN_DECLS

/* A credential is given out while it is good for at least this long.  Git pushes and
   package restores run for minutes; the providers' own clients use the same figure.  One
   that lives less than twice as long is used for half of its life. */
#define KB_MARGIN_S 300

/* In the order of worth. */
typedef enum
{
  KB_AGE_FRESH,   /* good for the margin and longer */
  KB_AGE_WELCOME, /* the same, but the server would rather give a new one (refresh_in) */
  KB_AGE_AGEING,  /* good, but for less than the margin */
  KB_AGE_DEAD     /* expired, refused, or there is none */
} KbAge;

typedef struct _KbKept KbKept;

/* New.  REQUEST and KEEPER are borrowed, the strings copied.  Nothing is looked at yet;
   while IDENTITY is not whole nothing is found. */
KbKept *kb_kept_new (KbRequest *request, KbKeeper *keeper, const char *instance,
                     const KbIdentity *identity);
void kb_kept_free (KbKept *kept);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbKept, kb_kept_free)

/* What acquire has found out; NULL leaves what was known.  FALSE: still not whole. */
gboolean kb_kept_set_identity (KbKept *kept, const char *account, const char *realm);

const char *kb_kept_instance (const KbKept *kept);
const char *kb_kept_account (const KbKept *kept); /* or NULL */
const char *kb_kept_realm (const KbKept *kept);   /* or NULL */

/* The names of its items: for `logout` and `explain`. */
const char *kb_kept_item (const KbKept *kept);
const char *kb_kept_renewal_item (const KbKept *kept);

/* New: the key of the account's lock. */
char *kb_kept_key (const KbKept *kept);

/* A secret of this mark (kb_mark) counts as refused.  Copied; NULL for none. */
void kb_kept_set_refused_mark (KbKept *kept, const char *mark);

/* Looks in the caches, then behind them where they have nothing fresh; the result holds
   until the next look. */
void kb_kept_find (KbKept *kept);

/* The durable store as well, whatever the caches have: before a new one is made because
   it is merely welcome, as a cache may have an older one again. */
void kb_kept_look_behind (KbKept *kept);

/* As kb_kept_find, but where the caches have one that is stale and another process is at
   work on the next, that one is waited for: hundreds that find out together would
   otherwise all ask the durable store, and load what it needs.  Whoever waited in vain
   has the account's lock until KEPT is freed or the lock is taken from it. */
void kb_kept_find_or_wait (KbKept *kept);

/* New, or NULL: the lock that a wait in vain ended with.  What was found since is what
   there is. */
KbLock *kb_kept_steal_lock (KbKept *kept);

/* Whether it is about this account and realm of this instance. */
gboolean kb_kept_is_about (const KbKept *kept, const char *instance,
                           const KbIdentity *identity);

/* TRUE: the caches have one that is good for the margin, and that is the result now.
   FALSE: the result of the last look stays. */
gboolean kb_kept_adopt_cached (KbKept *kept);

KbAge kb_kept_age (const KbKept *kept);
gboolean kb_kept_refused (const KbKept *kept);
gint64 kb_kept_expires (const KbKept *kept); /* 0: unknown, or nothing is kept */
gint64 kb_kept_made (const KbKept *kept);    /* when; 0 as well */

/* Why the durable store could not say; NULL when it could.  Borrowed. */
const GError *kb_kept_problem (const KbKept *kept);

/* New, or NULL when nothing is kept: the credential, whatever its age. */
KbCredential *kb_kept_credential (const KbKept *kept);

/* Under the account's lock: what renews it, as kb_renewal_find says.  RENEWAL is new. */
KbAnswer kb_kept_renewal (KbKept *kept, KbSecret **renewal, GPtrArray *notices,
                          GError **error);

/* How the notice of what could not be kept begins. */
#define KB_KEPT_NOT "not kept: "

/* Keeps CREDENTIAL, its renewal first, as that cannot be had again.  What goes wrong is a
   line in NOTICES (of char*): the credential is good all the same. */
void kb_kept_put (KbKept *kept, KbCredential *credential, GPtrArray *notices);

/* Under the account's lock: the mark of kb_kept_set_refused_mark becomes one that all
   processes see. */
void kb_kept_put_refused (KbKept *kept);

/* Compares with what is kept, under the account's lock, then sets or clears the mark of
   refusal.  SECRET NULL: whatever is kept.  KB_DECLINED: nothing to change. */
KbAnswer kb_kept_mark (KbKept *kept, const KbSecret *secret, gboolean refused,
                       GError **error);

/* New.  Tells one secret from the next without giving it away: 16 hex digits of SHA-256.
   Secrets that people think of never get here. */
char *kb_mark (const KbSecret *secret);

G_END_DECLS

#endif
