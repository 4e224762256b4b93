/* SPDX-License-Identifier: MIT */
/* Tells the kinds of tokens apart by their form alone, and reads when a JWT ends.
   Knows nothing of where the token came from; verifies no signature. */
#ifndef KB_TOKEN_H
#define KB_TOKEN_H

#include "base/json.h"
#include "keybearer-module.h"

G_BEGIN_DECLS

typedef enum
{
  KB_TOKEN_PAT,   /* 84 letters and digits with AZDO at 76 to 79 (from 0), or the older
                     52 of lower-case base32 */
  KB_TOKEN_JWT,   /* three parts of base64url, the first a JSON object */
  KB_TOKEN_OTHER, /* visible ASCII, or UTF-8 without controls: a password */
  KB_TOKEN_BROKEN /* empty, or what cannot stand on a credential line */
} KbTokenForm;

KbTokenForm kb_token_form (const KbSecret *token);

/* New: the claims of a JWT, an object, or NULL when it is none. */
KbJson *kb_token_claims (const KbSecret *token);

/* `exp` of a JWT, 0 when it has none that can be read. */
gint64 kb_token_jwt_expires (const KbSecret *token);

/* Whether it is a JWT whose `exp` has passed. */
gboolean kb_token_is_over (const KbSecret *token);

/* New: Bearer with its expiry for a JWT, else Basic. */
KbCredential *kb_token_credential (const char *user, KbSecret *token);

/* Whether the server refused this very secret: a source must not give it again. */
gboolean kb_token_was_refused (const KbRequest *request, const KbSecret *token);

/* New: the organization, or the origin where the URL names none. */
char *kb_token_realm (const KbRequest *request);

G_END_DECLS

#endif
