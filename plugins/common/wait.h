/* SPDX-License-Identifier: MIT */
/* Waits for one asynchronous call, but never longer than it may take.
   Knows nothing of D-Bus nor of what is waited for. */
#ifndef KB_WAIT_H
#define KB_WAIT_H

#include "keybearer-module.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* GDBus waits 25 s by itself and libsecret for ever: a desktop that does not answer
   within these times is broken, and a person in front of it has given up. */
#define KB_WAIT_CONNECT_MS 3000
#define KB_WAIT_CALL_MS 5000
#define KB_WAIT_PROMPT_MS 120000

/* One call.  Pass kb_wait_ready with a reference as its callback and the cancellable with
   it. */
typedef struct _KbWait KbWait;

/* New.  LIMIT_MS counts from now and is cut to what REQUEST has left. */
KbWait *kb_wait_new (const KbRequest *request, gint64 limit_ms);
KbWait *kb_wait_ref (KbWait *wait);
void kb_wait_unref (KbWait *wait);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbWait, kb_wait_unref)

GCancellable *kb_wait_cancellable (const KbWait *wait); /* borrowed */

/* The GAsyncReadyCallback; DATA is a reference to the wait, which it takes. */
void kb_wait_ready (GObject *source, GAsyncResult *result, gpointer data);

/* For what is no GAsyncResult, a signal: from now on the wait is over. */
void kb_wait_done (KbWait *wait);

/* Runs CONTEXT until it is over.  FALSE when the time was, or the request was cancelled.
   What is late after that is thrown away unseen. */
gboolean kb_wait_run (KbWait *wait, GMainContext *context);

GAsyncResult *kb_wait_result (const KbWait *wait); /* borrowed */

G_END_DECLS

#endif
