# SPDX-License-Identifier: MIT
# Other forges as data, and their OAuth endpoints: code, device and refresh grants, revocation.
# Knows nothing of Azure; forge_answers.py has their words.

import dataclasses
import hashlib
import hmac
import secrets
import time

import forge_answers as say
import pages
import registrations
import world as worlds
from authorize import S256
from forms import BadForm, form
from grants import Code, Devices, Refreshes
from signin import SignIns
from tokens import b64url, digest

LOOPBACK = ("http://127.0.0.1", "http://localhost")
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


@dataclasses.dataclass
class Forge:
    """`secret`: its apps need one; `user`: the user name that git must send with a token ("" for
    any); `policy` of its refresh tokens ("" for none); `life` of access tokens in seconds, 0 for
    one that does not end; `tolerant`: GitHub, which has defaults and looks at speed first."""
    host: str
    title: str
    authorize: str
    token: str
    scope: str
    policy: str = ""
    device: str = ""
    device_page: str = ""
    user_code: str = "####-####"
    device_life: int = 900
    revoke: str = ""
    info: str = ""
    profile: str = ""
    api: str = ""
    secret: bool = False
    user: str = ""
    life: int = 7200
    prefix: str = ""
    tolerant: bool = False
    app: worlds.App = None

    @property
    def account(self):
        return self.api or self.host


TABLE = (
    Forge("github.com", "GitHub", "/login/oauth/authorize", "/login/oauth/access_token", "repo",
          "strict", "/login/device/code", "/login/device", device_life=899, info="/user",
          api="api.github.com", secret=True, life=28800, prefix="ghu_", tolerant=True),
    Forge("gitlab.com", "GitLab", "/oauth/authorize", "/oauth/token",
          "read_user read_repository write_repository", "strict", "/oauth/authorize_device",
          "/oauth/device", "########", 300, "/oauth/revoke", "/oauth/userinfo", "/api/v4/user", user="oauth2"),
    Forge("codeberg.org", "Codeberg", "/login/oauth/authorize", "/login/oauth/access_token",
          "write:repository", "lone", info="/login/oauth/userinfo", life=3600),
    Forge("bitbucket.org", "Bitbucket", "/site/oauth2/authorize", "/site/oauth2/access_token",
          "repository:write", "forgiving", info="/2.0/user", api="api.bitbucket.org",
          secret=True, user="x-token-auth"))
BY_HOST = {host: forge for forge in TABLE for host in (forge.host, forge.api) if host}
HOSTS = tuple(BY_HOST)


def route(host, path):
    """The route class of a request to a forge."""
    forge = BY_HOST[host]
    if path in (forge.token, forge.device, forge.revoke):
        return "forge-token"
    if any(path.endswith(tail) for tail in ("/info/refs", "/git-upload-pack",
                                            "/git-receive-pack")):
        return "git"
    return "forge"


class Refused(Exception):
    """An OAuth error: its name, and what the forge says to it."""

    def __init__(self, error, text="", **more):
        super().__init__(error)
        self.error = error
        self.text = text
        self.more = more


@dataclasses.dataclass
class Flow:
    """A sign-in in the browser; ends in a redirect, or for a device on a page."""
    site: object
    ask: object
    fields: dict
    device: object = None

    @property
    def app(self):
        return self.site.forge.app.name

    def show(self, status, body):
        return say.shown(status, body)

    def refuses(self, one):
        wrong = one.user.disabled or one.user.locked
        return say.shown(403, pages.trouble("Suspended", "Your account is suspended.")) \
            if wrong else None

    def strength(self, one):
        return one.user.mfa

    def consents(self, one):
        return pages.consent(one, one.user.upn, self.app,
                             (self.fields.get("scope") or self.site.forge.scope).split())

    def fail(self, one, why):
        return self.deny(one, why)

    def deny(self, one, why):
        if self.device:
            self.device.state = "declined"
            return self.show(200, pages.message("Cancelled", "The device was not connected."))
        return self._back({"error": "access_denied", "error_description":
                           "The user has denied your application access."})

    def done(self, one):
        if self.device:
            self.device.state, self.device.user = "approved", one.user
            return self.show(200, pages.message("Congratulations, you're all set!",
                                                "Your device is now connected."))
        return self._back({"code": self.site.code(one.user, self.fields)})

    def _back(self, fields):
        state = {"state": self.fields["state"]} if self.fields.get("state") else {}
        return say.redirect(self.fields["redirect_uri"], {**fields, **state})


