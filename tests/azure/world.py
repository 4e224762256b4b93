# SPDX-License-Identifier: MIT
# The small world that the stand-in serves: tenants, organizations, people, apps, repositories.
# Knows nothing of HTTP or tokens; every id and secret is random, new at each start.

import dataclasses
import secrets
import string
import typing
import uuid

import registrations

ZERO = "00000000-0000-0000-0000-000000000000"
RESOURCE = "499b84ac-1321-427f-aa17-267ca6975798"
# Other audiences, which every tenant knows: clusters and container registries.
KUBERNETES = "6dae42f8-4368-4678-94ff-3960e28e3630"
REGISTRIES = "https://containerregistry.azure.net"
RESOURCE_URI = "https://app.vssps.visualstudio.com"
MSA_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
TRANSFER_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
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

    @property
    def directory(self):
        """What tokens call it: personal accounts come through the transfer tenant."""
        return TRANSFER_TENANT if self.id == ZERO else self.id


@dataclasses.dataclass
class App:
    """An app registration and its service principal; `oid` is the latter's object id. `multi`:
    of every tenant; `trusted`: Microsoft's own, without consent; `personal`: serves personal
    accounts; `permissions`: what its /.default means."""
    name: str
    tenant: Tenant
    secret: str
    id: str = dataclasses.field(default_factory=guid)
    oid: str = dataclasses.field(default_factory=guid)
    secret_expired: bool = False
    disabled: bool = False
    public: bool = False
    multi: bool = False
    trusted: bool = False
    personal: bool = False
    redirects: tuple = ()
    permissions: tuple = ("user_impersonation",)

    @property
    def label(self):
        return self.name

    @property
    def upn(self):
        return self.id


@dataclasses.dataclass
class User:
    """A person; a guest has a `home`, the same person's account elsewhere. The rest is what a
    test may change: see SETTINGS in control_users.py."""
    name: str
    tenant: Tenant
    upn: str
    oid: str = dataclasses.field(default_factory=guid)
    home: typing.Any = None
    password: str = dataclasses.field(default_factory=client_secret)
    otp: str = dataclasses.field(default_factory=lambda: f"{secrets.randbelow(10**6):06}")
    federated: bool = False
    mfa: bool = False
    disabled: bool = False
    locked: bool = False
    password_expired: bool = False
    needs_admin: bool = False
    refuse: int = 0
    refuse_token: int = 0
    refuse_at: str = "page"
    block_device_code: bool = False
    challenge: str = ""
    valid_from: float = 0.0

    @property
    def label(self):
        return self.upn

    @property
    def account(self):
        """The person's own account: a guest's is at home."""
        return self.home or self


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
    """`members` maps an owner's name to "r" or "rw"; `pat_days`: how long a PAT may live, 0 for a
    year, and `clamps`: whether a longer one is cut or refused."""
    name: str
    tenant: Tenant
    members: dict
    projects: list
    id: str = dataclasses.field(default_factory=guid)
    stopped: bool = False
    allows_oauth: bool = True
    allows_pats: bool = True
    audits: bool = True
    allows_full_scope: bool = True
    allows_global: bool = True
    pat_days: int = 0
    clamps: bool = True

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
        self.contoso = Tenant(guid(), "contoso", ["contoso.example", "contoso.onmicrosoft.com",
                                                   "federated.example"])
        self.fabrikam = Tenant(guid(), "fabrikam", ["fabrikam.example"])
        self.northwind = Tenant(guid(), "northwind", ["northwind.example"], has_devops=False)
        self.personal = Tenant(ZERO, "personal", [])
        self.tenants = [self.contoso, self.fabrikam, self.northwind]
        self.people = {}
        self.clients = registrations.listing(self)
        self.older = self.clients["older"]
        self._apps()
        self._users()
        self.orgs = {org.name: org for org in self._orgs()}
        self.forge_repo = Repo("demo", "alice")
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
                     User("mia", self.personal, "mia@outlook.example"),
                     User("olga", self.contoso, "olga@contoso.example", mfa=True),
                     User("fred", self.contoso, "fred@federated.example", federated=True)):
            self.people[user.name] = user
        self.people["bob-guest"] = User(
            "bob-guest", self.contoso, "bob_fabrikam.example#EXT#@contoso.onmicrosoft.com",
            home=self.people["bob"])

    def _orgs(self):
        ours = {"contoso": "rw", "alice": "rw", "reader": "r", "awkward": "rw",
                "olga": "rw", "fred": "rw", "bob-guest": "rw"}
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
        if wanted in (MSA_TENANT, TRANSFER_TENANT):
            return self.personal
        return next((t for t in self.tenants if wanted in (t.id, *t.domains)), None)

    def app(self, client_id):
        """An app by its client id, or None."""
        wanted = client_id.lower()
        known = (*self.people.values(), *self.clients.values())
        return next((a for a in known if isinstance(a, App) and a.id == wanted), None)

    def account(self, upn):
        """A person by the name that is typed in at a sign-in, or None."""
        wanted = upn.strip().lower()
        return next((p for p in self.people.values()
                     if isinstance(p, User) and not p.home and p.upn == wanted), None)

    def presence(self, user, tenant):
        """The user as the tenant knows them: at home, as a guest, or not at all (None)."""
        if user.tenant is tenant:
            return user
        return next((p for p in self.people.values()
                     if isinstance(p, User) and p.home is user and p.tenant is tenant), None)

    def owner(self, oid):
        return next((p for p in self.people.values() if p.oid == oid), None)
