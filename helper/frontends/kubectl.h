/* SPDX-License-Identifier: MIT */
/* The front end for kubectl and client-go (ExecCredential).  Knows nothing of who makes
 * credentials. */
#ifndef KB_FRONTENDS_KUBECTL_H
#define KB_FRONTENDS_KUBECTL_H

#include "frontend.h"

G_BEGIN_DECLS

/* ARGUMENTS: an organization or a URL, --scope, --account. */
int kb_frontend_kubectl (const KbStreams *streams, char **arguments, GError **error);

typedef struct
{
  const char *version;  /* of the API, the one to answer in; static */
  gboolean interactive; /* a person may be asked */
} KbKubectlInfo;

/* What KUBERNETES_EXEC_INFO says; KB_ERROR_PROTOCOL. */
gboolean kb_kubectl_read (KbSecret *text, KbKubectlInfo *info, GError **error);

G_END_DECLS

#endif
