/* SPDX-License-Identifier: MIT */
/* The only way to a person: the controlling terminal, or an askpass program.
   Knows nothing of what is asked, and never uses standard input or output. */
#ifndef KB_TALK_H
#define KB_TALK_H

#include "keybearer-module.h"

G_BEGIN_DECLS

typedef struct _KbTalk KbTalk;

/* New.  Prefers an askpass program when there is no terminal, or when one was named and
   the terminal is not to be used (GIT_TERMINAL_PROMPT=0).  Rules, in order, as git has
   them: GIT_ASKPASS, SSH_ASKPASS; else /dev/tty. NULL: there is no way to a person. */
KbTalk *kb_talk_new (gboolean terminal_allowed);
void kb_talk_free (KbTalk *talk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbTalk, kb_talk_free)

/* QUESTION is escaped here.  KB_DECLINED: the person gave an empty answer or closed the
   dialog.  Past DEADLINE (kb_clock_boot_ms) KB_ERROR_INTERACTION. */
KbAnswer kb_talk_ask (const KbTalk *talk, const char *question, gboolean hidden,
                      gint64 deadline, KbSecret **answer, GError **error);

/* One line for a person to read, escaped; nothing where there is no terminal. */
void kb_talk_tell (const KbTalk *talk, const char *text);

G_END_DECLS

#endif
