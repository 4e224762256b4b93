/* SPDX-License-Identifier: MIT */
/* A person signs in: with a browser on this computer, or with a code on another device.
   Knows nothing of refresh tokens. */
#ifndef KB_OAUTH_SIGN_IN_H
#define KB_OAUTH_SIGN_IN_H

#include "oauth/job.h"

G_BEGIN_DECLS

/* Chooses the way (the hint "flow" first), and goes it once more when the server says at
   the end that it wants more than it asked for.  Somebody may be asked. */
KbAnswer kb_oauth_sign_in (KbOauthJob *job, KbCredential **credential, GError **error);

/* The two ways.  REFUSAL is filled when the code is not redeemed. */
KbAnswer kb_oauth_browser (const KbOauthJob *job, KbOauth2Refusal *refusal,
                           KbCredential **credential, GError **error);
KbAnswer kb_oauth_device (const KbOauthJob *job, KbCredential **credential,
                          GError **error);

/* TRUE when the person wants to paste the address that the browser ends at. */
gboolean kb_oauth_pastes (const KbOauthJob *job);

/* New: who is to sign in, as far as anybody said; or NULL. */
char *kb_oauth_hint (const KbOauthJob *job);

/* After a sign-in: whoever was asked for by name must have been the one. */
gboolean kb_oauth_check_person (const KbOauthJob *job, const KbIdToken *id,
                                GError **error);

G_END_DECLS

#endif
