/* SPDX-License-Identifier: MIT */
/* Divides a settings file into statements, strictly.
   Knows nothing of what they mean. */
#ifndef KB_CONNECT_STATEMENTS_H
#define KB_CONNECT_STATEMENTS_H

#include "connect/text.h"

G_BEGIN_DECLS

typedef enum
{
  KB_STATEMENT_EMPTY, /* blank or a comment */
  KB_STATEMENT_SECTION,
  KB_STATEMENT_KEY
} KbStatementKind;

typedef struct
{
  KbStatementKind kind;
  gsize start, end;    /* whole lines, with what ends them */
  gsize first;         /* where the first of these lines ends */
  const char *name;    /* in the text: the section's or the key's */
  gsize length;        /* of the name */
  const char *section; /* in the text: the section it is in, or NULL */
  gsize section_length;
} KbStatement;

/* New, of KbStatement: together they are all of TEXT.  NULL with KB_ERROR_CONFIG. */
GArray *kb_statements (KbSyntax syntax, const char *text, gsize length, GError **error);

G_END_DECLS

#endif
