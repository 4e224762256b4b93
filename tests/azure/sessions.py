# SPDX-License-Identifier: MIT
# Session tokens: an Entra token's exchange for a JWT of Azure DevOps or for a personal access token.
# Knows nothing of who may call: it is told the verdict.

import json
import re
import time

import pats
import refusals
import rest
import world as worlds
from anchors import unanchored

# Sheet 4.2. A longer time is cut, as "returned validTo can be shorter".
USUAL = {"selfdescribing": 4 * 3600, "compact": 90 * 86400}
MOST = {"selfdescribing": 24 * 3600, "compact": pats.YEAR}


class Sessions:
    """`audits` hears of personal access tokens that are made."""

    def __init__(self, world, vault, audits):
        self.world = world
        self.vault = vault
        self.audits = audits

    async def answer(self, ask, org, place, verdict):
        """What the resource Token/SessionTokens says, or None where it is none of its paths."""
        if place.area != ["token", "sessiontokens"] or ask.method != "POST":
            return None
        if verdict.kind != "entra":
            return pats.not_allowed(self.world, ask)
        if not isinstance(verdict.owner, worlds.User):
            return refusals.bearer_refused(self.world, ask, org, place)
        wanted = rest.version(ask)
        if "-preview" not in wanted and wanted != "1.0":
            return refusals.preview_only(self.world, ask, wanted or "7.1")
        kind = ask.query.get("tokentype", "selfdescribing").lower()
        try:
            asked = json.loads(await ask.body())
        except ValueError:
            return pats.malformed(self.world, ask)
        if not isinstance(asked, dict) or kind not in USUAL:
            return pats.malformed(self.world, ask)
        return self._make(ask, org, verdict.owner, kind, asked)

    def _make(self, ask, org, owner, kind, asked):
        scope, name = asked.get("scope"), asked.get("displayName") or ""
        words = set(scope.split()) if isinstance(scope, str) else set()
        if not words or not words <= pats.SCOPES | {"app_token"}:
            return refused(self.world, ask, 400, "The scope is not valid.")
        until = _until(asked, kind)
        if until is None:
            return refused(self.world, ask, 400, "The valid to date is not valid.")
        if kind == "compact" and not org.allows_pats:
            return refused(self.world, ask, 403, pats.WORDS["disablePatCreationPolicyViolation"])
        if not isinstance(name, str) or len(name) > 256 or re.search(r"[\x00-\x1f\x7f]", name):
            return refused(self.world, ask, 400, "The display name is not valid.")
        token = self._issue(org, owner, kind, scope, until, name)
        return made(self.world, ask, org, owner, token, name, scope, until)

    def _issue(self, org, owner, kind, scope, until, name):
        if kind == "selfdescribing":
            return self.vault.session(owner, org, scope, until)
        self.audits.note(org, owner, "Token.PatCreateEvent", name)
        return self.vault.pat(owner, [org.name], scope, until - time.time(), name)


def _until(asked, kind):
    """When it is to end, or None for a time that cannot be."""
    now = time.time()
    if asked.get("validTo") is None:
        return now + USUAL[kind]
    until = rest.instant(asked["validTo"])
    return None if until is None or until <= now else min(until, now + MOST[kind])


@unanchored("no success of this resource is recorded: the members are those of the specification's "
            "SessionToken")
def made(world, ask, org, owner, token, name, scope, until):
    return rest.ok(world, ask, owner, {
        "clientId": worlds.ZERO, "accessId": worlds.guid(), "authorizationId": worlds.guid(),
        "hostAuthorizationId": worlds.ZERO, "userId": owner.oid,
        "validFrom": rest.stamp(time.time()), "validTo": rest.stamp(until), "displayName": name,
        "scope": scope, "targetAccounts": [org.id], "token": token, "alternateToken": None,
        "isValid": True, "isPublic": False, "publicData": None, "source": None, "claims": None})


@unanchored("no refusal of this resource is recorded")
def refused(world, ask, status, text):
    return refusals.plain(world, ask, status, text,
                          f"{refusals.FRAMEWORK}.SessionTokenCreateException", refusals.FRAMEWORK)
