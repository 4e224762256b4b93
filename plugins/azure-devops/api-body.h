/* SPDX-License-Identifier: MIT */
/* The body of an API call: of a file, an argument, or fields.
   Knows nothing of where it is sent. */
#ifndef KB_AZURE_DEVOPS_API_BODY_H
#define KB_AZURE_DEVOPS_API_BODY_H

#include "keybearer-module.h"

G_BEGIN_DECLS

#define KB_API_BODY_MAX (16 * 1024 * 1024)

/* New: TEXT itself, or the content of FILE for "@FILE" and of standard input for "@-". */
KbBuffer *kb_api_body_read (const char *text, GError **error);

/* New: one JSON object of KEY=VALUE strings; KEY:=JSON takes a number, true, false, null,
   an array or an object as it stands. */
KbBuffer *kb_api_body_of_fields (const GPtrArray *fields, GError **error);

G_END_DECLS

#endif
