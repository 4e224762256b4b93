# SPDX-License-Identifier: MIT
# What tests of sign-ins share: authorization requests, redemption, the person in the browser.
# Knows nothing of what any test is about.

import base64
import hashlib
import json
import os
import secrets
import urllib.parse

from behaviour.entra import FORM, RESOURCE, post, quote
from browser import Browser
from fidelity import wire
from tap import control

LOGIN = "https://login.microsoftonline.com"
SCOPE = f"{RESOURCE}/.default offline_access openid profile"
REDIRECT = "http://localhost:1"


def env(name):
    return os.environ[f"KB_AZURE_{name}"]


def s256(verifier):
    made = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


class Request:
    """An authorization request; None takes a parameter away."""

    def __init__(self, tenant="organizations", **changes):
        self.tenant = tenant
        self.verifier = secrets.token_urlsafe(32)
        self.state = secrets.token_urlsafe(16)
        fields = {"client_id": env("PUBLIC_CLIENT_ID"), "response_type": "code",
                  "redirect_uri": REDIRECT, "scope": SCOPE, "state": self.state,
                  "code_challenge": s256(self.verifier), "code_challenge_method": "S256",
                  **changes}
        self.fields = {name: value for name, value in fields.items() if value is not None}

    @property
    def url(self):
        return f"{LOGIN}/{self.tenant}/oauth2/v2.0/authorize?{urllib.parse.urlencode(self.fields)}"

    def redeem(self, code, tenant=None, **changes):
        """(status, document) of the token request."""
        return token(tenant or self.tenant, grant_type="authorization_code", code=code, **{
            "client_id": self.fields["client_id"], "code_verifier": self.verifier,
            "redirect_uri": self.fields["redirect_uri"], "scope": None, **changes})


def token(tenant=None, **changes):
    """(status, document) of a token request of the public client."""
    return post(tenant or "organizations", **{
        "client_id": env("PUBLIC_CLIENT_ID"), "client_secret": None, "scope": SCOPE,
        "client_info": "1", **changes})


def window():
    return Browser(stop_at=("http://localhost", "http://127.0.0.1", "https://localhost",
                            f"{LOGIN}/common/oauth2/nativeclient"))


def person(name="alice", **changes):
    """The account, after changing it."""
    return control("POST", "/user", {"name": name, "changes": changes})


def walk(request, name="alice", browser=None, **options):
    """Signs a person in; the page where it ended."""
    who = person(name)
    return (browser or window()).sign_in(request.url, who["upn"], who["password"], who["otp"],
                                         **options)


def outcome(page):
    """The parameters that came back to the app."""
    assert page.left, (page.url, page.status, page.words)
    parts = urllib.parse.urlsplit(page.url)
    return dict(urllib.parse.parse_qsl(page.text or parts.query or parts.fragment))


def signed_in(name="alice", tenant="organizations", **changes):
    """The token document of a whole sign-in."""
    request = Request(tenant, **changes)
    told = outcome(walk(request, name))
    assert told["state"] == request.state, told
    status, document = request.redeem(told["code"])
    assert status == 200, document
    return document


def refresh(document, tenant=None, **changes):
    return token(tenant, grant_type="refresh_token", refresh_token=document["refresh_token"],
                 **changes)


def device(**changes):
    """The document of the devicecode endpoint."""
    fields = {"client_id": env("PUBLIC_CLIENT_ID"), "scope": SCOPE, **changes}
    body = "&".join(f"{name}={quote(value)}" for name, value in fields.items())
    seen = wire.fetch("POST", f"{LOGIN}/organizations/oauth2/v2.0/devicecode", [FORM],
                      body.encode())
    return json.loads(seen.body)


def poll(told, grant="device_code", **changes):
    return token(grant_type=grant, device_code=told["device_code"], scope=None, **changes)


def rest(access, org="contoso"):
    return wire.fetch("GET", f"https://dev.azure.com/{org}/_apis/projects",
                      [("Authorization", f"Bearer {access}")])
