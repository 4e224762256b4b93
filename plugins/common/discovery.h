/* SPDX-License-Identifier: MIT */
/* What a provider says of itself (OpenID Connect Discovery 1.0, RFC 8414), held to the
   issuer that the configuration names.  Knows nothing of sign-ins; sends no secret. */
#ifndef KB_DISCOVERY_H
#define KB_DISCOVERY_H

#include "common/http.h"

G_BEGIN_DECLS

typedef enum
{
  KB_OAUTH_AUTHORIZE,
  KB_OAUTH_TOKEN,
  KB_OAUTH_DEVICECODE,
  KB_OAUTH_REVOKE,
  KB_OAUTH_USERINFO
} KbOauthEndpoint;

#define KB_OAUTH_ENDPOINTS 5

typedef struct
{
  char *endpoints[KB_OAUTH_ENDPOINTS]; /* https URLs, or NULL: it has none */
  gboolean iss;                        /* RFC 9207: it promises to send iss */
} KbDiscovery;

void kb_discovery_free (KbDiscovery *discovery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbDiscovery, kb_discovery_free)

/* New, or NULL.  The document must be that of ISSUER, to the letter.  An endpoint counts
   when it lies on the issuer's origin or on one of ORIGINS (NULL-terminated, or NULL):
   another one that is to take secrets is an error, one that could be done without is as
   if it were not there.  KB_ERROR_PROTOCOL: no such document; KB_ERROR_DENIED: another
   issuer's, an endpoint elsewhere, no PKCE with S256. */
KbDiscovery *kb_discovery_parse (KbSecret *body, const char *issuer,
                                 const char *const *origins, GError **error);

/* The same of what was kept, unless a person signs in anew, or of what it answers now:
   first as OpenID Connect has it, then as RFC 8414.  A document that is refused is never
   kept, and one that was kept is judged again. */
#define KB_DISCOVERY_LIFE (24 * 3600)
KbDiscovery *kb_discovery_find (KbHttp *http, const KbRequest *request,
                                const char *issuer, const char *const *origins,
                                GError **error);

G_END_DECLS

#endif
