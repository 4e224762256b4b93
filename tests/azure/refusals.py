# SPDX-License-Identifier: MIT
# How Azure DevOps refuses: 401s, sign-in pages and redirects, 403, 404, 429, 500, 503.
# Knows nothing of who is asking; devops.py chooses.

import base64
import html

import devops_headers as h
from anchors import recorded, unanchored
from answer import Answer, compact

PAGE = (b"<!DOCTYPE html>\r\n<html><head><title>Azure DevOps Services | Sign In</title>"
        b"</head><body><h1>Sign in</h1></body></html>\r\n")
FRAMEWORK = "Microsoft.TeamFoundation.Framework.Server"


def envelope(message, type_name, assembly, event=3000, extra=None):
    """The seven-key error document; customProperties may stand second (R6)."""
    document = {"$id": "1", **(extra or {}), "innerException": None, "message": message,
                "typeName": f"{type_name}, {assembly}",
                "typeKey": type_name.rpartition(".")[2], "errorCode": 0, "eventId": event}
    return compact(document)


def _json(world, ask, status, body, *headers):
    kind = "application/json; charset=utf-8"
    return Answer(status, h.arrange([
        *h.base(world, ask), *h.uncached(), *h.framed(), *h.content(kind, len(body)),
        *headers]), body)


def plain(world, ask, status, text, type_name, assembly, event=3000):
    """A document of the usual envelope and nothing beside it."""
    return _json(world, ask, status, envelope(text, type_name, assembly, event))


def _unauthorized(text):
    return envelope(text, f"{FRAMEWORK}.UnauthorizedRequestException", FRAMEWORK)


def _suppressed(ask, world):
    if ask.headers.get("X-TFS-FedAuthRedirect", "").lower() != "suppress":
        return []
    return [("X-TFS-FedAuthRedirect", h.signin(ask, world))]


@recorded("R3", "G3", "F1", "F5")
def anonymous(world, ask, org, place):
    """No credential: one line a challenge, the tenant headers, the error twice."""
    text = h.unauthorized_text(h.ANONYMOUS)
    return _json(world, ask, 401, _unauthorized(text), *h.challenges(org, place),
                 *h.tenant(org, place), *h.failure("UnauthorizedRequestException", text),
                 *_suppressed(ask, world))


@recorded("G1", "G2")
def git_unauthorized(world, ask, org, place):
    """What git gets for no credential, and for every one that is not accepted."""
    text = h.unauthorized_text(h.ANONYMOUS)
    return Answer(401, h.arrange([
        *h.base(world, ask), *h.uncached(), *h.framed(), ("Content-Length", "0"),
        *h.challenges(org, place), *h.tenant(org, place),
        *h.failure("UnauthorizedRequestException", text)]))


def _challenge(world, ask, org, place, error, claims):
    """The Bearer line of a challenge in place of the usual one; the rest is that of R3."""
    told = base64.b64encode(claims.encode()).decode()
    line = f'Bearer authorization_uri="https://login.windows.net/", {error}, claims="{told}"'
    text = h.unauthorized_text(h.ANONYMOUS)
    ours = [("WWW-Authenticate", line), *h.challenges(org, place)[1:]]
    return _json(world, ask, 401, _unauthorized(text), *ours, *h.tenant(org, place),
                 *h.failure("UnauthorizedRequestException", text), *_suppressed(ask, world))


@recorded("E16")
def session_revoked(world, ask, org, place, claims):
    """Recorded of another resource of Azure: the Bearer line alone is E16's."""
    return _challenge(world, ask, org, place, 'error="invalid_token", error_description="User '
                      'session has been revoked"', claims)


@unanchored("sheet 1.8: insufficient_claims; no recording of a step-up")
def step_up(world, ask, org, place, claims):
    return _challenge(world, ask, org, place, 'error="insufficient_claims"', claims)


def claims_challenge(world, ask, org, place, verdict):
    build = session_revoked if verdict.why == "session-revoked" else step_up
    return build(world, ask, org, place, verdict.claims)


@recorded("R3", "R4", "F6")
def signin_redirect(world, ask, org, place):
    """An invalid PAT or a token of another tenant, without Suppress."""
    target = h.signin(ask, world)
    body = ("<html><head><title>Object moved</title></head><body>\r\n<h2>Object moved to "
            f'<a href="{html.escape(target)}">here</a>.</h2>\r\n</body></html>\r\n').encode()
    return Answer(302, h.arrange([
        *h.base(world, ask), *h.uncached(), *h.framed(), ("Location", target),
        *h.content("text/html; charset=utf-8", len(body)), *h.tenant(org, place)]), body)


