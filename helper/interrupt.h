/* SPDX-License-Identifier: MIT */
/* Ctrl-C while a person signs in: what was begun is cleaned up and said, then the process
   ends by the signal all the same.  Knows nothing of what is cleaned up. */
#ifndef KB_INTERRUPT_H
#define KB_INTERRUPT_H

#include <glib.h>

G_BEGIN_DECLS

/* From here on SIGINT, SIGTERM and SIGHUP are only noted, until release.  One that was
   ignored stays so. */
void kb_interrupt_catch (void);
void kb_interrupt_release (void);

/* TRUE once one was noted. */
gboolean kb_interrupted (void);

/* The same without a signal: async-signal-safe. */
void kb_interrupt_now (void);

/* Ends the process by the signal that was noted; nothing when there was none. */
void kb_interrupt_end (void);

G_END_DECLS

#endif
