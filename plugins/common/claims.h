/* SPDX-License-Identifier: MIT */
/* What a server wants to see satisfied before it takes a token again.
   Knows nothing of who can satisfy it. */
#ifndef KB_CLAIMS_H
#define KB_CLAIMS_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* New: the JSON of the claims challenge that came with the request, in either base64; or
   NULL. */
char *kb_claims_challenged (const KbRequest *request);

G_END_DECLS

#endif
