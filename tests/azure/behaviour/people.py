# SPDX-License-Identifier: MIT
# Tests: people's grants at the token endpoint: code, refresh, device code, password, claims.
# Knows nothing of the pages on which people sign in.

import base64
import concurrent.futures
import json
import re
import subprocess

import entra_user_errors as errors
from behaviour.entra import claims, code
from behaviour.flows import (LOGIN, SCOPE, Request, device, env, outcome, person, poll, refresh,
                             rest, signed_in, token, walk, window)
from fidelity import wire
from tap import control, fault, test

CP1 = '{"access_token":{"xms_cc":{"values":["cp1"]}}}'


def rotation(policy):
    control("POST", "/rotation", {"policy": policy})


def with_code(**changes):
    request = Request(**changes)
    return request, outcome(walk(request))["code"]


@test
def verifier():
    """Code: the verifier, the redirect URI, the app and the tenant must be those of the request."""
    request, text = with_code()
    for wrong in ({"code_verifier": "x" * 43}, {"code_verifier": None},
                  {"code_verifier": request.verifier[:-1]}):
        assert code(request.redeem(text, **wrong)) == 501481
    assert code(request.redeem(text, redirect_uri="http://localhost:1/")) == 50011
    assert code(request.redeem(text, client_id=env("VS_CLIENT_ID"))) == 70000
    assert code(request.redeem(text, env("FABRIKAM_TENANT"))) == 70000
    assert code(request.redeem(text, client_secret="x")) == 700025
    assert code(request.redeem(text, redirect_uri=None)) == 900144
    assert request.redeem(text)[0] == 200
    assert code(request.redeem(text)) == 54005
    assert code(request.redeem("unknown")) == 70000
    request, text = with_code()
    control("POST", "/codes", {})
    assert code(request.redeem(text)) == 70008


@test
def confidential():
    """Code: an app with a secret needs it, PKCE or not."""
    request = Request(env("TENANT"), client_id=env("WEB_CLIENT_ID"), code_challenge=None,
                      redirect_uri="https://localhost/signed-in", code_challenge_method=None)
    text = outcome(walk(request))["code"]
    bare = {"code_verifier": None}
    assert code(request.redeem(text, **bare)) == 7000218
    assert code(request.redeem(text, client_secret="x", **bare)) == 7000215
    assert request.redeem(text, client_secret=env("WEB_CLIENT_SECRET"), **bare)[0] == 200


@test
def companions():
    """Code: refresh_token, id_token and client_info only when asked for; never foci."""
    document = signed_in(nonce="n-1")
    part = document["id_token"].split(".")[1]
    told = json.loads(base64.urlsafe_b64decode(part + "=="))
    assert (told["nonce"], told["aud"], told["preferred_username"]) == (
        "n-1", env("PUBLIC_CLIENT_ID"), env("USER"))
    assert told["iss"] == f"{LOGIN}/{env('TENANT')}/v2.0" and "foci" not in document
    info = json.loads(base64.urlsafe_b64decode(document["client_info"] + "=="))
    assert info == {"uid": claims(document)["oid"], "utid": env("TENANT")}
    bare = signed_in(scope=SCOPE.split()[0])
    assert set(bare) == {"token_type", "scope", "expires_in", "ext_expires_in", "access_token",
                         "client_info"}
    assert bare["scope"] == ("499b84ac-1321-427f-aa17-267ca6975798/user_impersonation "
                             "499b84ac-1321-427f-aa17-267ca6975798/.default")
    narrow = signed_in(client_id=env("NARROW_CLIENT_ID"))
    assert claims(narrow)["scp"] == "vso.code_write vso.packaging"
    assert rest(document["access_token"]).status == 200


@test
def forgiving():
    """Refresh: Entra's own way leaves the old token good; refresh_in is told when ordered."""
    first = signed_in()
    documents = [refresh(first)[1] for _ in range(3)]
    assert len({d["refresh_token"] for d in documents}) == 3
    assert all(refresh(d)[0] == 200 for d in (first, *documents))
    fault("entra-token", "refresh_in=1800", "count=1")
    assert refresh(first)[1]["refresh_in"] == 1800
    assert code(refresh(first, client_id=env("VS_CLIENT_ID"))) == 70000
    assert code(refresh({"refresh_token": "x"})) == 70000
    assert refresh(first, scope=None)[0] == 200
    assert "refresh_token" in refresh(first, scope=SCOPE.split()[0])[1]


