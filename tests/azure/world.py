# SPDX-License-Identifier: MIT
# The small world that the stand-in serves: tenants, organizations, people, apps, repositories.
# Knows nothing of HTTP or tokens; every id and secret is random, new at each start.

import dataclasses
import secrets
import string
import uuid

ZERO = "00000000-0000-0000-0000-000000000000"
RESOURCE = "499b84ac-1321-427f-aa17-267ca6975798"
RESOURCE_URI = "https://app.vssps.visualstudio.com"
PLAIN = string.ascii_letters + string.digits


def guid():
    return str(uuid.uuid4())


def letters(count):
    return "".join(secrets.choice(PLAIN) for _ in range(count))


def client_secret():
    """A secret that only a client that percent-encodes can send."""
    return f"{letters(5)}8Q~{letters(10)}+{letters(5)}&{letters(5)}%2B={letters(5)}~._-"


def awkward_secret():
    return client_secret() + " \u00e9\u2603\U0001f511;\"'\\"


@dataclasses.dataclass
class Tenant:
    id: str
    name: str
    domains: list
    has_devops: bool = True


@dataclasses.dataclass
class App:
    """An app registration and its service principal; `oid` is the latter's object id."""
    name: str
    tenant: Tenant
    secret: str
    id: str = dataclasses.field(default_factory=guid)
    oid: str = dataclasses.field(default_factory=guid)
    secret_expired: bool = False
    disabled: bool = False

    @property
    def label(self):
        return self.name

    @property
    def upn(self):
        return self.id


@dataclasses.dataclass
class User:
    name: str
    tenant: Tenant
    upn: str
    oid: str = dataclasses.field(default_factory=guid)

    @property
    def label(self):
        return self.upn


@dataclasses.dataclass
class Repo:
    name: str
    project: str
    only: tuple = ()
    id: str = dataclasses.field(default_factory=guid)


@dataclasses.dataclass
class Project:
    name: str
    repos: list
    id: str = dataclasses.field(default_factory=guid)
    team: str = dataclasses.field(default_factory=guid)


@dataclasses.dataclass
class Org:
    """`members` maps an owner's name to "r" or "rw"."""
    name: str
    tenant: Tenant
    members: dict
    projects: list
    id: str = dataclasses.field(default_factory=guid)
    stopped: bool = False

    def project(self, wanted):
        wanted = wanted.lower()
        return next((p for p in self.projects if wanted in (p.name.lower(), p.id)), None)

    def repo(self, project, wanted):
        """The repository of a project, by name or id, ignoring case as Azure does."""
        found, wanted = self.project(project), wanted.lower()
        if found is None:
            return None
        return next((r for r in found.repos if wanted in (r.name.lower(), r.id)), None)


def _project(name, *repos, only=()):
    return Project(name, [Repo(repo, name, only) for repo in repos or (name,)])


class World:
    """All of it; `people` holds apps and users by their short names."""

    def __init__(self):
        self.contoso = Tenant(guid(), "contoso", ["contoso.example", "contoso.onmicrosoft.com"])
        self.fabrikam = Tenant(guid(), "fabrikam", ["fabrikam.example"])
        self.northwind = Tenant(guid(), "northwind", ["northwind.example"], has_devops=False)
        self.personal = Tenant(ZERO, "personal", [])
        self.tenants = [self.contoso, self.fabrikam, self.northwind]
        self.people = {}
        self._apps()
        self._users()
        self.orgs = {org.name: org for org in self._orgs()}
        self.deployment = guid()
        self.processes = [guid() for _ in range(4)]
        self.app_insights = guid()

    def _apps(self):
        expired = App("expired", self.contoso, client_secret(), secret_expired=True)
        disabled = App("disabled", self.contoso, client_secret(), disabled=True)
        for app in (App("contoso", self.contoso, client_secret()),
                    App("fabrikam", self.fabrikam, client_secret()),
                    App("northwind", self.northwind, client_secret()),
                    App("reader", self.contoso, client_secret()),
                    App("outsider", self.contoso, client_secret()),
                    App("awkward", self.contoso, awkward_secret()), expired, disabled):
            self.people[app.name] = app

    def _users(self):
        for user in (User("alice", self.contoso, "alice@contoso.example"),
                     User("bob", self.fabrikam, "bob@fabrikam.example"),
                     User("mallory", self.contoso, "mallory@contoso.example"),
                     User("mia", self.personal, "mia@outlook.example")):
            self.people[user.name] = user

    def _orgs(self):
        ours = {"contoso": "rw", "alice": "rw", "reader": "r", "awkward": "rw"}
        return [
            Org("contoso", self.contoso, ours, [
                _project("demo", "demo", "library"), _project("Big Project", "Big Repo"),
                _project("restricted", "vault", only=("alice",))]),
            Org("adventure", self.contoso, ours, [_project("demo")]),
            Org("fabrikam", self.fabrikam, {"fabrikam": "rw", "bob": "rw"}, [_project("demo")]),
            Org("msa-org", self.personal, {"mia": "rw"}, [_project("demo")]),
            Org("sleepy", self.contoso, ours, [_project("demo")], stopped=True),
        ]

    def tenant(self, wanted):
        """A tenant by GUID or verified domain, or None."""
        wanted = wanted.lower()
        return next((t for t in self.tenants if wanted in (t.id, *t.domains)), None)

    def app(self, client_id):
        """An app by its client id, or None."""
        wanted = client_id.lower()
        return next((a for a in self.people.values()
                     if isinstance(a, App) and a.id == wanted), None)

    def owner(self, oid):
        return next((p for p in self.people.values() if p.oid == oid), None)
