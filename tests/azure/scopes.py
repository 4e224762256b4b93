# SPDX-License-Identifier: MIT
# Reads a scope parameter: one resource, its delegated permissions, OpenID Connect's own words.
# Knows nothing of answers: a scope that cannot be is an exception that says how.

import dataclasses
import re

import world as worlds

OIDC = frozenset(("openid", "profile", "offline_access", "email"))
GRAPH = "00000003-0000-0000-c000-000000000000"
PERMISSION = re.compile(r"^(user_impersonation|vso\.[a-z_]+)$")
# Clusters and container registries, and the one thing that a person can let an app do there.
OTHERS = {worlds.KUBERNETES: "user.read", worlds.REGISTRIES: "user_impersonation"}
RESOURCES = {worlds.RESOURCE: worlds.RESOURCE, worlds.RESOURCE_URI: worlds.RESOURCE_URI,
             GRAPH: GRAPH, "https://graph.microsoft.com": GRAPH, **{name: name for name in OTHERS}}


class BadScope(Exception):
    """`kind`: several, resource or permission; `what` is the word that was wrong."""

    def __init__(self, kind, what):
        super().__init__(what)
        self.kind = kind
        self.what = what


@dataclasses.dataclass
class Scopes:
    """`resource` is spelled as it was asked for, `audience` as tokens have it."""
    resource: str
    audience: str
    names: list
    oidc: frozenset

    def wanted(self, client):
        """The permissions meant; /.default means all that the app registered."""
        if self.audience == GRAPH:
            return set()
        if self.audience in OTHERS:
            return {f"{self.audience}/{OTHERS[self.audience]}"}
        named = {name for name in self.names if name != ".default"}
        return named | (set(client.permissions) if ".default" in self.names else set())

    def granted(self, consented, client):
        """What the token has: everything once consented to, not only what was asked."""
        if self.audience == GRAPH:
            return sorted(set(self.names) | (self.oidc - {"offline_access"}))
        if self.audience in OTHERS:
            return [OTHERS[self.audience]]
        return sorted(consented | self.wanted(client))

    def echo(self, granted):
        """The answer's `scope`: the permissions, then /.default when it was asked for."""
        if self.audience == GRAPH:
            return " ".join(granted)
        names = granted + ([".default"] if ".default" in self.names else [])
        return " ".join(f"{self.resource}/{name}" for name in names)


def parse(words):
    """Scopes from a list of words, or BadScope."""
    oidc = frozenset(word for word in words if word in OIDC)
    pairs = [_split(word) for word in words if word not in OIDC]
    if len({audience for _, audience, _ in pairs}) > 1:
        raise BadScope("several", " ".join(words))
    if not pairs:
        return Scopes("https://graph.microsoft.com", GRAPH, [], oidc)
    resource, audience, _ = pairs[0]
    names = [name for _, _, name in pairs]
    for name in names:
        if audience != GRAPH and name != ".default" and not _exists(audience, name):
            raise BadScope("permission", name)
    return Scopes(resource, audience, names, oidc)


def _exists(audience, name):
    return name == OTHERS[audience] if audience in OTHERS else PERMISSION.match(name)


def _split(word):
    resource, slash, name = word.rpartition("/")
    if not slash:
        return "https://graph.microsoft.com", GRAPH, word
    known = RESOURCES.get(resource.lower().rstrip("/"))
    if known is None:
        raise BadScope("resource", resource)
    return resource, known, name
