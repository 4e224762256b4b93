/* SPDX-License-Identifier: MIT */
/* The front end for Terraform and OpenTofu (credentials helpers).  Knows nothing of who
 * makes credentials. */
#ifndef KB_FRONTENDS_TERRAFORM_H
#define KB_FRONTENDS_TERRAFORM_H

#include "frontend.h"

G_BEGIN_DECLS

/* ARGUMENTS: get, store or forget, and a host. */
int kb_frontend_terraform (const KbStreams *streams, char **arguments, GError **error);

G_END_DECLS

#endif
