/* SPDX-License-Identifier: MIT */
/* The next token without a person.  Knows nothing of stores: the core keeps what comes
   back before anybody uses it. */
#ifndef KB_OAUTH_REFRESH_H
#define KB_OAUTH_REFRESH_H

#include "oauth/job.h"

G_BEGIN_DECLS

/* By the request's renewal, which must be there.  KB_ERROR_INTERACTION: only a new
   sign-in helps; what it has to satisfy is then in JOB->claims. */
KbAnswer kb_oauth_refresh (KbOauthJob *job, KbCredential **credential, GError **error);

G_END_DECLS

#endif
