/* SPDX-License-Identifier: MIT */
/* A question by an askpass program, a window of somebody else's.
   Knows nothing of what is asked and of other ways to a person. */
#ifndef KB_ASKPASS_H
#define KB_ASKPASS_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* New: the absolute path of the program that GIT_ASKPASS names, else SSH_ASKPASS; an
   empty GIT_ASKPASS means none, as to git.  Names are held to kb_program_find. */
char *kb_askpass_find (void);

/* Runs PROGRAM without a shell with PROMPT as its one argument.  ANSWER is the first line
   that it prints (new).  KB_DECLINED: it ended with another status than 0, or printed
   none.  KB_ERROR_INTERACTION: it cannot be started, prints more than 64 KiB or is not
   done by DEADLINE (kb_clock_boot_ms), when it is ended. */
KbAnswer kb_askpass_run (const char *program, const char *prompt, gint64 deadline,
                         KbSecret **answer, GError **error);

G_END_DECLS

#endif
