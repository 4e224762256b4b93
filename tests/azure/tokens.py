# SPDX-License-Identifier: MIT
# Makes tokens (RS256 JWTs, PATs) and judges those that arrive: whose they are, what is wrong.
# Knows nothing of answers: what a judgement means on the wire is told elsewhere.

import base64
import dataclasses
import hashlib
import json
import secrets
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

import ca
import world as worlds


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def digest(token):
    """How a token is remembered as revoked: never by itself."""
    return hashlib.sha256(token.encode()).digest()


@dataclasses.dataclass
class Pat:
    """`digest`, `id`, `name` and `created` are for the API of PATs."""
    owner: object
    orgs: tuple
    scope: frozenset
    expires: float
    digest: bytes = b""
    name: str = ""
    id: str = dataclasses.field(default_factory=worlds.guid)
    created: float = dataclasses.field(default_factory=time.time)
    revoked: bool = False


@dataclasses.dataclass
class Verdict:
    """`why` is "" for a good credential; `kind` is none, pat, entra, oauth, session, password or
    other."""
    scheme: str = ""
    kind: str = "none"
    owner: object = None
    why: str = "anonymous"
    scopes: frozenset = frozenset()
    claims: str = ""

    def summary(self):
        """What the log may tell: never the value."""
        owner = self.owner.label if self.owner else None
        return {"scheme": self.scheme, "kind": self.kind, "owner": owner, "why": self.why}


