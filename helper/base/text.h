/* SPDX-License-Identifier: MIT */
/* What may stand in a field, and how text from outside is shown to a person.
   Knows nothing of any protocol. */
#ifndef KB_TEXT_H
#define KB_TEXT_H

#include <glib.h>

G_BEGIN_DECLS

/* Why a field is refused: a control byte (C0, DEL, C1), a line or paragraph separator
   (U+2028, U+2029), a bidirectional mark or override (U+061C, U+200E, U+200F,
   U+202A-202E, U+2066-2069), a byte order mark (U+FEFF) or bytes that are not UTF-8.
   These end a line for one reader and not for another (CVE-2024-50338, CVE-2025-23040),
   turn a prompt around or make two equal names differ.  NUL is a control byte: LENGTH
   rules. */
gboolean kb_text_is_clean (const char *text, gsize length);

/* New.  Everything that kb_text_is_clean refuses as %XX per byte, '%' as it is, and so
   what does not print (zero-width, unassigned) and combining marks after the fourth in a
   row; at most LIMIT bytes of TEXT are shown, whole characters, then "...".  LIMIT 0 is
   256. */
char *kb_text_escape (const char *text, gsize length, gsize limit);

/* Words of an OAuth scope, one blank between them: nothing that JSON or a header would
   have to quote. */
gboolean kb_text_is_scope (const char *text);

/* A name of a module or an instance: [a-z0-9-], 1 to 64 bytes, no '-' first or last. */
gboolean kb_text_is_name (const char *text);

/* New.  base64url without padding (RFC 4648 section 5). */
char *kb_text_base64url (const guint8 *bytes, gsize length);

/* Strict: alphabet, no padding, no stray bits.  NULL when it is not base64url.  New; the
   caller wipes it when it is a secret; always followed by a NUL that is not counted. */
guint8 *kb_text_base64url_decode (const char *text, gsize *length);

/* Strict decimal without sign, blanks or leading zeros, up to MAXIMUM.  *VALUE is
   untouched when it is refused. */
gboolean kb_text_to_int64 (const char *text, gint64 maximum, gint64 *value);

/* New.  SHA-256 in lower-case hex: names of files and marks.  For a secret it is only as
   good as the secret is long: never for passwords that people think of. */
char *kb_text_sha256 (const char *bytes, gsize length);

/* New.  32 hex digits of getrandom(2), as a GUID when DASHES; aborts without entropy. */
char *kb_text_random_id (gboolean dashes);

G_END_DECLS

#endif
