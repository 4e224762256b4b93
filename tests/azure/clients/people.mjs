// SPDX-License-Identifier: MIT
// Tests of people's sign-ins through @azure/msal-node: each flow that the library has.
// Knows nothing of the pages: `ctl sign-in` plays the browser.

import crypto from "node:crypto";
import http from "node:http";
import { spawn } from "node:child_process";
import { InteractionRequiredAuthError, PublicClientApplication, ResponseMode, ServerError }
  from "@azure/msal-node";
import { LOGIN, RESOURCE, SCOPE, arrived, claims, control, equal, failure, need, networkClient, ok,
  test } from "./support.mjs";

const scopes = [SCOPE];

function client(tenant = "organizations", changes = {}) {
  return new PublicClientApplication({
    auth: { clientId: need("KB_AZURE_PUBLIC_CLIENT_ID"), authority: `${LOGIN}/${tenant}`,
      ...changes },
    system: { networkClient } });
}

/** Plays the browser; answers its exit status and what it printed. */
function browse(user, url, ...options) {
  const words = ["sign-in", user, "--url", url, "--verbose", ...options];
  return new Promise((resolve) => {
    const child = spawn(need("KB_AZURE_CTL"), words, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (chunk) => { text += chunk; });
    child.on("close", (status) => resolve({ status, text: text.trim() }));
  });
}

function interactive(app, user, changes = {}, ...options) {
  return app.acquireTokenInteractive({ scopes, ...changes,
    openBrowser: async (url) => { browse(user, url, ...options); } });
}

async function isAlice(result) {
  const told = await claims(result.accessToken);
  equal(told.aud, RESOURCE, "aud");
  equal(told.scp, "user_impersonation", "scp");
  equal(told.appid, need("KB_AZURE_PUBLIC_CLIENT_ID"), "appid");
  equal(told.upn, need("KB_AZURE_USER"), "upn");
  equal(result.account.username, need("KB_AZURE_USER"), "username");
  equal(result.account.tenantId, need("KB_AZURE_TENANT"), "tenantId");
  equal(result.account.homeAccountId, `${told.oid}.${told.tid}`, "homeAccountId");
}

test("msal-node: authorization code with PKCE and its own loopback listener", async () => {
  await isAlice(await interactive(client(), "alice", { prompt: "select_account" }));
});

test("msal-node: silently from the cache, then with the refresh token", async () => {
  const app = client();
  const { account, accessToken } = await interactive(app, "alice");
  const before = await arrived("entra-token");
  const cached = await app.acquireTokenSilent({ scopes, account });
  equal(cached.accessToken, accessToken, "token");
  equal(await arrived("entra-token"), before, "requests");
  for (let round = 0; round < 3; round += 1) {
    const fresh = await app.acquireTokenSilent({ scopes, account, forceRefresh: true });
    ok(fresh.accessToken !== accessToken, "the same token");
    await isAlice(fresh);
  }
});

test("msal-node: refreshes under strict rotation, one after the other", async () => {
  await control("POST", "/rotation", { policy: "strict" });
  const app = client();
  const { account } = await interactive(app, "alice");
  for (let round = 0; round < 5; round += 1) {
    await isAlice(await app.acquireTokenSilent({ scopes, account, forceRefresh: true }));
  }
  await control("POST", "/rotation", { policy: "forgiving" });
});

test("msal-node: an ended session is InteractionRequired", async () => {
  const app = client();
  const { account } = await interactive(app, "alice");
  await control("POST", "/session", { name: "alice" });
  const error = await failure(app.acquireTokenSilent({ scopes, account, forceRefresh: true }));
  ok(error instanceof InteractionRequiredAuthError, `class ${error.name}`);
  equal(error.subError, "bad_token", "subError");
});

