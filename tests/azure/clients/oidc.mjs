// SPDX-License-Identifier: MIT
// An authorization server that is not ours (oidc-provider from npm), as strict as they come: a
// refresh token works once, and one that is used again ends the whole sign-in.
// Knows nothing of the program. Usage: node oidc.mjs KEY CERTIFICATE PORT-FILE; GET /counts says
// what came.

import fs from "node:fs";
import https from "node:https";
import Provider from "oidc-provider";

const [key, certificate, portFile] = process.argv.slice(2);
const counts = { discovered: 0, refreshed: 0, refused: 0, ended: 0 };
let provider;
const server = https.createServer(
  { key: fs.readFileSync(key), cert: fs.readFileSync(certificate) },
  (request, answer) => {
    if (request.url === "/counts") return answer.end(JSON.stringify(counts));
    if (request.url.startsWith("/.well-known/")) counts.discovered += 1;
    return provider.callback()(request, answer);
  });

function configuration() {
  const native = { application_type: "native", token_endpoint_auth_method: "none",
    redirect_uris: ["http://127.0.0.1"], response_types: ["code"],
    grant_types: ["authorization_code", "refresh_token",
      "urn:ietf:params:oauth:grant-type:device_code"] };
  return {
    clients: [
      { client_id: "public-app", ...native },
      { client_id: "secret:app", ...native, client_secret: process.env.OIDC_SECRET,
        token_endpoint_auth_method: "client_secret_basic" },
    ],
    features: { deviceFlow: { enabled: true }, revocation: { enabled: true } },
    scopes: ["openid", "offline_access", "git"],
    claims: { openid: ["sub", "preferred_username"] },
    conformIdTokenClaims: false,
    findAccount: (context, sub) => ({ accountId: sub,
      claims: () => ({ sub, preferred_username: sub }) }),
    pkce: { required: () => true, methods: ["S256"] },
    rotateRefreshToken: true,
    ttl: { AccessToken: 60, RefreshToken: 3600, DeviceCode: 120, Grant: 3600, Session: 3600,
      Interaction: 300, IdToken: 60 },
  };
}

function count() {
  provider.on("grant.success", (context) => {
    if (context.oidc.params.grant_type === "refresh_token") counts.refreshed += 1;
  });
  provider.on("grant.error", (context, error) => {
    if (!["authorization_pending", "slow_down"].includes(error.error)) counts.refused += 1;
  });
  provider.on("grant.revoked", () => { counts.ended += 1; });
}

server.listen(0, "127.0.0.1", () => {
  const issuer = `https://localhost:${server.address().port}`;
  provider = new Provider(issuer, configuration());
  count();
  fs.writeFileSync(portFile, `${server.address().port}\n`);
});
