/* SPDX-License-Identifier: MIT */
/* Whether a refresh is answered for the person who signed in, by `iss` and `sub`.
   Knows nothing of tokens. */
#ifndef KB_OAUTH_SUBJECT_H
#define KB_OAUTH_SUBJECT_H

#include "oauth/job.h"

G_BEGIN_DECLS

/* After a sign-in: from now on this is the account's subject at its issuer. */
void kb_oauth_subject_set (const KbOauthJob *job, const KbIdToken *id);

/* After a refresh; what was never set is set.  FALSE with KB_ERROR_INTERACTION when it is
   somebody else's. */
gboolean kb_oauth_subject_is_same (const KbOauthJob *job, const KbIdToken *id,
                                   GError **error);

G_END_DECLS

#endif
