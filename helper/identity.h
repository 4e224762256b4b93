/* SPDX-License-Identifier: MIT */
/* Who a source would answer for: what it says itself, completed by who answered before.
   Knows nothing of credentials. */
#ifndef KB_IDENTITY_H
#define KB_IDENTITY_H

#include "binding.h"
#include "runtime.h"

G_BEGIN_DECLS

void kb_identity_clear (KbIdentity *identity);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbIdentity, kb_identity_clear)

/* Sets REQUEST's account, asks SOURCE, and fills in what the binding of the place knows.
   On KB_OK a NULL account is nobody yet, a NULL realm is one that takes the network to
   know.  FRESH: a person signs in anew, so nobody who answered before is meant. */
KbAnswer kb_identity_ask (const KbConfig *config, const KbStack *stack,
                          KbRequest *request, const KbOpened *source, gboolean fresh,
                          KbIdentity *identity, GError **error);

/* After KB_OK without an account, under the lock by which one process finds out: where
   several have signed in, it is a person's choice which of them is meant, asked once.
   IDENTITY gets it, or stays as it is for somebody new.  KB_ERROR_INTERACTION: nobody may
   be asked; the message names them. */
KbAnswer kb_identity_choose (const KbConfig *config, KbRequest *request,
                             const char *instance, KbIdentity *identity, GError **error);

gboolean kb_identity_is_whole (const KbIdentity *identity);

G_END_DECLS

#endif
