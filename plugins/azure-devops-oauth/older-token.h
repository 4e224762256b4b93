/* SPDX-License-Identifier: MIT */
/* The token endpoint of the older OAuth platform: its form, its answer, its own names for
   what is wrong.  Knows nothing of how the grant was come by. */
#ifndef KB_OLDER_TOKEN_H
#define KB_OLDER_TOKEN_H

#include "common/oauth2.h"

G_BEGIN_DECLS

#define KB_OLDER_GRANT_CODE "urn:ietf:params:oauth:grant-type:jwt-bearer"
#define KB_OLDER_GRANT_REFRESH "refresh_token"

typedef struct
{
  const char *endpoint;
  const char *redirect_uri;
  const char *grant;         /* KB_OLDER_GRANT_* */
  const KbSecret *secret;    /* the app's: the client assertion */
  const KbSecret *assertion; /* the code or the refresh token; either dies by its use */
} KbOlderCall;

/* New, or NULL with ERROR.  KB_ERROR_INTERACTION: what was to be exchanged is over.
   KB_ERROR_NETWORK: serverError and kin, 429, 5xx (kb_request_retry_after is told).
   KB_ERROR_CONFIG: the request does not fit the app's registration.  KB_ERROR_DENIED: the
   app's secret, and every other refusal.  KB_ERROR_PROTOCOL: an answer that is none. */
KbOauth2Token *kb_older_token_request (KbHttp *http, const KbRequest *request,
                                       const KbOlderCall *call, GError **error);

G_END_DECLS

#endif
