# SPDX-License-Identifier: MIT
# Azure container registries: their refresh token for an Entra token, access tokens, one image.
# Knows nothing of Azure DevOps; built from the registry's public description of its sign-in.

import base64
import hashlib
import json
import time

from anchors import unanchored
from answer import Answer
from forms import BadForm, form

HOSTS = {"contoso.azurecr.io": "contoso", "fabrikam.azurecr.io": "fabrikam"}  # of which tenant
AUDIENCES = ("https://containerregistry.azure.net", "https://management.azure.com")
NOBODY = "00000000-0000-0000-0000-000000000000"
REFRESH, ACCESS = "refresh_token", "access_token"
LIFETIMES = {REFRESH: 10800, ACCESS: 4500}
KIND = "application/vnd.docker.distribution.manifest.v2+json"
MANIFEST = json.dumps({
    "schemaVersion": 2, "mediaType": KIND, "layers": [],
    "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 2,
               "digest": "sha256:" + hashlib.sha256(b"{}").hexdigest()}}).encode()


class Registries:
    """An Entra token buys a refresh token, that one an access token, and that one an image."""

    def __init__(self, vault, world):
        self.vault = vault
        self.tenants = {host: getattr(world, name) for host, name in HOSTS.items()}

    async def answer(self, ask, options):
        if (ask.method, ask.segments) == ("POST", ["oauth2", "exchange"]):
            return await self.exchange(ask, options.get("lifetime", LIFETIMES[REFRESH]))
        if ask.segments == ["oauth2", "token"] and ask.method in ("GET", "POST"):
            return await self.access(ask)
        if ask.segments[:1] != ["v2"]:
            return plain(404, "text/plain", b"404 page not found")
        scope = wanted(ask.segments)
        if not self._may(ask, scope):
            return unauthorized(ask.host, scope)
        if len(ask.segments) == 1:
            return plain(200, "application/json", b"{}")
        return plain(200, *(("application/octet-stream", b"{}") if ask.segments[-2] == "blobs"
                            else (KIND, MANIFEST)))

    async def exchange(self, ask, lifetime):
        fields, tenant = await fields_of(ask), self.tenants[ask.host].directory
        claims = self.vault.signer.claims(fields.get("access_token", "")) or {}
        ask.credential = {"scheme": "form", "kind": "entra", "owner": None, "why": ""}
        if (fields.get("grant_type") != "access_token" or fields.get("service") != ask.host
                or claims.get("aud") not in AUDIENCES or claims["exp"] < time.time()
                or claims.get("tid") != tenant or fields.get("tenant", tenant) != tenant):
            ask.credential["why"] = "refused"
            return unauthorized(ask.host)
        return self.token(ask.host, REFRESH, lifetime)

    async def access(self, ask):
        """By GET with Basic as well as by POST: clients know both."""
        fields = ask.query if ask.method == "GET" else await fields_of(ask)
        secret = (password(ask) if ask.method == "GET" else
                  fields.get("refresh_token", "") if fields.get("grant_type") == REFRESH else "")
        ask.credential = {"scheme": "Basic" if ask.method == "GET" else "form", "kind": "registry",
                          "owner": None, "why": ""}
        if fields.get("service") != ask.host or not self._good(ask.host, REFRESH, secret):
            ask.credential["why"] = "refused"
            return unauthorized(ask.host)
        return self.token(ask.host, ACCESS, LIFETIMES[ACCESS], fields.get("scope", ""))

    @unanchored("the registry's public description: the one key, a JWT of three hours or 75 minutes")
    def token(self, host, kind, lifetime, scope=""):
        now = int(time.time())
        made = self.vault.signer.sign({"aud": host, "iss": "Azure Container Registry", "iat": now,
                                       "exp": now + int(lifetime), "grant_type": kind,
                                       "scope": scope})
        return reply(200, "application/json; charset=utf-8", json.dumps({kind: made}).encode())

    def _good(self, host, kind, token):
        """The claims of a token of this registry and kind, or None."""
        claims = self.vault.signer.claims(token)
        told = claims and (claims["aud"], claims.get("grant_type")) == (host, kind)
        return claims if told and claims["exp"] > time.time() else None

    def _may(self, ask, scope):
        scheme, _, token = ask.headers.get("Authorization", "").partition(" ")
        claims = self._good(ask.host, ACCESS, token) if scheme == "Bearer" else None
        return bool(claims) and scope in ("", claims["scope"])


async def fields_of(ask):
    try:
        return form(await ask.body())
    except BadForm:
        return {}


def password(ask):
    """That of the user whose password is a token, or ""."""
    scheme, _, value = ask.headers.get("Authorization", "").partition(" ")
    try:
        user, _, secret = base64.b64decode(value).decode().partition(":")
    except ValueError:
        return ""
    return secret if scheme == "Basic" and user == NOBODY else ""


def wanted(segments):
    """The scope that v2/NAME…/manifests/REFERENCE needs; "" for what is nobody's."""
    return f"repository:{'/'.join(segments[1:-2])}:pull" if len(segments) > 3 else ""


def reply(status, kind, body, *headers):
    return Answer(status, [("Content-Type", kind), ("Content-Length", str(len(body))),
                           ("Date", ""), *headers], body)


@unanchored("the registry API that all registries share")
def plain(status, kind, body):
    return reply(status, kind, body, ("Docker-Distribution-Api-Version", "registry/2.0"),
                 ("Docker-Content-Digest", "sha256:" + hashlib.sha256(body).hexdigest()))


@unanchored("the registry's public description: code UNAUTHORIZED in a list of errors")
def unauthorized(host, scope=""):
    body = json.dumps({"errors": [{"code": "UNAUTHORIZED", "message": "authentication required, "
                                   "visit https://aka.ms/acr/authorization for more information.",
                                   "detail": None}]}).encode()
    challenge = f'Bearer realm="https://{host}/oauth2/token",service="{host}"'
    return reply(401, "application/json; charset=utf-8", body,
                 ("Docker-Distribution-Api-Version", "registry/2.0"),
                 ("Www-Authenticate", challenge + (f',scope="{scope}"' if scope else "")))
