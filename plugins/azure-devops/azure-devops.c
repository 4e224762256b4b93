/* SPDX-License-Identifier: MIT */
/* Commands for an organization of Azure DevOps: its REST API, audit log, tokens.
   Knows nothing of how a credential is made or kept. */
#include "api.h"
#include "audit.h"
#include "pat.h"

static const KbOption options[] = { { NULL, KB_OPTION_STRING, FALSE, NULL, NULL } };

static const KbCommand commands[] = {
  { "api", KB_API_USAGE, "Calls the REST API of Azure DevOps", kb_api_run },
  { "audit", KB_AUDIT_USAGE, "Shows what happened to an organization's tokens",
    kb_audit_run },
  { "pat", KB_PAT_USAGE, "Makes, lists and revokes personal access tokens", kb_pat_run },
  { NULL, NULL, NULL, NULL },
};

const KbModule kb_module = {
  .abi = KB_MODULE_ABI,
  .name = "azure-devops",
  .summary = "Commands for an organization of Azure DevOps",
  .options = options,
  .commands = commands,
};
