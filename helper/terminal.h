/* SPDX-License-Identifier: MIT */
/* A question on the controlling terminal.
   Knows nothing of what is asked and of other ways to a person. */
#ifndef KB_TERMINAL_H
#define KB_TERMINAL_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* Whether there is a controlling terminal and this process is in its foreground: in the
   background a question would stop it. */
gboolean kb_terminal_usable (void);

/* PROMPT is shown as it is.  HIDDEN: no echo, which comes back whatever happens (a
   signal, a stop, the deadline).  ANSWER is new.  KB_DECLINED: an empty line, or the end
   of input.  KB_ERROR_INTERACTION: past DEADLINE (kb_clock_boot_ms), a signal, no
   terminal, a line longer than a terminal takes (4095 bytes). */
KbAnswer kb_terminal_ask (const char *prompt, gboolean hidden, gint64 deadline,
                          KbSecret **answer, GError **error);

/* TEXT as it is, and a line end. */
void kb_terminal_tell (const char *text);

G_END_DECLS

#endif
