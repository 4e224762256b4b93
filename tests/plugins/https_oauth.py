#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Sign-ins of people for tests/plugins/https-server: the token endpoint's side, by the name in the
# path; and, run as a program with a URL, the browser's side. Knows nothing of who asks.
import base64
import hashlib
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

TENANT = "72f988bf-0000-4000-8000-000000000000"
HOME = "11111111-0000-4000-8000-000000000001"
RESOURCE = "499b84ac-1321-427f-aa17-267ca6975798"
ISSUERS = ("oauth-found", "oauth-less", "oauth-quiet", "oauth-realm", "oauth-mixed-up", "oauth-same",
           "oauth-swapped", "oauth-narrowed")
CLAIMS = '{"access_token":{"nbf":{"essential":true, "value":"1611165359"}}}'


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def decoded(text):
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


# --- the server -----------------------------------------------------------------------------

def id_token(name, form, origin, nonce):
    claims = {"aud": form["client_id"], "iss": f"{origin}/{TENANT}/v2.0", "exp": int(time.time()) + 3600,
              "nonce": nonce, "sub": "ana", "preferred_username": "Ana@Contoso.example", "tid": TENANT}
    if name in ISSUERS:
        claims["iss"] = f"{origin}/{name}"
    changes = {"oauth-nonce": {"nonce": "other"}, "oauth-realm": {"iss": f"{origin}/oauth-found"}, "oauth-audience": {"aud": "other"},
               "oauth-issuer": {"iss": "https://login.evil.example/v2.0"},
               "oauth-late": {"exp": int(time.time()) - 3600}, "oauth-nobody": {"preferred_username": "", "sub": ""},
               "organizations": {"tid": HOME}}
    return ".".join((encoded({"alg": "none"}), encoded(claims | changes.get(name, {})), "x"))


def discovered(server, name, origin):
    """What a provider says of itself, by the name that its issuer ends in."""
    home = f"{origin}/{name}"
    if name == "oauth-moved":
        return server.answer("302 Found", "", "application/json", [f"Location: {origin}/oauth-found/"
                                                                   ".well-known/openid-configuration"])
    document = {"issuer": home, "authorization_endpoint": home + "/authorize",
                "token_endpoint": home + "/token", "authorization_response_iss_parameter_supported": True}
    changes = {"oauth-foreign": {"token_endpoint": "https://login.evil.example/token"},
               "oauth-alias": {"issuer": home + "/"}}
    return server.answer("200 OK", document | changes.get(name, {}))


def redeemed(server, name, form, origin):
    """The code says what the authorization request said: PKCE and redirect have to match."""
    code = decoded(form["code"])
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if code["code_challenge"] != challenge or code["redirect_uri"] != form["redirect_uri"]:
        return server.refusal("invalid_grant", 501481, "PKCE")
    if name == "oauth-forge":
        return server.good(scope="repo,gist", token_type="bearer", expires_in="absent")
    if name == "oauth-step" and form.get("claims") != CLAIMS:
        return server.answer("400 Bad Request", {
            "error": "interaction_required", "error_description": "AADSTS50076: x", "claims": CLAIMS})
    if name == "oauth-used":
        return server.refusal("invalid_grant", 54005, "code was already redeemed")
    if name in ISSUERS:
        return server.good(refresh_token="CANARY-first", scope="openid" if name == "oauth-less" else "git",
                           id_token=id_token(name, form, origin, code.get("nonce")))
    token = "absent" if name == "oauth-silent" else id_token(name, form, origin, code.get("nonce"))
    return server.good(refresh_token="CANARY-first", id_token=token, scope=f"{RESOURCE}/.default")


def refreshed(server, name, form):
    if form["refresh_token"] != "CANARY-old" or form["client_id"] == "":
        return server.refusal("invalid_grant", 9002313, "unknown refresh token " + form["refresh_token"])
    if name == "oauth-revoked":
        return server.refusal("invalid_grant", 50173, "revoked CANARY-old")
    if name == "oauth-down":
        return server.answer("503 Service Unavailable", "", "text/plain")
    if name == "oauth-claims" and form.get("claims") != CLAIMS:
        return server.refusal("interaction_required", 50076, "claims are wanted")
    if name == "oauth-scope":
        return server.good(refresh_token="CANARY-new", scope="https://graph.example/User.Read")
    if name == "oauth-kept":
        return server.good()
    if name == "oauth-forge":
        return server.good(refresh_token="CANARY-new", scope="repo,gist", token_type="bearer")
    if name in ISSUERS:
        return server.good(refresh_token="CANARY-new", scope="openid" if name == "oauth-narrowed" else "git",
                           id_token=renewed(name, form, server.origin))
    return server.good(refresh_token="CANARY-new", refresh_in=1800,
                       scope=f"{RESOURCE}/user_impersonation {RESOURCE}/.default")


