/* SPDX-License-Identifier: MIT */
/* The only way to a person: the controlling terminal, or an askpass program.
   Knows nothing of what is asked, and never uses standard input or output. */
#ifndef KB_TALK_H
#define KB_TALK_H

#include "keybearer-module.h"

G_BEGIN_DECLS

typedef struct _KbTalk KbTalk;

/* New.  The ways, in order, as git has them: the program of GIT_ASKPASS, else that of
   SSH_ASKPASS (an empty GIT_ASKPASS switches both off; helper/askpass.h says which names
   count); else /dev/tty, when TERMINAL_ALLOWED (GIT_TERMINAL_PROMPT=0 is the caller's to
   read) and in its foreground.  Where there is neither but DESKTOP, a window can still be
   opened, and nothing be asked.  NULL: there is no way to a person. */
KbTalk *kb_talk_new (gboolean terminal_allowed, gboolean desktop);

void kb_talk_free (KbTalk *talk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbTalk, kb_talk_free)

/* For the whole process, whose tool shows what its helper has to say: lines for a person
   go to TELL where there is no terminal, and that is a way to a person, if not to ask. */
typedef void (*KbTalkFunc) (const char *text, gpointer data);
void kb_talk_set_listener (KbTalkFunc tell, gpointer data);

/* FALSE: there is a desktop or a listener and nothing else. */
gboolean kb_talk_can_ask (const KbTalk *talk);

/* QUESTION is escaped here, and gets its ": " where it does not end in one or in '?'.
   KB_DECLINED: the person gave an empty answer or closed the dialog.  Past DEADLINE
   (kb_clock_boot_ms) KB_ERROR_INTERACTION.  A program that cannot be run gives way to the
   terminal. */
KbAnswer kb_talk_ask (const KbTalk *talk, const char *question, gboolean hidden,
                      gint64 deadline, KbSecret **answer, GError **error);

/* One line for a person to read, escaped; FALSE where nobody would see it. */
gboolean kb_talk_tell (const KbTalk *talk, const char *text);

G_END_DECLS

#endif
