/* SPDX-License-Identifier: MIT */
/* Which hosts may be sent a secret as a token endpoint, and what a tenant looks like.
   Knows nothing of requests. */
#ifndef KB_AUTHORITY_H
#define KB_AUTHORITY_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* What is asked when nothing else is named. */
#define KB_AUTHORITY_DEFAULT "https://login.microsoftonline.com"

/* Azure DevOps' application id: the resource that its tokens are for. */
#define KB_AZURE_DEVOPS_ID "499b84ac-1321-427f-aa17-267ca6975798"

/* Whether HOST (lower case) is one of Microsoft's own sign-in hosts, by its whole
   name. */
gboolean kb_authority_is_known (const char *host);

/* New: "https://host[:port]" of TEXT, which is an https URL with no path but "/".
   KB_ERROR_CONFIG otherwise.  Text from the configuration may name any host; what comes
   from elsewhere (CLOSED) only a known one, and its "https://" may be missing. */
char *kb_authority_parse (const char *text, gboolean closed, GError **error);

/* A GUID, or a domain name of two or more LDH labels: what may stand in a token
   endpoint's path.  So `common`, `organizations` and `consumers` are none. */
gboolean kb_tenant_is_valid (const char *text);
gboolean kb_guid_is_valid (const char *text);

/* New: what tokens of SCOPE are for, as a part of their realm: "X/.default openid" is for
   "X"; several words are joined by '+'; those of OpenID Connect do not count. */
char *kb_scope_resource (const char *scope);

/* New: AUTHORITY/TENANT/oauth2/v2.0/token. */
char *kb_authority_token_endpoint (const char *authority, const char *tenant);

G_END_DECLS

#endif
