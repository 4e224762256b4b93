/* SPDX-License-Identifier: MIT */
/* Puts the decisions of a walk into words, for -v.
   Knows nothing of how they were made, and of no secret. */
#include "decisions.h"

#include "base/page.h"
#include "log.h"
#include "request.h"

static const char *
account_of (const KbKept *kept)
{
  return kb_kept_account (kept) != NULL ? kb_kept_account (kept) : "somebody";
}

void
kb_decisions_stack (const KbRequest *request, const KbStack *stack)
{
  kb_log_detail ("%s: the stack is %s", kb_request_place (request), stack->name);
}

void
kb_decisions_kept (const KbKept *kept)
{
  g_autofree char *when
      = kb_log_is_verbose () ? kb_words_when (kb_kept_expires (kept)) : NULL;

  if (when != NULL)
    kb_log_detail ("%s: what is kept for %s is given; %s%s", kb_kept_instance (kept),
                   account_of (kept), kb_kept_expires (kept) > 0 ? "expires " : "", when);
}

void
kb_decisions_entry (const KbRequest *request, guint notes, const char *instance,
                    const KbKept *kept, const GError *problem)
{
  const char *why
      = kb_request_notes (request) != notes ? kb_request_last_note (request) : NULL;

  if (problem != NULL)
    why = kb_words_without (instance, problem->message);
  kb_log_detail ("%s: %s%s%s%s", instance,
                 kept != NULL      ? "gives, for "
                 : problem != NULL ? "failed"
                                   : "declined",
                 kept != NULL ? account_of (kept) : "", why != NULL ? ": " : "",
                 why != NULL ? why : "");
}
