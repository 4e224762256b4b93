/* SPDX-License-Identifier: MIT */
/* Whether a token opens the door, asked of the server itself.
   Knows nothing of how it was made. */
#ifndef KB_AZURE_DEVOPS_PROVE_H
#define KB_AZURE_DEVOPS_PROVE_H

#include "client.h"

G_BEGIN_DECLS

/* KB_OK: the server knows whose SECRET is.  KB_DECLINED: it did not within SECONDS, which
   is what its parts may need to tell each other.  KB_FAILED: it could not be asked. */
KbAnswer kb_prove (KbClient *client, KbSecret *secret, gint64 seconds, GError **error);

G_END_DECLS

#endif
