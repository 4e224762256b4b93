/* SPDX-License-Identifier: MIT */
/* A provider other than Entra: where it is asked, what it calls itself.  It comes from
   the configuration, and where that names an issuer only, from its discovery document.
   Knows nothing of forms and people. */
#ifndef KB_OAUTH_PROVIDER_H
#define KB_OAUTH_PROVIDER_H

#include "common/discovery.h"

G_BEGIN_DECLS

typedef struct
{
  char *issuer;                        /* to the letter, or NULL: nobody said */
  char *origin;                        /* of whoever issues tokens; never NULL */
  char *endpoints[KB_OAUTH_ENDPOINTS]; /* or NULL: it has none, or it is to be found */
  gboolean iss; /* every answer in the browser has to say who sends it (RFC 9207) */
} KbOauthProvider;

/* New; NULL without ERROR: the instance names none, so it is Entra.  KB_ERROR_CONFIG. */
KbOauthProvider *kb_oauth_provider_new (const KbInstance *instance, GError **error);
void kb_oauth_provider_free (KbOauthProvider *provider);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbOauthProvider, kb_oauth_provider_free)

/* New, or NULL.  What the configuration left open is found out with one request; nothing
   is asked when it named all that FLOWS (KB_OAUTH_*) need. */
KbOauthProvider *kb_oauth_provider_complete (const KbOauthProvider *provider, guint flows,
                                             const KbInstance *instance, KbHttp *http,
                                             const KbRequest *request, GError **error);

/* New: the origin of an endpoint, or NULL. */
char *kb_oauth_provider_origin_of (const KbOauthProvider *provider,
                                   KbOauthEndpoint endpoint);

/* New: the name of whose TOKEN it is, or NULL where the provider does not tell: then it
   is noted why. */
char *kb_oauth_provider_account (const KbOauthProvider *provider, KbHttp *http,
                                 const KbRequest *request, const KbSecret *token);

G_END_DECLS

#endif
