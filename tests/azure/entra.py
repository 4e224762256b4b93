# SPDX-License-Identifier: MIT
# Entra's front door and its token endpoint for apps: client_credentials, as strict as Entra is.
# Knows nothing of Azure DevOps, of faults or of the network; people's grants are elsewhere.

import base64
import json

import entra_device
import entra_discovery
import entra_errors as refuse
import entra_headers
import entra_users
import scopes as scopes_
import world as worlds
from anchors import recorded
from answer import Answer
from authorize import Authorize
from entra_request import MULTI, Problem
from forms import BadForm, decode, form
from grants import Grants
from signin import SignIns

HOSTS = ("login.microsoftonline.com", "login.windows.net", "login.microsoft.com",
         "sts.windows.net")
PAGES = {("oauth2", "v2.0", "authorize"): "authorize", ("login",): "login",
         ("oauth2", "v2.0", "logout"): "logout", ("oauth2", "deviceauth"): "device",
         ("oauth2", "nativeclient"): "native"}


class Entra:
    """Every Entra host. `settings` are the overrides that tests make (see faults.py)."""

    def __init__(self, world, vault):
        self.world = world
        self.vault = vault
        self.grants = Grants()
        self.users = entra_users.UserGrants(world, vault, self.grants)
        signins = SignIns(world, self.grants.browsers)
        self.pages = Authorize(world, self.grants, signins)
        self.devices = entra_device.DeviceCodes(world, self.grants, signins)

    async def answer(self, ask, settings):
        """Routes a request to an endpoint, to a page, to discovery or to a 404."""
        ctx = entra_headers.context(ask, settings.get("separator", "blank"))
        if ask.route == "entra-page":
            return await self._page(ask, ctx)
        if ask.route not in ("entra-token", "entra-device"):
            return entra_discovery.answer(self.world, self.vault, ask, ctx)
        try:
            if ask.route == "entra-token":
                return await self._token(ask, ctx, settings)
            return await self.devices.code(ask, ctx, await self._fields(ask, ctx))
        except refuse.Refusal as stop:
            return stop.answer
        except Problem as problem:
            return problem.answer()

    async def _page(self, ask, ctx):
        what = PAGES.get(tuple(part.lower() for part in ask.segments[1:]), "device")
        if what == "authorize":
            return await self.pages.answer(ask, ctx)
        if what == "login" and ask.method == "POST":
            return await self.pages.post(ask, ctx)
        if what == "logout":
            return self.pages.logout(ask, ctx)
        if what == "native":
            return self.pages.native(ctx)
        if what == "device":
            return await self.devices.page(ask, ctx)
        return entra_discovery.not_found(ctx)

    async def _token(self, ask, ctx, settings):
        fields = await self._fields(ask, ctx)
        grant = fields.get("grant_type")
        if not grant:
            raise refuse.Refusal(refuse.missing(ctx, "grant_type"))
        known = grant in entra_users.GRANTS
        if not known and grant != "client_credentials":
            raise refuse.Refusal(refuse.grant_not_supported(ctx, grant))
        client_id, secret = self._client(ask, fields, ctx)
        if known:
            fields["client_id"] = client_id
            return self.users.answer(ask, ctx, fields, secret, settings)
        tenant = self._tenant(ask, ctx)
        scopes = self._scopes(fields, ctx)
        app = self._app(client_id, secret, tenant, ctx)
        audience = self._resource(scopes, tenant, ctx)
        return issue(self.vault, app, audience, fields, ctx, settings)

    @staticmethod
    async def _fields(ask, ctx):
        if ask.method != "POST":
            raise refuse.Refusal(refuse.only_post(ctx, ask.method))
        kind = ask.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            raise refuse.Refusal(refuse.missing(ctx, "grant_type"))
        try:
            return form(await ask.body())
        except BadForm as error:
            raise refuse.Refusal(refuse.malformed(ctx, type(error).__name__)) from error

    @staticmethod
    def _client(ask, fields, ctx):
        """The client id and the secret, from the body or from HTTP Basic, never from both."""
        header = ask.headers.get("Authorization", "")
        if not header:
            return fields.get("client_id"), fields.get("client_secret")
        if "client_secret" in fields:
            raise refuse.Refusal(refuse.two_methods(ctx))
        scheme, _, value = header.partition(" ")
        try:
            if scheme.lower() != "basic":
                raise ValueError("scheme")
            pair = base64.b64decode(value, validate=True)
            name, colon, secret = pair.partition(b":")
            client_id, secret = decode(name), decode(secret) if colon else None
        except ValueError as error:
            raise refuse.Refusal(refuse.malformed(ctx, "Authorization")) from error
        if fields.get("client_id", client_id) != client_id:
            raise refuse.Refusal(refuse.two_methods(ctx))
        return client_id, secret

    def _tenant(self, ask, ctx):
        name = ask.segments[0]
        if name.lower() in MULTI:
            raise refuse.Refusal(refuse.no_tenant(ctx))
        tenant = self.world.tenant(name)
        if tenant is None:
            raise refuse.Refusal(refuse.unknown_tenant(ctx, name))
        return tenant

    @staticmethod
    def _scopes(fields, ctx):
        """The one resource scope; the OIDC scopes that MSAL adds are dropped."""
        if not fields.get("scope", "").strip():
            raise refuse.Refusal(refuse.missing(ctx, "scope"))
        scopes = [scope for scope in fields["scope"].split() if scope not in scopes_.OIDC]
        if len(scopes) != 1:
            raise refuse.Refusal(refuse.bad_scope(ctx, fields["scope"]))
        if not scopes[0].endswith("/.default"):
            raise refuse.Refusal(refuse.scope_not_default(ctx, scopes[0]))
        return scopes[0]

    def _app(self, client_id, secret, tenant, ctx):
        if not client_id:
            raise refuse.Refusal(refuse.missing(ctx, "client_id"))
        app = self.world.app(client_id)
        if app is None or app.tenant is not tenant:
            raise refuse.Refusal(refuse.unknown_app(ctx, client_id, tenant))
        if app.disabled:
            raise refuse.Refusal(refuse.disabled_app(ctx, app))
        if not secret or app.public:
            raise refuse.Refusal(refuse.no_secret(ctx))
        if secret != app.secret:
            raise refuse.Refusal(refuse.wrong_secret(ctx, app))
        if app.secret_expired:
            raise refuse.Refusal(refuse.expired_secret(ctx, app))
        return app

    @staticmethod
    def _resource(scope, tenant, ctx):
        resource = scope[:-len("/.default")]
        if resource.lower() in (worlds.KUBERNETES, worlds.REGISTRIES):
            return resource
        known = resource.lower() in (worlds.RESOURCE, worlds.RESOURCE_URI)
        if not known or not tenant.has_devops:
            raise refuse.Refusal(refuse.unknown_resource(ctx, resource, tenant))
        return resource


def _wants_cae(fields):
    """Whether the client said that it can handle claims challenges (cp1)."""
    try:
        claims = json.loads(fields.get("claims", "{}"))
        return "cp1" in claims["access_token"]["xms_cc"]["values"]
    except (ValueError, KeyError, TypeError):
        return False


@recorded("E3")
def issue(vault, app, audience, fields, ctx, settings):
    """The token answer. Tests may bend the real lifetime, and what expires_in and refresh_in say:
    any JSON text, put in as it is."""
    cae = _wants_cae(fields)
    lifetime = settings.get("lifetime", 86399 if cae else 3599)
    told = settings.get("expires_in", str(int(lifetime)))
    refresh = f'"refresh_in":{settings["refresh_in"]},' if "refresh_in" in settings else ""
    token = vault.entra(app, lifetime, cae, audience)
    body = (f'{{"token_type":"Bearer","expires_in":{told},"ext_expires_in":{told},{refresh}'
            f'"access_token":"{token}"}}').encode()
    return Answer(200, entra_headers.token(ctx, len(body), "1,0,0,,"), body)
