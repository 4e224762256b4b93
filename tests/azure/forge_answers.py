# SPDX-License-Identifier: MIT
# What other forges answer: O1-O4 where it is recorded, their documents where it is not.
# Knows nothing of when each is due; forges.py decides that.

import base64
import time
import urllib.parse

import registrations
from anchors import recorded, unanchored
from answer import Answer, compact

POLLS = {
    "pending": ("authorization_pending", "The authorization request is still pending."),
    "slow_down": ("slow_down", "Too many requests have been made in the same timeframe."),
    "declined": ("access_denied", "The authorization request was denied."),
    "blocked": ("access_denied", "The authorization request was denied."),
    "expired": ("expired_token", "The device_code has expired."),
    "redeemed": ("incorrect_device_code", "The device_code provided is not valid."),
    "unknown": ("incorrect_device_code", "The device_code provided is not valid.")}
GITLAB = ("invalid_grant", "The provided authorization grant is invalid, expired, revoked, does "
          "not match the redirection URI used in the authorization request, or was issued to "
          "another client.")
BAD_CODE = {
    "github.com": ("bad_verification_code", "The code passed is incorrect or expired."),
    "gitlab.com": GITLAB, "codeberg.org": ("unauthorized_client", "client is not authorized"),
    "bitbucket.org": ("invalid_grant", "The specified code is not valid.")}
BAD_REFRESH = {
    "github.com": ("bad_refresh_token", "The refresh token passed is incorrect or expired."),
    "gitlab.com": GITLAB, "codeberg.org": ("unauthorized_client", "client is not authorized"),
    "bitbucket.org": ("invalid_grant", "Invalid refresh_token")}


def _answer(status, kind, body, *headers):
    return Answer(status, [("Date", ""), ("Content-Type", kind), *headers,
                           ("Content-Length", str(len(body)))], body)


def _json(status, value, *headers):
    return _answer(status, "application/json; charset=utf-8", compact(value),
                   *(headers or (("Cache-Control", "no-store"),)))


def unpair(value):
    """Name and word of HTTP Basic, two empty ones when it is none."""
    try:
        name, _, word = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return urllib.parse.unquote(name), urllib.parse.unquote(word)


def _github(forge, ask, value):
    """GitHub: a form, unless JSON is asked for."""
    cache = ("Cache-Control", "max-age=0, private, must-revalidate")
    if "json" in ask.headers.get("Accept", ""):
        return _json(200, value, cache)
    body = urllib.parse.urlencode(value).encode()
    return _answer(200, "application/x-www-form-urlencoded; charset=utf-8", body, cache)


@unanchored("a page: its form is nobody's concern, its ids are ours")
def shown(status, body):
    return _answer(status, "text/html; charset=utf-8", body, ("Cache-Control", "no-store"))


@unanchored("RFC 6749 section 4.1.2; no recording")
def redirect(uri, fields):
    location = registrations.returned(uri, urllib.parse.urlencode(fields), "?")
    return Answer(302, [("Date", ""), ("Location", location), ("Content-Length", "0")])


@recorded("O2")
def github_refused(forge, ask, why):
    """Status 200: only the document tells."""
    link = "https://docs.github.com/developers/apps/authorizing-oauth-apps"
    return _github(forge, ask, {"error": why.error, "error_description": why.text,
                                "error_uri": link, **why.more})


@recorded("O3")
def gitlab_refused(why):
    return _json(400, {"error": why.error, "error_description": why.text})


@recorded("O4")
def gitea_refused(why):
    """Not invalid_grant."""
    return _json(400, {"error": why.error, "error_description": why.text})


@unanchored("documented: RFC 6749 section 5.2, description first")
def bitbucket_refused(why):
    return _json(400, {"error_description": why.text, "error": why.error})


def refused(forge, ask, why):
    if forge.host == "github.com":
        return github_refused(forge, ask, why)
    return {"gitlab.com": gitlab_refused, "codeberg.org": gitea_refused,
            "bitbucket.org": bitbucket_refused}[forge.host](why)


