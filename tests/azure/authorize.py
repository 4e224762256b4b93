# SPDX-License-Identifier: MIT
# Entra's authorize and logout endpoints: what must be right before a person is asked, who may sign
# in to what, and how code or error get back to the app. Knows nothing of the token endpoint.

import base64
import dataclasses
import json
import re
import urllib.parse

import entra_headers
import entra_request
import entra_user_errors as errors
import pages
import registrations
import world as worlds
from anchors import recorded, unanchored
from answer import Answer
from forms import BadForm, form

MODES = ("query", "fragment", "form_post")
PROMPTS = ("", "login", "none", "consent", "select_account")
S256 = re.compile(r"^[A-Za-z0-9_-]{43}$")
SORRY = "Sorry, but we're having trouble signing you in."


def encode(fields):
    """A query as E8 shows it: lower-case escapes, + for a blank."""
    text = urllib.parse.urlencode(fields)
    return re.sub(r"%[0-9A-F]{2}", lambda hit: hit[0].lower(), text)


def client_info(account):
    """Who signed in, for MSAL's cache: ids at home."""
    utid = account.tenant.id if account.tenant.id != worlds.ZERO else worlds.MSA_TENANT
    text = json.dumps({"uid": account.oid, "utid": utid}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@unanchored("a page: its form is nobody's concern, its ids are ours")
def shown(ctx, status, body):
    return Answer(status, entra_headers.page(ctx, len(body)), body)


def _redirect(ctx, location):
    headers = entra_headers.page(ctx, 0)
    return Answer(302, [("Location", location), *headers], b"")


@recorded("E8")
def error_redirect(ctx, uri, mark, fields):
    return _redirect(ctx, registrations.returned(uri, encode(fields), mark)
                     + ("#" if mark == "?" else ""))


@unanchored("success redirects are not recorded; form of E8, keys as MSAL reads them")
def code_redirect(ctx, uri, mark, fields):
    return _redirect(ctx, registrations.returned(uri, encode(fields), mark)
                     + ("#" if mark == "?" else ""))


@unanchored("no recording; the self-posting page that Microsoft's protocols share")
def posted(ctx, uri, fields):
    body = pages.form_post(uri if urllib.parse.urlsplit(uri).path else f"{uri}/", fields)
    return Answer(200, entra_headers.page(ctx, len(body)), body)


@dataclasses.dataclass
class Request:
    """An authorization request that may be put before a person."""
    client: object
    tenant: str
    redirect: str
    mode: str
    state: str
    scopes: object = None
    words: list = dataclasses.field(default_factory=list)
    challenge: str = ""
    nonce: str = ""
    acrs: tuple = ()
    client_info: bool = False
    prompt: str = ""
    hint: str = ""

    def deliver(self, ctx, fields, failed):
        """Sends an outcome the way the app asked for."""
        if self.state:
            fields = {**fields, "state": self.state}
        if self.mode == "form_post":
            return posted(ctx, self.redirect, fields)
        send = error_redirect if failed else code_redirect
        return send(ctx, self.redirect, "#" if self.mode == "fragment" else "?", fields)

    def refuse(self, ctx, code, text, error=""):
        """Sends an error; the separators are those of E8."""
        told = errors.entra_errors.body(code, error or errors.TABLE[code].error, text,
                                        dataclasses.replace(ctx, separator="crlf"))
        wanted = ("error", "error_description", "error_uri")
        return self.deliver(ctx, {name: told[name] for name in wanted}, True)


class Policy:
    """Who may sign in to an app of Entra, and what it takes; `what` has client, tenant (the name
    in the path), scopes and acrs. Both kinds of flow, redirect and device, follow it."""

    def __init__(self, world, grants, ctx, what):
        self.world = world
        self.grants = grants
        self.ctx = ctx
        self.what = what
        self.app = what.client.name

    def show(self, status, body):
        return shown(self.ctx, status, body)

    def trouble(self, code, text):
        return self.show(200, pages.trouble(SORRY, f"AADSTS{code}: {text}"))

    def words(self, user):
        """The words that sentences may need."""
        idp = "live.com" if user.tenant.id == worlds.ZERO else (
            f"https://sts.windows.net/{user.tenant.id}/")
        return {"upn": user.upn, "idp": idp, "tenant": self.what.tenant,
                "app": self.what.client.id, "resource": worlds.RESOURCE,
                "name": self.app}

    def code(self, user):
        """The code by which a person is refused before anything is asked, or 0."""
        codes = ((user.disabled, 50057), (user.locked, 50053), (user.password_expired, 50055))
        wrong = next((code for bad, code in codes if bad), 0)
        stranger = entra_request.presence(self.world, user, self.what.tenant) is None
        personal = user.tenant.id == worlds.ZERO and not self.what.client.personal
        if not wrong and (stranger or personal):
            wrong = 50020
        return wrong or (user.refuse if user.refuse not in (50074, 50076, 50078) else 0)

    def refuses(self, one):
        code = self.code(one.user)
        if not code:
            return None
        text = errors.sentence(code, **self.words(one.user))
        if one.user.refuse_at == "redirect" and code == one.user.refuse:
            return self.refused(code, text)
        return self.trouble(code, text)

    def refused(self, code, text):
        return self.trouble(code, text)

    def strength(self, one):
        return one.user.mfa or bool(self.what.acrs) or one.user.refuse in (50074, 50076, 50078)

    def missing(self, user):
        """The permissions that nobody has consented to yet."""
        here = entra_request.presence(self.world, user, self.what.tenant)
        if self.what.client.trusted:
            return set()
        return self.what.scopes.wanted(self.what.client) - self.grants.consented(
            here, self.what.client)

    def consents(self, one):
        wanted = self.missing(one.user)
        if not wanted and one.prompt != "consent":
            return None
        if wanted and one.user.needs_admin:
            return pages.needs_admin(one, one.user.upn, self.app)
        shown_ = sorted(wanted or self.what.scopes.wanted(self.what.client))
        return pages.consent(one, one.user.upn, self.app,
                             [f"Azure DevOps: {name}" for name in shown_])

    def agree(self, user):
        """Keeps the consent that was just given; answers the user in the tenant."""
        here = entra_request.presence(self.world, user, self.what.tenant)
        self.grants.consent(here.oid, self.what.client,
                            self.what.scopes.wanted(self.what.client))
        return here


class RedirectFlow(Policy):
    """The flow of an authorization request."""

    def refused(self, code, text):
        return self.what.refuse(self.ctx, code, text)

    def fail(self, one, why):
        """prompt=none and a person would be needed: login, strength or consent."""
        code, error = {"login": (50058, "login_required"),
                       "strength": (50076, "interaction_required"),
                       "consent": (65001, "consent_required")}[why]
        words = self.words(one.user) if one.user else {}
        return self.what.refuse(self.ctx, code, errors.sentence(code, **words), error)

    def deny(self, one, why):
        if why == "sign-in":
            return self.cancelled()
        code = 90094 if one.user.needs_admin and self.missing(one.user) else 65004
        return self.what.refuse(self.ctx, code,
                                errors.sentence(code, **self.words(one.user)))

    def cancelled(self):
        """The words of the documentation; it shows error_subcode, E8 has none."""
        return self.what.deliver(self.ctx, {
            "error": "access_denied", "error_subcode": "cancel",
            "error_description": "the user canceled the authentication"}, True)

    def done(self, one):
        here = self.agree(one.user)
        what = self.what
        code = self.grants.code(user=here, client=what.client, tenant=here.tenant,
                                redirect=what.redirect, challenge=what.challenge,
                                scopes=what.words, nonce=what.nonce, strong=one.strong,
                                acrs=what.acrs if one.strong else ())
        info = {"client_info": client_info(one.user)} if what.client_info else {}
        return what.deliver(self.ctx, {"code": code, **info}, False)


class Authorize:
    """The two endpoints, and the page that sign-ins post to."""

    def __init__(self, world, grants, signins):
        self.world = world
        self.grants = grants
        self.signins = signins

    async def answer(self, ask, ctx):
        try:
            fields = form(ask.query_string.encode())
            if ask.method == "POST":
                fields |= form(await ask.body())
        except BadForm as bad:
            return shown(ctx, 400, pages.trouble(SORRY, f"AADSTS90014: The request is malformed: "
                                                        f"{bad}."))
        try:
            what = self._request(fields, ask.segments[0], ctx)
        except entra_request.Problem as bad:
            return shown(ctx, 400, pages.trouble(SORRY, f"AADSTS{bad.code}: {bad.text}"))
        try:
            self._check(what, fields, ctx)
        except entra_request.Problem as bad:
            return what.refuse(ctx, bad.code, bad.text, bad.error)
        flow = RedirectFlow(self.world, self.grants, ctx, what)
        return self.signins.begin(ask, flow, f"/{ask.segments[0]}/login", what.prompt, what.hint)

    def _request(self, fields, name, ctx):
        """Client, redirect URI and response mode: if these are wrong, no redirect happens."""
        client = entra_request.client(self.world, ctx, name, fields.get("client_id"))
        redirect, mode = fields.get("redirect_uri", ""), fields.get("response_mode", "query")
        if not registrations.matches(client, redirect):
            raise entra_request.problem(ctx, 50011, redirect=redirect, app=client.id)
        if mode not in MODES:
            raise entra_request.problem(ctx, 90023, what="response_mode")
        return Request(client, name, redirect, mode, fields.get("state", ""))

    def _check(self, what, fields, ctx):
        """The rest: what is wrong here is told to the app."""
        kind = fields.get("response_type", "")
        if kind != "code":
            raise entra_request.problem(ctx, 700051, what=kind)
        place = entra_request.tenant(self.world, ctx, what.tenant)
        what.words = fields.get("scope", "").split()
        what.scopes = entra_request.scopes(ctx, fields.get("scope", ""), what.client, place)
        what.prompt, what.hint = fields.get("prompt", ""), fields.get("login_hint", "").strip()
        if what.prompt not in PROMPTS:
            raise entra_request.problem(ctx, 90023, what="prompt")
        what.acrs = entra_request.claims(ctx, fields.get("claims", "")).acrs
        what.nonce, what.client_info = fields.get("nonce", ""), fields.get("client_info") == "1"
        what.challenge = self._challenge(what.client, fields, ctx)
        if not what.hint and "." in fields.get("domain_hint", ""):
            what.hint = "@" + fields["domain_hint"]

    @staticmethod
    def _challenge(client, fields, ctx):
        """RFC 7636, S256 alone; an app with a secret may do without."""
        challenge = fields.get("code_challenge", "")
        if not challenge and not client.public:
            return ""
        if not challenge or fields.get("code_challenge_method") != "S256":
            raise entra_request.problem(ctx, 50147)
        if not S256.match(challenge):
            raise entra_request.problem(ctx, 501491)
        return challenge

    async def post(self, ask, ctx):
        """A page of a sign-in came back, from whichever flow."""
        answer = await self.signins.post(ask)
        return answer or shown(ctx, 400, pages.trouble(
            SORRY, "AADSTS165900: Your sign-in was sent twice or took too long. Begin again."))

    @staticmethod
    def native(ctx):
        """Where apps without a listener let the sign-in end: they read the address."""
        return shown(ctx, 200, pages.message("Signed in", "You may close this window."))

    def logout(self, ask, ctx):
        """Ends the session; back to the app only where that is registered."""
        self.signins.sign_out(ask)
        target = ask.query.get("post_logout_redirect_uri", "")
        known = any(registrations.matches(app, target) for app in self.world.clients.values())
        return signed_out(ctx, target if known else "", ask.query.get("state", ""))


@unanchored("OpenID Connect's end of a session; Entra's answers to it are not recorded")
def signed_out(ctx, target, state):
    if target:
        text = encode({"state": state}) if state else ""
        return _redirect(ctx, registrations.returned(target, text, "?") if text else target)
    body = pages.message("You signed out of your account", "It's a good idea to close all "
                         "browser windows.")
    return Answer(200, [*entra_headers.page(ctx, len(body)),
                        ("Set-Cookie", "ESTSAUTHPERSISTENT=; path=/; secure; expires=Thu, "
                                       "01-Jan-1970 00:00:00 GMT")], body)
