/* SPDX-License-Identifier: MIT */
/* The person behind a request: whether there is one, how long one is waited for, and who
   else waits.  Knows nothing of what is asked. */
#include "request-own.h"

#include <poll.h>

#include "base/clock.h"
#include "harden.h"
#include "interrupt.h"

static int output_fd = -1;

gint64
kb_request_remaining_ms (const KbRequest *request)
{
  return kb_clock_left_ms (request->report->deadline);
}

void
kb_request_set_deadline_ms (KbRequest *request, gint64 from_now)
{
  request->report->deadline = kb_clock_boot_ms () + kb_clock_patient_ms (from_now);
}

/* Only while a person signs in: a request on the network that renews a sign-in is better
   brought to its end and kept, whoever is there to read the answer. */
static gboolean
output_is_gone (const KbRequest *request)
{
  struct pollfd output = { .fd = output_fd, .events = 0 };

  return output_fd >= 0 && request->report->signing_in && poll (&output, 1, 0) == 1
         && (output.revents & (POLLERR | POLLHUP)) != 0;
}

gboolean
kb_request_cancelled (const KbRequest *request)
{
  return kb_interrupted () || output_is_gone (request);
}

void
kb_requests_watch_output (int fd)
{
  output_fd = fd;
}

void
kb_request_set_lock (KbRequest *request, KbLock *lock)
{
  request->lock = lock;
}

void
kb_request_set_talk (KbRequest *request, const KbTalk *talk)
{
  request->talk = talk;
  kb_request_set_deadline_ms (request,
                              talk != NULL ? KB_DEADLINE_PROMPT_MS : KB_DEADLINE_MS);
}

void
kb_request_set_quiet (KbRequest *request, gboolean quiet)
{
  request->quiet = quiet;
}

gboolean
kb_request_interactive (const KbRequest *request)
{
  return request->talk != NULL && !request->quiet && !request->hushed;
}

gboolean
kb_request_can_ask (const KbRequest *request)
{
  return kb_request_interactive (request) && kb_talk_can_ask (request->talk);
}

void
kb_request_hush (KbRequest *request, gboolean hushed)
{
  request->hushed = hushed;
}

gboolean
kb_request_hushed (const KbRequest *request)
{
  return request->hushed;
}

gint64
kb_request_patience_ms (const KbRequest *request)
{
  gint64 left = MAX (kb_request_remaining_ms (request), 1);

  return kb_request_interactive (request) ? MAX (left, KB_DEADLINE_SIGN_IN_MS) : left;
}

void
kb_request_wait_begins (const KbRequest *request)
{
  if (kb_request_interactive (request))
    kb_watchdog_at_least (kb_request_patience_ms (request) + KB_DEADLINE_PROMPT_MS);
}

void
kb_request_wait_ends (KbRequest *request)
{
  if (kb_request_interactive (request)
      && kb_request_remaining_ms (request) < KB_DEADLINE_PROMPT_MS)
    kb_request_set_deadline_ms (request, KB_DEADLINE_PROMPT_MS);
}

void
kb_request_begin_sign_in (const KbRequest *request, gint64 milliseconds)
{
  KbReport *report = request->report;
  gint64 granted = CLAMP (milliseconds, 0, KB_SIGN_IN_MAX_MS);
  g_autofree char *words
      = g_strdup_printf ("somebody is signing in to %s for %s: try again after that",
                         request->place, kb_request_program (request));

  report->asked = TRUE;
  report->signing_in = TRUE;
  report->deadline = kb_clock_boot_ms () + granted;
  kb_watchdog_at_least (kb_request_remaining_ms (request));
  kb_lock_tell (request->lock, words);
  kb_interrupt_catch ();
}

void
kb_request_end_sign_in (KbRequest *request)
{
  if (!request->report->signing_in)
    return;
  kb_interrupt_release ();
  kb_lock_tell (request->lock, "");
  request->report->signing_in = FALSE;
  kb_request_set_deadline_ms (request, KB_DEADLINE_PROMPT_MS);
}

KbAnswer
kb_request_ask (const KbRequest *request, const char *question, gboolean hidden,
                KbSecret **answer, GError **error)
{
  if (!kb_request_interactive (request))
    return KB_DECLINED;
  request->report->asked |= kb_talk_can_ask (request->talk);
  return kb_talk_ask (request->talk, question, hidden, request->report->deadline, answer,
                      error);
}

gboolean
kb_request_tell (const KbRequest *request, const char *text)
{
  return kb_request_interactive (request) && kb_talk_tell (request->talk, text);
}

gboolean
kb_request_asked (const KbRequest *request)
{
  return request->report->asked;
}
