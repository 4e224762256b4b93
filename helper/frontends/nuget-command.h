/* SPDX-License-Identifier: MIT */
/* The command line of Microsoft's credential provider, for what calls that.
   Knows nothing of the plugin protocol. */
#ifndef KB_FRONTENDS_NUGET_COMMAND_H
#define KB_FRONTENDS_NUGET_COMMAND_H

#include "frontend.h"

G_BEGIN_DECLS

/* Of Microsoft's own: 1 for wrong usage, 2 when there is nothing to give. */
#define KB_NUGET_EXIT_USAGE 1
#define KB_NUGET_EXIT_NOTHING 2

/* What ARGUMENTS say; URI is borrowed from them. */
typedef struct
{
  gboolean plugin;
  gboolean help;
  const char *uri;
  gboolean retry;
  gboolean alone; /* nobody may be asked */
  gboolean redact;
  gboolean may_show;
  gboolean json;
} KbNugetCommand;

/* Names are of any case, one letter or whole, after one '-' or two; a flag may be
   followed by true or false.  FALSE after a complaint. */
gboolean kb_nuget_command_read (char **arguments, KbNugetCommand *command);

/* Prints what there is for the URL.  The exit status. */
int kb_nuget_command_run (const KbStreams *streams, const KbNugetCommand *command,
                          GError **error);

G_END_DECLS

#endif
