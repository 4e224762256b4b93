/* SPDX-License-Identifier: MIT */
/* A strict reader of one JSON object over jsmn's tokens, and a small writer.
   Knows nothing of what the members mean. */
#ifndef KB_JSON_H
#define KB_JSON_H

#include "base/secret.h"

G_BEGIN_DECLS

/* Caps: an answer of a token endpoint is 8 kB; a list of PATs 100 kB.  Deeper than 32 or
   more tokens than this is an attack (CVE-2025-57052 and kin). */
#define KB_JSON_BYTES_MAX (1024 * 1024)
#define KB_JSON_DEPTH_MAX 32
#define KB_JSON_TOKENS_MAX 65536

/* jsmn takes almost anything, so before it the whole text is checked against RFC 8259:
   one root object or array and only white space (and a leading BOM) around it, pairs and
   commas, the grammar of numbers and literals, escapes, UTF-8, no lone surrogate, no
   \u0000, no raw control byte, no duplicate key (however it is escaped); and after it its
   tokens are checked against the text.  Parsed once; nothing is copied until asked for.
   Holds TEXT as a reference.  Errors name the byte and never quote. */
typedef struct _KbJson KbJson;

KbJson *kb_json_parse (KbSecret *text, GError **error); /* KB_ERROR_PROTOCOL */
void kb_json_free (KbJson *json);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbJson, kb_json_free)

/* A place in the document; 0 is the root.  Negative: there is no such member. */
typedef int KbJsonNode;

typedef enum
{
  KB_JSON_NONE, /* no such member */
  KB_JSON_NULL,
  KB_JSON_BOOLEAN,
  KB_JSON_NUMBER,
  KB_JSON_STRING,
  KB_JSON_ARRAY,
  KB_JSON_OBJECT
} KbJsonType;

KbJsonType kb_json_type (const KbJson *json, KbJsonNode node);

/* The member of that very object: nested ones of the same name are not looked at. */
KbJsonNode kb_json_member (const KbJson *json, KbJsonNode object, const char *name);

/* Members of an object or elements of an array; walk with kb_json_at (0-based). */
guint kb_json_size (const KbJson *json, KbJsonNode node);
KbJsonNode kb_json_at (const KbJson *json, KbJsonNode node, guint index);

/* New: the name of the INDEX-th member of an object, or NULL when there is none. */
char *kb_json_key_at (const KbJson *json, KbJsonNode object, guint index);

/* New and unescaped, or NULL when it is not a string.  Of the two only the KbSecret is
   wiped.  The text is UTF-8 without NUL, but need not be clean (kb_text_is_clean). */
char *kb_json_string (const KbJson *json, KbJsonNode node);
KbSecret *kb_json_secret (const KbJson *json, KbJsonNode node);

/* Whole numbers within int64, written without fraction and exponent; when LENIENT a
   string of 1 to 10 digits without leading zeros counts too, as managed identity
   endpoints send "expires_in":"3599".  *VALUE is untouched when it is FALSE. */
gboolean kb_json_int64 (const KbJson *json, KbJsonNode node, gboolean lenient,
                        gint64 *value);
gboolean kb_json_boolean (const KbJson *json, KbJsonNode node, gboolean *value);

/* Borrowed: the value as it stands in the text, *LENGTH bytes of it. */
const char *kb_json_source (const KbJson *json, KbJsonNode node, gsize *length);

/* Appends TEXT quoted and escaped (UTF-8 expected; other bytes become U+FFFD), so that
   the result is clean (kb_text_is_clean).  FALSE, and nothing added, when the limit of
   BUFFER would be passed. */
gboolean kb_json_append_string (KbBuffer *buffer, const char *text);

/* Appends `,` when the buffer is not empty and does not end in `{`, `[` or `:`, then
   `"name":`.  FALSE, and nothing added, as above. */
gboolean kb_json_append_name (KbBuffer *buffer, const char *name);

/* Each after a comma where one is due.  NAME NULL: an element of an array.  A buffer that
   is full takes no more: give it the room that is needed. */
void kb_json_open (KbBuffer *json, const char *name, char bracket);
void kb_json_close (KbBuffer *json, char bracket);
void kb_json_text (KbBuffer *json, const char *name, const char *value); /* NULL: null */
void kb_json_flag (KbBuffer *json, const char *name, gboolean value);
void kb_json_number (KbBuffer *json, const char *name, gint64 value);
void kb_json_time (KbBuffer *json, const char *name, gint64 value); /* 0: null */

G_END_DECLS

#endif