class Site:
    """One forge: its registration, codes, devices and refresh tokens."""

    def __init__(self, world, vault, forge):
        secret = secrets.token_hex(20) if forge.secret else ""
        forge.app = worlds.App(f"keybearer at {forge.title}", world.contoso, secret,
                               id=secrets.token_hex(20), public=not forge.secret,
                               redirects=LOOPBACK, permissions=tuple(forge.scope.split()))
        self.world = world
        self.vault = vault
        self.forge = forge
        self.codes = {}
        self.refreshes = Refreshes(forge.policy or "forgiving", forge.prefix[:2] + "r_"
                                   if forge.prefix else "")
        self.devices = Devices(forge.user_code, forge.device_life, forge.tolerant)
        self.signins = SignIns(world, {})

    def code(self, user, fields):
        text = secrets.token_hex(20)
        self.codes[digest(text)] = Code(
            user, self.forge.app, user.tenant, fields["redirect_uri"],
            fields.get("code_challenge", ""), (fields.get("scope") or self.forge.scope).split())
        return text

    async def answer(self, ask):
        """One of the endpoints, or 404."""
        path, forge = ask.raw_path.partition("?")[0], self.forge
        try:
            if path == forge.authorize:
                return self._authorize(ask)
            if path == "/session" and ask.method == "POST":
                return await self.signins.post(ask) or say.not_found()
            if forge.device and path == forge.device_page:
                return await self._device_page(ask)
            if path in (forge.token, forge.device, forge.revoke) and ask.method == "POST":
                return await self._post(ask, path)
        except Refused as why:
            return say.refused(forge, ask, why)
        if path and path in (forge.info, forge.profile) and ask.host == forge.account:
            return self._info(ask)
        if path == "/.well-known/openid-configuration" and not forge.secret:
            return say.discovery(forge)
        return say.not_found()

    def _authorize(self, ask):
        try:
            fields = form(ask.query_string.encode())
        except BadForm:
            return say.shown(400, pages.trouble("Bad request", "The request is malformed."))
        app = self.forge.app
        if fields.get("client_id") != app.id:
            return say.shown(404, pages.trouble("Not found", "Unknown application."))
        if not registrations.matches(app, fields.get("redirect_uri", "")):
            return say.shown(400, pages.trouble("Be careful!", "The redirect_uri is not "
                                                "associated with this application."))
        flow = Flow(self, ask, fields)
        wrong = self._wrong(fields)
        if wrong:
            return flow._back({"error": wrong})
        return self.signins.begin(ask, flow, "/session")

    def _wrong(self, fields):
        if fields.get("response_type", "code" if self.forge.tolerant else "") != "code":
            return "unsupported_response_type"
        challenge = fields.get("code_challenge", "")
        if self.forge.app.public or challenge:
            good = S256.match(challenge) and fields.get("code_challenge_method") == "S256"
            return "" if good else "invalid_request"
        return ""

    async def _device_page(self, ask):
        if ask.method != "POST":
            return say.shown(200, pages.enter_code(self.forge.device_page, {}, ""))
        try:
            entry = self.devices.typed(form(await ask.body()).get("code", ""))
        except BadForm:
            entry = None
        if entry is None:
            return say.shown(200, pages.enter_code(self.forge.device_page, {},
                                                   "That code is not valid."))
        return self.signins.begin(ask, Flow(self, ask, {"scope": " ".join(entry.scopes)}, entry),
                                  "/session")

    async def _post(self, ask, path):
        try:
            fields = form(await ask.body())
        except BadForm as error:
            raise Refused("invalid_request", "The request is malformed.") from error
        self._basic(ask, fields)
        if fields.get("client_id") != self.forge.app.id:
            raise Refused("invalid_client", "Client authentication failed due to unknown client.")
        if path == self.forge.device:
            entry = self.devices.issue(self.forge.app, "", fields.get("scope", "").split(), "")
            return say.device(self.forge, ask, entry)
        if path == self.forge.revoke:
            self.refreshes.revoke(fields.get("token", ""))
            self.vault.revoke(fields.get("token", ""))
            return say.revoked()
        return self._token(ask, fields)

    @staticmethod
    def _basic(ask, fields):
        """HTTP Basic may carry the client's id and secret."""
        scheme, _, value = ask.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            fields["client_id"], fields["client_secret"] = say.unpair(value)

    def _token(self, ask, fields):
        grant, app = fields.get("grant_type", "authorization_code" if self.forge.tolerant else ""
                                ), self.forge.app
        device = grant == DEVICE and self.forge.device
        if app.secret and not device and not hmac.compare_digest(
                app.secret, fields.get("client_secret", "")):
            raise Refused("incorrect_client_credentials" if self.forge.tolerant
                          else "invalid_client", "The client_id and/or client_secret passed are "
                          "incorrect.")
        ask.credential = {"grant": grant, "client": app.name}
        if device:
            return self._issue(ask, *self._poll(fields), None)
        if grant == "refresh_token":
            entry = self._refresh(fields)
            return self._issue(ask, entry.user, entry.scopes, entry)
        if grant != "authorization_code":
            raise Refused("unsupported_grant_type", "The authorization grant type is not "
                          "supported by the authorization server.")
        return self._issue(ask, *self._redeem(fields), None)

    def _redeem(self, fields):
        entry = self.codes.pop(digest(fields.get("code", "")), None)
        made = b64url(hashlib.sha256(fields.get("code_verifier", "").encode()).digest())
        if (entry is None or entry.expires <= time.time()
                or fields.get("redirect_uri", entry.redirect) != entry.redirect
                or (entry.challenge and made != entry.challenge)):
            raise Refused(*say.BAD_CODE[self.forge.host])
        return entry.user, entry.scopes

    def _refresh(self, fields):
        entry, why = self.refreshes.look(fields.get("refresh_token", ""))
        if why:
            raise Refused(*say.BAD_REFRESH[self.forge.host])
        return entry

    def _poll(self, fields):
        entry, why = self.devices.poll(fields.get("device_code", ""))
        if why:
            error, text = say.POLLS[why]
            more = {"interval": entry.interval} if why == "slow_down" else {}
            raise Refused(error, text, **more)
        entry.state = "redeemed"
        return entry.user, entry.scopes or self.forge.scope.split()

    def _issue(self, ask, user, scopes, parent):
        forge = self.forge
        ask.credential["owner"] = user.label
        access = self.vault.opaque(user, " ".join(scopes), forge.life, forge.prefix,
                                   at=forge.host)
        if parent:
            self.refreshes.spend(parent)
        refresh = self.refreshes.issue(user, forge.app, scopes, parent)[0]
        return say.issued(forge, ask, access, refresh, scopes)

    def owner(self, ask):
        """Whose token came with a request: (owner, user name), or (None, "")."""
        scheme, _, value = ask.headers.get("Authorization", "").partition(" ")
        user, token = "", value.strip()
        if scheme.lower() == "basic":
            user, token = say.unpair(value)
        known = self.vault.forge(token, self.forge.host)
        ask.credential = {"scheme": scheme, "kind": "oauth" if known else "none",
                          "owner": known and known.owner.label}
        return (known.owner, user) if known else (None, "")

    def _info(self, ask):
        owner, _ = self.owner(ask)
        return say.account(owner) if owner else say.no_account()


class Forges:
    """All of them, and the one repository that each has: alice's, /alice/demo.git."""

    def __init__(self, world, vault, git):
        self.sites = {forge.host: Site(world, vault, forge) for forge in TABLE}
        self.git = git
        self.repo = world.forge_repo

    async def answer(self, ask):
        site = self.sites[BY_HOST[ask.host].host]
        if ask.route != "git":
            return await site.answer(ask)
        forge, (owner, user) = site.forge, site.owner(ask)
        if owner is None or owner.name != "alice" or user != (forge.user or user):
            return say.git_refused(forge)
        at = 2 if len(ask.segments) > 2 else 0
        if [part.removesuffix(".git") for part in ask.segments[:at]] != ["alice", "demo"]:
            return say.not_found()
        return say.git_answer(await self.git.answer(ask, self.repo, ask.segments[at:], owner))

    def exports(self):
        """The registrations, for tests: KB_AZURE_GITHUB_CLIENT_ID and so on."""
        result = {}
        for site in self.sites.values():
            prefix = f"KB_AZURE_{site.forge.title.upper()}_CLIENT_"
            result[prefix + "ID"] = site.forge.app.id
            if site.forge.app.secret:
                result[prefix + "SECRET"] = site.forge.app.secret
        return result
