/* SPDX-License-Identifier: MIT */
/* Prints personal access tokens for people and scripts, never their secrets.
   Knows nothing of the server. */
#ifndef KB_AZURE_DEVOPS_PAT_SHOW_H
#define KB_AZURE_DEVOPS_PAT_SHOW_H

#include "base/page.h"
#include "common/pat-record.h"

G_BEGIN_DECLS

/* KEPT: id -> the name that it is kept under (kb_pat_keep_all). */
void kb_pat_show_table (KbPage *page, const GPtrArray *pats, GHashTable *kept);
void kb_pat_show_one (KbPage *page, const KbPat *pat, const char *kept);

/* Appends one object; KEPT may be NULL. */
void kb_pat_to_json (KbBuffer *json, const KbPat *pat, const char *kept);

G_END_DECLS

#endif