test("msal-node: a code by form_post, with a state and a nonce of its own", async () => {
  const app = client();
  const verifier = crypto.randomBytes(32).toString("base64url");
  const posted = new Promise((resolve) => {
    const server = http.createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      response.end("done");
      server.close();
      resolve({ method: request.method, fields: new URLSearchParams(body), server });
    });
    server.listen(0, "127.0.0.1", async () => {
      const redirectUri = `http://localhost:${server.address().port}`;
      browse("alice", await app.getAuthCodeUrl({ scopes, redirectUri, state: "a state",
        nonce: "a nonce", responseMode: ResponseMode.FORM_POST, codeChallengeMethod: "S256",
        codeChallenge: crypto.createHash("sha256").update(verifier).digest("base64url") }));
      server.redirectUri = redirectUri;
    });
  });
  const { method, fields, server } = await posted;
  equal(method, "POST", "method");
  equal(fields.get("state"), "a state", "state");
  const result = await app.acquireTokenByCode({ scopes, code: fields.get("code"),
    codeVerifier: verifier, redirectUri: server.redirectUri,
    clientInfo: fields.get("client_info") });
  await isAlice(result);
  equal(result.idTokenClaims.nonce, "a nonce", "nonce");
});

test("msal-node: consent refused comes back as access_denied", async () => {
  await control("POST", "/consent", { action: "take", name: "alice", app: "keybearer" });
  const error = await failure(interactive(client(), "alice", {}, "--deny"));
  ok(error instanceof ServerError, `class ${error.name}`);
  equal(error.errorCode, "access_denied", "errorCode");
  ok(error.errorMessage.includes("AADSTS65004"), error.errorMessage);
});

test("msal-node: device code, with pending polls", async () => {
  await control("POST", "/device", { action: "interval", value: "1" });
  const before = await arrived("entra-token");
  const result = await client(need("KB_AZURE_TENANT")).acquireTokenByDeviceCode({ scopes,
    deviceCodeCallback: ({ userCode, verificationUri }) => setTimeout(
      () => browse("alice", verificationUri, "--code", userCode), 1500) });
  await isAlice(result);
  ok(await arrived("entra-token") >= before + 2, "polls");
});

test("msal-node: a declined device code ends the wait", async () => {
  const error = await failure(client().acquireTokenByDeviceCode({ scopes,
    deviceCodeCallback: ({ userCode }) => control("POST", "/device",
      { action: "decline", value: userCode }) }));
  ok(error.message.includes("authorization_declined"), error.message);
  await control("POST", "/device", { action: "interval", value: "5" });
});

test("msal-node: name and password, and what refuses them", async () => {
  await control("POST", "/consent", { action: "give", name: "alice", app: "keybearer" });
  const ask = (tenant, username, password) => client(tenant)
    .acquireTokenByUsernamePassword({ scopes, username, password });
  const [user, password] = [need("KB_AZURE_USER"), need("KB_AZURE_PASSWORD")];
  await isAlice(await ask("organizations", user, password));
  const wrong = await failure(ask("organizations", user, "wrong"));
  equal(Number(wrong.errorNo), 50126, "errorNo");
  const mfa = await failure(ask("organizations", need("KB_AZURE_MFA_USER"),
    need("KB_AZURE_MFA_PASSWORD")));
  ok(mfa instanceof InteractionRequiredAuthError, `class ${mfa.name}`);
  equal(mfa.subError, "basic_action", "subError");
  const common = await failure(ask("common", user, password));
  equal(Number(common.errorNo), 9001023, "errorNo");
});

test("msal-node: a guest's token for another tenant, silently", async () => {
  await control("POST", "/consent", { action: "give", name: "bob-guest", app: "keybearer" });
  const app = client();
  const { account } = await interactive(app, "bob");
  equal(account.tenantId, need("KB_AZURE_FABRIKAM_TENANT"), "home");
  const result = await app.acquireTokenSilent({ scopes, account, forceRefresh: true,
    authority: `${LOGIN}/${need("KB_AZURE_TENANT")}` });
  equal((await claims(result.accessToken)).tid, need("KB_AZURE_TENANT"), "tid");
});

test("msal-node: a client that knows claims challenges follows one", async () => {
  const app = client("organizations", { clientCapabilities: ["cp1"] });
  const first = await interactive(app, "alice");
  equal((await claims(first.accessToken)).xms_cc[0], "cp1", "xms_cc");
  const asked = JSON.stringify({ access_token: { acrs: { essential: true, value: "c1" } } });
  const error = await failure(app.acquireTokenSilent({ scopes, account: first.account,
    claims: asked }));
  ok(error instanceof InteractionRequiredAuthError, `class ${error.name}`);
  ok(error.claims.includes("c1"), "claims of the error");
  const better = await interactive(app, "alice", { claims: error.claims });
  equal((await claims(better.accessToken)).acrs[0], "c1", "acrs");
});
