/* SPDX-License-Identifier: MIT */
/* One entry of a stack: gives what is kept of it, or makes the next credential under the
   account's lock, once for all processes.
   Knows nothing of the entries beside it. */
#ifndef KB_MAKER_H
#define KB_MAKER_H

#include "kept.h"

G_BEGIN_DECLS

/* Everything is borrowed. */
typedef struct
{
  KbRequest *request;
  const KbOpened *source;
  KbKept *kept;            /* what the source's account has here */
  const char *fingerprint; /* of the stack: another configuration is another breaker */
  gboolean fresh;          /* a new one is wanted whatever is kept */
  KbCredential *input;     /* of the entry before, or NULL */
  GPtrArray *notices;      /* of char*: what went wrong beside */
} KbMaker;

/* Looks, waits for the lock, looks again, asks the source once, keeps what came before it
   is given.  CREDENTIAL is new. */
KbAnswer kb_maker_get (const KbMaker *maker, KbCredential **credential, GError **error);

/* The same without a look, under a lock that the caller has: where only making it can
   tell who it is for.  What the source finds out becomes the identity of KEPT. */
KbAnswer kb_maker_make (const KbMaker *maker, KbCredential **credential, GError **error);

/* Whether what is kept lives long enough to be of use where no new one can be had. */
gboolean kb_maker_may_give_kept (const KbKept *kept);

/* New: the key of the breaker, for `status`.  A scope has one of its own: that nobody
   consented to it is no reason to stop what everybody needs.  NULL: none. */
char *kb_maker_breaker (const KbMaker *maker, const char *scope);

G_END_DECLS

#endif
