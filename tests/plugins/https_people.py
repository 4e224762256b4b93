# SPDX-License-Identifier: MIT
# What https-server answers where people sign in: UserRealm, the password grant, the older OAuth
# platform. What is sent chooses the answer. Knows nothing of sockets.
import json
import urllib.parse

PASSWORD = "".join(("CANARY", "password", "Zt4+& %=~"))
RENEWAL = "".join(("CANARY", "renewal"))
OLDER_SECRET = "".join(("CANARY", "older", "Q7x.Y_z-"))
REDIRECT = "https://app.contoso.example/callback"
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def realm(kit, user):
    """The name before the '@' says what is wrong with the answer, the domain the account's type."""
    name, _, domain = user.partition("@")
    if name == "busy":
        return kit.retry("33")
    if name == "redirect":
        return kit.redirect(302)
    if name == "lost":
        return kit.answer("404 Not Found", "")
    kind = {"federated.example": "Federated", "unknown.example": "Unknown",
            "odd.example": "managed "}.get(domain, "Managed")
    document = {"ver": "1.0", "account_type": kind, "domain_name": domain}
    if kind == "Federated":
        document["federation_active_auth_url"] = kit.origin + "/followed.example/"
        document["federation_metadata_url"] = kit.origin + "/followed.example/"
    return kit.answer("200 OK", [document] if name == "array" else document)


REFUSED = {"wrong": 50126, "mfa": 50076, "device": 53000, "blocked": 53003, "locked": 50053,
           "expired": 50055, "disabled": 50057, "consent": 65001}


def password(kit, form):
    user = form["username"][0].partition("@")[0]
    kit.log(f"password {user}")
    if user in REFUSED:
        return kit.refusal("invalid_grant", REFUSED[user], "x")
    if user == "number":
        return kit.refusal("invalid_client", 50076, "x")
    if user == "echo":
        return kit.refusal("invalid_grant", 0, "bad password " + PASSWORD)
    good = form["password"] == [PASSWORD] and "client_id" in form \
        and "offline_access" in form["scope"][0].split()
    if not good:
        return kit.refusal("invalid_request", 900144, "the form is wrong")
    return kit.good(refresh_token=RENEWAL + "-1") if user != "single" else kit.good()


def refresh(kit, form):
    given = form["refresh_token"][0]
    kit.log(f"refresh {given.removeprefix(RENEWAL)}")
    if given.endswith("-revoked"):
        return kit.refusal("invalid_grant", 50173, "x")
    if given.endswith("-down"):
        return kit.retry("21")
    if given.endswith("-fixed"):
        return kit.good()
    return kit.good(refresh_token=RENEWAL + "-2")


def older(kit, form):
    """The assertion says what comes: `error-NAME`, `make-SCENARIO`, or a good answer."""
    given, grant = form["assertion"][0], form["grant_type"][0]
    kit.log(f"older {'code' if grant == GRANT else grant} {given}")
    wanted = {"client_assertion_type": [TYPE], "client_assertion": [OLDER_SECRET],
              "redirect_uri": [REDIRECT]}
    if any(form.get(key) != value for key, value in wanted.items()):
        return kit.answer("400 Bad Request", {"Error": "clientSecretRequired"})
    document = {"access_token": kit.token, "token_type": "jwt-bearer", "expires_in": "3599",
                "refresh_token": RENEWAL + "-next", "scope": "vso.code_write"}
    word, _, rest = given.partition("-")
    if word == "error":
        return kit.answer("400 Bad Request", {"Error": rest, "ErrorDescription": OLDER_SECRET})
    if word == "make":
        return kit.scenarios[rest]()
    if word == "with":
        name, _, value = rest.partition("=")
        return kit.answer("200 OK", {**document, name: json.loads(value)})
    return kit.answer("200 OK", document)


def answer(kit, head, body):
    """The answer, or None when the request is not of this kind."""
    url = urllib.parse.urlsplit(head.split(" ", 2)[1])
    path = url.path.split("/")[1:]
    if path[:2] == ["common", "UserRealm"]:
        user = urllib.parse.unquote(path[2])
        kit.log(f"realm {user}")
        good = url.query == "api-version=1.0" and head.startswith("GET ")
        return realm(kit, user) if good else kit.answer("400 Bad Request", "")
    form = urllib.parse.parse_qs(body)
    if path == ["oauth2", "token"]:
        return older(kit, form)
    by_grant = {"password": password, "refresh_token": refresh}.get(form.get("grant_type", [""])[0])
    return by_grant(kit, form) if by_grant and path[0] == "people.example" else None
