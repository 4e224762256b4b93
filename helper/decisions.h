/* SPDX-License-Identifier: MIT */
/* Tells whoever asks for it (-v) how a walk through a stack went, a line a decision.
   Knows nothing of how it was decided. */
#ifndef KB_DECISIONS_H
#define KB_DECISIONS_H

#include "config.h"
#include "kept.h"

G_BEGIN_DECLS

/* Which stack the place has. */
void kb_decisions_stack (const KbRequest *request, const KbStack *stack);

/* That what is kept is given without asking anybody. */
void kb_decisions_kept (const KbKept *kept);

/* What the entry INSTANCE answered, and why.  NOTES is kb_request_notes of before it was
   asked; KEPT is whose credential it gave, PROBLEM why it failed. */
void kb_decisions_entry (const KbRequest *request, guint notes, const char *instance,
                         const KbKept *kept, const GError *problem);

G_END_DECLS

#endif
