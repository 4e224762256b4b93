/* SPDX-License-Identifier: MIT */
/* Small things that a server said in public, one file each in a folder of the user's.
   Knows nothing of what they mean; never holds a secret. */
#ifndef KB_MEMO_H
#define KB_MEMO_H

#include "base/secret.h"

G_BEGIN_DECLS

/* What is longer is not kept: discovery documents have 2 to 8 kB. */
#define KB_MEMO_MAX (256 * 1024)

/* New: where what may go at any time is kept: KIND ([a-z]) in the user's cache folder. */
char *kb_memo_cache (const char *kind);

/* New, or NULL: what was kept in FOLDER under KEY in the last LIFE seconds by this user;
   KB_MEMO_FOREVER: whenever it was.  Whoever reads it judges it as if it had just come.
 */
#define KB_MEMO_FOREVER G_MAXINT64
KbSecret *kb_memo_read (const char *folder, const char *key, gint64 life);

/* What cannot be kept is asked for again: no error.  KEY is one line. */
void kb_memo_write (const char *folder, const char *key, const char *text, gsize length);
void kb_memo_forget (const char *folder, const char *key);

G_END_DECLS

#endif