@unanchored("sheet 3.1: a page asked for without a credential; status of it not recorded")
def page_redirect(world, ask, org, place):
    answer = signin_redirect(world, ask, org, place)
    return Answer(302, h.arrange(answer.headers + [h.bearer(org, place)]), answer.body)


@unanchored("R5 tells status and page of the 203; no header set of one is recorded")
def signin_page(world, ask, org, place):
    return Answer(203, h.arrange([
        *h.base(world, ask), *h.uncached(), *h.framed(), *h.tenant(org, place),
        *h.content("text/html; charset=utf-8", len(PAGE))]), PAGE)


@unanchored("what a client sees that follows R4's redirect: a page with status 200")
def signin_landing(world, ask):
    return Answer(200, h.arrange([
        *h.base(world, ask), *h.uncached(), *h.framed(),
        *h.content("text/html; charset=utf-8", len(PAGE))]), PAGE)


@recorded("R5")
def bearer_refused(world, ask, org, place):
    """An expired bearer on PATCH, or with Suppress: 401 with an empty user name."""
    text = h.unauthorized_text("")
    return _json(world, ask, 401, _unauthorized(text), *h.challenges(org, place),
                 *h.tenant(org, place), *h.failure("UnauthorizedRequestException", text),
                 *_suppressed(ask, world))


@unanchored("sheet 3.4: Suppress turns the redirect of R4 into a 401; its set is that of R3")
def credential_refused(world, ask, org, place):
    return anonymous(world, ask, org, place)


@recorded("R6")
def pat_expired(world, ask, org, place):
    text = "Access Denied: The Personal Access Token used has expired."
    extra = {"customProperties": {
        "Descriptor": None, "IdentityDisplayName": None, "Token": None,
        "RequestedPermissions": 0, "NamespaceId": "00000000-0000-0000-0000-000000000000"}}
    body = envelope(text, "Microsoft.VisualStudio.Services.Security.AccessCheckException",
                    "Microsoft.VisualStudio.Services.WebApi", extra=extra)
    return _json(world, ask, 401, body, *h.challenges(org, place), *h.tenant(org, place),
                 *h.failure("AccessCheckException", text))


@recorded("R1")
def right_missing(world, ask):
    """A valid credential without the right: empty, one Basic line, little else."""
    address = "https://tfsprodsin1.app.visualstudio.com/"
    return Answer(401, h.arrange([
        *h.base(world, ask), ("Content-Length", "0"), h.basic(address)]))


@recorded("R2")
def not_member(world, ask, org, place, owner):
    """A valid Entra user who is no member, Suppress sent: no Basic line."""
    text = h.unauthorized_text(f"{owner.tenant.id}\\{owner.upn}")
    return _json(world, ask, 401, _unauthorized(text), h.bearer(org, place), h.FEDERATED,
                 *h.tenant(org, place), ("X-TFS-FedAuthRedirect", h.signin(ask, world)),
                 ("X-VSS-AuthenticateError", "Unauthorized"), *h.user(owner),
                 ("X-VSS-S2STargetService",
                  "00000002-0000-8888-8000-000000000000/visualstudio.com"))


@recorded("R7")
def conditional_access(world, ask):
    body = envelope("VS403463: The conditional access policy defined by your Azure Active "
                    "Directory administrator has failed.",
                    "Microsoft.VisualStudio.Services.Common.VssServiceException",
                    "Microsoft.VisualStudio.Services.Common")
    return _json(world, ask, 403, body)


@recorded("R8")
def throttled(world, ask, seconds):
    """The words for users: resource Concurrency, namespace VSID."""
    text = ("Request was blocked due to exceeding usage of resource 'Concurrency' in "
            "namespace 'VSID'. For more information on why your request was blocked, see the "
            'topic "Rate limits" on the Microsoft Web site '
            "(https://go.microsoft.com/fwlink/?LinkId=823950).")
    body = envelope(text, f"{FRAMEWORK}.RequestBlockedException", FRAMEWORK)
    return _json(world, ask, 429, body, ("Retry-After", str(seconds)))


