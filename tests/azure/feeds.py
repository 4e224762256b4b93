# SPDX-License-Identifier: MIT
# Package feeds: which feed an URL means, who may do what there, how files come from blob storage.
# Knows nothing of any protocol of packages: each is a module of its own (feeds_nuget.py).

import dataclasses
import typing

import devops_headers as h
import feeds_cargo
import feeds_maven
import feeds_npm
import feeds_nuget
import feeds_pypi
import place as places
import refusals
import world as worlds
from anchors import recorded, unanchored
from answer import Answer

READ = {"app_token", "vso.packaging", "vso.packaging_write", "vso.packaging_manage"}
WRITE = READ - {"vso.packaging"}
# A protocol's module has a class whose `answer(call)` serves a request that was let in, and
# STORE, what a feed keeps of it. REDIRECTS: a wrong credential is sent to the sign-in page.
PROTOCOLS = {"Cargo": feeds_cargo, "maven": feeds_maven, "npm": feeds_npm, "nuget": feeds_nuget,
             "pypi": feeds_pypi}
MODIFYING = ("PUT", "POST", "DELETE", "PATCH")


@dataclasses.dataclass
class Feed:
    """`project` is None for a feed of the organization; `only`: who may read it, or everybody."""
    name: str
    project: typing.Any = None
    only: tuple = ()
    id: str = dataclasses.field(default_factory=worlds.guid)
    stores: dict = dataclasses.field(default_factory=dict)

    def store(self, protocol):
        """What the feed has of a protocol; made when it is first asked for."""
        if protocol not in self.stores:
            self.stores[protocol] = PROTOCOLS[protocol].STORE()
        return self.stores[protocol]


@dataclasses.dataclass
class Call:
    """A request to a feed that was let in. `tail` is the path below the protocol's name; `base`
    the address that stands before it, with GUIDs whatever the caller wrote, `named` the same
    with names; `root` is that of the organization."""
    world: typing.Any
    ask: typing.Any
    org: typing.Any
    feed: Feed
    protocol: str
    tail: list
    owner: typing.Any
    root: str
    base: str
    blobs: typing.Any
    guarded: bool = True  # nobody gets in without a credential

    @property
    def store(self):
        return self.feed.store(self.protocol)

    @property
    def named(self):
        project = f"{h.quote(self.feed.project.name)}/" if self.feed.project else ""
        return f"{self.root}{project}_packaging/{self.feed.name}/{self.protocol}/"

    def document(self, kind, body, status=200):
        return document(self, kind, body, status)

    def missing(self, message):
        return missing(self, message)

    def file(self, name, kind, data):
        """A package's bytes: where they are, not the bytes themselves."""
        return stored(self, self.blobs.keep(name, kind, data))

    def refused(self, status, word, message):
        return refused(self, status, word, message)


class Feeds:
    """Every organization has `tools`, each of its projects `libs`; contoso also `vault`, which is
    alice's alone."""

    def __init__(self, world, blobs):
        self.world = world
        self.blobs = blobs
        self.by_org = {org.name: self._make(org) for org in world.orgs.values()}

    @staticmethod
    def _make(org):
        feeds = [Feed("tools")] + [Feed("libs", project) for project in org.projects]
        if org.name == "contoso":
            feeds.append(Feed("vault", only=("alice",)))
        return feeds

    def find(self, org, project, name):
        """A feed by names or GUIDs, mixed at will, or None; a project must be the feed's own."""
        home, name = org.project(project) if project else None, name.lower()
        if project and home is None:
            return None
        return next((feed for feed in self.by_org[org.name] if feed.project is home
                     and name in (feed.name, feed.id)), None)

    def refuse(self, ask, org, place, verdict):
        """The answer to a credential that is not good where a package client asks, or None: as
        for every other resource."""
        path = places.feed_path(place.rest)
        module = PROTOCOLS.get(path[2])
        told = verdict.why == "anonymous" or (verdict.kind, verdict.why) == ("pat", "expired")
        if told or module is None:
            return None
        if module.REDIRECTS:
            return empty_password(self.world, ask, org, place) if verdict.why == "empty" else None
        return credential_refused(self.world, ask, org, place)

    async def answer(self, ask, org, place, verdict):
        """The request of a caller whose credential is good in the organization."""
        project, name, protocol, tail = places.feed_path(place.rest)
        if not verdict.scopes & READ:
            return refusals.right_missing(self.world, ask)
        feed = self.find(org, project, name)
        call = Call(self.world, ask, org, feed, protocol, tail, verdict.owner, place.root,
                    address(place, feed, protocol), self.blobs)
        if feed is None:
            return no_feed(call, name)
        if protocol not in PROTOCOLS:
            return refusals.no_route(self.world, ask, verdict.owner)
        lacks = self._lacks(call, verdict)
        if lacks:
            return refused(call, 403, "Forbidden", f"User '{verdict.owner.oid}' lacks permission "
                           f"to complete this action. You need to have '{lacks}'.")
        return await PROTOCOLS[protocol].answer(call)

    @staticmethod
    def _lacks(call, verdict):
        """The permission that the caller would need, or ""."""
        name = verdict.owner.name
        if call.feed.only and name not in call.feed.only:
            return "ReadPackages"
        may_write = call.org.members[name] == "rw" and verdict.scopes & WRITE
        return "AddPackage" if call.ask.method in MODIFYING and not may_write else ""


def address(place, feed, protocol):
    """The base address of a protocol in a feed, as the service writes it: with GUIDs (F7)."""
    if feed is None:
        return ""
    project = f"{feed.project.id}/" if feed.project else ""
    return f"{place.root}{project}_packaging/{feed.id}/{protocol}/"


@unanchored("no header set of a good answer of a feed is recorded; as D1")
def document(call, kind, body, status):
    return Answer(status, h.arrange([
        *h.base(call.world, call.ask), *h.uncached(), *h.framed(), *h.user(call.owner),
        *h.content(kind, len(body))]), body)


@recorded("F2", "F4")
def stored(call, target):
    """303 to blob storage, for the request alone: no credential belongs there."""
    return Answer(303, h.arrange([
        *h.base(call.world, call.ask), *h.uncached(), *h.framed(), *h.user(call.owner),
        ("Location", target), ("Content-Length", "0")]))


@recorded("F8")
def refused(call, status, word, message):
    """The message stands in the reason phrase, with the activity's id."""
    answer = document(call, "application/json; charset=utf-8", refusals.envelope(
        message, "Microsoft.VisualStudio.Services.Packaging.ServiceException",
        "Microsoft.VisualStudio.Services.Packaging"), status)
    activity = answer.header("ActivityId").upper()
    answer.reason = f"{word} - {message} (DevOps Activity ID: {activity})"
    return answer


@unanchored("404 of a package that a feed has not; the form is F8's")
def missing(call, message):
    return refused(call, 404, "Not Found", message)


@unanchored("404 of an unknown feed; the form is F8's")
def no_feed(call, name):
    return refused(call, 404, "Not Found", f"The feed with ID '{name}' doesn't exist.")


@unanchored("not recorded. pip's first request for VssSessionToken@… has an empty password, and pip "
            "asks its keyring only after a 401; its users say that this works (pipenv#4074), so "
            "an empty password is none, and F6's 302 is for a wrong one")
def empty_password(world, ask, org, place):
    return refusals.anonymous(world, ask, org, place)


@unanchored("package clients see 401 for a wrong PAT, as F2's curl; its header set is R3's")
def credential_refused(world, ask, org, place):
    return refusals.anonymous(world, ask, org, place)
