# SPDX-License-Identifier: MIT
# Tests: the other forges: their own ways with codes, devices, refresh tokens and git.
# Knows nothing of Azure.

import base64
import json
import subprocess
import urllib.parse

from behaviour.entra import FORM, quote
from behaviour.flows import env, outcome, person, s256
from behaviour.git import git
from browser import Browser
from fidelity import wire
from tap import control, test

JSON = ("Accept", "application/json")
REDIRECT = "http://127.0.0.1:1"
VERIFIER = "v" * 43
PATHS = {"github.com": ("/login/oauth/authorize", "/login/oauth/access_token"),
         "gitlab.com": ("/oauth/authorize", "/oauth/token"),
         "codeberg.org": ("/login/oauth/authorize", "/login/oauth/access_token"),
         "bitbucket.org": ("/site/oauth2/authorize", "/site/oauth2/access_token")}
USERS = {"gitlab.com": "oauth2", "bitbucket.org": "x-token-auth"}


def client(host):
    """The registration's fields: the secret only where there is one."""
    name = host.partition(".")[0].upper()
    fields = {"client_id": env(f"{name}_CLIENT_ID")}
    if host in ("github.com", "bitbucket.org"):
        fields["client_secret"] = env(f"{name}_CLIENT_SECRET")
    return fields


def post(host, path, headers=(FORM, JSON), **fields):
    """(status, document) of a request with the registration's fields."""
    fields = {**client(host), **fields}
    body = "&".join(f"{n}={quote(v)}" for n, v in fields.items() if v is not None)
    seen = wire.fetch("POST", f"https://{host}{path}", list(headers), body.encode())
    return seen.status, json.loads(seen.body)


def authorize(host, **changes):
    fields = {"client_id": client(host)["client_id"], "response_type": "code",
              "redirect_uri": REDIRECT, "state": "s", "code_challenge": s256(VERIFIER),
              "code_challenge_method": "S256", **changes}
    return f"https://{host}{PATHS[host][0]}?{urllib.parse.urlencode(fields)}"


def walk(url, **options):
    who = person()
    return Browser(stop_at=(REDIRECT,)).sign_in(url, who["upn"], who["password"], **options)


def signed_in(host):
    told = outcome(walk(authorize(host)))
    assert told["state"] == "s", told
    status, document = post(host, PATHS[host][1], grant_type="authorization_code",
                            code=told["code"], redirect_uri=REDIRECT, code_verifier=VERIFIER)
    assert status == 200, document
    return document


def refresh(host, document, **changes):
    return post(host, PATHS[host][1], grant_type="refresh_token",
                refresh_token=document["refresh_token"], **changes)


@test
def clone():
    """Forges: a browser sign-in, then git with the token and the user name that each wants."""
    for host in PATHS:
        token = signed_in(host)["access_token"]
        address = f"{host}/alice/demo.git"
        user = USERS.get(host, "any")
        done = git("ls-remote", f"https://{user}:{token}@{address}")
        assert "refs/heads/main" in done.stdout, (host, done.stderr)
        for wrong in (f"{user}:x", *((f"other:{token}",) if host in USERS else ())):
            assert git("ls-remote", f"https://{wrong}@{address}").returncode == 128, host
    other = git("ls-remote", f"https://any:{token}@github.com/alice/demo.git")
    assert other.returncode == 128, "a token of another forge was accepted"


@test
def refreshing():
    """Forges: how each rotates, and how each says that a refresh token is dead."""
    dead = {"github.com": (200, "bad_refresh_token"), "gitlab.com": (400, "invalid_grant"),
            "codeberg.org": (400, "unauthorized_client")}
    for host, (status, error) in dead.items():
        first = signed_in(host)
        second = refresh(host, first)[1]
        told = refresh(host, first)
        assert (told[0], told[1]["error"]) == (status, error), (host, told)
        assert ("access_token" in refresh(host, second)[1]) == (host == "codeberg.org"), host
    first = signed_in("bitbucket.org")
    assert refresh("bitbucket.org", first)[0] == refresh("bitbucket.org", first)[0] == 200
    assert refresh("bitbucket.org", {"refresh_token": "x"})[0] == 400


