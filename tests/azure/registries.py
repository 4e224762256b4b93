# SPDX-License-Identifier: MIT
# An Azure container registry, contoso.azurecr.io: its token for an Entra token, and one image.
# Knows nothing of Azure DevOps; built from the registry's public description of its sign-in.

import base64
import hashlib
import json
import time

from anchors import unanchored
from answer import Answer
from forms import BadForm, form

HOST = "contoso.azurecr.io"
AUDIENCES = ("https://containerregistry.azure.net", "https://management.azure.com")
NOBODY = "00000000-0000-0000-0000-000000000000"
KIND = "application/vnd.docker.distribution.manifest.v2+json"
MANIFEST = json.dumps({
    "schemaVersion": 2, "mediaType": KIND, "layers": [],
    "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 2,
               "digest": "sha256:" + hashlib.sha256(b"{}").hexdigest()}}).encode()


class Registry:
    def __init__(self, vault, tenant):
        self.vault, self.tenant = vault, tenant

    async def answer(self, ask):
        if ask.method == "POST" and ask.segments == ["oauth2", "exchange"]:
            return await self.exchange(ask)
        if not self._may(ask.headers.get("Authorization", "")):
            return unauthorized()
        if len(ask.segments) >= 4 and ask.segments[-2] == "blobs":
            return plain(200, "application/octet-stream", b"{}")
        return plain(200, KIND, MANIFEST)

    async def exchange(self, ask):
        try:
            fields = form(await ask.body())
        except BadForm:
            fields = {}
        claims = self.vault.signer.claims(fields.get("access_token", "")) or {}
        ask.credential = {"scheme": "form", "kind": "entra", "owner": None, "why": ""}
        if (fields.get("grant_type") != "access_token" or fields.get("service") != HOST
                or claims.get("aud") not in AUDIENCES or claims["exp"] < time.time()
                or claims.get("tid") != self.tenant.directory
                or fields.get("tenant", self.tenant.directory) != self.tenant.directory):
            ask.credential["why"] = "refused"
            return unauthorized()
        return self.token()

    @unanchored("the registry's public description: the one key, a JWT of three hours")
    def token(self):
        now = int(time.time())
        made = self.vault.signer.sign({"aud": HOST, "iss": "Azure Container Registry",
                                       "iat": now, "exp": now + 10800, "grant_type": "refresh_token"})
        return reply(200, "application/json; charset=utf-8",
                     json.dumps({"refresh_token": made}).encode())

    def _may(self, line):
        scheme, _, value = line.partition(" ")
        try:
            user, _, secret = base64.b64decode(value).decode().partition(":")
        except ValueError:
            return False
        claims = self.vault.signer.claims(secret) if scheme == "Basic" and user == NOBODY else None
        return bool(claims) and claims["aud"] == HOST and claims["exp"] > time.time()


def reply(status, kind, body, *headers):
    return Answer(status, [("Content-Type", kind), ("Content-Length", str(len(body))),
                           ("Date", ""), *headers], body)


@unanchored("the registry API that all registries share")
def plain(status, kind, body):
    return reply(status, kind, body, ("Docker-Content-Digest",
                                      "sha256:" + hashlib.sha256(body).hexdigest()))


@unanchored("the registry's public description: code UNAUTHORIZED in a list of errors")
def unauthorized():
    body = json.dumps({"errors": [{"code": "UNAUTHORIZED", "message": "authentication required, "
                                   "visit https://aka.ms/acr/authorization for more information.",
                                   "detail": None}]}).encode()
    return reply(401, "application/json; charset=utf-8", body,
                 ("Www-Authenticate", f'Basic realm="{HOST}"'))
