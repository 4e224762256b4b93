/* SPDX-License-Identifier: MIT */
/* Chooses between the plugin that NuGet starts and the command line that others use.
   Knows nothing of either's protocol. */
#include "frontends/nuget.h"

#include "base/complain.h"
#include "frontends/nuget-command.h"
#include "frontends/nuget-plugin.h"

/* 2 means something to those who call us so; main's usage line would come with it. */
int
kb_frontend_nuget (const KbStreams *streams, char **arguments, GError **error)
{
  KbNugetCommand command;
  int status = KB_NUGET_EXIT_USAGE;

  if (!kb_nuget_command_read (arguments, &command))
    return KB_EXIT_AS_IT_IS | KB_NUGET_EXIT_USAGE;
  if (command.plugin)
    return kb_nuget_plugin (streams, error);
  if (command.uri != NULL && !command.help)
    status = kb_nuget_command_run (streams, &command, error);
  else
    kb_complain ("nuget: -Plugin, or -U URL [-I [BOOL]] [-N [BOOL]] [-C [BOOL]] "
                 "[-R [BOOL]] [-F Json|HumanReadable]");
  return KB_EXIT_AS_IT_IS | status;
}
