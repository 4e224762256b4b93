# SPDX-License-Identifier: MIT
# The steps of a sign-in in a browser: who, password, second factor, consent; and its sessions.
# Knows nothing of what is signed in to: a flow decides what is demanded and how it ends.

import dataclasses
import hmac
import secrets
import time

import pages
from forms import BadForm, form

LONGEST = 3600
COOKIE = "ESTSAUTHPERSISTENT"


@dataclasses.dataclass
class SignIn:
    """One sign-in under way. `flow` has app, refuses(), strength(), consents(), done(), deny(),
    fail() and show(); `action` is where its pages post to."""
    flow: object
    action: str
    prompt: str = ""
    hint: str = ""
    browser: str = ""
    id: str = dataclasses.field(default_factory=lambda: secrets.token_urlsafe(24))
    canary: str = dataclasses.field(default_factory=lambda: secrets.token_urlsafe(24))
    begun: float = dataclasses.field(default_factory=time.time)
    user: object = None
    strong: bool = False
    accepted: bool = False

    @property
    def fields(self):
        return {"ctx": self.id, "canary": self.canary}


class SignIns:
    """`browsers` maps a cookie's value to the accounts signed in there: {upn: strong}."""

    def __init__(self, world, browsers):
        self.world = world
        self.browsers = browsers
        self.open = {}

    def begin(self, ask, flow, action, prompt="", hint=""):
        """The first page, or at once the end of a sign-in that needs none."""
        one = SignIn(flow, action, prompt, hint, browser=_cookie(ask))
        for old in [s for s in self.open.values() if s.begun < time.time() - LONGEST]:
            del self.open[old.id]
        self.open[one.id] = one
        if prompt != "login":
            self._recognize(one)
        if one.prompt == "none" and one.user is None:
            return self._end(one, flow.fail(one, "login"))
        return self._next(one)

    def _accounts(self, one):
        signed_in = self.browsers.get(one.browser, {})
        return [account for account in map(self.world.account, signed_in) if account]

    def _recognize(self, one):
        """A session of the browser serves when it is plain which account is meant."""
        accounts = self._accounts(one)
        if one.hint:
            accounts = [a for a in accounts if a.upn.endswith(one.hint.lower())]
        if len(accounts) == 1 and one.prompt != "select_account":
            self._use(one, accounts[0])

    def _use(self, one, account):
        one.user = account
        one.strong = self.browsers.get(one.browser, {}).get(account.upn, False)

    async def post(self, ask):
        """A page of ours came back."""
        try:
            fields = form(await ask.body())
        except BadForm:
            return None
        one = self.open.get(fields.get("ctx", ""))
        if one is None or not hmac.compare_digest(one.canary, fields.get("canary", "")):
            return None
        return self._step(one, fields)

    def _step(self, one, fields):
        do = fields.get("do", "sign-in")
        if do == "cancel":
            return self._end(one, one.flow.deny(one, "consent" if one.user else "sign-in"))
        if do == "other":
            return self._form(one)
        if do == "pick":
            return self._pick(one, fields.get("account", ""))
        if do == "otp" and one.user:
            return self._otp(one, fields.get("otp", ""))
        if do == "accept" and one.user:
            one.accepted = True
            return self._next(one)
        return self._password(one, fields)

    def _pick(self, one, upn):
        if upn not in self.browsers.get(one.browser, {}):
            return self._form(one)
        self._use(one, self.world.account(upn))
        return self._next(one)

    def _password(self, one, fields):
        account = self.world.account(fields.get("username", ""))
        if account is None:
            return self._form(one, fields.get("username", ""),
                              "This username may be incorrect. Make sure you typed it correctly. "
                              "Otherwise, contact your admin.")
        if not hmac.compare_digest(account.password.encode(), fields.get("password", "").encode()):
            return self._form(one, account.upn, "Your account or password is incorrect. If you "
                              "don't remember your password, reset it now.")
        one.user, one.prompt = account, "" if one.prompt == "login" else one.prompt
        return self._next(one)

    def _otp(self, one, otp):
        if not hmac.compare_digest(one.user.otp.encode(), otp.strip().encode()):
            return one.flow.show(200, pages.second_factor(
                one, one.user.upn, "You didn't enter the expected verification code. Please try "
                "again."))
        one.strong = True
        return self._next(one)

    def _form(self, one, hint="", problem=""):
        return one.flow.show(200, pages.sign_in(one, one.flow.app, hint or one.hint, problem))

    def _next(self, one):
        """What is due now."""
        if one.user is None:
            accounts = self._accounts(one) if one.prompt != "login" else []
            if accounts and (one.prompt == "select_account" or not one.hint):
                return one.flow.show(200, pages.pick(one, one.flow.app, accounts))
            return self._form(one)
        refusal = one.flow.refuses(one)
        if refusal is not None:
            return self._end(one, refusal)
        if one.flow.strength(one) and not one.strong:
            if one.prompt == "none":
                return self._end(one, one.flow.fail(one, "strength"))
            return one.flow.show(200, pages.second_factor(one, one.user.upn, ""))
        return self._consent(one)

    def _consent(self, one):
        page = None if one.accepted else one.flow.consents(one)
        if page is None:
            return self._done(one)
        if one.prompt == "none":
            return self._end(one, one.flow.fail(one, "consent"))
        return one.flow.show(200, page)

    def _done(self, one):
        one.browser = one.browser if one.browser in self.browsers else secrets.token_urlsafe(32)
        session = self.browsers.setdefault(one.browser, {})
        session[one.user.upn] = session.get(one.user.upn, False) or one.strong
        answer = self._end(one, one.flow.done(one))
        answer.headers.insert(0, ("Set-Cookie", f"{COOKIE}={one.browser}; path=/; secure; "
                                                "HttpOnly; SameSite=None"))
        return answer

    def _end(self, one, answer):
        self.open.pop(one.id, None)
        return answer

    def sign_out(self, ask):
        """Forgets the browser."""
        self.browsers.pop(_cookie(ask), None)


def _cookie(ask):
    for part in ask.headers.get("Cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value
    return ""
