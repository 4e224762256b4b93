/* SPDX-License-Identifier: MIT */
/* The checks of `doctor` that belong to the program itself, and how findings are shown.
   Knows nothing of what modules look at. */
#ifndef KB_COMMANDS_DOCTOR_H
#define KB_COMMANDS_DOCTOR_H

#include "commands/page.h"
#include "config.h"
#include "diagnosis.h"

G_BEGIN_DECLS

/* The folders that are written to: whose they are and who else may write there. */
void kb_doctor_folders (KbDiagnosis *diagnosis);

/* Which helpers git has for URL, in which order, and whether it tells the path.  Runs
   `git config` once. */
void kb_doctor_git (const KbConfig *config, const KbUrl *url, KbDiagnosis *diagnosis);

/* For tests: judges what `git config --null --show-origin --get-regexp ^credential[.]`
   printed; HELPER is where git would find our helper, or NULL. */
void kb_doctor_judge_git (const KbConfig *config, const KbUrl *url, const char *settings,
                          gsize length, const char *helper, KbDiagnosis *diagnosis);

/* How many findings are in STATE. */
guint kb_doctor_count (const KbDiagnosis *diagnosis, KbFindingState state);

void kb_doctor_show (const KbDiagnosis *diagnosis, KbPage *page);
void kb_doctor_to_json (const KbDiagnosis *diagnosis, KbPage *page);

G_END_DECLS

#endif
