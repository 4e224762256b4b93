# SPDX-License-Identifier: MIT
# The life cycle of personal access tokens: list, show, create, update, revoke; policies.
# Knows nothing of who may call: it is told the verdict.

import json
import re
import time

import devops_headers as h
import refusals
import rest
import world as worlds
from anchors import recorded, unanchored
from answer import Answer
from tokens import digest

# Sheet 4.5: the scopes that a token may have, without their "vso.".
SCOPES = frozenset(f"vso.{name}" for name in """advsec advsec_write advsec_manage agentpools
    agentpools_manage environment_manage analytics auditlog auditstreams_manage build build_execute
    code code_write code_manage code_full code_status connected_server entitlements
    memberentitlementmanagement memberentitlementmanagement_write extension extension_manage
    extension.data extension.data_write githubconnections githubconnections_manage graph
    graph_manage identity identity_manage machinegroup_manage gallery gallery_acquire
    gallery_publish gallery_manage notification notification_write notification_manage
    notification_diagnostics packaging packaging_write packaging_manage pipelineresources_use
    pipelineresources_manage project project_write project_manage release release_execute
    release_manage securefiles_read securefiles_write securefiles_manage security_manage
    serviceendpoint serviceendpoint_query serviceendpoint_manage hooks hooks_write hooks_interact
    settings settings_write symbols symbols_write symbols_manage taskgroups_read taskgroups_write
    taskgroups_manage dashboards dashboards_manage test test_write threads_full tokens
    tokenadministration profile profile_write variablegroups_read variablegroups_write
    variablegroups_manage wiki wiki_write work work_write work_full pats pats_manage
    drop_write""".split())
YEAR = 366 * 86400
PAGE = 20
SORTS = {"displayname": lambda e: e.name.lower(), "displaydate": lambda e: e.expires,
         "status": lambda e: (e.revoked, e.expires)}
WORDS = {
    "displayNameRequired": "A display name is required.",
    "invalidDisplayName": "The display name is not valid.",
    "invalidValidTo": "The date until which the token is valid is not valid.",
    "invalidScope": "The scope is not valid.",
    "invalidAuthorizationId": "The authorization id is not valid.",
    "tokenNotFound": "The token was not found.",
    "expiredPatCannotBeExtended": "An expired token cannot be changed.",
    "fullScopePatPolicyViolation": "Full-scope tokens are restricted by your administrator.",
    "globalPatPolicyViolation": "Global tokens are restricted by your administrator.",
    "patLifespanPolicyViolation": "The lifespan is longer than your administrator allows.",
    "disablePatCreationPolicyViolation": "Creating tokens is restricted by your administrator."}


class Refused(Exception):
    """One of the words of PatTokenError."""


