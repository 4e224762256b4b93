/* SPDX-License-Identifier: MIT */
/* What happened to which credential, for the journal; and why, for a person who asks
   (-v). Never a value of a secret: callers hand over names, places and times only. */
#ifndef KB_LOG_H
#define KB_LOG_H

#include <glib.h>

G_BEGIN_DECLS

/* Takes over GLib's log for the whole process: messages of libraries below a critical one
   are shown only when verbose, and nothing ever goes to standard output.  The first use
   of anything else here does it too. */
void kb_log_start (void);

/* TRUE: events and details go to standard error, too. */
void kb_log_set_verbose (gboolean verbose);
gboolean kb_log_is_verbose (void);

/* EVENT: "made", "renewed", "stored", "kept in the emergency place", "set aside",
   "refused", "revoked", "erased".  ACCOUNT and REALM
   may be NULL; EXPIRES is seconds since 1970, 0 for never or unknown.  All text is
   escaped.  Goes to the journal when there is one, as the fields KEYBEARER_EVENT,
   KEYBEARER_ACCOUNT, KEYBEARER_REALM and KEYBEARER_EXPIRES; never waits and never
   fails. */
void kb_log_event (const char *event, const char *account, const char *realm,
                   gint64 expires);

/* One line "keybearer: ..." on standard error when verbose, escaped. */
void kb_log_detail (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* The journal's socket, for tests; NULL: the system's. */
void kb_log_set_journal (const char *path);

G_END_DECLS

#endif
