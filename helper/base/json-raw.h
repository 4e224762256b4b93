/* SPDX-License-Identifier: MIT */
/* For base/json.c: what stands between two quotes of a checked document, unescaped a
   piece at a time.  Knows nothing of tokens. */
#ifndef KB_JSON_RAW_H
#define KB_JSON_RAW_H

#include <glib.h>

G_BEGIN_DECLS

/* Start with NEXT and END around raw text, or with PIECE and LENGTH for plain text; the
   rest zero. */
typedef struct
{
  const char *next;
  const char *end;
  const char *piece; /* borrowed from the raw text, or ESCAPED */
  gsize length;
  char escaped[4];
} KbJsonRaw;

/* Sets PIECE and LENGTH to the next bytes; FALSE at the end. */
gboolean kb_json_raw_next (KbJsonRaw *raw);

/* Like memcmp over the unescaped bytes; what is shorter comes first. */
int kb_json_raw_compare (KbJsonRaw a, KbJsonRaw b);

G_END_DECLS

#endif
