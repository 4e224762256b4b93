/* SPDX-License-Identifier: MIT */
/* Prints a JSON document for a person: indented, in colour.
   Knows nothing of what it says. */
#ifndef KB_AZURE_DEVOPS_SHOW_H
#define KB_AZURE_DEVOPS_SHOW_H

#include "base/json.h"
#include "base/page.h"

G_BEGIN_DECLS

/* Strings are escaped anew, so that nothing from outside steers the terminal. */
void kb_show_json (KbPage *page, const KbJson *json);

/* Appends the value at NODE as compact JSON.  FALSE: BUFFER is full. */
gboolean kb_show_copy (KbBuffer *buffer, const KbJson *json, KbJsonNode node);

G_END_DECLS

#endif
