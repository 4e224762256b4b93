/* SPDX-License-Identifier: MIT */
/* Which host of Azure DevOps serves a path of its REST API.
   Knows nothing of requests and credentials. */
#ifndef KB_DEVOPS_ROUTE_H
#define KB_DEVOPS_ROUTE_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* New: the https URL of PATH in ORGANIZATION, or NULL with KB_ERROR_PROTOCOL.  PATH is
   `[/][PROJECT/[TEAM/]]_apis/AREA/...[?QUERY]`, or a whole URL of that organization on a
   host that is known here: any other one would be sent the token.  Blanks and letters
   beyond ASCII are percent-encoded, what is encoded already stays.  The table of hosts is
   that of the documented areas (GET _apis/ResourceAreas lists them). */
char *kb_route_url (const char *organization, const char *path, GError **error);

/* New: URL with NAME=VALUE in its query, VALUE percent-encoded, in place of what NAME
   was. */
char *kb_route_with (const char *url, const char *name, const char *value);

/* The same in place: *URL is freed and replaced.  VALUE NULL: nothing is done. */
void kb_route_set (char **url, const char *name, const char *value);

/* Whether the query of URL has NAME. */
gboolean kb_route_has (const char *url, const char *name);

G_END_DECLS

#endif
