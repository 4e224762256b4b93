# SPDX-License-Identifier: MIT
# Tests: session tokens, from the location service to the feed.
# Knows nothing of keybearer.

import base64
import json
import os
import time

from behaviour.pats import SUPPRESS, days, organization, works
from fidelity import wire
from tap import mint, test

LOCATION = ("https://dev.azure.com/contoso/_apis/ServiceDefinitions/LocationService2/"
            "951917AC-A960-4999-8464-E3F0AA25B381?api-version=1.0")
FEED = "https://pkgs.dev.azure.com/{}/_packaging/tools/nuget/v3/index.json"


def call(method, url, token, body=None):
    headers = [("Authorization", f"Bearer {token}"), SUPPRESS]
    send = [] if body is None else [("Content-Type", "application/json")]
    seen = wire.fetch(method, url, headers + send, json.dumps(body).encode() if body else b"")
    return seen.status, json.loads(seen.body) if seen.body else None


def service(token):
    return call("GET", LOCATION, token)[1]["locationMappings"][0]["location"]


def exchange(kind="SelfDescribing", token=None, at=None, **changes):
    token = token or mint("alice")
    body = {"displayName": "a case", "scope": "vso.packaging", **changes}
    return call("POST", f"{at or service(token)}_apis/Token/SessionTokens?tokenType={kind}"
                        "&api-version=5.0-preview.1", token, body)


def opens(token, org="contoso"):
    """The status of a feed, asked as NuGet does."""
    pair = base64.b64encode(f"VssSessionToken:{token}".encode()).decode()
    return wire.fetch("GET", FEED.format(org), [("Authorization", f"Basic {pair}")]).status


@test
def self_describing():
    """session tokens: a JWT of four hours that opens the feeds of its organization alone"""
    status, made = exchange()
    assert status == 200, made
    claims = made["token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert abs(claims["exp"] - time.time() - 4 * 3600) < 120, claims
    assert opens(made["token"]) == 200
    assert opens(made["token"], "adventure") == 401
    assert works(made["token"]) == 401


@test
def shared_host():
    """session tokens: the address that the tenant headers name serves them as well"""
    assert exchange(at="https://vssps.dev.azure.com/contoso/")[0] == 200


@test
def compact():
    """session tokens: compact is a personal access token, under the policy for these"""
    status, made = exchange("compact", validTo=days(10))
    assert status == 200 and len(made["token"]) == 84, made
    assert opens(made["token"]) == 200
    organization(pats="off")
    try:
        assert exchange("compact")[0] == 403
        assert exchange()[0] == 200
    finally:
        organization(pats="on")


@test
def times():
    """session tokens: a time too long is cut, one that is past is 400"""
    made = exchange(validTo=days(20))[1]
    assert made["validTo"] < days(2), made
    assert exchange(validTo=days(-1))[0] == 400
    assert exchange(validTo="soon")[0] == 400
    assert exchange(validTo=None)[0] == 200


@test
def others():
    """session tokens: none for a scope that is none, a service principal, or a session token"""
    assert exchange(scope="everything")[0] == 400
    assert exchange(token=mint("contoso", "sp"))[0] == 401
    made = exchange()[1]["token"]
    assert exchange(token=made, at="https://vssps.dev.azure.com/contoso/")[0] == 401
    pat = os.environ["KB_AZURE_PAT"]
    assert exchange(token=pat, at="https://vssps.dev.azure.com/contoso/")[0] == 401
