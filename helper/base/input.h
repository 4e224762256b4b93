/* SPDX-License-Identifier: MIT */
/* Reads what a tool writes to us, with a cap and a deadline.
   Knows nothing of what it says. */
#ifndef KB_INPUT_H
#define KB_INPUT_H

#include "base/secret.h"

G_BEGIN_DECLS

/* Like read(2), waiting until DEADLINE (kb_clock_boot_ms); past it errno is ETIMEDOUT. */
gssize kb_input_chunk (int fd, gint64 deadline, char *chunk, gsize size);

/* New: everything up to the end, or up to the first LF, which is not part of it (what
   follows may be read and is dropped); perhaps empty.  NULL with KB_ERROR_PROTOCOL, which
   never quotes: more than LIMIT bytes, no end within TIMEOUT_MS, a failed read, or an
   input cut off (kb_input_line: bytes but no LF). */
KbSecret *kb_input_all (int fd, gsize limit, gint64 timeout_ms, GError **error);
KbSecret *kb_input_line (int fd, gsize limit, gint64 timeout_ms, GError **error);

G_END_DECLS

#endif