@test
def strict():
    """Refresh: strict rotation: the used token is dead, and its use kills the whole family."""
    rotation("strict")
    first, other = signed_in(), signed_in()
    second = refresh(first)[1]
    third = refresh(second)[1]
    status, document = refresh(first)
    assert (status, document["error"], code((0, document))) == (400, "invalid_grant", 70000)
    assert code(refresh(third)) == 70000 and refresh(other)[0] == 200
    rotation("forgiving")


@test
def fapi():
    """Refresh: fapi: the old token serves until the new one was used: a lost answer is no loss."""
    rotation("fapi")
    first = signed_in()
    second, again = refresh(first)[1], refresh(first)[1]
    third = refresh(again)
    assert third[0] == 200 and code(refresh(second)) == 70000
    assert code(refresh(third[1])) == 70000
    rotation("forgiving")


@test
def ended():
    """Refresh: ended sessions, new passwords, idle tokens, disabled accounts."""
    document = signed_in()
    control("POST", "/session", {"name": "alice"})
    assert code(refresh(document)) == 50173
    assert refresh(signed_in())[0] == 200
    document = signed_in()
    person("alice", password="new")
    assert refresh(document)[1]["suberror"] == "bad_token"
    document = signed_in()
    for state, number in (("inactive", 700082), ("frequency", 70043), ("revoked", 50173)):
        control("POST", "/refresh", {"name": "alice", "state": state})
        assert code(refresh(document)) == number
    control("POST", "/refresh", {"name": "alice", "state": "clear"})
    assert refresh(document)[0] == 200
    person("alice", disabled="1")
    assert code(refresh(document)) == 50057
    person("alice", disabled="0")


@test
def guests():
    """Refresh: one token serves each tenant where the person is known, and no other."""
    document = signed_in("bob")
    assert claims(document)["tid"] == env("FABRIKAM_TENANT")
    status, fresh = refresh(document, env("TENANT"))
    assert code((status, fresh)) == 65001
    control("POST", "/consent", {"action": "give", "name": "bob-guest", "app": "keybearer"})
    fresh = refresh(document, env("TENANT"))[1]
    assert claims(fresh)["tid"] == env("TENANT") and rest(fresh["access_token"]).status == 200
    assert rest(document["access_token"]).status == 302
    assert code(refresh(signed_in(), env("FABRIKAM_TENANT"))) == 50020


@test
def policies():
    """Refresh: Conditional Access that comes later; a second factor once given is remembered."""
    document, strong = signed_in(), signed_in("olga")
    assert refresh(strong)[0] == 200
    person("alice", mfa="1")
    assert refresh(document)[1]["suberror"] == "basic_action"
    person("alice", mfa="0", refuse_token="530003")
    assert refresh(document)[1]["error"] == "interaction_required"
    person("alice", refuse_token="50079")
    assert code(refresh(document)) == 50079
    person("alice", refuse_token="0")
    assert refresh(document)[0] == 200


@test
def challenges():
    """Claims: an ended session is told to clients that know challenges, and only to them."""
    document = signed_in()
    knows = refresh(document, claims=CP1)[1]
    assert knows["expires_in"] == 86399 and claims(knows)["xms_cc"] == ["cp1"]
    assert [rest(d["access_token"]).status for d in (document, knows)] == [200, 200]
    control("POST", "/session", {"name": "alice"})
    assert rest(document["access_token"]).status == 200
    git = wire.fetch("GET", "https://dev.azure.com/contoso/demo/_git/demo/info/refs?service="
                     "git-upload-pack", [("Authorization", f"Bearer {knows['access_token']}")])
    for seen in (rest(knows["access_token"]), git):
        assert seen.status == 401 and 'claims="' in seen.values("WWW-Authenticate")[0]
    again = signed_in(claims=CP1)
    assert rest(again["access_token"]).status == 200


@test
def step_up():
    """Claims: a context that is asked for needs a second factor, at both endpoints."""
    person("alice", challenge="c1")
    document = signed_in()
    seen = rest(document["access_token"])
    line = seen.values("WWW-Authenticate")[0]
    asked = base64.b64decode(re.search('claims="([^"]+)"', line)[1]).decode()
    assert "insufficient_claims" in line and json.loads(asked)["access_token"]["acrs"]
    status, refused = refresh(document, claims=asked)
    assert code((status, refused)) == 50076 and "c1" in refused["claims"]
    better = signed_in(claims=asked)
    assert claims(better)["acrs"] == ["c1"] and rest(better["access_token"]).status == 200
    assert claims(refresh(better)[1])["acrs"] == ["c1"]
    person("alice", challenge="")
    assert code(refresh(document, claims="{")) == 90014


