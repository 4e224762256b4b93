/* SPDX-License-Identifier: MIT */
/* The scopes of Azure DevOps: which there are, which include which, which a job needs.
   Knows nothing of tokens. */
#ifndef KB_DEVOPS_SCOPES_H
#define KB_DEVOPS_SCOPES_H

#include <glib.h>

G_BEGIN_DECLS

#define KB_SCOPE_FULL "app_token"

/* All of them with "vso.", NULL-terminated (entra-and-azure-devops 4.5).  Borrowed. */
const char *const *kb_scopes (void);

/* New: the words of TEXT (blanks or commas between them), each with its "vso.", sorted,
   once; NULL with *WRONG, the first that does not exist (new), or with *WRONG NULL when
   there is none at all. */
char *kb_scopes_normal (const char *text, char **wrong);

/* The least that JOB (git-read, git-write, feed-read, feed-write, build, work-items)
   needs, or NULL: there is no such job.  Borrowed. */
const char *kb_scopes_for (const char *job);

/* New: what a person should know of SCOPES (normal) before they are granted, or NULL:
   full access, administration, or the right to make further tokens. */
char *kb_scopes_warning (const char *scopes);

/* Whether GRANTED has a word that ASKED has not. */
gboolean kb_scopes_are_broader (const char *granted, const char *asked);

G_END_DECLS

#endif
