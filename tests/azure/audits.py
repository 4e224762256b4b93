# SPDX-License-Identifier: MIT
# The audit log of an organization: what happened to its tokens, in pages.
# Knows nothing of who may read it, nor of what made the events.

import collections
import time

import refusals
import rest
import world as worlds
from anchors import unanchored

BATCH = 200
KEPT = 90 * 86400
DETAILS = {"Token.PatCreateEvent": "Personal Access Token \"{name}\" was created.",
           "Token.PatUpdateEvent": "Personal Access Token \"{name}\" was updated.",
           "Token.PatRevokeEvent": "Personal Access Token \"{name}\" was revoked.",
           "Git.RepositoryCreated": "Git repository \"{name}\" was created."}


class Audits:
    """`note` is called by whoever changes something; `answer` reads it back."""

    def __init__(self, world):
        self.world = world
        self.logs = collections.defaultdict(list)

    def note(self, org, owner, action, name, address="203.0.113.7", when=None):
        area = action.partition(".")[0]
        self.logs[org.name].append({
            "id": f"{worlds.guid()};{len(self.logs[org.name])}", "correlationId": worlds.guid(),
            "activityId": worlds.guid(), "actorCUID": owner.oid, "actorUserId": owner.oid,
            "actorClientId": worlds.ZERO, "actorUPN": owner.upn, "actorDisplayName": owner.name,
            "actorImageUrl": None, "authenticationMechanism": "AAD_UserAuth",
            "timestamp": rest.stamp(when or time.time()), "scopeType": "organization",
            "scopeId": org.id, "scopeDisplayName": f"{org.name} (Organization)",
            "projectId": worlds.ZERO, "projectName": None, "ipAddress": address,
            "userAgent": "curl/8", "actionId": action, "data": {"DisplayName": name},
            "details": DETAILS.get(action, "{name}").format(name=name), "area": area,
            "category": "modify", "categoryDisplayName": "Modify"})

    def answer(self, ask, org, place, owner, scopes):
        if place.service != "audit" or place.area != ["audit", "auditlog"] or ask.method != "GET":
            return None
        if not scopes & {"app_token", "vso.auditlog"}:
            return refusals.right_missing(self.world, ask)
        if not org.audits:
            return switched_off(self.world, ask)
        return self._page(ask, org, owner)

    def _page(self, ask, org, owner):
        query = ask.query
        start = rest.instant(query.get("starttime")) or time.time() - KEPT
        end = rest.instant(query.get("endtime")) or time.time() + 1
        rows = [row for row in reversed(self.logs[org.name])
                if start <= rest.instant(row["timestamp"]) <= end]
        size = query.get("batchsize", "")
        size = min(int(size), BATCH) if size.isdecimal() and int(size) else BATCH
        token = query.get("continuationtoken", "")
        first = int(token) if token.isdecimal() else 0
        more = first + size < len(rows)
        return page(self.world, ask, owner, rows[first:first + size],
                    str(first + size) if more else None)


@unanchored("P4: no recording of any audit answer; keys as public clients read them")
def page(world, ask, owner, rows, token):
    return rest.ok(world, ask, owner, {"decoratedAuditLogEntries": rows,
                                       "continuationToken": token, "hasMore": token is not None})


@unanchored("sheet 4.4: off by default; no recording of what is answered then")
def switched_off(world, ask):
    return refusals.plain(world, ask, 403, "Auditing is not enabled for this organization.",
                          "Microsoft.VisualStudio.Services.Audit.AuditLogNotEnabledException",
                          "Microsoft.VisualStudio.Services.Audit.WebApi")
