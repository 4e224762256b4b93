/* SPDX-License-Identifier: MIT */
/* Waits for one asynchronous call, but never longer than it may take.
   Knows nothing of D-Bus nor of what is waited for. */
#include "common/wait.h"

#include "base/clock.h"

struct _KbWait
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

KbWait *
kb_wait_new (const KbRequest *request, gint64 limit_ms)
{
  KbWait *wait = g_new0 (KbWait, 1);
  gint64 left = MIN (kb_clock_patient_ms (limit_ms), kb_request_remaining_ms (request));

  g_atomic_ref_count_init (&wait->refs);
  wait->request = request;
  wait->deadline = kb_clock_boot_ms () + left;
  wait->cancellable = g_cancellable_new ();
  return wait;
}

KbWait *
kb_wait_ref (KbWait *wait)
{
  g_atomic_ref_count_inc (&wait->refs);
  return wait;
}

void
kb_wait_unref (KbWait *wait)
{
  if (wait == NULL || !g_atomic_ref_count_dec (&wait->refs))
    return;
  g_clear_object (&wait->result);
  g_object_unref (wait->cancellable);
  g_free (wait);
}

GCancellable *
kb_wait_cancellable (const KbWait *wait)
{
  return wait->cancellable;
}

GAsyncResult *
kb_wait_result (const KbWait *wait)
{
  return wait->result;
}

void
kb_wait_ready (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (KbWait) wait = data;

  (void) source;
  wait->result = g_object_ref (result);
  wait->done = TRUE;
}

void
kb_wait_done (KbWait *wait)
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
over (const KbWait *wait)
{
  return wait->done || kb_clock_left_ms (wait->deadline) == 0
         || kb_request_cancelled (wait->request);
}

static void
clean_up (KbWait *wait, GMainContext *context)
{
  gint64 end = kb_clock_boot_ms () + GRACE_MS;

  g_cancellable_cancel (wait->cancellable);
  while (!wait->done && kb_clock_left_ms (end) > 0)
    g_main_context_iteration (context, TRUE);
}

gboolean
kb_wait_run (KbWait *wait, GMainContext *context)
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
  return done;
}
