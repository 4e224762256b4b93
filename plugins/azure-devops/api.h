/* SPDX-License-Identifier: MIT */
/* keybearer api: one call of the REST API, authenticated.
   Knows nothing of what the resources mean. */
#ifndef KB_AZURE_DEVOPS_API_H
#define KB_AZURE_DEVOPS_API_H

#include "keybearer-module.h"

G_BEGIN_DECLS

#define KB_API_USAGE                                                                     \
  "[-X METHOD] [-d JSON|@FILE|@-] [-f KEY=VALUE...] [--paginate] [--org ORG] PATH"

int kb_api_run (KbCall *call, char **arguments, GError **error);

G_END_DECLS

#endif
