# SPDX-License-Identifier: MIT
# Entra's discovery documents: instance discovery (E1), OpenID configuration (E2), signing keys.
# Knows nothing of tokens but the public half of their key.

import entra_errors as refuse
import entra_headers
import world as worlds
from anchors import recorded, unanchored
from answer import Answer, compact

LOGIN = "https://login.microsoftonline.com"
CLAIMS = ["sub", "iss", "cloud_instance_name", "cloud_instance_host_name",
          "cloud_graph_host_name", "msgraph_host", "aud", "exp", "iat", "auth_time", "acr",
          "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email"]


def answer(world, vault, ask, ctx):
    """One of the documents, or 404."""
    path = [part.lower() for part in ask.segments]
    if path[1:] == ["discovery", "instance"]:
        return _instance(world, ask, ctx)
    if path[1:] in (["v2.0", ".well-known", "openid-configuration"],
                    [".well-known", "openid-configuration"]):
        return _openid(world, path[0], ctx)
    if path[1:] in (["discovery", "v2.0", "keys"], ["discovery", "keys"]):
        return keys(vault, ctx)
    if path[1:2] == ["userrealm"] and len(path) == 3:
        return _realm(world, ask, ctx)
    return not_found(ctx)


def _document(ctx, value):
    body = compact(value)
    return Answer(200, entra_headers.discovery(ctx, len(body)), body)


def _instance(world, ask, ctx):
    endpoint = ask.query.get("authorization_endpoint", "")
    if "api-version" not in ask.query or not endpoint.startswith("https://"):
        return refuse.missing(ctx, "authorization_endpoint")
    parts = endpoint.split("/")
    name = parts[3] if len(parts) > 3 else "common"
    if name not in ("common", "organizations", "consumers") and not world.tenant(name):
        return refuse.unknown_tenant(ctx, name)
    return instance(name, ctx)


@recorded("E1")
def instance(name, ctx):
    """The clouds and their aliases; MSAL asks for it first."""
    def cloud(network, cache, *aliases):
        return {"preferred_network": network, "preferred_cache": cache,
                "aliases": list(aliases)}
    return _document(ctx, {
        "tenant_discovery_endpoint": f"{LOGIN}/{name}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [
            cloud("login.microsoftonline.com", "login.windows.net",
                  "login.microsoftonline.com", "login.windows.net",
                  "login.microsoft.com", "sts.windows.net"),
            cloud("login.partner.microsoftonline.cn", "login.partner.microsoftonline.cn",
                  "login.partner.microsoftonline.cn", "login.chinacloudapi.cn"),
            cloud("login.microsoftonline.de", "login.microsoftonline.de",
                  "login.microsoftonline.de"),
            cloud("login.microsoftonline.us", "login.microsoftonline.us",
                  "login.microsoftonline.us", "login.usgovcloudapi.net"),
            cloud("login-us.microsoftonline.com", "login-us.microsoftonline.com",
                  "login-us.microsoftonline.com")]})


def _openid(world, name, ctx):
    if name in ("common", "organizations"):
        return openid(name, "{tenantid}", None, ctx)
    if name in ("consumers", worlds.MSA_TENANT):
        return openid(name, worlds.MSA_TENANT, None, ctx)
    tenant = world.tenant(name)
    if tenant is None:
        return refuse.unknown_tenant(ctx, name)
    if tenant.id == worlds.ZERO:
        return openid(name, name, None, ctx)
    return openid(tenant.id, tenant.id, "EU", ctx)


@recorded("E2")
def openid(name, issuer, region, ctx):
    """Keys in the recorded order; those of 2026 at their end."""
    base = f"{LOGIN}/{name}"
    return _document(ctx, {
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": [
            "client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"{LOGIN}/{issuer}/v2.0",
        "request_uri_parameter_supported": False,
        "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "http_logout_supported": True, "frontchannel_logout_supported": True,
        "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
        "claims_supported": CLAIMS, "kerberos_endpoint": f"{base}/kerberos",
        "tenant_region_scope": region, "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net", "msgraph_host": "graph.microsoft.com",
        "rbac_url": "https://pas.windows.net",
        "mtls_endpoint_aliases": {
            "token_endpoint": f"https://mtlsauth.microsoft.com/{name}/oauth2/v2.0/token"},
        "tls_client_certificate_bound_access_tokens": True})


def _realm(world, ask, ctx):
    """Which kind of account a name is of; the domain decides, the person need not exist."""
    if ask.query.get("api-version") != "1.0":
        return refuse.missing(ctx, "api-version")
    user = world.account(ask.segments[2])
    domain = ask.segments[2].rpartition("@")[2].lower()
    tenant = world.tenant(domain)
    if tenant is None or domain == tenant.id:
        return realm_unknown(ctx)
    if (user and user.federated) or domain == "federated.example":
        return realm_federated(ctx, domain)
    return realm(ctx, domain)


def _realm_document(ctx, value):
    answer_ = _document(ctx, {"ver": "1.0", **value})
    answer_.headers.append(("Content-Disposition", "inline; filename=userrealm.json"))
    return answer_


@recorded("E14")
def realm(ctx, domain):
    return _realm_document(ctx, {
        "account_type": "Managed", "domain_name": domain,
        "cloud_instance_name": "microsoftonline.com",
        "cloud_audience_urn": "urn:federation:MicrosoftOnline"})


@unanchored("E14 shows a managed account; keys of a federated one as MSAL reads them")
def realm_federated(ctx, domain):
    sts = f"https://sts.{domain}/adfs/services/trust"
    return _realm_document(ctx, {
        "account_type": "Federated", "domain_name": domain, "federation_protocol": "WSTrust",
        "federation_metadata_url": f"{sts}/mex",
        "federation_active_auth_url": f"{sts}/2005/usernamemixed",
        "cloud_instance_name": "microsoftonline.com",
        "cloud_audience_urn": "urn:federation:MicrosoftOnline"})


@unanchored("E14 shows a managed account; keys of an unknown one as MSAL reads them")
def realm_unknown(ctx):
    return _realm_document(ctx, {
        "account_type": "Unknown", "cloud_instance_name": "microsoftonline.com",
        "cloud_audience_urn": "urn:federation:MicrosoftOnline"})


@unanchored("no recording of the key document; RFC 7517 and the jwks_uri of E2")
def keys(vault, ctx):
    return _document(ctx, {"keys": [vault.signer.jwk(f"{LOGIN}/{{tenantid}}/v2.0")]})


@unanchored("no recording of an unknown path on the login host")
def not_found(ctx):
    answer_ = Answer(404, entra_headers.discovery(ctx, 0), b"")
    return answer_
