// SPDX-License-Identifier: MIT
// What a script with azure-devops-node-api does with a PAT: profile, projects, work items; one JSON line.
// Knows nothing of how the PAT was made: it comes on standard input.

import fs from "node:fs";
import { createRequire } from "node:module";

const azdev = createRequire(import.meta.url)("azure-devops-node-api");
const pat = fs.readFileSync(0, "utf8").trim();
const connection = new azdev.WebApi("https://dev.azure.com/contoso",
  azdev.getPersonalAccessTokenHandler(pat),
  { proxy: { proxyUrl: process.env.HTTPS_PROXY }, allowRetries: false });

async function outcome(call) {
  try {
    return await call();
  } catch (error) {
    return { status: error.statusCode ?? null, message: error.message };
  }
}

const profiles = await connection.getProfileApi();
const items = await connection.getWorkItemTrackingApi();
const profile = await outcome(() => profiles.getProfile("me"));
const projects = await outcome(async () => {
  const found = await (await connection.getCoreApi()).getProjects();
  return found.map((project) => project.name);
});
const query = { query: "SELECT [System.Id] FROM WorkItems WHERE [System.State] = 'Active'" };
const active = await outcome(async () => {
  const found = await items.queryByWiql(query, { project: "demo" });
  const shown = await items.getWorkItems(found.workItems.map((item) => item.id));
  return shown.map((item) => item.fields["System.Title"]);
});
const title = [{ op: "add", path: "/fields/System.Title", value: "Made by a script" }];
const made = await outcome(() => items.createWorkItem(null, title, "demo", "Task"));
const closed = await outcome(() => items.updateWorkItem(null,
  [{ op: "replace", path: "/fields/System.State", value: "Closed" }], made.id));
console.log(JSON.stringify({ profile, projects, active, made, closed }));
