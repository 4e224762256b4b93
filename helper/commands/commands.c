/* SPDX-License-Identifier: MIT */
/* The list of verbs.
   Knows nothing of what they do. */
#include "commands/commands.h"

const KbVerb kb_commands[] = {
  { "modules", "[--json]", "Lists the modules and their options", kb_command_modules },
  { NULL, NULL, NULL, NULL },
};
