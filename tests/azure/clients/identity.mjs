// SPDX-License-Identifier: MIT
// Tests of the stand-in through @azure/identity; it takes the proxy from the environment.
// Knows nothing of Azure DevOps.

import { AuthenticationError, AuthenticationRequiredError, ClientSecretCredential,
  EnvironmentCredential } from "@azure/identity";
import { SCOPE, arrived, equal, failure, fault, isOurs, need, ok, test } from "./support.mjs";

function credential(changes = {}) {
  const { tenant, id, secret } = { tenant: need("KB_AZURE_TENANT"),
    id: need("KB_AZURE_CLIENT_ID"), secret: need("KB_AZURE_CLIENT_SECRET"), ...changes };
  return new ClientSecretCredential(tenant, id, secret,
    { retryOptions: { maxRetries: 1, retryDelayInMs: 10, maxRetryDelayInMs: 20 } });
}

function refused(error, code) {
  ok(error instanceof AuthenticationError || error instanceof AuthenticationRequiredError
    || error.name === "CredentialUnavailableError", `class ${error.name}`);
  ok(error.message.includes(code), `${code} is not in: ${error.message}`);
}

test("identity: a service principal's token, signed by a published key", async () => {
  const token = await credential().getToken(SCOPE);
  await isOurs(token.token, need("KB_AZURE_CLIENT_ID"));
  const left = (token.expiresOnTimestamp - Date.now()) / 1000;
  ok(left > 3500 && left < 86500, "expiresOnTimestamp");
});

test("identity: a secret of every kind of character", async () => {
  const id = need("KB_AZURE_AWKWARD_CLIENT_ID");
  const secret = need("KB_AZURE_AWKWARD_CLIENT_SECRET");
  await isOurs((await credential({ id, secret }).getToken(SCOPE)).token, id);
});

test("identity: the AZURE_ variables that CI jobs set", async () => {
  Object.assign(process.env, { AZURE_TENANT_ID: need("KB_AZURE_TENANT"),
    AZURE_CLIENT_ID: need("KB_AZURE_CLIENT_ID"),
    AZURE_CLIENT_SECRET: need("KB_AZURE_CLIENT_SECRET") });
  const token = await new EnvironmentCredential().getToken(SCOPE);
  await isOurs(token.token, need("KB_AZURE_CLIENT_ID"));
});

test("identity: a wrong secret is an authentication error with 7000215", async () => {
  refused(await failure(credential({ secret: "wrong" }).getToken(SCOPE)), "AADSTS7000215");
});

test("identity: an unknown tenant is refused", async () => {
  const tenant = "00000000-0000-4000-8000-000000000000";
  const error = await failure(credential({ tenant }).getToken(SCOPE));
  ok(/90002|endpoints_resolution_error|openid_config_error/.test(error.message),
    error.message);
});

test("identity: a 503 is tried again, a 500 document is no token", async () => {
  await fault("entra-token", "status=503", "count=1");
  const before = await arrived("entra-token");
  await isOurs((await credential().getToken(SCOPE)).token, need("KB_AZURE_CLIENT_ID"));
  equal(await arrived("entra-token"), before + 2, "requests");
});
