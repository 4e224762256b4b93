# SPDX-License-Identifier: MIT
# The control endpoint that `ctl` and the tests talk to: counters, faults, tokens, the world.
# Knows nothing of TLS or of the served hosts. Plain HTTP on 127.0.0.1, for tests only.

import time

from aiohttp import web

import anchors
import faults as faults_
import world as worlds


class Control:
    def __init__(self, world, vault, faults, counters, people, variables):
        self.people = people
        self.variables = variables
        self.world = world
        self.vault = vault
        self.faults = faults
        self.counters = counters

    def application(self):
        app = web.Application(client_max_size=1 << 22)
        app.add_routes([
            web.get("/counters", self.report), web.get("/log", self.log),
            web.get("/wait", self.wait), web.get("/anchors", self.anchors),
            web.get("/world", self.show), web.get("/variables", self.show_variables),
            web.post("/reset", self.reset),
            web.get("/fault", self.list_faults), web.post("/fault", self.add_fault),
            web.delete("/fault", self.clear_faults), web.post("/token", self.fate),
            web.post("/mint", self.mint), web.post("/app", self.change_app),
            web.post("/member", self.member), *self.people.routes()])
        return app

    async def report(self, request):
        return web.json_response(self.counters.report() | {"issued": self.vault.issued})

    async def log(self, request):
        return web.json_response(self.counters.log)

    async def wait(self, request):
        query = request.query
        reached = await self.counters.wait(query["route"], int(query["count"]),
                                           float(query.get("seconds", 10)))
        return web.json_response({"reached": reached}, status=200 if reached else 504)

    async def anchors(self, request):
        return web.json_response(anchors.listing())

    async def reset(self, request):
        self.counters.clear()
        self.vault.issued = 0
        return web.json_response({})

    async def list_faults(self, request):
        return web.json_response([{"route": f.route, "skip": f.skip, "count": f.count,
                                   **f.options} for f in self.faults.active])

    async def add_fault(self, request):
        asked = await request.json()
        try:
            self.faults.active.append(faults_.parse(asked["route"], asked["options"]))
        except faults_.BadFault as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({})

    async def clear_faults(self, request):
        self.faults.active.clear()
        return web.json_response({})

    async def show_variables(self, request):
        """The variable groups of each organization, with what is secret in them."""
        return web.json_response(self.variables.groups)

    async def fate(self, request):
        """Revokes or expires a token that comes in the body."""
        asked = await request.json()
        action = {"revoke": self.vault.revoke, "expire": self.vault.expire}[asked["action"]]
        action(asked["token"])
        return web.json_response({})

    async def mint(self, request):
        """A token for a person of the world, without a sign-in."""
        asked = await request.json()
        owner = self.world.people.get(asked["owner"])
        if owner is None:
            return web.json_response({"error": "unknown owner"}, status=404)
        lifetime = float(asked.get("lifetime", 3599))
        if asked["kind"] == "pat":
            orgs = asked.get("orgs", "contoso").split(",")
            token = self.vault.pat(owner, orgs, asked.get("scope", "app_token"), lifetime)
        else:
            token = self.vault.entra(owner, lifetime,
                                     audience=asked.get("audience", worlds.RESOURCE))
        return web.json_response({"token": token, "expires": int(time.time() + lifetime)})

    async def change_app(self, request):
        """Expires or replaces an app's secret, disables it; answers its id and secret."""
        asked = await request.json()
        app = self.world.people.get(asked["name"]) or self.world.clients.get(asked["name"])
        if not isinstance(app, worlds.App):
            return web.json_response({"error": "unknown app"}, status=404)
        for name, value in asked.get("changes", {}).items():
            if name == "secret" and value == "new":
                app.secret = worlds.client_secret()
            elif name in ("secret_expired", "disabled", "multi", "trusted", "personal"):
                setattr(app, name, value in ("1", "true", True))
            else:
                return web.json_response({"error": f"cannot change {name}"}, status=400)
        return web.json_response({"name": app.name, "id": app.id, "oid": app.oid,
                                  "tenant": app.tenant.id, "secret": app.secret})

    async def member(self, request):
        """Gives or takes a membership: rights are r, rw or none."""
        asked = await request.json()
        org = self.world.orgs[asked["org"]]
        org.members.pop(asked["owner"], None)
        if asked["rights"] != "none":
            org.members[asked["owner"]] = asked["rights"]
        return web.json_response({})

    async def show(self, request):
        """The world without its secrets."""
        return web.json_response({
            "tenants": {t.name: {"id": t.id, "domains": t.domains} for t in self.world.tenants},
            "people": {p.name: {"tenant": p.tenant.name, "oid": p.oid, "upn": p.upn,
                                "kind": type(p).__name__.lower()}
                       for p in self.world.people.values()},
            "clients": {c.name: {"id": c.id, "redirects": c.redirects, "public": c.public,
                                 "multi": c.multi, "trusted": c.trusted,
                                 "permissions": c.permissions}
                        for c in self.world.clients.values()},
            "orgs": {o.name: {"tenant": o.tenant.name, "members": o.members,
                              "stopped": o.stopped,
                              "repos": [f"{p.name}/_git/{r.name}" for p in o.projects
                                        for r in p.repos]}
                     for o in self.world.orgs.values()}})
