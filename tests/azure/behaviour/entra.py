# SPDX-License-Identifier: MIT
# Tests: what the token endpoint refuses, and with which code.
# Knows nothing of git.

import base64
import json
import os
import urllib.parse

from fidelity import wire
from tap import fault, test

RESOURCE = "499b84ac-1321-427f-aa17-267ca6975798"
FORM = ("Content-Type", "application/x-www-form-urlencoded")


def quote(text):
    return urllib.parse.quote(text, safe="")


def fields(**changes):
    """A good request's fields; None takes one away."""
    result = {"grant_type": "client_credentials", "client_id": os.environ["KB_AZURE_CLIENT_ID"],
              "client_secret": os.environ["KB_AZURE_CLIENT_SECRET"],
              "scope": f"{RESOURCE}/.default", **changes}
    return {name: value for name, value in result.items() if value is not None}


def send(tenant=None, body=None, headers=(FORM,), **changes):
    """The answer to a token request."""
    tenant = tenant or os.environ["KB_AZURE_TENANT"]
    if body is None:
        body = "&".join(f"{name}={quote(value)}" for name, value in fields(**changes).items())
    return wire.fetch("POST", f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
                      list(headers), body.encode())


def post(*arguments, **options):
    """(status, document) of a token request."""
    seen = send(*arguments, **options)
    return seen.status, json.loads(seen.body)


def code(result):
    return result[1].get("error_codes", [0])[0]


def claims(document):
    part = document["access_token"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@test
def encoding():
    """Entra: a secret that is not percent-encoded is a wrong secret."""
    plain = "&".join(f"{name}={value}" for name, value in fields().items())
    assert code(post(body=plain)) == 7000215
    assert post()[0] == 200
    lower = "&".join(f"{n}={quote(v).lower() if n == 'scope' else quote(v)}"
                     for n, v in fields().items())
    assert post(body=lower)[0] == 200


@test
def bad_escape():
    """Entra: a broken escape or a field that comes twice is a malformed request."""
    assert code(post(body="grant_type=client_credentials&client_id=%zz")) == 90014
    assert code(post(body="grant_type=client_credentials&client_id=a&client_id=a")) == 90014
    assert code(post(body="grant_type=client credentials")) == 90014


@test
def awkward():
    """Entra: non-ASCII secrets work when encoded as UTF-8."""
    ours = {"client_id": os.environ["KB_AZURE_AWKWARD_CLIENT_ID"],
            "client_secret": os.environ["KB_AZURE_AWKWARD_CLIENT_SECRET"]}
    assert post(**ours)[0] == 200


@test
def basic():
    """Entra: HTTP Basic carries form-encoded parts, and excludes a secret in the body."""
    ident, secret = (os.environ[f"KB_AZURE_CLIENT_{name}"] for name in ("ID", "SECRET"))

    def header(value):
        pair = base64.b64encode(f"{ident}:{value}".encode()).decode()
        return (FORM, ("Authorization", f"Basic {pair}"))
    bare = {"client_id": None, "client_secret": None}
    assert post(headers=header(quote(secret)), **bare)[0] == 200
    assert code(post(headers=header(secret), **bare)) == 7000215
    assert code(post(headers=header(quote(secret)))) == 7000216


@test
def content_type():
    """Entra: a body of another type has no fields; GET is refused."""
    assert code(post(headers=[("Content-Type", "application/json")])) == 900144
    tenant = os.environ["KB_AZURE_TENANT"]
    seen = wire.fetch("GET", f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token", [])
    assert code((0, json.loads(seen.body))) == 900561


@test
def tenants():
    """Entra: common, organizations, unknown and foreign tenants are refused, a domain is not."""
    assert code(post("common")) == code(post("organizations")) == 50059
    assert code(post("nowhere.example")) == 90002
    assert code(post(os.environ["KB_AZURE_FABRIKAM_TENANT"])) == 700016
    status, document = post(os.environ["KB_AZURE_TENANT_DOMAIN"].upper())
    assert status == 200 and claims(document)["tid"] == os.environ["KB_AZURE_TENANT"]


@test
def clients():
    """Entra: unknown app, missing, wrong and expired secret have each their code."""
    assert code(post(client_id="00000000-0000-0000-0000-000000000001")) == 700016
    assert code(post(client_secret=None)) == 7000218
    assert code(post(client_secret="wrong")) == 7000215
    assert code(post(client_id=os.environ["KB_AZURE_EXPIRED_CLIENT_ID"],
                     client_secret=os.environ["KB_AZURE_EXPIRED_CLIENT_SECRET"])) == 7000222


@test
def scopes():
    """Entra: exactly one resource with /.default; OIDC scopes may stand beside it."""
    assert post(scope=f"openid {RESOURCE}/.default offline_access")[0] == 200
    status, document = post(scope="https://app.vssps.visualstudio.com/.default")
    assert status == 200 and claims(document)["aud"] == "https://app.vssps.visualstudio.com"
    assert code(post(scope=f"{RESOURCE}/vso.code")) == 1002012
    assert code(post(scope=f"{RESOURCE}/.default https://x.example/.default")) == 70011
    assert code(post(scope="https://graph.example/.default")) == 500011
    assert code(post(scope=None)) == 900144
    assert code(post(grant_type="nonsense")) == 70003


@test
def life():
    """Entra: expires_in as ordered, of any kind; the token's own exp apart from it."""
    for told in ('"3599"', "-5", "3599.5", "1e400", "null", "99999999999999999999", '{"a":1}'):
        fault("entra-token", f"expires_in={told}", "refresh_in=1800", "count=1")
        seen = send()
        assert seen.body.startswith(
            f'{{"token_type":"Bearer","expires_in":{told},"ext_expires_in":{told},'
            '"refresh_in":1800,"access_token":"eyJ'.encode()), seen.body[:120]
    fault("entra-token", "lifetime=60", "count=1")
    told = claims(post()[1])
    assert 0 < told["exp"] - told["iat"] - 300 <= 61


@test
def capability():
    """Entra: a client that announces cp1 gets a long-lived token that says so."""
    status, document = post(claims='{"access_token":{"xms_cc":{"values":["cp1"]}}}')
    assert status == 200 and document["expires_in"] == 86399
    assert claims(document)["xms_cc"] == ["cp1"]
