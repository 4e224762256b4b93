/* SPDX-License-Identifier: MIT */
/* The list of front ends.
   Knows nothing of what they speak. */
#include "frontends/git.h"
#include "frontends/pnpm.h"

const KbVerb kb_frontends[] = {
  { "git", "get|store|erase|capability", "Answers git as its credential helper",
    kb_frontend_git },
  { "pnpm", "[ORG|URL]", "Answers pnpm as its tokenHelper", kb_frontend_pnpm },
  { NULL, NULL, NULL, NULL },
};
