# SPDX-License-Identifier: MIT
# What must have happened before the request of a recording can be made; values for its fields.
# Knows nothing of the answers that are compared afterwards.

import urllib.parse

from behaviour import feeds, flows, forges, npm, pypi
from fidelity import wire
from tap import control


def _quote(**values):
    return {name: urllib.parse.quote(value, safe="") for name, value in values.items()}


def _code():
    """A fresh code, consented to."""
    request = flows.Request()
    told = flows.outcome(flows.walk(request))
    return request, told["code"]


def code():
    request, text = _code()
    return _quote(code=text, verifier=request.verifier)


def code_used():
    request, text = _code()
    request.redeem(text)
    return _quote(code=text, verifier=request.verifier)


def consent_page():
    """The page on which the next post is a click on Cancel."""
    control("POST", "/consent", {"action": "take", "name": "alice", "app": "keybearer"})
    request = flows.Request(state="the state")
    window, who = flows.window(), flows.person()
    page = window.press(window.open(request.url), "submit", username=who["upn"],
                        password=who["password"])
    return _quote(**page.form("accept")["fields"])


def device():
    return _quote(device=flows.device()["device_code"])


def device_approved():
    told = flows.device()
    control("POST", "/device", {"action": "approve", "value": told["user_code"]})
    return _quote(device=told["device_code"])


def device_expired():
    told = flows.device()
    control("POST", "/device", {"action": "expire", "value": told["user_code"]})
    return _quote(device=told["device_code"])


def _refresh(state):
    document = flows.signed_in()
    if state == "revoked":
        control("POST", "/session", {"name": "alice"})
    else:
        control("POST", "/refresh", {"name": "alice", "state": state})
    return _quote(refresh=document["refresh_token"])


def inactive():
    return _refresh("inactive")


def frequency():
    return _refresh("frequency")


def revoked():
    return _refresh("revoked")


def mfa():
    who = flows.person("olga")
    return _quote(user=who["upn"], password=who["password"])


def no_consent():
    control("POST", "/consent", {"action": "take", "name": "alice", "app": "keybearer"})
    who = flows.person()
    return _quote(user=who["upn"], password=who["password"])


def blocked():
    """The next case after it begins with the account as it was: see after()."""
    control("POST", "/consent", {"action": "give", "name": "alice", "app": "keybearer"})
    who = flows.person("alice", refuse_token="53003")
    return _quote(user=who["upn"], password=who["password"])


def session_ended():
    """A token that knows challenges, of a session that has ended."""
    document = flows.signed_in()
    status, fresh = flows.refresh(document, claims='{"access_token":{"xms_cc":{"values":["cp1"]}}}')
    assert status == 200 and fresh["expires_in"] == 86399, fresh
    control("POST", "/session", {"name": "alice"})
    return {"bearer": fresh["access_token"]}


def package():
    """The address of a package's file in a project's feed."""
    return {"package": feeds.published("demo/_packaging/libs")}


def npm_package():
    """The address of the file of a package with a scope."""
    return {"package": npm.published()}


def wheel():
    """The address of a wheel in a project's feed, and the page that leads to it."""
    file = pypi.published(pypi.LIBS)
    return {"wheel": file, "page": f"{pypi.LIBS}pypi/simple/{file.split('/')[-3]}/"}


def blob():
    """Where its bytes are."""
    return {"blob": feeds.redirected(package()["package"]).value("Location")}


def after():
    """Takes back what a set-up changed."""
    flows.person("alice", refuse_token="0")


def wired(case, values, headers):
    """The answer to a case's request."""
    send = [(name, value.format(**values)) for name, value in case.send]
    return wire.fetch(case.method, case.url.format(**values), send + headers,
                      case.form.format(**values).encode())


def github_device():
    """A code that has been polled once."""
    told = forges.post("github.com", "/login/device/code")[1]
    forges.post("github.com", "/login/oauth/access_token", device_code=told["device_code"],
                grant_type="urn:ietf:params:oauth:grant-type:device_code")
    return _quote(device=told["device_code"])