def renewed(name, form, origin):
    """The id_token of a refresh has no nonce, and may have ended like the one before it."""
    claims = {"aud": form["client_id"], "iss": f"{origin}/{name}", "exp": int(time.time()) - 3600,
              "sub": "eve" if name == "oauth-swapped" else "ana", "preferred_username": "Ana@Contoso.example"}
    return ".".join((encoded({"alg": "none"}), encoded(claims), "x"))


def front_door(server, name):
    if name == "oauth-front":
        return server.answer("302 Found", "", "text/html", [
            "WWW-Authenticate: Bearer authorization_uri=https://login.windows.net/" + TENANT,
            'WWW-Authenticate: Basic realm="https://tfs.example/"'])
    zero = "00000000-0000-0000-0000-000000000000"
    return server.answer("401 Unauthorized", "", "text/html", [f"X-VSS-ResourceTenant: {zero}"])


def answer(server, head, body):
    """Bytes, or None: not ours. SERVER is what https-server makes answers with."""
    method, path = head.split(" ", 2)[:2]
    name = path.split("/")[1].removesuffix(".example")
    if not name.startswith("oauth-") and name not in (TENANT, "organizations"):
        return None
    server.log(name + (" " + path.split("/")[-1] if path.count("/") > 1 else ""))
    if method == "HEAD":
        return front_door(server, name).split(b"\r\n\r\n")[0] + b"\r\n\r\n"
    if "/.well-known/" in path:
        return discovered(server, name, server.origin)
    form = dict(urllib.parse.parse_qsl(body, strict_parsing=True))
    if path.endswith("/devicecode"):
        return server.answer("200 OK", {
            "device_code": "CANARY-device", "user_code": "BL6XB575V", "expires_in": 900, "interval": 5,
            "verification_uri": "https://device.example/login"})
    if path.endswith("/revoke"):
        known = form["token_type_hint"] == "refresh_token" or name != "oauth-stubborn"
        return server.good() if known else server.refusal("unsupported_token_type", 0, form["token"])
    if form["grant_type"] == "refresh_token":
        return refreshed(server, name, form)
    return redeemed(server, name, form, server.origin)


# --- the browser ----------------------------------------------------------------------------

def post(address, fields, origin):
    """What comes back does not matter here."""
    request = urllib.request.Request(address + "/", urllib.parse.urlencode(fields).encode())
    request.add_header("Origin", origin)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(request, timeout=20).read()
    except urllib.error.HTTPError:
        pass


def browse(url):
    parts = urllib.parse.urlsplit(url)
    asked = dict(urllib.parse.parse_qsl(parts.query, strict_parsing=True))
    name = parts.path.split("/")[1].removesuffix(".example")
    origin = f"{parts.scheme}://{parts.netloc}"
    fields = {"code": encoded(asked), "state": asked["state"]}
    if name == "oauth-forged":
        post(asked["redirect_uri"], {"error": "access_denied", "state": "x" * 43}, origin)
    if name == "oauth-denied":
        fields = {"error": "access_denied", "error_description": "AADSTS65004: declined", "state": asked["state"]}
    if name in ISSUERS and name != "oauth-quiet":
        fields["iss"] = f"{origin}/{'oauth-found' if name == 'oauth-mixed-up' else name}"
    if name == "oauth-mixed":
        fields["iss"] = "https://login.evil.example/v2.0"
    if asked.get("response_mode") == "form_post":
        post(asked["redirect_uri"], fields, origin)
    else:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(asked["redirect_uri"] + "/?" + urllib.parse.urlencode(fields), timeout=20).read()


if __name__ == "__main__":
    browse(sys.argv[1])