@recorded("O1")
def github_device(forge, ask, entry):
    return _github(forge, ask, {
        "device_code": entry.code, "user_code": entry.user_code,
        "verification_uri": f"https://{forge.host}{forge.device_page}",
        "expires_in": forge.device_life, "interval": entry.interval})


@unanchored("RFC 8628 section 3.2 as GitLab documents it; no recording")
def gitlab_device(forge, entry):
    page = f"https://{forge.host}{forge.device_page}"
    return _json(200, {
        "device_code": entry.code, "user_code": entry.user_code, "verification_uri": page,
        "verification_uri_complete": f"{page}?user_code={entry.user_code}",
        "expires_in": forge.device_life, "interval": entry.interval})


def device(forge, ask, entry):
    if forge.host == "github.com":
        return github_device(forge, ask, entry)
    return gitlab_device(forge, entry)


@unanchored("GitHub's answers with refresh tokens are not recorded; documented keys")
def github_issued(forge, ask, access, refresh):
    return _github(forge, ask, {
        "access_token": access, "expires_in": forge.life, "refresh_token": refresh,
        "refresh_token_expires_in": 15897600, "token_type": "bearer", "scope": ""})


@unanchored("GitLab's success is not recorded; documented keys")
def gitlab_issued(forge, access, refresh, scopes):
    return _json(200, {
        "access_token": access, "token_type": "Bearer", "expires_in": forge.life,
        "refresh_token": refresh, "scope": " ".join(scopes), "created_at": int(time.time())})


@unanchored("Gitea's success is not recorded; documented keys")
def gitea_issued(forge, access, refresh):
    return _json(200, {"access_token": access, "token_type": "bearer",
                       "expires_in": forge.life, "refresh_token": refresh})


@unanchored("Bitbucket's success is not recorded; documented keys")
def bitbucket_issued(forge, access, refresh, scopes):
    return _json(200, {
        "scopes": " ".join(scopes), "access_token": access, "expires_in": forge.life,
        "token_type": "bearer", "state": "authorization_code", "refresh_token": refresh})


def issued(forge, ask, access, refresh, scopes):
    if forge.host == "github.com":
        return github_issued(forge, ask, access, refresh)
    if forge.host == "gitlab.com":
        return gitlab_issued(forge, access, refresh, scopes)
    if forge.host == "codeberg.org":
        return gitea_issued(forge, access, refresh)
    return bitbucket_issued(forge, access, refresh, scopes)


@unanchored("OpenID Connect Discovery; no recording of a forge's document")
def discovery(forge):
    base = f"https://{forge.host}"
    more = {"device_authorization_endpoint": base + forge.device} if forge.device else {}
    more |= {"revocation_endpoint": base + forge.revoke} if forge.revoke else {}
    return _json(200, {
        "issuer": base, "authorization_endpoint": base + forge.authorize,
        "token_endpoint": base + forge.token, **more, "userinfo_endpoint": base + forge.info,
        "response_types_supported": ["code"], "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"]})


@unanchored("RFC 7009: 200 whether the token was known or not")
def revoked():
    return _json(200, {})


@unanchored("documented keys of each forge, all in one document")
def account(owner):
    return _json(200, {"login": owner.name, "username": owner.name, "sub": owner.oid,
                       "preferred_username": owner.name, "email": owner.upn})


@unanchored("no recording; 401 with a message")
def no_account():
    return _json(401, {"message": "Bad credentials"}, ("WWW-Authenticate", "Bearer"))


@unanchored("a forge's git 401 with its Basic line is not in our recordings")
def git_refused(forge):
    return _answer(401, "text/plain", b"Authentication required\n",
                   ("WWW-Authenticate", f'Basic realm="{forge.title}"'))


@unanchored("git's own answers; a forge's headers beside them are not recorded")
def git_answer(answer):
    """What the shared repositories answer, without the headers of Azure DevOps."""
    kept = [pair for pair in answer.headers
            if pair[0] in ("Cache-Control", "Content-Type", "Content-Length")]
    return Answer(answer.status, [("Date", ""), *kept], answer.body, stream=answer.stream)


@unanchored("no recording of an unknown path")
def not_found():
    return _answer(404, "text/plain; charset=utf-8", b"Not Found\n")
