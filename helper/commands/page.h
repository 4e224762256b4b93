/* SPDX-License-Identifier: MIT */
/* A verb's page: what base/page.h gathers, on the verb's streams.
   Knows nothing of what it says. */
#ifndef KB_COMMANDS_PAGE_H
#define KB_COMMANDS_PAGE_H

#include "base/page.h"
#include "frontend.h"

G_BEGIN_DECLS

void kb_page_begin (KbPage *page, const KbStreams *streams);

/* 0, or the status of an error. */
int kb_page_end (KbPage *page, GError **error);

G_END_DECLS

#endif
