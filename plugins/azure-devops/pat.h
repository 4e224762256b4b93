/* SPDX-License-Identifier: MIT */
/* keybearer pat: the life cycle of personal access tokens.
   Knows nothing of the wire. */
#ifndef KB_AZURE_DEVOPS_PAT_H
#define KB_AZURE_DEVOPS_PAT_H

#include "keybearer-module.h"

G_BEGIN_DECLS

#define KB_PAT_USAGE                                                                     \
  "list | show TOKEN | create NAME | update TOKEN | rotate TOKEN... | revoke TOKEN... "  \
  "| scopes"

int kb_pat_run (KbCall *call, char **arguments, GError **error);

/* ---- one function a verb, in pat-make.c -------------------------------------------- */

int kb_pat_run_create (KbCall *call, char **arguments, GError **error);
int kb_pat_run_update (KbCall *call, char **arguments, GError **error);

G_END_DECLS

#endif
