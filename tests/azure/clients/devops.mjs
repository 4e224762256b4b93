// SPDX-License-Identifier: MIT
// Tests of the stand-in through azure-devops-node-api, with a PAT and with an Entra token.
// Knows nothing of how the token was made.

import { createRequire } from "node:module";
import { control, equal, failure, need, ok, test } from "./support.mjs";

const azdev = createRequire(import.meta.url)("azure-devops-node-api");

function api(handler, org = "contoso") {
  return new azdev.WebApi(`https://dev.azure.com/${org}`, handler,
    { proxy: { proxyUrl: need("HTTPS_PROXY") }, allowRetries: false });
}

const withPat = (pat, org) => api(azdev.getPersonalAccessTokenHandler(pat), org);

test("devops: connectionData tells whose PAT it is", async () => {
  const data = await withPat(need("KB_AZURE_PAT")).connect();
  equal(data.authenticatedUser.properties.Account.$value, "alice@contoso.example", "account");
});

test("devops: projects and repositories with a PAT", async () => {
  const connection = withPat(need("KB_AZURE_PAT"));
  const projects = await (await connection.getCoreApi()).getProjects();
  ok(projects.some((project) => project.name === "demo"), "demo is not there");
  const repos = await (await connection.getGitApi()).getRepositories("demo");
  ok(repos.some((repo) => repo.name === "library"), "library is not there");
});

test("devops: an Entra token as a bearer", async () => {
  const { token } = await control("POST", "/mint", { kind: "sp", owner: "contoso" });
  const data = await api(azdev.getBearerHandler(token)).connect();
  equal(data.authenticatedUser.customDisplayName, "contoso", "name");
});

test("devops: a wrong, an expired and a foreign credential are 401", async () => {
  const { token } = await control("POST", "/mint", { kind: "sp", owner: "fabrikam" });
  const clients = [withPat("wrong"), withPat(need("KB_AZURE_PAT_EXPIRED")),
    withPat(need("KB_AZURE_PAT_FABRIKAM")), api(azdev.getBearerHandler(token))];
  for (const client of clients) {
    const error = await failure(client.connect());
    equal(error.statusCode, 401, `status (${error.message})`);
  }
});

test("devops: nothing asked for a host that is not Azure's", async () => {
  const { arrived } = await control("GET", "/counters");
  equal(arrived.foreign ?? 0, 0, "foreign requests");
});
