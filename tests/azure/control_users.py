# SPDX-License-Identifier: MIT
# The part of the control endpoint that is about people: their accounts, sessions, consents, codes.
# Knows nothing of HTTP beyond its own small requests, nor of pages.

import dataclasses
import time

from aiohttp import web

import entra_device
import entra_user_errors as errors
import world as worlds
from grants import POLICIES

FLAGS = ("mfa", "disabled", "locked", "password_expired", "needs_admin", "federated",
         "block_device_code")
CODES = ("refuse", "refuse_token")
TEXTS = {"refuse_at": ("page", "redirect"), "challenge": None}
SWITCHES = {"oauth": "allows_oauth", "stopped": "stopped", "audit": "audits", "pats": "allows_pats",
            "full-scope": "allows_full_scope", "global": "allows_global", "clamp": "clamps"}
STATES = ("inactive", "revoked", "frequency", "clear")


def _refused(text, status=400):
    return web.json_response({"error": text}, status=status)


class People:
    """`refreshes` are the stores of refresh tokens by host, Entra's under "entra"."""

    def __init__(self, world, entra, refreshes, devices):
        self.world = world
        self.grants = entra.grants
        self.refreshes = refreshes
        self.devices = devices

    def routes(self):
        return [web.post("/user", self.user), web.post("/rotation", self.rotation),
                web.post("/refresh", self.refresh), web.post("/session", self.session),
                web.post("/consent", self.consent), web.get("/device", self.list_devices),
                web.post("/device", self.device), web.post("/org", self.org),
                web.post("/codes", self.codes)]

    def _user(self, name):
        found = self.world.people.get(name) or self.world.account(name)
        return found if isinstance(found, worlds.User) else None

    async def user(self, request):
        """Changes an account; answers what a test needs to sign in."""
        asked = await request.json()
        user = self._user(asked["name"])
        if user is None:
            return _refused("unknown user", 404)
        for name, value in asked.get("changes", {}).items():
            problem = self._change(user, name, value)
            if problem:
                return _refused(problem)
        return web.json_response({"name": user.name, "upn": user.upn, "oid": user.oid,
                                  "password": user.password, "otp": user.otp,
                                  "tenant": user.tenant.directory})

    def _change(self, user, name, value):
        if name in FLAGS:
            setattr(user, name, value in ("1", "true", True))
        elif name in CODES and str(value).isdecimal() and int(value) in (0, *errors.ORDERED):
            setattr(user, name, int(value))
        elif name in TEXTS and (TEXTS[name] is None or value in TEXTS[name]):
            setattr(user, name, value)
        elif name == "password" and value == "new":
            user.password = worlds.client_secret()
            self._end_sessions(user)
        else:
            return f"cannot change {name} to {value}"
        return ""

    def _end_sessions(self, user):
        user.valid_from = time.time()
        self.grants.forget(user)

    async def session(self, request):
        """Ends a person's sessions everywhere: refresh tokens, and access tokens that know CAE."""
        user = self._user((await request.json())["name"])
        if user is None:
            return _refused("unknown user", 404)
        self._end_sessions(user)
        return web.json_response({})

    async def codes(self, request):
        """Lets every authorization code of Entra be as old as it may not be."""
        for code in self.grants.codes.values():
            code.expires = 0
        return web.json_response({})

    async def rotation(self, request):
        asked = await request.json()
        store = self.refreshes.get(asked.get("at", "entra"))
        if store is None or asked["policy"] not in POLICIES:
            return _refused(f"policy is one of {' '.join(POLICIES)}, at one of "
                            f"{' '.join(self.refreshes)}")
        store.policy = asked["policy"]
        return web.json_response({})

    async def refresh(self, request):
        """Orders a state for every refresh token of a person."""
        asked = await request.json()
        user, store = self._user(asked["name"]), self.refreshes.get(asked.get("at", "entra"))
        if user is None or store is None or asked["state"] not in STATES:
            return _refused(f"state is one of {' '.join(STATES)}")
        state = "" if asked["state"] == "clear" else asked["state"]
        return web.json_response({"count": store.mark(user, state)})

    async def consent(self, request):
        """Gives or takes consent; "everybody" means the administrator's, for the tenant."""
        asked = await request.json()
        client = self.world.clients.get(asked["app"])
        everybody = asked["name"] == "everybody"
        user = self.world.people.get(asked["name"])
        if client is None or not (everybody or isinstance(user, worlds.User)):
            return _refused("unknown user or app", 404)
        ids = [t.id for t in self.world.tenants] if everybody else [user.oid]
        for who in ids:
            self.grants.consents.pop((who, client.id), None)
            if asked["action"] == "give":
                self.grants.consent(who, client, client.permissions)
        return web.json_response({})

    async def list_devices(self, request):
        rows = [{"at": at, "user_code": e.user_code, "state": e.state, "app": e.client.name,
                 "left": round(e.expires - time.time())}
                for at, store in self.devices.items() for e in store.entries.values()]
        return web.json_response(rows)

    async def device(self, request):
        """interval, slow-down; approve, decline or expire a code without the page."""
        asked = await request.json()
        store = self.devices.get(asked.get("at", "entra"))
        action, value = asked["action"], asked["value"]
        if store is None:
            return _refused(f"at is one of {' '.join(self.devices)}")
        if action in ("interval", "slow-down"):
            setattr(store, action.replace("-down", "_downs"), int(value))
            return web.json_response({})
        entry = store.typed(value)
        user = self._user(asked.get("user") or "alice")
        if entry is None or user is None:
            return _refused("no such pending code, or unknown user", 404)
        if action == "approve":
            entra_device.approve(entry, user, True)
            self.grants.consent(user.oid, entry.client, entry.client.permissions)
        else:
            entry.state = {"decline": "declined", "expire": "expired"}[action]
        return web.json_response({})

    async def org(self, request):
        """What an administrator may switch: SWITCHES by on|off, pat-days by a number."""
        asked = await request.json()
        org = self.world.orgs.get(asked["name"])
        if org is None or not set(asked["changes"]) <= {*SWITCHES, "pat-days"}:
            return _refused(f"unknown organization, or not one of {' '.join(SWITCHES)} pat-days")
        for name, value in asked["changes"].items():
            if name == "pat-days":
                org.pat_days = int(value)
            else:
                setattr(org, SWITCHES[name], value in ("1", "on", "true"))
        return web.json_response({f.name: getattr(org, f.name) for f in dataclasses.fields(org)
                                  if f.name in (*SWITCHES.values(), "pat_days")})
