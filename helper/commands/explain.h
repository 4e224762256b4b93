/* SPDX-License-Identifier: MIT */
/* What can be found out about a URL without network, prompt or change.
   Knows nothing of how it is shown. */
#ifndef KB_COMMANDS_EXPLAIN_H
#define KB_COMMANDS_EXPLAIN_H

#include "breaker.h"
#include "commands/page.h"
#include "commands/place.h"
#include "commands/shelf.h"

G_BEGIN_DECLS

typedef struct
{
  const KbEntry *entry;
  KbAnswer answer; /* of identify, or why it could not be opened */
  char *why;       /* may be NULL */
  gboolean ephemeral;
  KbIdentity identity; /* of KB_OK, as all that follows */
  KbFound found;
  gboolean renews;
  KbBreakerState breaker;
} KbExplainedSource;

typedef struct
{
  KbPlace *place; /* borrowed */
  const KbStack *stack;
  gboolean bound;
  KbBinding binding;
  GArray *sources;    /* of KbExplainedSource */
  GPtrArray *shelves; /* of KbShelf */
  KbFound logins;     /* of a stack without sources */
} KbExplained;

/* PLACE has a stack and must outlive it. */
void kb_explained_look (KbExplained *told, KbPlace *place);
void kb_explained_clear (KbExplained *told);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbExplained, kb_explained_clear)

/* New: what a tool that asks now would get. */
char *kb_explained_verdict (const KbExplained *told);

void kb_explained_show (const KbExplained *told, KbPage *page);
void kb_explained_to_json (const KbExplained *told, KbPage *page);

G_END_DECLS

#endif
