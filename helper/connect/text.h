/* SPDX-License-Identifier: MIT */
/* Adds marked lines to a settings file and takes them away again, byte for byte.
   Knows nothing of files and tools: text in, text out. */
#ifndef KB_CONNECT_TEXT_H
#define KB_CONNECT_TEXT_H

#include "base/secret.h"

G_BEGIN_DECLS

typedef enum
{
  KB_SYNTAX_INI,   /* pip.conf: sections, '=' or ':', continued by blanks */
  KB_SYNTAX_NPMRC, /* '=' or a bare word */
  KB_SYNTAX_TOML,
  KB_SYNTAX_YAML, /* block style; sections are the keys at the left edge */
  KB_SYNTAX_HCL,  /* .terraformrc; sections are the blocks at the left edge */
  KB_SYNTAX_LINES /* .bazelrc, go's env: '\' at the end continues */
} KbSyntax;

/* What a tool needs. */
typedef struct
{
  const char *tool; /* for the markers */
  KbSyntax syntax;
  const char *section; /* NULL: none; made where it is missing */
  /* Statements of the section whose key is one of these ('*' in one: any bytes) would
     contradict: they stay as comments until the lines go again.  NULL-ended. */
  const char *const *replaced;
  KbBuffer *body; /* lines, each with '\n' */
} KbEdit;

/* TEXT with the lines of EDIT in OUT, older ones of the same tool replaced; what ends the
   lines is as in TEXT.  FRESH: there is no such file yet.  KB_ERROR_CONFIG: TEXT cannot
   be understood, with the number of the line. */
gboolean kb_text_connect (const char *text, gsize length, gboolean fresh,
                          const KbEdit *edit, KbBuffer *out, GError **error);

/* TEXT without the lines of TOOL.  *FOUND: there were some.  *FRESH: the file was made
   for them and holds nothing else. */
gboolean kb_text_disconnect (const char *text, gsize length, const char *tool,
                             KbBuffer *out, gboolean *found, gboolean *fresh,
                             GError **error);

/* New: the value of KEY in SECTION, as it stands there after the '=', outside of TOOL's
   lines; NULL where there is none or TEXT cannot be understood. */
char *kb_text_value (const char *text, gsize length, const KbEdit *edit, const char *key);

G_END_DECLS

#endif
