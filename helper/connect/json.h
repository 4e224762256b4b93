/* SPDX-License-Identifier: MIT */
/* Sets and removes one string of an object inside a JSON file, by spans.
   Knows nothing of files and tools. */
#ifndef KB_CONNECT_JSON_H
#define KB_CONNECT_JSON_H

#include "base/secret.h"

G_BEGIN_DECLS

/* TEXT (NULL: there is no file) with OBJECT's member NAME set to VALUE, in OUT; what else
   is in TEXT stays to the byte.  The names and VALUE need no escapes.  KB_ERROR_CONFIG:
   TEXT is no JSON object, or NAME has another value. */
gboolean kb_json_connect (KbSecret *text, const char *object, const char *name,
                          const char *value, KbBuffer *out, GError **error);

/* TEXT without that member, and without OBJECT when it has no other.  *FRESH: the file
   was made by kb_json_connect and holds nothing else. */
gboolean kb_json_disconnect (KbSecret *text, const char *object, const char *name,
                             const char *value, KbBuffer *out, gboolean *fresh,
                             GError **error);

G_END_DECLS

#endif
