/* SPDX-License-Identifier: MIT */
/* Notes signals that end a process, to end it by them later.
   Knows nothing of what is cleaned up in between. */
#include "interrupt.h"

#include <signal.h>

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

static volatile sig_atomic_t interrupted;
static volatile sig_atomic_t noted;
static struct sigaction before[G_N_ELEMENTS (signals)];
static gboolean catching;

static void
note_signal (int number)
{
  noted = number;
  interrupted = 1;
}

void
kb_interrupt_catch (void)
{
  struct sigaction action = { .sa_handler = note_signal };

  if (catching)
    return;
  catching = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      (void) sigaction (signals[i], NULL, &before[i]);
      if (before[i].sa_handler != SIG_IGN)
        (void) sigaction (signals[i], &action, NULL);
    }
}

void
kb_interrupt_release (void)
{
  if (!catching)
    return;
  catching = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    (void) sigaction (signals[i], &before[i], NULL);
}

gboolean
kb_interrupted (void)
{
  return interrupted != 0;
}

void
kb_interrupt_now (void)
{
  interrupted = 1;
}

void
kb_interrupt_end (void)
{
  if (noted == 0)
    return;
  (void) signal (noted, SIG_DFL);
  (void) raise (noted);
}