class Signer:
    """The signing key of Entra, with the certificate that its JWKS shows."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        der = ca.builder("accounts.test", "accounts.test", self.key, 30).sign(
            self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
        self.x5c = base64.b64encode(der).decode()
        self.kid = b64url(hashlib.sha1(der).digest())

    def sign(self, claims):
        head = {"typ": "JWT", "alg": "RS256", "x5t": self.kid, "kid": self.kid}
        parts = [b64url(json.dumps(part, separators=(",", ":")).encode())
                 for part in (head, claims)]
        text = ".".join(parts)
        signature = self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{text}.{b64url(signature)}"

    def claims(self, token):
        """The claims of a token of ours whose signature is right, or None."""
        try:
            head, body, signature = token.split(".")
            if json.loads(unb64url(head)).get("alg") != "RS256":
                return None
            self.key.public_key().verify(unb64url(signature), f"{head}.{body}".encode(),
                                         padding.PKCS1v15(), hashes.SHA256())
            return json.loads(unb64url(body))
        except (ValueError, AttributeError, InvalidSignature):
            return None

    def jwk(self, issuer):
        numbers = self.key.public_key().public_numbers()
        size = (numbers.n.bit_length() + 7) // 8
        return {"kty": "RSA", "use": "sig", "kid": self.kid, "x5t": self.kid,
                "n": b64url(numbers.n.to_bytes(size, "big")),
                "e": b64url(numbers.e.to_bytes(3, "big")),
                "x5c": [self.x5c], "cloud_instance_name": "microsoftonline.com",
                "issuer": issuer}


class Vault:
    """Every token that the stand-in knows, and what has become of it."""

    def __init__(self, world):
        self.world = world
        self.signer = Signer()
        self.pats = {}
        self.oauth = {}
        self.sessions = {}
        self.forges = {}
        self.born = {}
        self.revoked = set()
        self.expired = set()
        self.issued = 0

    def entra(self, owner, lifetime=3599, cae=False, audience=worlds.RESOURCE, **user):
        """An access token of a service principal or a user, in the form of version 1. For a user
        `client`, `scope` and `acrs` tell what was signed in to, and how well."""
        now = time.time()
        tenant = owner.tenant.directory
        claims = {
            "aud": audience, "iss": f"https://sts.windows.net/{tenant}/",
            "iat": int(now) - 300, "nbf": int(now) - 300, "exp": int(now) + int(lifetime),
            "aio": b64url(secrets.token_bytes(48)), **self._who(owner, **user),
            "oid": owner.oid, "rh": "1." + b64url(secrets.token_bytes(24)),
            "sub": owner.oid, "tid": tenant, "uti": b64url(secrets.token_bytes(16)),
            "ver": "1.0"}
        if cae:
            claims["xms_cc"] = ["cp1"]
        self.issued += 1
        token = self.signer.sign(claims)
        if cae and isinstance(owner, worlds.User):
            self.born[digest(token)] = now
        return token

    @staticmethod
    def _who(owner, client="04b07795-8ddb-461a-bbee-02f9e1bf7b46", scope="user_impersonation",
             acrs=()):
        if isinstance(owner, worlds.App):
            return {"appid": owner.id, "appidacr": "1", "idtyp": "app",
                    "idp": f"https://sts.windows.net/{owner.tenant.id}/"}
        told = {"acrs": list(acrs)} if acrs else {}
        if owner.account is not owner:
            told["idp"] = f"https://sts.windows.net/{owner.account.tenant.directory}/"
        return {**told, "appid": client, "appidacr": "0", "idtyp": "user", "scp": scope,
                "name": owner.name, "unique_name": owner.account.upn, "upn": owner.upn}

    def id_token(self, owner, client, nonce):
        """OpenID Connect's, in the form of version 2."""
        now, tenant = int(time.time()), owner.tenant.directory
        if owner.tenant.id == worlds.ZERO:
            tenant = worlds.MSA_TENANT
        return self.signer.sign({
            "aud": client, "iss": f"https://login.microsoftonline.com/{tenant}/v2.0",
            "iat": now - 300, "nbf": now - 300, "exp": now + 3600, "name": owner.name,
            **({"nonce": nonce} if nonce else {}), "oid": owner.oid,
            "preferred_username": owner.account.upn,
            "rh": "1." + b64url(secrets.token_bytes(24)), "sub": digest(owner.oid + client).hex(),
            "tid": tenant, "uti": b64url(secrets.token_bytes(16)), "ver": "2.0"})

    def older(self, owner, app, purpose, lifetime):
        """A token of the older OAuth platform: signed, but not one of Entra's."""
        now = int(time.time())
        token = self.signer.sign({
            "nameid": owner.oid, "scp": " ".join(app.permissions), "aui": worlds.guid(),
            "appid": app.id, "purpose": purpose, "iss": "app.vstoken.visualstudio.com",
            "aud": "app.vstoken.visualstudio.com", "nbf": now, "exp": now + lifetime})
        if purpose == "access":
            self.oauth[digest(token)] = Pat(owner, (), frozenset(app.permissions), now + lifetime)
        return token

    def session(self, owner, org, scope, expires):
        """A self-describing session token: a JWT of Azure DevOps, good in one organization."""
        token = self.signer.sign({
            "nameid": owner.oid, "scp": scope, "aui": worlds.guid(), "sid": worlds.guid(),
            "iss": "app.vstoken.visualstudio.com",
            "aud": f"app.vstoken.visualstudio.com|vso:{org.id}", "nbf": int(time.time()),
            "exp": int(expires)})
        self.sessions[digest(token)] = Pat(owner, (org.name,), frozenset(scope.split()), expires)
        return token

    def opaque(self, owner, scope, lifetime, prefix, at):
        """An access token of another forge, good at that host alone."""
        token = f"{prefix}{worlds.letters(52)}"
        self.forges[digest(token), at] = Pat(owner, (), frozenset(scope.split()),
                                             time.time() + lifetime)
        return token

    def forge(self, token, at):
        """What a forge's token is worth there: a Pat, or None."""
        known = self.forges.get((digest(token), at))
        return known if known and not self._fate(token, known.expires) else None

    def pat(self, owner, orgs, scope="app_token", lifetime=86400 * 30, name="made by hand"):
        """A PAT: 84 characters, AZDO after the seventy-sixth."""
        token = f"{worlds.letters(76)}AZDO{worlds.letters(4)}"
        scopes = frozenset(scope.split())
        self.pats[digest(token)] = Pat(owner, tuple(orgs), scopes, time.time() + lifetime,
                                       digest(token), name)
        return token

    def revoke(self, token):
        self.revoked.add(digest(token))

    def expire(self, token):
        """A PAT was made as much earlier, so that lists tell the same."""
        self.expired.add(digest(token))
        pat = self.pats.get(digest(token))
        early = pat.expires - time.time() if pat else 0
        if early > 0:
            pat.created -= early
            pat.expires -= early

    def judge(self, header, org):
        """What a request's Authorization header is worth in an organization."""
        if not header:
            return Verdict()
        scheme, _, value = header.partition(" ")
        if scheme.lower() == "bearer":
            return self._token("Bearer", value.strip(), org)
        if scheme.lower() != "basic":
            return Verdict(scheme=scheme[:20], kind="other", why="anonymous")
        try:
            pair = base64.b64decode(value.strip(), validate=True).decode()
        except ValueError:
            return Verdict("Basic", "other", None, "malformed")
        if ":" not in pair:
            return Verdict("Basic", "other", None, "malformed")
        return self._token("Basic", pair.partition(":")[2], org)

    def _token(self, scheme, token, org):
        if digest(token) in self.oauth:
            return self._judge_oauth(scheme, token, org)
        if digest(token) in self.sessions:
            return self._judge_session(scheme, token, org)
        if token.count(".") == 2:
            return self._judge_entra(scheme, token, org)
        known = self.pats.get(digest(token))
        if known is None:
            kind = "password" if scheme == "Basic" else "other"
            return Verdict(scheme, kind, None, "unknown" if token else "empty")
        why = self._fate(token, known.expires)
        if not why and scheme == "Bearer":
            why = "pat-as-bearer"
        if not why and org and org.name not in known.orgs:
            why = "other-org"
        if not why and org and known.owner.name not in org.members:
            why = "not-member"
        return Verdict(scheme, "pat", known.owner, why, known.scope)

    def _judge_session(self, scheme, token, org):
        """In an Authorization header of either scheme, in its own organization."""
        known = self.sessions[digest(token)]
        why = self._fate(token, known.expires)
        if not why and org and org.name not in known.orgs:
            why = "other-org"
        if not why and org and known.owner.name not in org.members:
            why = "not-member"
        return Verdict(scheme, "session", known.owner, why, known.scope)

    def _judge_oauth(self, scheme, token, org):
        """A token of the older OAuth platform: an organization may have switched these off."""
        known = self.oauth[digest(token)]
        why = self._fate(token, known.expires)
        if not why and org and not org.allows_oauth:
            why = "oauth-off"
        if not why and org and known.owner.name not in org.members:
            why = "not-member"
        return Verdict(scheme, "oauth", known.owner, why, known.scope)

    def _judge_entra(self, scheme, token, org):
        claims = self.signer.claims(token)
        owner = claims and self.world.owner(claims.get("oid"))
        if not owner:
            return Verdict(scheme, "entra", None, "bad-signature")
        why = self._fate(token, claims["exp"])
        if not why and claims["aud"] not in (worlds.RESOURCE, worlds.RESOURCE_URI):
            why = "wrong-audience"
        if not why and org and claims["tid"] != org.tenant.directory:
            why = "foreign-tenant"
        if not why and org and owner.name not in org.members:
            why = "not-member"
        asked = ""
        if not why and isinstance(owner, worlds.User):
            why, asked = self._challenged(token, owner.account, claims)
        scopes = claims.get("scp", "user_impersonation").split()
        if "user_impersonation" in scopes:
            scopes = ["app_token"]
        return Verdict(scheme, "entra", owner, why, frozenset(scopes), asked)

    def _challenged(self, token, account, claims):
        """Continuous access evaluation: why, and the claims that would do instead. Only tokens of
        clients that said cp1 meet the end of a session."""
        if self.born.get(digest(token), account.valid_from) < account.valid_from:
            return "session-revoked", (
                '{"access_token":{"nbf":{"essential":true, "value":"%d"}}}' % account.valid_from)
        if account.challenge and account.challenge not in claims.get("acrs", []):
            return "step-up", ('{"access_token":{"acrs":{"essential":true,"value":"%s"}}}'
                               % account.challenge)
        return "", ""

    def _fate(self, token, expires):
        if digest(token) in self.revoked:
            return "revoked"
        if digest(token) in self.expired or expires <= time.time():
            return "expired"
        return ""