@test
def github_form():
    """GitHub: a form unless JSON is asked for; a wrong code or secret has status 200."""
    seen = wire.fetch("POST", "https://github.com/login/oauth/access_token", [FORM],
                      b"client_id=x&code=y")
    assert seen.status == 200 and seen.body.startswith(b"error=invalid_client&"), seen
    told = post("github.com", PATHS["github.com"][1], code="x")
    assert (told[0], told[1]["error"]) == (200, "bad_verification_code")
    told = post("github.com", PATHS["github.com"][1], code="x", client_secret="x")
    assert told[1]["error"] == "incorrect_client_credentials"


@test
def devices():
    """Forges: the device flow of GitHub and GitLab; slow_down raises the interval each time."""
    for host, path in (("github.com", "/login/device/code"),
                       ("gitlab.com", "/oauth/authorize_device")):
        told = post(host, path, client_secret=None)[1]

        def poll(told=told, host=host):
            return post(host, PATHS[host][1], device_code=told["device_code"], client_secret=None,
                        grant_type="urn:ietf:params:oauth:grant-type:device_code")[1]
        assert [poll()["error"] for _ in range(3)] == ["authorization_pending", "slow_down",
                                                       "slow_down"]
        assert poll().get("interval", 20) == 20
        page = walk(told["verification_uri"], code=told["user_code"])
        assert "connected" in page.words, page.words
        if host == "gitlab.com":
            assert "access_token" in poll()
        else:
            assert poll()["error"] == "slow_down"
    told = post("github.com", "/login/device/code")[1]
    walk(told["verification_uri"], code=told["user_code"], deny=True)
    assert post("github.com", PATHS["github.com"][1], device_code=told["device_code"],
                grant_type="urn:ietf:params:oauth:grant-type:device_code"
                )[1]["error"] == "access_denied"


@test
def rules():
    """Forges: denied, wrong redirect, no PKCE, wrong verifier, revoked, Basic for the secret."""
    told = outcome(walk(authorize("gitlab.com"), deny=True))
    assert told["error"] == "access_denied" and told["state"] == "s"
    assert walk(authorize("codeberg.org", redirect_uri="http://127.0.0.1:1/x")).status == 400
    page = walk(authorize("gitlab.com", code_challenge_method="plain"))
    assert outcome(page)["error"] == "invalid_request"
    code = outcome(walk(authorize("gitlab.com")))["code"]
    assert post("gitlab.com", "/oauth/token", grant_type="authorization_code", code=code,
                redirect_uri=REDIRECT, code_verifier="w" * 43)[1]["error"] == "invalid_grant"
    document = signed_in("gitlab.com")
    assert post("gitlab.com", "/oauth/revoke", token=document["refresh_token"]) == (200, {})
    assert refresh("gitlab.com", document)[0] == 400
    ours = client("bitbucket.org")
    pair = base64.b64encode(":".join(ours.values()).encode()).decode()
    document = signed_in("bitbucket.org")
    told = refresh("bitbucket.org", document, client_id=None, client_secret=None)
    assert told[0] == 400
    body = f"grant_type=refresh_token&refresh_token={document['refresh_token']}".encode()
    seen = wire.fetch("POST", "https://bitbucket.org/site/oauth2/access_token",
                      [FORM, ("Authorization", f"Basic {pair}")], body)
    assert seen.status == 200, seen


@test
def accounts():
    """Forges: whose token it is; rotation and faults by host."""
    for host, path in (("api.github.com", "/user"), ("gitlab.com", "/oauth/userinfo"),
                       ("gitlab.com", "/api/v4/user"), ("codeberg.org", "/login/oauth/userinfo")):
        token = signed_in(host.removeprefix("api."))["access_token"]
        seen = wire.fetch("GET", f"https://{host}{path}", [("Authorization", f"Bearer {token}")])
        assert json.loads(seen.body)["login"] == "alice", seen
        assert wire.fetch("GET", f"https://{host}{path}", []).status == 401
    control("POST", "/rotation", {"policy": "forgiving", "at": "gitlab.com"})
    first = signed_in("gitlab.com")
    assert [refresh("gitlab.com", first)[0] for _ in range(2)] == [200, 200]
    control("POST", "/rotation", {"policy": "strict", "at": "gitlab.com"})
    assert subprocess.run(["curl", "-sf", "https://gitlab.com/.well-known/openid-configuration"],
                          check=False, capture_output=True).returncode == 0
