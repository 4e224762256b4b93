# SPDX-License-Identifier: MIT
# The token endpoint's grants of people: code, refresh token, device code, password.
# Knows nothing of pages, nor of how a person came to be signed in.

import base64
import hashlib
import hmac
import secrets
import time

import entra_headers
import entra_request
import entra_user_errors as errors
import world as worlds
from anchors import recorded, unanchored
from answer import Answer
from authorize import client_info
from entra_errors import Refusal, missing, no_secret, wrong_secret
from tokens import digest

GRANTS = {"authorization_code": "_code", "refresh_token": "_refresh",
          "urn:ietf:params:oauth:grant-type:device_code": "_device", "device_code": "_device",
          "password": "_password"}
REUSED = {"unknown": 70000, "reused": 70000, "inactive": 700082, "frequency": 70043,
          "revoked": 50173}


class Session:
    """What a grant has led to: who, where, how strongly, with which claims."""

    def __init__(self, user, client, words, strong=False, acrs=()):
        self.user = user
        self.client = client
        self.words = words
        self.strong = strong
        self.acrs = acrs
        self.claims = entra_request.Claims()
        self.nonce = ""
        self.parent = None
        self.info = False


class UserGrants:
    """Raises Refusal, or Problem of entra_request."""

    def __init__(self, world, vault, grants):
        self.world = world
        self.vault = vault
        self.grants = grants

    def answer(self, ask, ctx, fields, secret, settings):
        """The answer to a grant whose name is in GRANTS."""
        grant, name = fields["grant_type"], ask.segments[0]
        client = entra_request.client(self.world, ctx, name, fields.get("client_id"))
        ask.credential = {"grant": grant, "client": client.name}
        self._authenticate(ctx, client, secret, grant)
        claims = entra_request.claims(ctx, fields.get("claims", ""))
        session, build = getattr(self, GRANTS[grant])(ctx, fields, client, name)
        ask.credential["owner"] = session.user.label
        session.claims = claims
        session.info = fields.get("client_info") == "1"
        self._policy(ctx, session)
        return build(ctx, self._document(ctx, session, settings))

    @staticmethod
    def _authenticate(ctx, client, secret, grant):
        if client.public:
            if secret:
                raise errors.refusal(ctx, 700025)
            return
        if not secret or "device" in grant or grant == "password":
            raise Refusal(no_secret(ctx))
        if not hmac.compare_digest(secret.encode(), client.secret.encode()):
            raise Refusal(wrong_secret(ctx, client))

    @staticmethod
    def _need(ctx, fields, name):
        if not fields.get(name):
            raise Refusal(missing(ctx, name))
        return fields[name]

    def _tenant(self, ctx, name, tenant):
        """A grant of one tenant is not redeemed at another."""
        asked = entra_request.tenant(self.world, ctx, name)
        if asked is not None and asked is not tenant:
            raise errors.refusal(ctx, 70000)

    def _code(self, ctx, fields, client, name):
        entry = self.grants.codes.get(digest(self._need(ctx, fields, "code")))
        redirect = self._need(ctx, fields, "redirect_uri")
        if entry is None or entry.client is not client:
            raise errors.refusal(ctx, 70000)
        self._tenant(ctx, name, entry.tenant)
        if entry.redeemed:
            raise errors.refusal(ctx, 54005)
        if entry.expires <= time.time():
            raise errors.refusal(ctx, 70008)
        if redirect != entry.redirect:
            raise errors.refusal(ctx, 50011, redirect=redirect, app=client.id)
        self._verify(ctx, entry.challenge, fields.get("code_verifier", ""))
        entry.redeemed = True
        session = Session(entry.user, client, entry.scopes, entry.strong, entry.acrs)
        session.nonce = entry.nonce
        if fields.get("scope"):
            session.words = fields["scope"].split()
        return session, by_code

    @staticmethod
    def _verify(ctx, challenge, verifier):
        if not challenge and not verifier:
            return
        made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        if not 43 <= len(verifier) <= 128 or not hmac.compare_digest(
                made.decode().rstrip("="), challenge):
            raise errors.refusal(ctx, 501481)

    def _refresh(self, ctx, fields, client, name):
        """The token is the account's: it serves every tenant where the person is known."""
        entry, why = self.grants.refreshes.look(self._need(ctx, fields, "refresh_token"))
        if entry and entry.client is not client:
            why = "unknown"
        if why:
            raise self._refuse_refresh(ctx, entry, why)
        here = entra_request.presence(self.world, entry.user, name)
        if here is None:
            raise errors.refusal(ctx, 50020, upn=entry.user.upn, tenant=name, app=client.id,
                                 idp=f"https://sts.windows.net/{entry.user.tenant.directory}/")
        words = fields["scope"].split() if fields.get("scope") else entry.scopes
        session = Session(here, client, words, entry.strong, entry.acrs)
        session.parent = entry
        return session, by_refresh

    @staticmethod
    def _refuse_refresh(ctx, entry, why):
        age = (time.time() - entry.issued) * 1000 if entry else None
        issued = errors.stamp(entry.issued) if entry else ""
        valid = errors.stamp(entry.user.valid_from or time.time()) if entry else ""
        return errors.refusal(ctx, REUSED[why], age=age, issued=issued, valid=valid)

    def _device(self, ctx, fields, client, name):
        entry, why = self.grants.devices.poll(
            fields.get("device_code") or self._need(ctx, fields, "code"))
        if entry and entry.client is not client:
            why = "unknown"
        ctx.correlation = entry.correlation if entry else ctx.correlation
        if why in ("slow_down", "declined"):
            raise Refusal({"slow_down": errors.slow_down, "declined": errors.declined}[why](ctx))
        codes = {"unknown": 70018, "pending": 70016, "expired": 70020, "redeemed": 54005,
                 "blocked": 53003}
        if why:
            raise errors.refusal(ctx, codes[why])
        entry.state = "redeemed"
        session = Session(entry.user, client, entry.scopes, entry.strong, entry.acrs)
        return session, by_device

    def _password(self, ctx, fields, client, name):
        if name.lower() in ("common", "consumers"):
            raise errors.refusal(ctx, 9001023)
        user = self.world.account(self._need(ctx, fields, "username"))
        password = self._need(ctx, fields, "password")
        here = entra_request.presence(self.world, user, name) if user else None
        if user is None or here is not user or user.tenant.id == worlds.ZERO:
            raise errors.refusal(ctx, 50034, tenant=name)
        good = hmac.compare_digest(password.encode(), user.password.encode())
        if user.locked or not good or user.federated:
            raise errors.refusal(ctx, 50053 if user.locked else 50126)
        session = Session(user, client, self._need(ctx, fields, "scope").split())
        return session, by_password

    def _policy(self, ctx, session):
        """What may refuse a token although the grant was good."""
        user = session.user.account
        code = user.refuse or user.refuse_token
        states = ((user.disabled, 50057), (user.password_expired, 50055))
        code = next((number for bad, number in states if bad), code)
        if not code and not session.strong and (user.mfa or session.claims.acrs):
            code = 50076
        if code in errors.MFA_CODES and session.strong and not user.refuse_token:
            code = 0
        if code:
            step_up = errors.claims_of(session.claims.acrs) if code in errors.MFA_CODES else ""
            raise errors.refusal(ctx, code, claims=step_up, resource=worlds.RESOURCE,
                                 upn=user.upn, tenant=session.user.tenant.name,
                                 app=session.client.id, name=session.client.name, idp="",
                                 issued=errors.stamp(time.time()), valid="")

    def _document(self, ctx, session, settings):
        """The answer's fields in wire order, with JSON texts that tests may bend."""
        client, user = session.client, session.user
        scopes = entra_request.scopes(ctx, " ".join(session.words), client, user.tenant)
        consented = self.grants.consented(user, client)
        wanted = scopes.wanted(client)
        if not client.trusted and wanted - consented:
            raise errors.refusal(ctx, 65001, app=client.id, name=client.name)
        granted = scopes.granted(consented, client)
        cae = session.claims.cae
        acrs = tuple(session.claims.acrs) if session.strong else ()
        acrs = tuple(dict.fromkeys((*session.acrs, *acrs)))
        lifetime = settings.get("lifetime", 86399 if cae else 3600 + secrets.randbelow(1800))
        token = self.vault.entra(user, lifetime, cae, scopes.audience, client=client.id,
                                 scope=" ".join(granted), acrs=acrs)
        told = settings.get("expires_in", str(int(lifetime)))
        fields = {"token_type": '"Bearer"', "scope": f'"{scopes.echo(granted)}"',
                  "expires_in": told, "ext_expires_in": told}
        if "refresh_in" in settings:
            fields["refresh_in"] = settings["refresh_in"]
        fields["access_token"] = f'"{token}"'
        return fields | self._companions(session, scopes, acrs)

    def _companions(self, session, scopes, acrs):
        """refresh_token, id_token and client_info, each only when asked for; never foci."""
        fields, client, account = {}, session.client, session.user.account
        refreshes, parent = self.grants.refreshes, session.parent
        if parent or "offline_access" in scopes.oidc:
            if parent:
                refreshes.spend(parent)
            token, _ = refreshes.issue(account, client, parent.scopes if parent else session.words,
                                       parent, strong=session.strong, acrs=acrs)
            fields["refresh_token"] = f'"{token}"'
        if "openid" in scopes.oidc:
            token = self.vault.id_token(session.user, client.id, session.nonce)
            fields["id_token"] = f'"{token}"'
        if session.info:
            fields["client_info"] = f'"{client_info(account)}"'
        return fields


def _tokens(ctx, fields):
    body = ("{" + ",".join(f'"{name}":{value}' for name, value in fields.items()) + "}").encode()
    return Answer(200, entra_headers.token(ctx, len(body), "1,0,0,,"), body)


@recorded("E7")
def by_code(ctx, fields):
    return _tokens(ctx, fields)


@recorded("E9")
def by_device(ctx, fields):
    """E9 shows foci as well: its client was of Microsoft's family, no other gets it."""
    return _tokens(ctx, fields)


@unanchored("a refresh grant's success is not recorded; keys of E7")
def by_refresh(ctx, fields):
    return _tokens(ctx, fields)


@unanchored("a password grant's success is not recorded; keys of E7")
def by_password(ctx, fields):
    return _tokens(ctx, fields)
