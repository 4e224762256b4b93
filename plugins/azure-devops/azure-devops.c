/* SPDX-License-Identifier: MIT */
/* Commands for an organization of Azure DevOps: its REST API, audit log, tokens.
   Knows nothing of how a credential is made or kept. */
#include "api.h"
#include "audit.h"
#include "hooks.h"
#include "pat.h"

static const KbOption options[]
    = { { "on-rotate", KB_OPTION_LIST, FALSE, NULL,
          "Program and arguments that a rotated token is handed to on standard input" },
        { "token", KB_OPTION_LIST, FALSE, NULL,
          "Globs of the names of tokens that on-rotate is for, all by default" },
        { "organization", KB_OPTION_STRING, FALSE, NULL,
          "The organization that on-rotate is for, any by default" },
        { "timeout", KB_OPTION_INTEGER, FALSE, KB_HOOK_SECONDS,
          "Seconds that the program of on-rotate may take" },
        { "environment", KB_OPTION_LIST, FALSE, NULL,
          "Further variables that it is given: NAME as it is, or NAME=value" },
        { "settle", KB_OPTION_INTEGER, FALSE, "30",
          "Seconds that the server may take to know a new token" },
        { NULL, KB_OPTION_STRING, FALSE, NULL, NULL } };

static const KbCommand commands[] = {
  { "api", KB_API_USAGE, "Calls the REST API of Azure DevOps", kb_api_run },
  { "audit", KB_AUDIT_USAGE, "Shows what happened to an organization's tokens",
    kb_audit_run },
  { "pat", KB_PAT_USAGE, "Makes, lists, rotates and revokes personal access tokens",
    kb_pat_run },
  { NULL, NULL, NULL, NULL },
};

const KbModule kb_module = {
  .abi = KB_MODULE_ABI,
  .name = "azure-devops",
  .summary = "Commands for an organization of Azure DevOps",
  .options = options,
  .commands = commands,
};
