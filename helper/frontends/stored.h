/* SPDX-License-Identifier: MIT */
/* What a tool hands over to be kept, where a stack is pure storage; each tool's apart.
   Knows nothing of any tool's protocol. */
#ifndef KB_FRONTENDS_STORED_H
#define KB_FRONTENDS_STORED_H

#include "frontends/ask.h"
#include "item.h"

G_BEGIN_DECLS

/* RECORD is new.  TOOL names whose it is: one tool is never given another's. */
KbAnswer kb_stored_get (const KbAsk *ask, const char *tool, KbRecord **record,
                        GError **error);

/* One a place: replaces what there is.  KB_DECLINED: it is in a cache alone. */
KbAnswer kb_stored_put (const KbAsk *ask, const char *tool, const char *user,
                        KbSecret *secret, GError **error);

/* KB_DECLINED: there was none. */
KbAnswer kb_stored_erase (const KbAsk *ask, const char *tool, GError **error);

G_END_DECLS

#endif
