/* SPDX-License-Identifier: MIT */
/* Reads and writes `key=value` lines, git's credential format, with caps.
   Knows nothing of what the keys mean. */
#ifndef KB_LINES_H
#define KB_LINES_H

#include "base/secret.h"

G_BEGIN_DECLS

/* git-credential(1): a line, its LF included, may not exceed 65,535 bytes. */
#define KB_LINE_MAX 65535
/* Beyond any real request, so that 10 MB of lines end early. */
#define KB_LINES_MAX 1024
#define KB_LINES_BYTES_MAX (1024 * 1024)
/* git's longest is 19: a line that begins with more is no line for us. */
#define KB_LINE_KEY_MAX 64

/* Called for each line in order with the key and the value (NUL-terminated, VALUE_LENGTH
   bytes, both borrowed and wiped afterwards).  FALSE with ERROR stops the reading. */
typedef gboolean (*KbLineFunc) (const char *key, const char *value, gsize value_length,
                                guint number, gpointer data, GError **error);

/* Reads FD up to a blank line or the end.  Errors are KB_ERROR_PROTOCOL and name the line
   by its number, never its text: no '=', an empty key, a key over the cap or with bytes
   outside [a-z0-9_-] (and one trailing "[]"), NUL, CR or another byte that
   kb_text_is_clean refuses anywhere, a line or an input over the caps.  A last line
   without LF counts.  TIMEOUT_MS (above 0) bounds the whole reading; past it the error is
   KB_ERROR_PROTOCOL too.  Lines before a bad one were handed to FUNC: use them only when
   all of it was read.  What follows the blank line may be read from FD and is dropped. */
gboolean kb_lines_read (int fd, gint64 timeout_ms, KbLineFunc func, gpointer data,
                        GError **error);

/* The same over memory: text that ends is text that ended at a blank line. */
gboolean kb_lines_parse (const char *text, gsize length, KbLineFunc func, gpointer data,
                         GError **error);

/* FALSE, nothing added, when KEY is no key, VALUE is not clean, the line would be too
   long or BUFFER has no room: what we print obeys the rule that we hold others to. */
gboolean kb_lines_append (KbBuffer *buffer, const char *key, const char *value);
gboolean kb_lines_append_secret (KbBuffer *buffer, const char *key,
                                 const KbSecret *value);
gboolean kb_lines_append_int (KbBuffer *buffer, const char *key, gint64 value);

/* All of LENGTH to FD in one write(2) where the kernel takes it, retried on EINTR; where
   FD is non-blocking, waits at most 15 s for room.  FALSE leaves the reason in errno. */
gboolean kb_write_all (int fd, const char *bytes, gsize length);

G_END_DECLS

#endif
