# SPDX-License-Identifier: MIT
# Work items, their queries, and builds that are queued: a few of each, kept in memory.
# Knows nothing of who may call: it is told the verdict.

import collections
import json
import re
import time

import refusals
import rest
import world as worlds
from anchors import recorded, unanchored

WHERE = re.compile(r"\[System\.State\]\s*=\s*['\"](\w+)['\"]", re.I)
TITLES = (("Sign in once", "Active"), ("Rotate the tokens", "Active"), ("Write it down", "Closed"))


class WorkItems:
    def __init__(self, world):
        self.world = world
        self.builds = collections.defaultdict(list)
        self.items = collections.defaultdict(lambda: [
            {"id": 970 + at, "rev": 1, "fields": {"System.Title": title, "System.State": state}}
            for at, (title, state) in enumerate(TITLES)])

    async def answer(self, ask, org, place, owner, scopes):
        run = {("wit", "wiql"): self._wiql, ("wit", "workitems"): self._items,
               ("build", "builds"): self._builds}.get(tuple(place.area[:2]))
        if run is None or place.service != "tfs":
            return None
        needed = WRITES if place.area[1] == "workitems" and ask.method != "GET" else NEEDS[place.area[0]]
        if not scopes & needed:
            return refusals.right_missing(self.world, ask)
        return await run(ask, org, place, owner)

    def _every(self, org):
        return self.items[org.name]

    async def _wiql(self, ask, org, place, owner):
        if ask.method != "POST":
            return None
        try:
            query = json.loads(await ask.body())["query"]
        except (ValueError, KeyError, TypeError):
            return bad_query(self.world, ask)
        if not query.upper().startswith("SELECT"):
            return bad_query(self.world, ask)
        wanted = WHERE.search(query)
        rows = [item for item in self._every(org)
                if wanted is None or item["fields"]["System.State"].lower() == wanted[1].lower()]
        return wiql(self.world, ask, org, owner, rows)

    async def _items(self, ask, org, place, owner):
        ids = ask.query.get("ids", "") or "".join(place.area[2:3])
        wanted = {int(word) for word in ids.split(",") if word.isdecimal()}
        rows = [item for item in self._every(org) if item["id"] in wanted]
        if ask.method in ("POST", "PATCH"):
            return await self._change(ask, org, place, owner, rows)
        if ask.method != "GET":
            return None
        if place.area[2:3] and rows:
            return item(self.world, ask, owner, _shown(org, rows[0]))
        return items(self.world, ask, owner, [_shown(org, row) for row in rows])

    async def _change(self, ask, org, place, owner, rows):
        """A list of operations (RFC 6902) on fields; POST makes one, its kind behind a $."""
        kind = "".join(place.area[2:3])
        made = {"id": 970 + len(self._every(org)), "rev": 0,
                "fields": {"System.WorkItemType": kind[1:].capitalize(), "System.State": "New"}}
        if ask.method == "POST" and not (kind.startswith("$") and place.project):
            return None
        if ask.method == "PATCH" and not rows:
            return None
        try:
            fields = {step["path"].removeprefix("/fields/"): step["value"]
                      for step in json.loads(await ask.body()) if step["op"] in ("add", "replace")}
        except (ValueError, KeyError, TypeError):
            return refusals.plain(self.world, ask, 400, "You must pass a valid patch document in the "
                                  "body of the request.", "Microsoft.VisualStudio.Services.Common."
                                  "VssPropertyValidationException", refusals.FRAMEWORK, event=3000)
        if ask.method == "POST":
            self._every(org).append(made)
        changed = rows[0] if ask.method == "PATCH" else made
        changed["fields"].update(fields)
        changed["rev"] += 1
        return item(self.world, ask, owner, _shown(org, changed))

    async def _builds(self, ask, org, place, owner):
        queue = self.builds[org.name]
        if ask.method == "GET" and len(place.area) == 2:
            return builds(self.world, ask, owner, queue)
        if ask.method != "POST":
            return None
        try:
            definition = json.loads(await ask.body())["definition"]["id"]
        except (ValueError, KeyError, TypeError):
            return refusals.plain(self.world, ask, 400, "Value cannot be null. (build)",
                                  "System.ArgumentNullException", "mscorlib", event=0)
        queue.append({"id": len(queue) + 1, "buildNumber": f"20260102.{len(queue) + 1}",
                      "status": "notStarted", "queueTime": rest.stamp(time.time()),
                      "definition": {"id": definition, "name": "ci"},
                      "requestedBy": {"displayName": owner.name, "uniqueName": owner.upn}})
        return queued(self.world, ask, owner, queue[-1])


NEEDS = {"wit": {"app_token", "vso.work", "vso.work_write", "vso.work_full"},
         "build": {"app_token", "vso.build", "vso.build_execute"}}
WRITES = {"app_token", "vso.work_write", "vso.work_full"}


def _address(org, number):
    return f"https://dev.azure.com/{org.name}/_apis/wit/workItems/{number}"


def _shown(org, row):
    return {**row, "url": _address(org, row["id"])}


@recorded("R12")
def wiql(world, ask, org, owner, rows):
    field = f"https://dev.azure.com/{org.name}/_apis/wit/fields/System.Id"
    return rest.ok(world, ask, owner, {
        "queryType": "flat", "queryResultType": "workItem",
        "asOf": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + ".537Z",
        "columns": [{"referenceName": "System.Id", "name": "ID", "url": field}],
        "workItems": [{"id": row["id"], "url": _address(org, row["id"])} for row in rows]})


@unanchored("documented shape of a query that cannot be read")
def bad_query(world, ask):
    return refusals.plain(world, ask, 400, "TF51006: The query statement is missing a SELECT "
                          "clause.", "Microsoft.TeamFoundation.WorkItemTracking.Common."
                          "SyntaxException", "Microsoft.TeamFoundation.WorkItemTracking", event=0)


@unanchored("documented shape of a list of work items")
def items(world, ask, owner, rows):
    return rest.ok(world, ask, owner, {"count": len(rows), "value": rows})


@unanchored("documented shape of one work item")
def item(world, ask, owner, row):
    return rest.ok(world, ask, owner, row)


@unanchored("documented shape of the list of builds")
def builds(world, ask, owner, rows):
    return rest.ok(world, ask, owner, {"count": len(rows), "value": rows})


@unanchored("documented shape of a build that was queued")
def queued(world, ask, owner, row):
    return rest.ok(world, ask, owner, row)
