/* SPDX-License-Identifier: MIT */
/* The only two types that hold a secret: KbSecret, which never changes, and KbBuffer,
   which grows.  Knows nothing of what the secret is for. */
#ifndef KB_SECRET_H
#define KB_SECRET_H

#include <glib.h>

G_BEGIN_DECLS

/* Immutable and counted.  The bytes are wiped when the last reference goes, locked in
   memory where the limit allows, and always followed by a NUL that is not counted. */
typedef struct _KbSecret KbSecret;

/* Copies BYTES; the caller wipes its own copy.  Never NULL. */
KbSecret *kb_secret_new (const char *bytes, gsize length);
KbSecret *kb_secret_new_text (const char *text);
KbSecret *kb_secret_ref (KbSecret *secret);
void kb_secret_unref (KbSecret *secret);

/* The one place to look at a secret, so that a search for its name audits every use.
   The bytes live as long as SECRET does; never copy them into memory that is not
   wiped. */
const char *kb_secret_peek (const KbSecret *secret);
gsize kb_secret_length (const KbSecret *secret);

/* Constant time in the length of A.  NULL equals only NULL. */
gboolean kb_secret_equal (const KbSecret *a, const KbSecret *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbSecret, kb_secret_unref)

/* Grows; each time it does, the old copy is wiped before it is freed. */
typedef struct _KbBuffer KbBuffer;

/* LIMIT is the most bytes it will ever hold, 0 for 1 MiB. */
KbBuffer *kb_buffer_new (gsize limit);
void kb_buffer_free (KbBuffer *buffer);

/* FALSE, and nothing added, when the limit would be passed. */
gboolean kb_buffer_append (KbBuffer *buffer, const char *bytes, gsize length);
gboolean kb_buffer_append_text (KbBuffer *buffer, const char *text);
gboolean kb_buffer_append_secret (KbBuffer *buffer, const KbSecret *secret);
gboolean kb_buffer_append_base64 (KbBuffer *buffer, const char *bytes, gsize length);
gboolean kb_buffer_printf (KbBuffer *buffer, const char *format, ...)
    G_GNUC_PRINTF (2, 3);

/* Room for LENGTH more bytes in one step.  FALSE when the limit would be passed; else the
   next appends of so many bytes succeed. */
gboolean kb_buffer_reserve (KbBuffer *buffer, gsize length);

/* NUL-terminated; valid until the next append. */
const char *kb_buffer_peek (const KbBuffer *buffer);
gsize kb_buffer_length (const KbBuffer *buffer);
void kb_buffer_clear (KbBuffer *buffer);

/* Hands the content over and leaves the buffer empty. */
KbSecret *kb_buffer_steal (KbBuffer *buffer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbBuffer, kb_buffer_free)

/* Overwrites in a way that the compiler keeps. */
void kb_wipe (void *bytes, gsize length);

G_END_DECLS

#endif
