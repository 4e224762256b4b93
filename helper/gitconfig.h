/* SPDX-License-Identifier: MIT */
/* The credential.* variables of git's configuration: all of them read by one process, and
   only when one is asked for.  Knows nothing of what they mean. */
#ifndef KB_GITCONFIG_H
#define KB_GITCONFIG_H

#include "base/secret.h"
#include "base/url.h"

G_BEGIN_DECLS

/* New, or NULL: what git itself takes for the variable NAME ("credential.interactive") in
   this folder, the last of several; names compare without case, as the part in their
   middle is often a name that has none.  Costs a process the first time: never to be
   asked on the way to an answer that is kept. */
char *kb_gitconfig_get (const char *name);

/* New, or NULL: the same of what the user, the machine or the command line says, and no
   repository; credential.URL.x counts before credential.x where URL is URL or contains
   it, the longest first.  People keep secrets there. */
KbSecret *kb_gitconfig_get_own (const char *name, const KbUrl *url);

/* The same of TEXT, which is the output of `git config -z --show-scope --get-regexp`; URL
   is NULL for what every scope says under that very name. */
KbSecret *kb_gitconfig_find (const char *text, gsize length, const char *name,
                             const KbUrl *url);

/* What was read is read anew: for tests. */
void kb_gitconfig_forget (void);

G_END_DECLS

#endif
