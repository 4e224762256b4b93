/* SPDX-License-Identifier: MIT */
/* Now, and how long is left.  Knows nothing of what is waited for. */
#ifndef KB_CLOCK_H
#define KB_CLOCK_H

#include <glib.h>

G_BEGIN_DECLS

/* Seconds since 1970 by the wall clock. */
gint64 kb_clock_now (void);

/* The same in microseconds. */
gint64 kb_clock_now_us (void);

/* Milliseconds of CLOCK_BOOTTIME: counts through suspend, never goes back. */
gint64 kb_clock_boot_ms (void);

/* New.  The kernel's boot id, so that two CLOCK_BOOTTIME values can be compared; "" when
   it cannot be read. */
char *kb_clock_boot_id (void);

/* A deadline is a value of kb_clock_boot_ms; what is left of it, never negative. */
gint64 kb_clock_left_ms (gint64 deadline);

/* MILLISECONDS as often as KEYBEARER_PATIENCE says (keybearer(1)): 1, or up to 60 on a
   machine or a network for which the usual deadlines are too short. */
gint64 kb_clock_patient_ms (gint64 milliseconds);

void kb_clock_sleep_ms (gint64 milliseconds);

G_END_DECLS

#endif
