# SPDX-License-Identifier: MIT
# Tests: the authorize endpoint and its pages, as a person and a browser meet them.
# Knows nothing of what becomes of the tokens.

import os
import subprocess
import urllib.parse

from behaviour.entra import claims
from behaviour.flows import (LOGIN, REDIRECT, SCOPE, Request, env, outcome, person, refresh,
                             signed_in, walk, window)
from fidelity import wire
from tap import HERE, control, test


def refused(request, code, **options):
    """The request is refused with this code on a page, or to the app."""
    page = walk(request, **options)
    text = outcome(page).get("error_description", "") if page.left else page.words
    assert f"AADSTS{code}:" in text, (page.url, text)
    return outcome(page) if page.left else page


@test
def ways_back():
    """Sign-in: query, fragment and form_post bring code and state; the path is made."""
    control("POST", "/consent", {"action": "take", "name": "alice", "app": "keybearer"})
    for mode, start in (("query", f"{REDIRECT}/?code="), ("fragment", f"{REDIRECT}/#code="),
                        ("form_post", f"{REDIRECT}/")):
        request = Request(response_mode=mode)
        page = walk(request)
        assert page.url.startswith(start), page.url
        told = outcome(page)
        assert told["state"] == request.state and len(told["code"]) > 200
        assert (mode == "form_post") == bool(page.text)
        status, document = request.redeem(told["code"])
        assert status == 200 and claims(document)["scp"] == "user_impersonation", document


@test
def pages():
    """Sign-in: labels, stable ids, no scripts, nothing loaded, a second try after a mistake."""
    browser = window()
    page = browser.open(Request(login_hint="alice@contoso.example").url)
    assert set(page.form("username")["ids"]) == {"username", "password", "submit", "cancel"}
    assert set(page.labels) == {"username", "password"} and "<script" not in page.text
    assert page.form("username")["ids"]["username"]["value"] == "alice@contoso.example"
    again = browser.press(page, "submit", username="alice@contoso.example", password="wrong")
    assert "Your account or password is incorrect" in again.words
    nobody = browser.press(again, "submit", username="x@<b>.example", password="y")
    assert "This username may be incorrect" in nobody.words and "&lt;b&gt;" in nobody.text
    assert outcome(browser.press(nobody, "cancel"))["error"] == "access_denied"
    native = wire.fetch("GET", f"{LOGIN}/common/oauth2/nativeclient?code=x", [])
    assert native.status == 200 and b"code=x" not in native.body


@test
def forged():
    """Sign-in: a post without the page's own values, or a second one, does nothing."""
    browser = window()
    page = browser.open(Request().url)
    page.forms[0]["fields"]["canary"] = "x"
    assert browser.press(page, "submit", username=env("USER"), password=env("PASSWORD")
                         ).status == 400
    page = browser.open(Request().url)
    browser.press(page, "cancel")
    assert browser.press(page, "submit", username=env("USER"), password=env("PASSWORD")
                         ).status == 400


@test
def redirects():
    """Sign-in: any port of http://localhost, else the registered address to the letter."""
    single = env("SINGLE_CLIENT_ID")
    good = (("http://localhost:49152/", {}), ("http://localhost", {}),
            (f"{LOGIN}/common/oauth2/nativeclient", {}),
            ("http://localhost:8/callback", {"client_id": single}),
            ("http://127.0.0.1:9/callback", {"client_id": single}))
    for uri, more in good:
        tenant = env("TENANT") if more else "organizations"
        assert outcome(walk(Request(tenant, redirect_uri=uri, **more)))["code"], uri
    for uri in ("https://localhost/", "http://localhost:1/other", "http://127.0.0.1:1/",
                "http://localhost:1/?x=1", "http://localhost.evil.example/", "http://[::1]:1/",
                "http://u@localhost:1/", "http://localhost:1/#x", "http://LOCALHOST:x/", None,
                "http://localhost:1/" + "x" * 250):
        assert walk(Request(redirect_uri=uri)).status == 400, uri
        refused(Request(redirect_uri=uri), 50011)
    refused(Request(env("TENANT"), client_id=single, redirect_uri="http://localhost:1/Callback"),
            50011)
    refused(Request(client_id=env("WEB_CLIENT_ID"), tenant=env("TENANT"),
                    redirect_uri="https://localhost:444/signed-in"), 50011)


@test
def proof():
    """Sign-in: public clients must prove themselves with S256; plain is refused."""
    refused(Request(code_challenge=None), 50147)
    refused(Request(code_challenge_method="plain"), 50147)
    refused(Request(code_challenge_method=None), 50147)
    refused(Request(code_challenge="short"), 501491)
    assert refused(Request(response_type="token"), 700051)["error"] == \
        "unsupported_response_type"
    refused(Request(prompt="admin_consent"), 90023)
    refused(Request(response_mode="web_message"), 90023)
    refused(Request(scope=None), 900144)
    refused(Request(scope="https://other.example/.default"), 500011)
    refused(Request(scope=f"{SCOPE} User.Read"), 28000)
    refused(Request(scope="499b84ac-1321-427f-aa17-267ca6975798/vso.code odd/x"), 500011)


