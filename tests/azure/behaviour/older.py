# SPDX-License-Identifier: MIT
# Tests: the older OAuth platform of Azure DevOps.
# Knows nothing of Entra.

import json
import urllib.parse

from behaviour.entra import FORM, quote
from behaviour.flows import env, outcome, person, rest, walk
from browser import Browser
from fidelity import wire
from tap import control, test

HOST = "https://app.vssps.visualstudio.com/oauth2"
REDIRECT = "https://localhost/older"
SCOPE = "vso.code_write vso.packaging"


class Request:
    """An authorization request; None takes a parameter away."""

    def __init__(self, **changes):
        fields = {"client_id": env("OLDER_CLIENT_ID"), "response_type": "Assertion",
                  "state": "s/1", "scope": SCOPE, "redirect_uri": REDIRECT, **changes}
        self.url = f"{HOST}/authorize?" + urllib.parse.urlencode(
            {name: value for name, value in fields.items() if value is not None})


def window():
    return Browser(stop_at=(REDIRECT,))


def token(kind, text, **changes):
    """(status, document) of a token request."""
    fields = {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
              "client_assertion": env("OLDER_CLIENT_SECRET"), "grant_type": kind,
              "assertion": text, "redirect_uri": REDIRECT, **changes}
    body = "&".join(f"{n}={quote(v)}" for n, v in fields.items() if v is not None)
    seen = wire.fetch("POST", f"{HOST}/token", [FORM], body.encode())
    return seen.status, json.loads(seen.body)


def code(name="alice"):
    told = outcome(walk(Request(), name, window()))
    assert told["state"] == "s/1", told
    return told["code"]


def redeem(text, **changes):
    return token("urn:ietf:params:oauth:grant-type:jwt-bearer", text, **changes)


def error(result):
    assert result[0] == 400, result
    return result[1]["Error"]


@test
def whole():
    """Older OAuth: code, token, REST and git; expires_in is text, the type is jwt-bearer."""
    status, document = redeem(code())
    assert status == 200 and list(document) == ["access_token", "token_type", "expires_in",
                                                "refresh_token", "scope"], document
    assert (document["token_type"], document["expires_in"]) == ("jwt-bearer", "3599")
    assert rest(document["access_token"]).status == 200
    git = wire.fetch("GET", "https://dev.azure.com/contoso/demo/_git/demo/info/refs?service="
                     "git-receive-pack", [("Authorization", f"Bearer {document['access_token']}")])
    assert git.status == 200, git


@test
def rotates():
    """Older OAuth: a refresh token is dead as soon as it was used; its successor lives."""
    first = redeem(code())[1]
    second = token("refresh_token", first["refresh_token"])[1]
    assert error(token("refresh_token", first["refresh_token"])) == "accessTokenAlreadyRefreshed"
    assert token("refresh_token", second["refresh_token"])[0] == 200
    assert error(token("refresh_token", "x")) == "invalidRefreshToken"


@test
def names():
    """Older OAuth: its own names for what is wrong."""
    text = code()
    for name, changes in (("clientSecretRequired", {"client_assertion": None}),
                          ("invalidClientSecret", {"client_assertion": "x"}),
                          ("grantTypeRequired", {"grant_type": None}),
                          ("redirectUriRequired", {"redirect_uri": None}),
                          ("invalidRedirectUri", {"redirect_uri": REDIRECT + "/"}),
                          ("authorizationGrantRequired", {"assertion": None}),
                          ("authorizationNotFound", {"assertion": "x"})):
        assert error(redeem(text, **changes)) == name, name
    assert redeem(text)[0] == 200 and error(redeem(text)) == "accessAlreadyIssued"
    for name, changes in (("clientIdRequired", {"client_id": None}),
                          ("invalidClientId", {"client_id": "x"}),
                          ("insecureRedirectUri", {"redirect_uri": "http://localhost/older"}),
                          ("invalidRedirectUri", {"redirect_uri": "https://localhost:1/older"}),
                          ("responseTypeNotSupported", {"response_type": "code"}),
                          ("invalidScope", {"scope": "vso.code_write"})):
        page = window().open(Request(**changes).url)
        assert page.status == 400 and name in page.words, (name, page.words)


@test
def switched_off():
    """Older OAuth: declined consent, and an organization that lets no such app in."""
    assert outcome(walk(Request(), "alice", window(), deny=True))["error"] == "accessDenied"
    document = redeem(code())[1]
    control("POST", "/org", {"name": "contoso", "changes": {"oauth": "off"}})
    seen = wire.fetch("GET", "https://dev.azure.com/contoso/_apis/projects",
                      [("Authorization", f"Bearer {document['access_token']}"),
                       ("X-TFS-FedAuthRedirect", "Suppress")])
    assert seen.status == 401 and b"TF400813" in seen.body
    control("POST", "/org", {"name": "contoso", "changes": {"oauth": "on"}})
    assert rest(document["access_token"]).status == 200 and person()
