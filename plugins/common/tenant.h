/* SPDX-License-Identifier: MIT */
/* Which Entra tenant an Azure DevOps organization belongs to: from what a server said or,
   asked without any secret, from its front door.  Knows nothing of sign-ins. */
#ifndef KB_TENANT_H
#define KB_TENANT_H

#include "common/http.h"

G_BEGIN_DECLS

/* The tenant of organizations that no tenant backs: personal accounts sign in there as
   guests of none.  Also where nobody says which tenant it is. */
#define KB_TENANT_ANY "organizations"

/* New: the GUID, in lower case, in authorization_uri of a Bearer challenge on one of
   Entra's own hosts; or NULL.  Nothing else of the address is taken. */
char *kb_tenant_of_challenges (const char *const *challenges);

/* New: the first GUID of X-VSS-ResourceTenant that is not all zeros; KB_TENANT_ANY when
   zeros are all there is; NULL when TEXT is something else. */
char *kb_tenant_of_header (const char *text);

/* New: by HEAD of the organization's address, KB_TENANT_ANY when it does not say; NULL
   with ERROR (KB_ERROR_NETWORK) when there was no answer. */
char *kb_tenant_discover (KbHttp *http, const KbRequest *request, GError **error);

G_END_DECLS

#endif
