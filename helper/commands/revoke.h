/* SPDX-License-Identifier: MIT */
/* Lets the source that made a credential have it revoked at its server.
   Knows nothing of where it is kept, nor of how it is revoked. */
#ifndef KB_COMMANDS_REVOKE_H
#define KB_COMMANDS_REVOKE_H

#include "commands/place.h"

G_BEGIN_DECLS

/* What is kept of one account, with its renewal, under its lock; REALM "" for the renewal
   alone.  KB_DECLINED: nothing is kept (*WHY NULL), or the server has no way to revoke it
   (*WHY is new and says what to do instead).  KB_FAILED: it may still be good. */
KbAnswer kb_revoke (KbPlace *place, const char *instance, const char *account,
                    const char *realm, char **why, GError **error);

G_END_DECLS

#endif
