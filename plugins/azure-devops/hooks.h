/* SPDX-License-Identifier: MIT */
/* The programs that a new token is handed to before the old one dies: on-rotate= of
   [command pat] and of each [task NAME] that is for the token.
   Knows nothing of servers, stores and journals. */
#ifndef KB_AZURE_DEVOPS_HOOKS_H
#define KB_AZURE_DEVOPS_HOOKS_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* A hook's time where `timeout` says nothing, in seconds. */
#define KB_HOOK_SECONDS "60"

/* New, of KbInstance (borrowed from CALL), in the order in which they run: always the
   same for the same configuration.  NULL: a group is wrong, or a program is not there or
   not safe to start. */
GPtrArray *kb_hooks_for (KbCall *call, const char *organization, const char *name,
                         GError **error);

/* What a hook is told.  All of it but the secret stands in its environment. */
typedef struct
{
  const char *organization;
  const char *name;
  const char *id;
  gint64 expires;
  KbSecret *secret; /* on standard input, without a line end */
} KbHandOn;

/* Runs one to its end, within its own time.  KB_ERROR_DENIED: it ended with another
   status than 0; KB_ERROR_NETWORK: it did not end, or printed without end; either way
   nothing of it runs any more. */
gboolean kb_hook_run (const KbInstance *hook, KbTarget *target, const KbHandOn *what,
                      GError **error);

G_END_DECLS

#endif
