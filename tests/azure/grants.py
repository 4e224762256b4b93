# SPDX-License-Identifier: MIT
# What a sign-in leaves behind: codes, refresh tokens and their families, device codes, consents.
# Knows nothing of HTTP or of anybody's error codes: it answers why as one word.

import dataclasses
import secrets
import string
import time

import world as worlds
from tokens import digest

CODE_LIFE, DEVICE_LIFE = 600, 900
USER_CODE = string.ascii_uppercase + string.digits
POLICIES = ("forgiving", "strict", "fapi", "lone")


@dataclasses.dataclass
class Code:
    """An authorization code and what it was given for."""
    user: object
    client: object
    tenant: object
    redirect: str
    challenge: str
    scopes: list
    nonce: str = ""
    strong: bool = False
    acrs: tuple = ()
    expires: float = dataclasses.field(default_factory=lambda: time.time() + CODE_LIFE)
    redeemed: bool = False
    family: object = None


@dataclasses.dataclass
class Family:
    """Every refresh token that came from one sign-in. `state`: "" or why it is dead."""
    state: str = ""


@dataclasses.dataclass
class Refresh:
    """`state` is what a test ordered: inactive, revoked, frequency or ""."""
    user: object
    client: object
    scopes: list
    family: Family
    parent: object = None
    strong: bool = False
    acrs: tuple = ()
    issued: float = dataclasses.field(default_factory=time.time)
    dead: bool = False
    state: str = ""


class Refreshes:
    """Refresh tokens under a policy. forgiving: the old one stays good (Entra). strict: it dies,
    and its use kills the family (RFC 9700). fapi: it lives until a new one is used. lone: it
    dies, its family lives (the older Azure DevOps OAuth)."""

    def __init__(self, policy="forgiving", prefix="1.A"):
        self.policy = policy
        self.prefix = prefix
        self.entries = {}

    def issue(self, user, client, scopes, parent=None, **options):
        """A new token; with a parent it continues the parent's family."""
        family = parent.family if parent else Family()
        entry = Refresh(user, client, scopes, family, parent, **options)
        token = self.prefix + worlds.letters(180)
        self.entries[digest(token)] = entry
        return token, entry

    def look(self, token):
        """(entry, why): "" for one that may be used; a reuse is acted upon at once."""
        entry = self.entries.get(digest(token))
        if entry is None:
            return None, "unknown"
        why = entry.family.state or entry.state
        if why:
            return entry, why
        if entry.issued < entry.user.valid_from:
            return entry, "revoked"
        if not entry.dead:
            return entry, ""
        if self.policy in ("strict", "fapi"):
            entry.family.state = "reused"
        return entry, "reused"

    def spend(self, entry):
        """The token was used with success: what becomes of it and of those before it."""
        if self.policy in ("strict", "lone"):
            entry.dead = True
        if self.policy == "fapi" and entry.parent:
            for other in self.entries.values():
                older = other is entry.parent or other.parent is entry.parent
                other.dead = other.dead or (older and other is not entry)

    def mark(self, user, state):
        """Orders a state for every living token of a person; answers how many there were."""
        mine = [e for e in self.entries.values() if e.user is user and not e.dead]
        for entry in mine:
            entry.state = state
        return len(mine)

    def revoke(self, token):
        """RFC 7009: the whole family; whether the token was known."""
        entry = self.entries.get(digest(token))
        if entry:
            entry.family.state = "revoked"
        return entry is not None


@dataclasses.dataclass
class Device:
    """`state`: pending, approved, declined, blocked, expired or redeemed."""
    client: object
    tenant: str
    scopes: list
    correlation: str
    interval: int
    user_code: str
    code: str = dataclasses.field(default_factory=lambda: secrets.token_urlsafe(150))
    expires: float = dataclasses.field(default_factory=lambda: time.time() + DEVICE_LIFE)
    polled: float = 0.0
    state: str = "pending"
    user: object = None
    place: object = None
    strong: bool = False
    acrs: tuple = ()


class Devices:
    """Device codes; `slow_downs` polls get that answer first, `interval` goes to new codes. `eager`
    is GitHub's way: how fast polls come is looked at before approval, codes are 40 digits."""

    def __init__(self, shape="#########", life=DEVICE_LIFE, eager=False):
        self.shape = shape
        self.life = life
        self.eager = eager
        self.entries = {}
        self.interval = 5
        self.slow_downs = 0

    def issue(self, client, tenant, scopes, correlation):
        user_code = "".join(secrets.choice(USER_CODE) if c == "#" else c for c in self.shape)
        entry = Device(client, tenant, scopes, correlation, self.interval, user_code)
        if self.eager:
            entry.code = secrets.token_hex(20)
        entry.expires = time.time() + self.life
        self.entries[digest(entry.code)] = entry
        return entry

    def typed(self, user_code):
        """A pending code as a person types it: blanks, dashes and case do not matter."""
        def plain(text):
            return "".join(c for c in text.upper() if c.isalnum())
        found = (e for e in self.entries.values() if plain(e.user_code) == plain(user_code))
        entry = next(found, None)
        return entry if entry and entry.state == "pending" and entry.expires > time.time() else None

    def poll(self, code):
        """(entry, why): unknown, slow_down, pending, declined, blocked, expired, redeemed, ""."""
        entry = self.entries.get(digest(code))
        if entry is None:
            return None, "unknown"
        now, before = time.time(), entry.polled
        entry.polled = now
        if entry.expires <= now:
            return entry, "expired"
        early = before and now - before < entry.interval * 0.8
        if self.slow_downs or (early and (self.eager or entry.state == "pending")):
            self.slow_downs -= self.slow_downs > 0
            entry.interval += 5
            return entry, "slow_down"
        return entry, "" if entry.state == "approved" else entry.state


class Grants:
    """What Entra remembers. `consents` maps (who, app id) to the scopes consented to; who is a
    user's or, for an administrator's consent, a tenant's id. `browsers` are sign-in sessions."""

    def __init__(self):
        self.codes = {}
        self.refreshes = Refreshes()
        self.devices = Devices()
        self.consents = {}
        self.browsers = {}

    def code(self, **what):
        text = "1.A" + secrets.token_urlsafe(260)
        self.codes[digest(text)] = Code(**what)
        return text

    def consented(self, user, client):
        """The scopes that a person or the administrator has consented to."""
        if client.trusted:
            return {"user_impersonation"}
        return (self.consents.get((user.oid, client.id), set())
                | self.consents.get((user.tenant.id, client.id), set()))

    def consent(self, who, client, scopes):
        self.consents.setdefault((who, client.id), set()).update(scopes)

    def forget(self, user):
        """Ends a person's browser sessions."""
        for accounts in self.browsers.values():
            accounts.pop(user.upn, None)
