/* SPDX-License-Identifier: MIT */
/* The list of front ends.
   Knows nothing of what they speak. */
#include "frontends/bazel.h"
#include "frontends/cargo.h"
#include "frontends/docker.h"
#include "frontends/git.h"
#include "frontends/go.h"
#include "frontends/keyring.h"
#include "frontends/kubectl.h"
#include "frontends/nuget.h"
#include "frontends/pnpm.h"
#include "frontends/terraform.h"

const KbVerb kb_frontends[] = {
  { "git", "get|store|erase|capability", "Answers git as its credential helper",
    kb_frontend_git },
  { "bazel", "get", "Answers Bazel as its credential helper", kb_frontend_bazel },
  { "cargo", "--cargo-plugin|token [INDEX]", "Answers Cargo as its credential provider",
    kb_frontend_cargo },
  { "docker", "get|store|erase|list|version", "Answers Docker as its credential helper",
    kb_frontend_docker },
  { "go", "[ORG...] [URL]", "Answers Go as its GOAUTH command", kb_frontend_go },
  { "keyring", "get URL [USER]", "Answers pip and uv as the command keyring",
    kb_frontend_keyring },
  { "kubectl", "[ORG|URL] [--scope SCOPE]", "Answers kubectl as its exec plugin",
    kb_frontend_kubectl },
  { "nuget", "-Plugin|-U URL [OPTION...]", "Answers NuGet as its plugin",
    kb_frontend_nuget },
  { "pnpm", "[ORG|URL]", "Answers pnpm as its tokenHelper", kb_frontend_pnpm },
  { "terraform", "get|store|forget HOST", "Answers Terraform as its credentials helper",
    kb_frontend_terraform },
  { NULL, NULL, NULL, NULL },
};
