# SPDX-License-Identifier: MIT
# The older OAuth platform of Azure DevOps: authorize with response_type=Assertion, a token endpoint
# that takes the app's secret as an assertion and rotates strictly. Knows nothing of Entra.

import dataclasses
import hmac
import time
import urllib.parse

import devops_headers as h
import pages
import registrations
from anchors import unanchored
from answer import Answer, compact
from forms import BadForm, form
from grants import Code, Refreshes
from signin import SignIns
from tokens import digest

HOST = "app.vssps.visualstudio.com"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFE, CODE_LIFE = 3599, 900
TEXTS = {
    "accessAlreadyIssued": "An access token has already been issued for this authorization.",
    "accessDenied": "The user denied the authorization.",
    "accessTokenAlreadyRefreshed": "The refresh token has already been used.",
    "invalidClientSecret": "The client secret is not that of the app.",
    "invalidRedirectUri": "The redirect URI is not that of the app.",
    "invalidScope": "The scopes are not those of the app's registration.",
}


class Refused(Exception):
    """Carries one of the platform's error names."""


def _page(world, ask, status, body):
    return Answer(status, h.arrange([
        *h.base(world, ask), *h.uncached(), *h.framed(),
        *h.content("text/html; charset=utf-8", len(body))]), body)


@unanchored("sheet 5 gives names of errors, no page or redirect is recorded")
def refused_page(world, ask, name):
    return _page(world, ask, 400, pages.trouble("The request could not be authorized",
                                                f"{name}: {TEXTS.get(name, name)}"))


@unanchored("a page: its form is nobody's concern, its ids are ours")
def shown(world, ask, status, body):
    return _page(world, ask, status, body)


@unanchored("sheet 5: code and state, or the error's name, in the query of the redirect")
def redirect(world, ask, uri, fields):
    location = registrations.returned(uri, urllib.parse.urlencode(fields), "?")
    return Answer(302, h.arrange([*h.base(world, ask), *h.uncached(), ("Location", location),
                                  ("Content-Length", "0")]))


@unanchored("sheet 5 gives status and names; the two keys of the document are from memory")
def refused(world, ask, name):
    return _json(world, ask, 400, {"Error": name, "ErrorDescription": TEXTS.get(name, name)})


@unanchored("sheet 5 gives the keys; expires_in is text")
def issued(world, ask, access, refresh, scope):
    return _json(world, ask, 200, {
        "access_token": access, "token_type": "jwt-bearer", "expires_in": str(LIFE),
        "refresh_token": refresh, "scope": scope})


def _json(world, ask, status, value):
    body = compact(value)
    return Answer(status, h.arrange([
        *h.base(world, ask), *h.uncached(),
        *h.content("application/json; charset=utf-8", len(body))]), body)


@dataclasses.dataclass
class Flow:
    """A sign-in to one app; the consent is asked every time."""
    platform: object
    ask: object
    app_: object
    state: str

    @property
    def app(self):
        return self.app_.name

    def show(self, status, body):
        return shown(self.platform.world, self.ask, status, body)

    def refuses(self, one):
        wrong = one.user.disabled or one.user.locked
        return refused_page(self.platform.world, self.ask, "invalidUserId") if wrong else None

    def strength(self, one):
        return one.user.mfa

    def consents(self, one):
        return pages.consent(one, one.user.upn, self.app, self.app_.permissions)

    def fail(self, one, why):
        return self.deny(one, why)

    def deny(self, one, why):
        return self._back({"error": "accessDenied", "error_description": TEXTS["accessDenied"]})

    def done(self, one):
        return self._back({"code": self.platform.code(one.user, self.app_)})

    def _back(self, fields):
        more = {"state": self.state} if self.state else {}
        return redirect(self.platform.world, self.ask, self.app_.redirects[0], {**fields, **more})