class Pats:
    """`audits` hears of every change."""

    def __init__(self, world, vault, audits):
        self.world = world
        self.vault = vault
        self.audits = audits

    async def answer(self, ask, org, place, verdict):
        """What the resource tokens/pats says, or None where it is none of its paths."""
        if place.area[:2] != ["tokens", "pats"] or len(place.area) != 2:
            return None
        if verdict.kind != "entra":
            return not_allowed(self.world, ask)
        if not isinstance(verdict.owner, worlds.User):
            return refusals.bearer_refused(self.world, ask, org, place)
        wanted = "vso.pats_manage" if ask.method != "GET" else "vso.pats"
        if not any(scope == "app_token" or scope.startswith(wanted) for scope in verdict.scopes):
            return refusals.right_missing(self.world, ask)
        if "-preview" not in rest.version(ask):
            return refusals.preview_only(self.world, ask, rest.version(ask) or "7.1")
        run = {"GET": self._get, "POST": self._post, "PUT": self._put,
               "DELETE": self._delete}.get(ask.method)
        return await run(ask, org, verdict.owner) if run else None

    def _mine(self, org, owner):
        return [pat for pat in self.vault.pats.values()
                if pat.owner is owner and org.name in pat.orgs]

    def _one(self, org, owner, ident):
        return next((pat for pat in self._mine(org, owner) if pat.id == ident), None)

    # -- reading

    async def _get(self, ask, org, owner):
        if "authorizationid" in ask.query:
            found = self._one(org, owner, ask.query["authorizationid"].lower())
            if found is None:
                return result(self.world, ask, owner, None, "tokenNotFound")
            return result(self.world, ask, owner, self._shown(org, found))
        return self._list(ask, org, owner)

    def _list(self, ask, org, owner):
        query = ask.query
        wanted = query.get("displayfilteroption", "active").lower()
        every = [pat for pat in self._mine(org, owner) if wanted in ("all", self._state(pat))]
        every.sort(key=SORTS.get(query.get("sortbyoption", "displayName").lower(),
                                 SORTS["displayname"]),
                   reverse=query.get("issortascending", "true").lower() == "false")
        top = query.get("$top", "")
        size = min(int(top), 100) if top.isdecimal() and int(top) else PAGE
        token = query.get("continuationtoken", "")
        start = int(token) if token.isdecimal() else 0
        more = start + size < len(every)
        return page(self.world, ask, owner, str(start + size) if more else "",
                    [self._shown(org, pat) for pat in every[start:start + size]])

    def _state(self, pat):
        if pat.revoked:
            return "revoked"
        return "expired" if pat.expires <= time.time() else "active"

    def _shown(self, org, pat, token=None):
        return {"displayName": pat.name, "validTo": rest.stamp(pat.expires),
                "scope": " ".join(sorted(pat.scope)),
                "targetAccounts": None if len(pat.orgs) > 1 else [org.id],
                "validFrom": rest.stamp(pat.created), "authorizationId": pat.id, "token": token}

    # -- changing

    async def _asked(self, ask):
        try:
            asked = json.loads(await ask.body())
        except ValueError:
            return None
        return asked if isinstance(asked, dict) else None

    async def _post(self, ask, org, owner):
        asked = await self._asked(ask)
        if asked is None:
            return malformed(self.world, ask)
        try:
            name, scope, expires = self._checked(org, asked)
            if not org.allows_pats:
                raise Refused("disablePatCreationPolicyViolation")
        except Refused as why:
            return result(self.world, ask, owner, None, str(why))
        orgs = [org.name]
        if asked.get("allOrgs"):
            orgs = [o.name for o in self.world.orgs.values() if owner.name in o.members]
        token = self.vault.pat(owner, orgs, scope, expires - time.time(), name)
        made = self.vault.pats[digest(token)]
        self.audits.note(org, owner, "Token.PatCreateEvent", name)
        return result(self.world, ask, owner, self._shown(org, made, token))

    def _checked(self, org, asked, old=None):
        name = asked.get("displayName", old.name if old else "")
        scope = asked.get("scope", " ".join(old.scope) if old else "")
        expires = rest.instant(asked["validTo"]) if "validTo" in asked else (
            old.expires if old else time.time() + 30 * 86400)
        start = old.created if old else time.time()
        if not isinstance(name, str) or not name.strip():
            raise Refused("displayNameRequired")
        if len(name) > 256 or re.search(r"[\x00-\x1f\x7f]", name):
            raise Refused("invalidDisplayName")
        words = set(scope.split()) if isinstance(scope, str) else set()
        if not words or not words <= SCOPES | {"app_token"}:
            raise Refused("invalidScope")
        if expires is None or expires <= time.time() or expires > time.time() + YEAR:
            raise Refused("invalidValidTo")
        return name, scope, self._within(org, asked, words, expires, start)

    def _within(self, org, asked, words, expires, start):
        """The policies of the tenant: refusals, and the lifespan that is cut or refused."""
        if "app_token" in words and not org.allows_full_scope:
            raise Refused("fullScopePatPolicyViolation")
        if asked.get("allOrgs") and not org.allows_global:
            raise Refused("globalPatPolicyViolation")
        if org.pat_days and expires > start + org.pat_days * 86400:
            if not org.clamps:
                raise Refused("patLifespanPolicyViolation")
            return start + org.pat_days * 86400
        return expires

    async def _put(self, ask, org, owner):
        asked = await self._asked(ask)
        if asked is None:
            return malformed(self.world, ask)
        pat = self._one(org, owner, str(asked.get("authorizationId", "")).lower())
        try:
            if pat is None or pat.revoked:
                raise Refused("tokenNotFound" if asked.get("authorizationId")
                              else "invalidAuthorizationId")
            if pat.expires <= time.time():
                raise Refused("expiredPatCannotBeExtended")
            pat.name, scope, pat.expires = self._checked(org, asked, pat)
            pat.scope = frozenset(scope.split())
            self.audits.note(org, owner, "Token.PatUpdateEvent", pat.name)
        except Refused as why:
            return result(self.world, ask, owner, None, str(why))
        return result(self.world, ask, owner, self._shown(org, pat))

    async def _delete(self, ask, org, owner):
        pat = self._one(org, owner, ask.query.get("authorizationid", "").lower())
        if pat is None:
            return result(self.world, ask, owner, None, "tokenNotFound")
        pat.revoked = True
        self.vault.revoked.add(pat.digest)
        self.audits.note(org, owner, "Token.PatRevokeEvent", pat.name)
        return gone(self.world, ask, owner)


@recorded("P3")
def result(world, ask, owner, pat, error="none"):
    """An error is HTTP 200 too; the message came after the recording."""
    told = {"patTokenErrorMessage": WORDS[error]} if error != "none" else {}
    return rest.ok(world, ask, owner, {"patToken": pat, "patTokenError": error, **told})


@unanchored("sheet 4.1: the shape of the list; an empty token ends it")
def page(world, ask, owner, token, rows):
    return rest.ok(world, ask, owner, {"continuationToken": token, "patTokens": rows})


@unanchored("sheet 4.1: 204; the specification says 200")
def gone(world, ask, owner):
    return Answer(204, h.arrange([*h.base(world, ask), *h.uncached(), *h.framed(),
                                  *h.user(owner)]))


@unanchored("P2 tells the document of a call with a PAT, not its status")
def not_allowed(world, ask):
    return refusals.plain(world, ask, 401, "The requested operation is not allowed.",
                          f"{refusals.FRAMEWORK}.InvalidAccessException", refusals.FRAMEWORK)


@recorded("P2")
def malformed(world, ask):
    return refusals.plain(world, ask, 400, "TF400898: An Internal Error Occurred. Activity Id: "
                          f"{worlds.guid()}.", "Newtonsoft.Json.JsonReaderException",
                          "Newtonsoft.Json", event=0)
