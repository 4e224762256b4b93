/* SPDX-License-Identifier: MIT */
/* One request to Azure DevOps with a credential, in the form that it answers best.
   Knows nothing of who signed in nor of what is asked. */
#ifndef KB_DEVOPS_CALL_H
#define KB_DEVOPS_CALL_H

#include "common/http.h"

G_BEGIN_DECLS

/* The longest list that is read in one answer. */
#define KB_DEVOPS_ANSWER_MAX (64 * 1024 * 1024)
/* The header that names the next page; kept of every answer. */
#define KB_DEVOPS_CONTINUATION "X-MS-ContinuationToken"

typedef struct
{
  const char *url;    /* from kb_route_url */
  const char *method; /* "GET", "POST", ... */
  KbBuffer *body;     /* or NULL; borrowed */
  const char *type;   /* of the body */
} KbDevopsCall;

/* New, or NULL as kb_http_send says: whatever the server answered, sign-in pages and
   redirects too. */
KbHttpAnswer *kb_devops_send (KbHttp *http, const KbRequest *request,
                              const KbCredential *credential, const KbDevopsCall *call,
                              GError **error);

G_END_DECLS

#endif
