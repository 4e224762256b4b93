/* SPDX-License-Identifier: MIT */
/* For `keybearer doctor`: whether a server can be reached, and whether the two clocks
   agree.  Knows nothing of who asks it for what. */
#ifndef KB_HTTP_DIAGNOSE_H
#define KB_HTTP_DIAGNOSE_H

#include "common/http.h"

G_BEGIN_DECLS

/* Sends one HEAD request without anything secret to ORIGIN, and one to the organization's
   front door when TENANT and the request names one.  Nothing when the diagnosis is
   offline but that it was not looked at. */
void kb_http_diagnose (const KbInstance *instance, const KbRequest *request,
                       const char *origin, gboolean tenant, KbDiagnosis *diagnosis);

G_END_DECLS

#endif
