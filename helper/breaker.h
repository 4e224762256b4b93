/* SPDX-License-Identifier: MIT */
/* A circuit breaker that all processes share, and the memory of a failure for seconds.
   Knows nothing of what fails; called under the account's lock. */
#ifndef KB_BREAKER_H
#define KB_BREAKER_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* Failures in a row that open it. */
#define KB_BREAKER_FAILURES 3
/* A failure is shared this long, so that a hundred waiting processes do not repeat it. */
#define KB_BREAKER_SHARED_S 5
/* Longest silence of its own making; a server may ask for up to 3600 s (Retry-After). */
#define KB_BREAKER_LONGEST_S 300

/* KB_OK: ask away (closed, or it is time for one probe: the lock sees to "one").
   KB_FAILED with the error that is being shared and how long it will last. */
KbAnswer kb_breaker_check (const char *key, GError **error);

/* What came of it.  SILENCE is what the server asked for in seconds, or 0.  Only
   KB_ERROR_NETWORK counts towards opening; every error is shared. */
void kb_breaker_failed (const char *key, const GError *why, gint64 silence);
void kb_breaker_succeeded (const char *key);

typedef struct
{
  gint64 failures;
  gint64 seconds; /* until a request may leave again; 0 when closed */
  char *message;  /* NULL when there was no failure */
} KbBreakerState;

/* For `status`.  MESSAGE is new. */
void kb_breaker_state (const char *key, KbBreakerState *state);

G_END_DECLS

#endif