@test
def tenants():
    """Sign-in: tenant, domain, common, organizations, consumers: who is let in where."""
    for name in (env("TENANT"), env("TENANT_DOMAIN"), "common", "organizations"):
        assert claims(signed_in(tenant=name))["tid"] == env("TENANT")
    refused(Request("nowhere.example"), 90002)
    refused(Request("consumers"), 9002332)
    refused(Request(client_id=env("SINGLE_CLIENT_ID"), redirect_uri="http://localhost/callback"),
            50194)
    refused(Request(env("FABRIKAM_TENANT"), client_id=env("SINGLE_CLIENT_ID")), 700016)
    refused(Request(client_id="00000000-0000-0000-0000-000000000009"), 700016)
    refused(Request(env("FABRIKAM_TENANT")), 50020)
    refused(Request(), 50020, name="mia")
    guest = signed_in("bob", env("TENANT"))
    assert claims(guest)["tid"] == env("TENANT") and "#EXT#" in claims(guest)["upn"]
    assert claims(signed_in("bob"))["tid"] == env("FABRIKAM_TENANT")


@test
def personal():
    """Sign-in: personal accounts through organizations, with an app of Microsoft's alone."""
    document = signed_in("mia", client_id=env("VS_CLIENT_ID"))
    seen = wire.fetch("GET", "https://dev.azure.com/msa-org/_apis/projects",
                      [("Authorization", f"Bearer {document['access_token']}")])
    assert seen.status == 200, seen
    refused(Request("consumers", client_id=env("VS_CLIENT_ID")), 9002332)
    transfer = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
    status, fresh = refresh(document, transfer, client_id=env("VS_CLIENT_ID"))
    assert status == 200 and claims(fresh)["tid"] == transfer, fresh


@test
def sessions():
    """Sign-in: one session is used, two are picked from, prompt and hint say otherwise."""
    browser = window()
    assert outcome(walk(Request(), browser=browser))["code"]
    assert outcome(browser.open(Request().url))["code"]
    assert outcome(browser.open(Request(prompt="none").url))["code"]
    assert browser.open(Request(prompt="login").url).form("password")
    assert browser.open(Request(login_hint="bob@fabrikam.example").url).form("password")
    assert browser.open(Request(prompt="select_account").url).form("account0")
    assert outcome(walk(Request(prompt="select_account"), "bob", browser))["code"]
    assert browser.open(Request().url).form("account1")
    assert outcome(browser.open(Request(login_hint="alice@contoso.example").url))["code"]
    assert outcome(browser.open(Request(prompt="none").url))["error"] == "login_required"
    page = browser.open(f"{LOGIN}/common/oauth2/v2.0/logout")
    assert "You signed out" in page.words and browser.open(Request().url).form("password")
    back = f"{LOGIN}/common/oauth2/v2.0/logout?post_logout_redirect_uri={REDIRECT}&state=s"
    assert browser.open(back).url == f"{REDIRECT}/?state=s"


@test
def consents():
    """Sign-in: consent is asked once, can be refused, may need an administrator."""
    person("mallory", needs_admin="0")
    narrow = {"client_id": env("NARROW_CLIENT_ID")}
    told = outcome(walk(Request(**narrow), "mallory", deny=True))
    assert told["error"] == "access_denied" and told["error_description"].startswith(
        "AADSTS65004: User declined to consent to access the app.\r\nTrace ID: "), told
    assert told["error_uri"] == "https://login.microsoftonline.com/error?code=65004"
    browser = window()
    assert outcome(walk(Request(), "mallory", browser))["code"]
    told = outcome(browser.open(Request(prompt="none", **narrow).url))
    assert told["error"] == "consent_required" and "AADSTS65001" in told["error_description"]
    assert browser.open(Request(prompt="consent").url).form("accept")
    person("mallory", needs_admin="1")
    assert "AADSTS90094" in outcome(walk(Request(**narrow), "mallory"))["error_description"]
    control("POST", "/consent", {"action": "give", "name": "everybody", "app": "narrow"})
    document = signed_in("mallory", **narrow)
    assert claims(document)["scp"] == "vso.code_write vso.packaging"
    control("POST", "/consent", {"action": "take", "name": "everybody", "app": "narrow"})
    person("mallory", needs_admin="0")


@test
def refusals():
    """Sign-in: Conditional Access on a page or to the app; disabled, locked, expired."""
    for code in (53003, 530003, 53000, 50079, 50105, 50131):
        person("mallory", refuse=str(code))
        refused(Request(), code, name="mallory")
    person("mallory", refuse="53003", refuse_at="redirect")
    assert refused(Request(), 53003, name="mallory")["error"] == "interaction_required"
    person("mallory", refuse="0", refuse_at="page")
    for name, code in (("disabled", 50057), ("locked", 50053), ("password_expired", 50055)):
        person("mallory", **{name: "1"})
        refused(Request(), code, name="mallory")
        person("mallory", **{name: "0"})
    page = window().sign_in(Request().url, env("MFA_USER"), env("MFA_PASSWORD"), "wrong")
    assert "expected verification code" in page.words
    assert outcome(walk(Request(), "olga"))["code"]


@test
def by_ctl():
    """ctl sign-in: plays the browser; its status tells whether the app got an answer."""
    request = Request()
    done = subprocess.run([str(HERE / "ctl"), "sign-in", "alice", "--url", request.url,
                           "--stop-at", REDIRECT], capture_output=True, text=True, check=False,
                          env=os.environ)
    code = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(done.stdout.strip()).query))["code"]
    assert done.returncode == 0 and request.redeem(code)[0] == 200, done
    done = subprocess.run([str(HERE / "ctl"), "sign-in", "mia", "--url", request.url],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "AADSTS50020" in done.stdout, done
