/* SPDX-License-Identifier: MIT */
/* For base/json.c and its tests: says whether bytes are JSON, whole and strictly.
   Knows nothing of jsmn. */
#ifndef KB_JSON_CHECK_H
#define KB_JSON_CHECK_H

#include <glib.h>

G_BEGIN_DECLS

/* RFC 8259 and the caps of base/json.h, save duplicate keys, which need an index.  *START
   is where the root stands (a BOM and white space come before it), *TOKENS how many
   containers, keys and other values there are.  KB_ERROR_PROTOCOL names the byte. */
gboolean kb_json_check (const char *text, gsize length, gsize *start, guint *tokens,
                        GError **error);

/* Sets the error that every refusal of a document has; FALSE for the caller to return. */
gboolean kb_json_refuse (const char *wrong, gsize at, GError **error);

G_END_DECLS

#endif
