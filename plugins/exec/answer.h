/* SPDX-License-Identifier: MIT */
/* What a program is asked and what it answers: git's credential lines, or a token alone.
   Knows nothing of processes. */
#ifndef KB_ANSWER_H
#define KB_ANSWER_H

#include "keybearer-module.h"

G_BEGIN_DECLS

typedef enum
{
  KB_FORMAT_AUTO,
  KB_FORMAT_GIT,
  KB_FORMAT_TOKEN
} KbFormat;

/* FALSE when NAME is none of auto, git, token. */
gboolean kb_format_parse (const char *name, KbFormat *format);

/* New: the request in git's lines with the blank line at its end.  KB_ERROR_PROTOCOL when
   a field cannot stand on a line. */
KbBuffer *kb_answer_question (const KbRequest *request, GError **error);

/* OUTPUT as a credential (new); USER is for a token without one.  KB_DECLINED: it printed
   nothing that is an answer, or quit=1.  KB_ERROR_PROTOCOL never quotes OUTPUT. */
KbAnswer kb_answer_read (const KbSecret *output, KbFormat format, const char *user,
                         KbCredential **credential, GError **error);

G_END_DECLS

#endif
