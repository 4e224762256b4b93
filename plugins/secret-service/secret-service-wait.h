/* SPDX-License-Identifier: MIT */
/* Waits for one asynchronous call, but never longer than it may take.
   Knows nothing of D-Bus nor of what is waited for. */
#ifndef SECRET_SERVICE_WAIT_H
#define SECRET_SERVICE_WAIT_H

#include "keybearer-module.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* GDBus waits 25 s by itself and libsecret for ever: a desktop that does not answer
   within these times is broken, and a person in front of it has given up (design, section
   6). */
#define WAIT_CONNECT_MS 3000
#define WAIT_CALL_MS 5000
#define WAIT_PROMPT_MS 120000

/* One call.  Pass wait_ready with a reference as its callback and the cancellable with
 * it. */
typedef struct _Wait Wait;

/* New.  LIMIT_MS counts from now and is cut to what REQUEST has left. */
Wait *wait_new (const KbRequest *request, gint64 limit_ms);
Wait *wait_ref (Wait *wait);
void wait_unref (Wait *wait);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Wait, wait_unref)

GCancellable *wait_cancellable (const Wait *wait); /* borrowed */

/* The GAsyncReadyCallback; DATA is a reference to the wait, which it takes. */
void wait_ready (GObject *source, GAsyncResult *result, gpointer data);

/* For what is no GAsyncResult, a signal: from now on the wait is over. */
void wait_done (Wait *wait);

/* Runs CONTEXT until it is over.  FALSE with KB_ERROR_LOCKED, naming STEP ("searching"),
   when the time was.  What is late after that is thrown away unseen. */
gboolean wait_run (Wait *wait, GMainContext *context, const char *step, GError **error);

GAsyncResult *wait_result (const Wait *wait); /* borrowed */

G_END_DECLS

#endif
