/* SPDX-License-Identifier: MIT */
/* Waits for one asynchronous call, but never longer than it may take.
   Knows nothing of D-Bus nor of what is waited for. */
#include "secret-service/secret-service-wait.h"

#include "base/clock.h"

struct _Wait
{
  gatomicrefcount refs;
  const KbRequest *request;
  gint64 deadline;
  GCancellable *cancellable;
  GAsyncResult *result;
  gboolean done;
};

/* How often the deadline and the request's cancellation are looked at. */
#define TICK_MS 50
/* What a cancelled call is given to clean up behind itself. */
#define GRACE_MS 200

Wait *
wait_new (const KbRequest *request, gint64 limit_ms)
{
  Wait *wait = g_new0 (Wait, 1);
  gint64 left = MIN (limit_ms, kb_request_remaining_ms (request));

  g_atomic_ref_count_init (&wait->refs);
  wait->request = request;
  wait->deadline = kb_clock_boot_ms () + left;
  wait->cancellable = g_cancellable_new ();
  return wait;
}

Wait *
wait_ref (Wait *wait)
{
  g_atomic_ref_count_inc (&wait->refs);
  return wait;
}

void
wait_unref (Wait *wait)
{
  if (wait == NULL || !g_atomic_ref_count_dec (&wait->refs))
    return;
  g_clear_object (&wait->result);
  g_object_unref (wait->cancellable);
  g_free (wait);
}

GCancellable *
wait_cancellable (const Wait *wait)
{
  return wait->cancellable;
}

GAsyncResult *
wait_result (const Wait *wait)
{
  return wait->result;
}

void
wait_ready (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Wait) wait = data;

  (void) source;
  wait->result = g_object_ref (result);
  wait->done = TRUE;
}

void
wait_done (Wait *wait)
{
  wait->done = TRUE;
}

static gboolean
tick (gpointer data)
{
  (void) data;
  return G_SOURCE_CONTINUE;
}

static gboolean
over (const Wait *wait)
{
  return wait->done || kb_clock_left_ms (wait->deadline) == 0
         || kb_request_cancelled (wait->request);
}

static void
clean_up (Wait *wait, GMainContext *context)
{
  gint64 end = kb_clock_boot_ms () + GRACE_MS;

  g_cancellable_cancel (wait->cancellable);
  while (!wait->done && kb_clock_left_ms (end) > 0)
    g_main_context_iteration (context, TRUE);
}

gboolean
wait_run (Wait *wait, GMainContext *context, const char *step, GError **error)
{
  g_autoptr (GSource) ticker = g_timeout_source_new (TICK_MS);
  gboolean done;

  g_source_set_callback (ticker, tick, NULL, NULL);
  g_source_attach (ticker, context);
  while (!over (wait))
    g_main_context_iteration (context, TRUE);
  done = wait->done;
  if (!done)
    clean_up (wait, context);
  g_source_destroy (ticker);
  if (done)
    return TRUE;
  if (kb_request_cancelled (wait->request))
    g_set_error (error, KB_ERROR, KB_ERROR_LOCKED, "interrupted while %s", step);
  else
    g_set_error (
        error, KB_ERROR, KB_ERROR_LOCKED,
        "the Secret Service did not answer in time while %s: restart the keyring "
        "daemon, or log in to the desktop again",
        step);
  return FALSE;
}