@recorded("R16")
def stopped(world, ask, org):
    """The body begins with a byte order mark; the content type has no charset."""
    text = (f"TF24668: The following team project collection is stopped: {org.name}. Start "
            "the collection and then try again. Administrator Reason: This Azure DevOps "
            "organization has been deactivated due to inactivity.")
    body = b"\xef\xbb\xbf" + envelope(
        text, "Microsoft.VisualStudio.Services.Common.VssServiceException",
        "Microsoft.VisualStudio.Services.Common")
    return Answer(503, h.arrange([
        *h.base(world, ask), *h.uncached(), *h.framed(),
        *h.content("application/json", len(body)), ("X-TFS-ServiceError", h.quote(text))]), body)


@recorded("R14")
def no_project(world, ask, name, owner):
    text = (f"TF200016: The following project does not exist: {name}. Verify that the name of "
            "the project is correct and that the project exists on the specified Azure DevOps "
            "Server.")
    body = envelope(text, "Microsoft.TeamFoundation.Core.WebApi."
                    "ProjectDoesNotExistWithNameException", "Microsoft.TeamFoundation.Core.WebApi")
    return _json(world, ask, 404, body, *h.user(owner))


@recorded("R14")
def no_route(world, ask, owner):
    """Plain text, and none of the caching headers."""
    path = ask.raw_path.partition("?")[0]
    text = (f"The controller for path '{path}' was not found or does not implement "
            "IController.")
    body = text.encode()
    return Answer(404, h.arrange([
        *h.base(world, ask), *h.framed(), *h.content("text/plain; charset=utf-8", len(body)),
        *h.user(owner), ("X-TFS-ServiceError", h.quote(text))]), body)


@recorded("G5")
def no_repository(world, ask, name, owner):
    """The REST form of TF401019."""
    body = envelope(missing_text(name), "Microsoft.TeamFoundation.Git.Server."
                    "GitRepositoryNotFoundException", "Microsoft.TeamFoundation.Git.Server")
    return _json(world, ask, 404, body, *h.user(owner))


def missing_text(name):
    return (f"TF401019: The Git repository with name or identifier {name} does not exist or "
            "you do not have permissions for the operation you are attempting.")


@recorded("G5")
def git_missing(world, ask, name, owner):
    """git shows a text/plain body as "remote: ..."."""
    body = missing_text(name).encode()
    return Answer(404, h.arrange([
        *h.base(world, ask), *h.uncached(), *h.framed(), *h.user(owner),
        *h.content("text/plain; charset=utf-8", len(body)),
        ("X-TFS-ServiceError", h.quote(body.decode()))]), body)


@recorded("G4")
def git_forbidden(world, ask, owner):
    """Push without the right: a pkt-line advertisement that ends in the message."""
    text = ("TF401027: You need the Git 'GenericContribute' permission to perform this "
            f"action. Details: identity 'Build\\{owner.oid}', scope 'repository'.")
    line = f"{len(text) + 5:04x}{text}\n"
    body = f"001f# service=git-receive-pack\n00000000{line}{text}".encode()
    return Answer(403, h.arrange([
        *h.base(world, ask), *h.uncached(), *h.framed(), *h.user(owner),
        *h.content("text/plain; charset=utf-8", len(body))]), body)


@recorded("R15")
def out_of_range(world, ask, version):
    text = (f"The requested REST API version of {version} is out of range for this server. "
            "The latest REST API version this server supports is 7.2.")
    body = envelope(text, "Microsoft.VisualStudio.Services.WebApi.VssVersionOutOfRangeException",
                    "Microsoft.VisualStudio.Services.WebApi", event=0)
    return _json(world, ask, 400, body)


@unanchored("R3 tells the status; the text follows M8's typeKey")
def preview_only(world, ask, version):
    text = (f"The requested version \"{version}\" of the resource is under preview. The "
            "-preview flag must be supplied in the api-version for such requests.")
    body = envelope(text, "Microsoft.VisualStudio.Services.WebApi."
                    "VssInvalidPreviewVersionException",
                    "Microsoft.VisualStudio.Services.WebApi", event=0)
    return _json(world, ask, 400, body)


@unanchored("no recording of an unknown organization")
def no_organization(world, ask):
    body = b"<!DOCTYPE html>\r\n<html><head><title>404</title></head><body></body></html>\r\n"
    return Answer(404, h.arrange([
        *h.base(world, ask), *h.framed(), *h.content("text/html; charset=utf-8", len(body))]),
        body)


@unanchored("no recording of two Authorization lines in one request")
def two_credentials(world, ask):
    return Answer(400, h.arrange([*h.base(world, ask), ("Content-Length", "0")]))
