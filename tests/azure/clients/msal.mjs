// SPDX-License-Identifier: MIT
// Tests of the stand-in through @azure/msal-node, the library that Microsoft's tools use: apps.
// Knows nothing of Azure DevOps.

import { ConfidentialClientApplication, ServerError } from "@azure/msal-node";
import { LOGIN, SCOPE, arrived, equal, failure, fault, isOurs, need, networkClient, ok, test }
  from "./support.mjs";

function client(changes = {}) {
  return new ConfidentialClientApplication({
    auth: { clientId: need("KB_AZURE_CLIENT_ID"),
      clientSecret: need("KB_AZURE_CLIENT_SECRET"),
      authority: `${LOGIN}/${need("KB_AZURE_TENANT")}`, ...changes },
    system: { networkClient },
  });
}

function token(app, scope = SCOPE) {
  return app.acquireTokenByClientCredential({ scopes: [scope] });
}

test("msal-node: a service principal's token, signed by a published key", async () => {
  const result = await token(client());
  equal(result.tokenType, "Bearer", "tokenType");
  await isOurs(result.accessToken, need("KB_AZURE_CLIENT_ID"));
  const left = (result.expiresOn - Date.now()) / 1000;
  ok(left > 3500 && left < 3700, "expiresOn");
});

test("msal-node: the tenant by its verified domain", async () => {
  const authority = `${LOGIN}/${need("KB_AZURE_TENANT_DOMAIN")}`;
  const result = await token(client({ authority }));
  await isOurs(result.accessToken, need("KB_AZURE_CLIENT_ID"));
});

test("msal-node: a secret of every kind of character", async () => {
  const clientId = need("KB_AZURE_AWKWARD_CLIENT_ID");
  const clientSecret = need("KB_AZURE_AWKWARD_CLIENT_SECRET");
  const result = await token(client({ clientId, clientSecret }));
  await isOurs(result.accessToken, clientId);
});

test("msal-node: the second call is served from its cache", async () => {
  const app = client();
  const first = await token(app);
  const before = await arrived("entra-token");
  const second = await token(app);
  equal(second.accessToken, first.accessToken, "token");
  equal(await arrived("entra-token"), before, "requests");
});

test("msal-node: a wrong secret is ServerError invalid_client 7000215", async () => {
  const error = await failure(token(client({ clientSecret: "wrong" })));
  ok(error instanceof ServerError, `class ${error.name}`);
  equal(error.errorCode, "invalid_client", "errorCode");
  ok(error.errorMessage.includes("AADSTS7000215"), "code");
  equal(Number(error.errorNo), 7000215, "errorNo");
});

test("msal-node: an expired secret is 7000222", async () => {
  const error = await failure(token(client({
    clientId: need("KB_AZURE_EXPIRED_CLIENT_ID"),
    clientSecret: need("KB_AZURE_EXPIRED_CLIENT_SECRET") })));
  equal(Number(error.errorNo), 7000222, "errorNo");
});

test("msal-node: an app of another tenant is 700016", async () => {
  const error = await failure(token(client({
    clientId: need("KB_AZURE_FABRIKAM_CLIENT_ID"),
    clientSecret: need("KB_AZURE_FABRIKAM_CLIENT_SECRET") })));
  equal(error.errorCode, "unauthorized_client", "errorCode");
  equal(Number(error.errorNo), 700016, "errorNo");
});

test("msal-node: an unknown tenant is refused", async () => {
  const authority = `${LOGIN}/00000000-0000-4000-8000-000000000000`;
  const error = await failure(token(client({ authority })));
  ok(/90002|endpoints_resolution_error|openid_config_error/.test(
    `${error.errorCode} ${error.errorMessage}`), `${error.errorCode}`);
});

test("msal-node: a scope without /.default is 1002012", async () => {
  const error = await failure(token(client(), SCOPE.replace(".default", "vso.code")));
  equal(error.errorCode, "invalid_scope", "errorCode");
  equal(Number(error.errorNo), 1002012, "errorNo");
});

test("msal-node: an unknown resource is 500011", async () => {
  const error = await failure(token(client(), "https://nothing.example/.default"));
  equal(error.errorCode, "invalid_resource", "errorCode");
  equal(Number(error.errorNo), 500011, "errorNo");
});

test("msal-node: after a 429 with Retry-After it asks no more", async () => {
  await fault("entra-token", "status=429", "retry-after=60");
  const app = client();
  await failure(token(app));
  const before = await arrived("entra-token");
  await failure(token(app));
  equal(await arrived("entra-token"), before, "requests");
});
