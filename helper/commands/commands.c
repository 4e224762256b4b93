/* SPDX-License-Identifier: MIT */
/* The list of verbs.
   Knows nothing of what they do. */
#include "commands/commands.h"

const KbVerb kb_commands[] = {
  { "login",
    "[ORG|URL] [--account A] [--tenant T] [--device] [--port N] [--paste] [--source S]",
    "Signs a person in and keeps what was given", kb_command_login },
  { "logout", "[ORG|URL] [--all] [--revoke]", "Forgets what is kept, everywhere",
    kb_command_logout },
  { "list", "[--json]", "Lists what is kept, and where", kb_command_list },
  { "status", "[--json]", "Tells who is signed in, where and until when",
    kb_command_status },
  { "token", "[ORG|URL] [--scope SCOPE] [--output FORM]",
    "Prints a token: raw, json, header, env, azure-cli", kb_command_token },
  { "exec", "[ORG|URL...] -- COMMAND...", "Runs a command with tokens in its environment",
    kb_command_exec },
  { "connect", "TOOL [--dry-run] [ORG|URL...]", "Lets a tool ask Keybearer by itself",
    kb_command_connect },
  { "disconnect", "TOOL [--dry-run]", "Takes away what connect wrote",
    kb_command_disconnect },
  { "explain", "URL [--json]", "Tells what would happen for a URL, and why",
    kb_command_explain },
  { "check", "[--config FILE]", "Checks the configuration and the modules it names",
    kb_command_check },
  { "doctor", "[ORG|URL] [--json] [--offline]",
    "Tells what stands in the way, and the command that mends it", kb_command_doctor },
  { "store",
    "init STORE [KEY=VALUE...] | put NAME | remove NAME | migrate [--from HELPER] "
    "[--delete] [--dry-run] [--json]",
    "Makes a store ready, keeps a secret, takes over what others keep",
    kb_command_store },
  { "modules", "[--json]", "Lists the modules and their options", kb_command_modules },
  { NULL, NULL, NULL, NULL },
};
