/* SPDX-License-Identifier: MIT */
/* The core's side of KbDiagnosis: what was looked at, how it is, and what mends it.
   Knows nothing of who looks and of how it is shown. */
#ifndef KB_DIAGNOSIS_H
#define KB_DIAGNOSIS_H

#include "keybearer-module.h"

G_BEGIN_DECLS

typedef struct
{
  char *from; /* the instance that looked, or NULL for the program itself */
  char *name;
  KbFindingState state;
  char *text;
  char *command; /* or NULL */
} KbFinding;

/* New. */
KbDiagnosis *kb_diagnosis_new (gboolean offline);
void kb_diagnosis_free (KbDiagnosis *diagnosis);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbDiagnosis, kb_diagnosis_free)

/* Who looks from now on; NULL: the program.  Copied. */
void kb_diagnosis_set_from (KbDiagnosis *diagnosis, const char *from);

/* What nobody could tell among the findings from the one at FROM on is good, as it is not
   needed: "TEXT, nor needed: WHY", without a command. */
void kb_diagnosis_needless (KbDiagnosis *diagnosis, guint from, const char *why);

/* Borrowed, in the order in which they were added: of KbFinding.  What two instances
   found alike stands there once. */
const GPtrArray *kb_diagnosis_findings (const KbDiagnosis *diagnosis);

G_END_DECLS

#endif
