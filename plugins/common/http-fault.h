/* SPDX-License-Identifier: MIT */
/* Why a request had no answer, in words.  Knows nothing of what was asked. */
#ifndef KB_HTTP_FAULT_H
#define KB_HTTP_FAULT_H

#include "base/error.h"

#include <curl/curl.h>

G_BEGIN_DECLS

typedef struct
{
  gboolean too_long;          /* the answer passed the cap */
  char text[CURL_ERROR_SIZE]; /* libcurl's own words; may hold a proxy's password */
} KbHttpFault;

/* Sets ERROR for CODE, which is not CURLE_OK.  HOST is escaped already.  Never shows a
   proxy's URL, as it may hold a password. */
void kb_http_fault_set (GError **error, CURL *curl, CURLcode code, const char *host,
                        const KbHttpFault *fault);

G_END_DECLS

#endif
