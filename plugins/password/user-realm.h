/* SPDX-License-Identifier: MIT */
/* Asks Entra who keeps the password of an account, before it is sent anywhere.
   Knows nothing of tokens. */
#ifndef KB_USER_REALM_H
#define KB_USER_REALM_H

#include "common/http.h"

G_BEGIN_DECLS

/* TRUE: Entra itself keeps the password of USER.  KB_ERROR_DENIED: another identity
   provider does, or the account's domain is not known.  Whatever else the answer is, it
   is an error too, so that the password stays here.  No address in it is looked at. */
gboolean kb_user_realm_check (KbHttp *http, const KbRequest *request,
                              const char *authority, const char *user, GError **error);

G_END_DECLS

#endif
