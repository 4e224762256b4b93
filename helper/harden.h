/* SPDX-License-Identifier: MIT */
/* What a process that handles secrets does before anything else, and its last resort.
   Knows nothing of what the process is for. */
#ifndef KB_HARDEN_H
#define KB_HARDEN_H

#include <glib.h>

G_BEGIN_DECLS

/* No core file and no tracing by other processes of the user (not under a sanitizer,
   whose leak check traces), umask 077, SIGPIPE ignored, descriptors 0 to 2 open, and no
   variable in the environment that steers a library (harden.c has the table). */
void kb_harden (void);

/* For a program that is started on somebody's behalf (`exec`) and no part of this one:
   the environment as it was before kb_harden (new), and, between fork and exec or before
   exec alone, its signals, umask and limit of core files. */
char **kb_environment_for_child (void);
void kb_soften (void);

/* Moves standard output to a private descriptor (the result) and lets descriptor 1 lead
   to /dev/null, so that no library can write into the protocol.  -1 when that fails. */
int kb_guard_stdout (void);

/* The last resort behind all deadlines: one second after MILLISECONDS the process says so
   in one line on standard error and ends with status 12 (10 + KB_ERROR_NETWORK).
   Each call starts anew; 0 stops it.  It does not count while the computer sleeps, so
   that after a long sleep the deadlines behind which it stands have their say first. */
void kb_watchdog (gint64 milliseconds);

/* Where it runs already: not before MILLISECONDS from now. */
void kb_watchdog_at_least (gint64 milliseconds);

/* After fork: timers stay with the parent, so the child's next call makes its own. */
void kb_watchdog_forked (void);

/* UNDO (async-signal-safe, or NULL) runs before that end: a terminal's echo. */
void kb_watchdog_undo (void (*undo) (void));

G_END_DECLS

#endif
