/* SPDX-License-Identifier: MIT */
/* The end of a sign-in at the provider's own side.  Knows nothing of stores: the core
   forgets what was kept. */
#ifndef KB_OAUTH_REVOKE_H
#define KB_OAUTH_REVOKE_H

#include "oauth/job.h"

G_BEGIN_DECLS

/* The prior credential and the renewal of REQUEST.  KB_DECLINED after a note: the
   provider has no way to do so. */
KbAnswer kb_oauth_revoke (const KbOauthSettings *settings, const KbRequest *request,
                          GError **error);

G_END_DECLS

#endif
