/* SPDX-License-Identifier: MIT */
/* Runs one program with next to nothing inherited, and reads what it prints.
   Knows nothing of credentials. */
#ifndef KB_RUN_H
#define KB_RUN_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* A token has 3 kB, git's lines 64 kB each at most. */
#define KB_RUN_OUTPUT_MAX (256 * 1024)

typedef struct
{
  const char *const *command; /* absolute path, then arguments */
  char *const *environment;   /* all of it */
  const KbBuffer *input;      /* what it reads on its standard input */
  gint64 timeout_ms;
} KbRun;

/* Whether PATH, links followed, is a program that nobody but root and the user can
   change, nor any folder above it.  KB_ERROR_CONFIG. */
gboolean kb_run_check (const char *path, GError **error);

/* New, of "NAME=value", wiped when freed, without the NULL at the end: the whole of what
   a program is handed down of our own environment.  PATH is fixed, so that no folder of
   the caller's comes before the system's. */
GPtrArray *kb_run_environment_new (void);
/* VALUE may be NULL: nothing is added. */
void kb_run_environment_add (GPtrArray *environment, const char *name, const char *value);

/* New: what it printed, or NULL with ERROR.  The program and all that it started in its
   process group are gone afterwards, also past the time (KB_ERROR_NETWORK) and when
   REQUEST is cancelled.  It inherits descriptors 0 to 2 alone; its errors go to
   /dev/null, as they may hold the secret.  KB_ERROR_DENIED when it ends with another
   status than 0. */
KbSecret *kb_run (const KbRun *run, const KbRequest *request, GError **error);

G_END_DECLS

#endif
