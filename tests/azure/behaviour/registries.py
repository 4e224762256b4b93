# SPDX-License-Identifier: MIT
# Tests: container registries: what buys which token, for whom, and what it opens.
# Knows nothing of Docker, which tests/system/test-registries lets in.

import base64
import json
import urllib.parse

import fidelity.wire as wire
from tap import mint, test

HOST = "contoso.azurecr.io"
NOBODY = "00000000-0000-0000-0000-000000000000"
FORM = [("Content-Type", "application/x-www-form-urlencoded")]
AUDIENCE = "https://containerregistry.azure.net"


def post(path, host=HOST, **fields):
    return wire.fetch("POST", f"https://{host}/oauth2/{path}", FORM,
                      urllib.parse.urlencode(fields).encode())


def exchange(token, host=HOST, **fields):
    return post("exchange", host, **({"grant_type": "access_token", "service": host,
                                      "access_token": token} | fields))


def refresh():
    return json.loads(exchange(mint("contoso", audience=AUDIENCE)).body)["refresh_token"]


def basic(secret, user=NOBODY):
    return [("Authorization", "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode())]


def access(secret, scope="repository:demo:pull", user=NOBODY):
    return wire.fetch("GET", f"https://{HOST}/oauth2/token?service={HOST}&scope={scope}",
                      basic(secret, user))


def manifest(token="", name="demo", host=HOST):
    headers = [("Authorization", f"Bearer {token}")] if token else []
    return wire.fetch("GET", f"https://{host}/v2/{name}/manifests/1", headers)


@test
def exchanges():
    """registry: a token for registries of the right tenant buys one, and no other does"""
    good = mint("contoso", audience=AUDIENCE)
    assert exchange(good).status == 200
    for seen in (exchange(mint("contoso")), exchange(mint("fabrikam", audience=AUDIENCE)),
                 exchange(good, "fabrikam.azurecr.io"), exchange(good, service="else"),
                 exchange(good, grant_type="x"), exchange("rubbish"), post("exchange"),
                 exchange(mint("contoso", audience=AUDIENCE, lifetime=-5))):
        assert seen.status == 401, seen


@test
def challenges():
    """registry: a challenge names where the access token for a repository is to be had"""
    told = manifest().values("Www-Authenticate")
    assert told == [f'Bearer realm="https://{HOST}/oauth2/token",service="{HOST}",'
                    'scope="repository:demo:pull"'], told
    token, bought = refresh(), []
    for seen in (access(token), post("token", grant_type="refresh_token", service=HOST,
                                     scope="repository:demo:pull", refresh_token=token)):
        assert seen.status == 200, seen
        bought.append(json.loads(seen.body)["access_token"])
    for one in bought:
        assert manifest(one).status == 200
        assert manifest(one, "other").status == 401
        assert manifest(one, host="fabrikam.azurecr.io").status == 401


@test
def wrong():
    """registry: neither a refresh token nor an Entra token opens an image"""
    token, entra = refresh(), mint("contoso", audience=AUDIENCE)
    assert manifest(token).status == manifest(entra).status == 401
    for seen in (access(entra), access(token, user="alice"), access("rubbish"),
                 post("token", grant_type="refresh_token", service=HOST, refresh_token=entra),
                 post("token", grant_type="password", service=HOST, refresh_token=token),
                 wire.fetch("GET", f"https://{HOST}/oauth2/token?service={HOST}", [])):
        assert seen.status == 401, seen
    assert wire.fetch("GET", f"https://{HOST}/v2/demo/manifests/1", basic(token)).status == 401
    assert wire.fetch("GET", f"https://{HOST}/v1/", []).status == 404