class OlderOAuth:
    def __init__(self, world, vault):
        self.world = world
        self.vault = vault
        self.refreshes = Refreshes("lone", "1.O")
        self.codes = {}
        self.signins = SignIns(world, {})

    def code(self, user, app):
        text = self.vault.older(user, app, "authorization", CODE_LIFE)
        self.codes[digest(text)] = Code(user, app, user.tenant, app.redirects[0], "",
                                        list(app.permissions), expires=time.time() + CODE_LIFE)
        return text

    async def answer(self, ask):
        try:
            if ask.route == "older-token":
                return await self._token(ask)
            if ask.segments[1].lower() == "login":
                answer = await self.signins.post(ask) if ask.method == "POST" else None
                return answer or refused_page(self.world, ask, "serverError")
            return self._authorize(ask)
        except Refused as why:
            build = refused if ask.route == "older-token" else refused_page
            return build(self.world, ask, str(why))

    def _app(self, client_id):
        app = self.world.older
        return app if client_id and client_id.lower() == app.id else None

    def _authorize(self, ask):
        asked = ask.query
        if not asked.get("client_id"):
            raise Refused("clientIdRequired")
        app = self._app(asked["client_id"])
        if app is None:
            raise Refused("invalidClientId")
        self._redirect(app, asked.get("redirect_uri", ""))
        if not asked.get("response_type"):
            raise Refused("responseTypeRequired")
        if asked["response_type"] != "Assertion":
            raise Refused("responseTypeNotSupported")
        if not asked.get("scope"):
            raise Refused("scopeRequired")
        if set(asked["scope"].split()) != set(app.permissions):
            raise Refused("invalidScope")
        flow = Flow(self, ask, app, asked.get("state", ""))
        return self.signins.begin(ask, flow, "/oauth2/login")

    @staticmethod
    def _redirect(app, uri):
        """https only, to the letter: no port is ignored here."""
        if not uri:
            raise Refused("redirectUriRequired")
        if not uri.startswith("https://"):
            raise Refused("insecureRedirectUri")
        if uri not in app.redirects:
            raise Refused("invalidRedirectUri")

    async def _token(self, ask):
        kind = ask.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if ask.method != "POST" or kind != "application/x-www-form-urlencoded":
            raise Refused("grantTypeRequired")
        try:
            fields = form(await ask.body())
        except BadForm as error:
            raise Refused("grantTypeRequired") from error
        app = self._authenticate(fields)
        if not fields.get("assertion"):
            raise Refused("authorizationGrantRequired")
        self._redirect(app, fields.get("redirect_uri", ""))
        ask.credential = {"grant": fields["grant_type"], "client": app.name}
        if fields["grant_type"] == BEARER:
            user, parent = self._redeem(fields["assertion"]), None
        else:
            user, parent = self._refresh(fields["assertion"])
        ask.credential["owner"] = user.label
        return self._issue(ask, app, user, parent)

    def _authenticate(self, fields):
        app, grant = self.world.older, fields.get("grant_type")
        if not grant:
            raise Refused("grantTypeRequired")
        if grant not in (BEARER, "refresh_token"):
            raise Refused("invalidAuthorizationGrant")
        if fields.get("client_assertion_type") != ASSERTION or not fields.get("client_assertion"):
            raise Refused("clientSecretRequired")
        if not hmac.compare_digest(fields["client_assertion"].encode(), app.secret.encode()):
            raise Refused("invalidClientSecret")
        if app.secret_expired:
            raise Refused("clientSecretExpired")
        return app

    def _redeem(self, text):
        entry = self.codes.get(digest(text))
        if entry is None:
            raise Refused("authorizationNotFound")
        if entry.redeemed:
            raise Refused("accessAlreadyIssued")
        if entry.expires <= time.time():
            raise Refused("authorizationGrantExpired")
        entry.redeemed = True
        return entry.user

    def _refresh(self, text):
        entry, why = self.refreshes.look(text)
        if why:
            raise Refused("accessTokenAlreadyRefreshed" if why == "reused"
                          else "invalidRefreshToken")
        return entry.user, entry

    def _issue(self, ask, app, user, parent):
        if user.disabled:
            raise Refused("invalidUserId")
        if parent:
            self.refreshes.spend(parent)
        refresh, _ = self.refreshes.issue(user, app, list(app.permissions), parent)
        access = self.vault.older(user, app, "access", LIFE)
        return issued(self.world, ask, access, refresh, " ".join(app.permissions))
