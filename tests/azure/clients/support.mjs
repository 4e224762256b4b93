// SPDX-License-Identifier: MIT
// What the client tests share: a small TAP runner, the control endpoint, the check of a token.
// Knows nothing of any client library but the proxy agent and the network that MSAL expects.

import crypto from "node:crypto";
import http from "node:http";
import https from "node:https";
import { HttpsProxyAgent } from "https-proxy-agent";

export const RESOURCE = "499b84ac-1321-427f-aa17-267ca6975798";
export const SCOPE = `${RESOURCE}/.default`;
export const LOGIN = "https://login.microsoftonline.com";
const tests = [];
export const agent = new HttpsProxyAgent(process.env.HTTPS_PROXY);

export function need(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run it inside tests/azure/run`);
  return value;
}

export function test(name, body) {
  tests.push({ name, body });
}

export function equal(got, wanted, what) {
  if (got !== wanted) throw new Error(`${what}: ${String(got)} is not ${String(wanted)}`);
}

export function ok(value, what) {
  if (!value) throw new Error(what);
}

/** The error that a promise ends with; it is a failure when it does not. */
export async function failure(promise) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`no error but ${typeof value}`);
}

export async function run() {
  let failed = 0;
  for (const [at, { name, body }] of tests.entries()) {
    await control("DELETE", "/fault");
    try {
      await body();
      console.log(`ok ${at + 1} - ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`not ok ${at + 1} - ${name}\n# ${String(error.stack).replace(/\n/g, "\n# ")}`);
    }
  }
  console.log(`1..${tests.length}`);
  console.log(`${tests.length - failed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed ? 1 : 0;
}

function send(client, url, options, body) {
  return new Promise((resolve, reject) => {
    const request = client.request(url, options, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers,
        text: Buffer.concat(chunks).toString() }));
      answer.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** One request through the CONNECT proxy. */
export function viaProxy(method, url, headers = {}, body = undefined) {
  return send(https, url, { method, headers, agent }, body);
}

/** msal-node's own proxyUrl speaks plain HTTP inside the tunnel, so the network is ours. */
export const networkClient = {
  async sendGetRequestAsync(url, options) {
    return answer(await viaProxy("GET", url, options?.headers));
  },
  async sendPostRequestAsync(url, options) {
    return answer(await viaProxy("POST", url, options?.headers, options?.body));
  },
};

function answer({ status, headers, text }) {
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    body = { error: "unparsed", error_description: text };
  }
  return { status, headers, body };
}

export async function control(method, path, value = undefined) {
  const body = value === undefined ? undefined : JSON.stringify(value);
  const headers = body ? { "Content-Type": "application/json" } : {};
  const answer = await send(http, need("KB_AZURE_CONTROL") + path, { method, headers }, body);
  return JSON.parse(answer.text);
}

export function fault(route, ...options) {
  return control("POST", "/fault", { route, options });
}

export async function arrived(route) {
  return (await control("GET", "/counters")).arrived[route] ?? 0;
}

/** Verifies an access token with the published keys; answers its claims. */
export async function claims(token) {
  const tenant = need("KB_AZURE_TENANT");
  const about = JSON.parse(
    (await viaProxy("GET", `${LOGIN}/${tenant}/v2.0/.well-known/openid-configuration`)).text);
  const { keys } = JSON.parse((await viaProxy("GET", about.jwks_uri)).text);
  const [head, body, signature] = token.split(".");
  const { kid, alg } = JSON.parse(Buffer.from(head, "base64url"));
  equal(alg, "RS256", "alg");
  const jwk = keys.find((key) => key.kid === kid);
  ok(jwk, "the key is not in the JWKS");
  const key = crypto.createPublicKey({ key: jwk, format: "jwk" });
  const good = crypto.verify("sha256", Buffer.from(`${head}.${body}`), key,
    Buffer.from(signature, "base64url"));
  ok(good, "bad signature");
  return JSON.parse(Buffer.from(body, "base64url"));
}

/** A token must be of the app and the tenant of contoso, and be in force. */
export async function isOurs(token, clientId) {
  const told = await claims(token);
  equal(told.aud, RESOURCE, "aud");
  equal(told.tid, need("KB_AZURE_TENANT"), "tid");
  equal(told.iss, `https://sts.windows.net/${told.tid}/`, "iss");
  equal(told.appid, clientId, "appid");
  equal(told.idtyp, "app", "idtyp");
  const now = Date.now() / 1000;
  ok(told.nbf <= now && told.exp > now + 3000, "nbf or exp");
}
