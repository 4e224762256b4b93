# SPDX-License-Identifier: MIT
# Variable groups of Azure Pipelines: read and replaced whole; what is secret is not told.
# Knows nothing of who may call: it is told the verdict.

import collections
import json

import refusals
import rest
from anchors import unanchored

READS = {"app_token", "vso.variablegroups_read", "vso.variablegroups_write", "vso.variablegroups_manage"}
WRITES = READS - {"vso.variablegroups_read"}


class VariableGroups:
    def __init__(self, world):
        self.world = world
        self.groups = collections.defaultdict(lambda: {"12": _first()})

    async def answer(self, ask, org, place, owner, scopes):
        if place.service != "tfs" or place.area[:2] != ["distributedtask", "variablegroups"]:
            return None
        if not scopes & (READS if ask.method == "GET" else WRITES):
            return refusals.right_missing(self.world, ask)
        group = self.groups[org.name].get("".join(place.area[2:3]))
        if group is None:
            return unknown(self.world, ask)
        if ask.method == "GET":
            return shown(self.world, ask, owner, group)
        return await self._replace(ask, owner, group) if ask.method == "PUT" else None

    async def _replace(self, ask, owner, group):
        """The whole group, with the projects that it is for; a secret without a value stays."""
        try:
            asked = json.loads(await ask.body())
            told = asked["name"], asked["type"], asked["variableGroupProjectReferences"][0]["name"]
            variables = dict(asked["variables"])
        except (ValueError, KeyError, TypeError, IndexError):
            return malformed(self.world, ask)
        for name, variable in variables.items():
            if variable.get("isSecret") and variable.get("value") is None:
                variables[name] = group["variables"].get(name, variable)
        group.update(name=told[0], type=told[1], variables=variables)
        return shown(self.world, ask, owner, group)


def _first():
    return {"variables": {"FEED_TOKEN": {"value": "old", "isSecret": True}, "COLOUR": {"value": "blue"},
                          "OTHER": {"value": "stays", "isSecret": True}},
            "id": 12, "type": "Vsts", "name": "deployment", "description": "what builds need", "isShared": False,
            "variableGroupProjectReferences": [{
                "projectReference": {"id": "2f1c0ad2-0ba2-4fd5-92a3-1fa4a1d9e6b1", "name": "demo"},
                "name": "deployment", "description": "what builds need"}]}


@unanchored("documented shape of a variable group; a secret's value is null")
def shown(world, ask, owner, group):
    told = {name: {**variable, "value": None} if variable.get("isSecret") else variable
            for name, variable in group["variables"].items()}
    return rest.ok(world, ask, owner, {**group, "variables": told})


@unanchored("documented: the references to projects are required")
def malformed(world, ask):
    return refusals.plain(world, ask, 400, "Value cannot be null. (variableGroupProjectReferences)",
                          "System.ArgumentNullException", "mscorlib", event=0)


@unanchored("documented status of a group that is not there")
def unknown(world, ask):
    return refusals.plain(world, ask, 404, "Variable group does not exist.", "Microsoft.TeamFoundation."
                          "DistributedTask.WebApi.VariableGroupNotFoundException",
                          "Microsoft.TeamFoundation.DistributedTask.WebApi", event=0)