@test
def device_page():
    """Device: the page behind microsoft.com/devicelogin, the confirmation, both spellings."""
    told, browser = device(), window()
    assert code(poll(told)) == 70016
    page = browser.open(told["verification_uri"])
    assert "didn't work" in browser.press(page, "submit", code="WRONGCODE").words
    page = browser.sign_in(told["verification_uri"], env("USER"), person()["password"],
                           code=told["user_code"].lower())
    assert "You have signed in to the keybearer application" in page.words, page.words
    long = "urn:ietf:params:oauth:grant-type:device_code"
    status, document = poll(told, long)
    assert status == 200 and rest(document["access_token"]).status == 200
    assert code(poll(told)) == 54005 and refresh(document)[0] == 200
    assert code(poll({"device_code": "x"})) == 70018


@test
def device_refused():
    """Device: declined, blocked, too fast, slowed down, apps and tenants that cannot."""
    told = device()
    window().sign_in(told["verification_uri"], env("USER"), person()["password"],
                     code=told["user_code"], deny=True)
    assert poll(told)[1]["error"] == "authorization_declined"
    told = device()
    assert [poll(told)[1]["error"] for _ in range(2)] == ["authorization_pending", "slow_down"]
    control("POST", "/device", {"action": "slow-down", "value": "1"})
    assert poll(device())[1]["error"] == "slow_down"
    person("alice", block_device_code="1")
    told = device()
    page = window().sign_in(told["verification_uri"], env("USER"), person()["password"],
                            code=told["user_code"])
    assert "AADSTS53003" in page.words and code(poll(told)) == 53003
    person("alice", block_device_code="0")
    assert code((0, device(client_id=env("SINGLE_CLIENT_ID")))) == 50194
    assert code((0, device(scope=""))) == 900144


@test
def passwords():
    """Password: right, wrong, on /common, a second factor, federated, personal, unknown."""
    def ask(name, tenant="organizations", **changes):
        who = person(name)
        return token(tenant, grant_type="password", username=who["upn"],
                     **{"password": who["password"], **changes})
    assert ask("alice")[0] == 200 and ask("alice", env("TENANT"))[0] == 200
    assert code(ask("alice", "common")) == 9001023
    assert code(ask("alice", password="wrong")) == 50126
    control("POST", "/consent", {"action": "take", "name": "alice", "app": "narrow"})
    assert code(ask("alice", client_id=env("NARROW_CLIENT_ID"))) == 65001
    assert code(ask("olga")) == 50076 and code(ask("fred")) == 50126
    assert code(ask("mia")) == 50034 and code(ask("alice", env("FABRIKAM_TENANT"))) == 50034
    for name, kind in (("fred", "Federated"), ("bob", "Managed"), ("mia", "Unknown")):
        seen = wire.fetch("GET", f"{LOGIN}/common/UserRealm/{person(name)['upn']}"
                          "?api-version=1.0", [])
        assert json.loads(seen.body)["account_type"] == kind


@test
def logged():
    """The log tells grant, app and owner, and never a value."""
    document = signed_in()
    refresh(document)
    entries = [e for e in control("GET", "/log") if e["route"] == "entra-token"]
    assert [(e["grant"], e["client"], e["owner"]) for e in entries] == [
        ("authorization_code", "keybearer", env("USER")),
        ("refresh_token", "keybearer", env("USER"))]
    assert document["refresh_token"][:40] not in json.dumps(control("GET", "/log"))


@test
def ordered():
    """ctl: every refusal that can be ordered has its words on the page and at the endpoint."""
    document = signed_in()
    for number in errors.ORDERED:
        person("alice", refuse=str(number))
        page = walk(Request())
        told = outcome(page)["code"] if page.left else page.words
        assert f"AADSTS{number}:" in told or number in (50074, 50076, 50078), (number, told)
        assert code(refresh(document)) == number
    person("alice", refuse="0")
    assert refresh(document)[0] == 200


@test
def lost():
    """Refresh: an answer lost on its way costs the login under strict rotation, not under fapi."""
    for policy, status in (("strict", 400), ("fapi", 200)):
        rotation(policy)
        document = signed_in()
        fault("entra-token", "drop", "count=1")
        assert subprocess.run(
            ["curl", "-s", f"{LOGIN}/organizations/oauth2/v2.0/token", "-d",
             f"grant_type=refresh_token&client_id={env('PUBLIC_CLIENT_ID')}&refresh_token="
             f"{document['refresh_token']}"], check=False).returncode == 52
        assert refresh(document)[0] == status
    rotation("forgiving")


@test
def race():
    """Refresh: of sixteen that use one token at once under strict rotation, one succeeds."""
    rotation("strict")
    document = signed_in()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        results = list(pool.map(lambda _: refresh(document)[0], range(16)))
    assert sorted(results) == [200] + [400] * 15, results
    rotation("forgiving")
