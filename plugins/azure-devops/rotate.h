/* SPDX-License-Identifier: MIT */
/* keybearer pat rotate: new tokens for old ones, one or many.
   Knows nothing of the wire. */
#ifndef KB_AZURE_DEVOPS_ROTATE_H
#define KB_AZURE_DEVOPS_ROTATE_H

#include "keybearer-module.h"

G_BEGIN_DECLS

int kb_pat_run_rotate (KbCall *call, char **arguments, GError **error);

G_END_DECLS

#endif
