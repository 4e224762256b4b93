/* SPDX-License-Identifier: MIT */
/* keybearer audit: what happened in an organization, to its tokens above all.
   Knows nothing of the wire. */
#ifndef KB_AZURE_DEVOPS_AUDIT_H
#define KB_AZURE_DEVOPS_AUDIT_H

#include "keybearer-module.h"

G_BEGIN_DECLS

#define KB_AUDIT_USAGE                                                                   \
  "[--since 24h] [--until MOMENT] [--tokens|--action GLOB] [--follow] [--json] "         \
  "[--org ORG]"

int kb_audit_run (KbCall *call, char **arguments, GError **error);

G_END_DECLS

#endif
