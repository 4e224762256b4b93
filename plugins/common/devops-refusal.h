/* SPDX-License-Identifier: MIT */
/* What an answer of Azure DevOps that is no success means, in plain words.
   Knows nothing of how it was asked for. */
#ifndef KB_DEVOPS_REFUSAL_H
#define KB_DEVOPS_REFUSAL_H

#include "common/http.h"

G_BEGIN_DECLS

/* Whether the credential was not taken: 401, 203, a redirect, or a page where JSON was
   due.  Azure DevOps answers an expired token with a sign-in page and status 203
   (recorded-exchanges R4, R5). */
gboolean kb_refusal_of_credential (const KbHttpAnswer *answer);

/* The headers that it takes to tell what happened: for KbHttpCall.wanted. */
#define KB_REFUSAL_HEADERS "WWW-Authenticate", "X-TFS-ServiceError"

/* Sets ERROR for an answer of status 300 and above, or a page.  PLACE is what a person
   knows the place by, WORD what `keybearer login` takes. */
void kb_refusal_set (GError **error, const KbHttpAnswer *answer, const char *place,
                     const char *word);

/* New: `message` of the JSON envelope, else the text of a plain answer, or NULL. */
char *kb_refusal_message (const KbHttpAnswer *answer);

G_END_DECLS

#endif
