# SPDX-License-Identifier: MIT
# The header sets of Azure DevOps in HTTP/1.1 case and wire order (D1, D2, G1-G3, R1, R2).
# Knows nothing of bodies or of when each set is due.

import base64
import secrets
import time
import urllib.parse

import place as places
import world as worlds

ORDER = (
    "Cache-Control", "Pragma", "Content-Length", "Content-Type", "Content-Encoding", "Expires",
    "Location", "Vary", "P3P", "WWW-Authenticate", "X-TFS-ProcessId",
    "Strict-Transport-Security", "ActivityId", "X-TFS-Session", "X-VSS-E2EID",
    "X-VSS-SenderDeploymentId", "X-VSS-UserData", "X-FRAME-OPTIONS",
    "X-VSS-AuthenticateError", "X-TFS-FedAuthRealm", "X-TFS-FedAuthIssuer",
    "X-VSS-AuthorizationEndpoint", "X-VSS-ResourceTenant", "X-VSS-S2STargetService",
    "X-TFS-SoapException", "X-TFS-ServiceError", "X-TFS-FedAuthRedirect",
    "x-ms-continuationtoken", "Retry-After", "Request-Context",
    "Access-Control-Expose-Headers", "X-Content-Type-Options", "X-Cache", "X-MSEdge-Ref", "Date")
P3P = ('CP="CAO DSP COR ADMa DEV CONo TELo CUR PSA PSD TAI IVDo OUR SAMi BUS DEM NAV STA UNI '
       'COM INT PHY ONL FIN PUR LOC CNT"')
HSTS = "max-age=31536000; includeSubDomains"
ANONYMOUS = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
REALMS = {places.PKGS: "https://pkgsprodcus1.pkgs.visualstudio.com/",
          places.SPS: "https://spsprodweu2.vssps.visualstudio.com/"}
SOAP = ('<?xml version="1.0" encoding="utf-8"?>'
        '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body>'
        "<soap:Fault><soap:Code><soap:Value>soap:Receiver</soap:Value><soap:Subcode>"
        "<soap:Value>{kind}</soap:Value></soap:Subcode></soap:Code><soap:Reason>"
        '<soap:Text xml:lang="en">{text}</soap:Text></soap:Reason></soap:Fault></soap:Body>'
        "</soap:Envelope>")


def arrange(headers):
    """The pairs in wire order; pairs of one name keep theirs."""
    places_ = {name.lower(): at for at, name in enumerate(ORDER)}
    return sorted(headers, key=lambda pair: places_.get(pair[0].lower(), len(ORDER)))


def quote(text):
    """Percent-encoding as in the recordings: upper case, a blank is %20."""
    return urllib.parse.quote(text, safe="")


def realm(service):
    return REALMS.get(service, "https://tfsprodweu6.visualstudio.com/")


def base(world, ask):
    """What every answer has, errors without a content type included (R1)."""
    activity = worlds.guid()
    edge = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return [
        ("P3P", P3P), ("X-TFS-ProcessId", world.processes[0]),
        ("Strict-Transport-Security", HSTS), ("ActivityId", activity),
        ("X-TFS-Session", ask.headers.get("X-TFS-Session", activity)),
        ("X-VSS-E2EID", activity), ("X-VSS-SenderDeploymentId", world.deployment),
        ("Request-Context", f"appId=cid-v1:{world.app_insights}"),
        ("Access-Control-Expose-Headers", "Request-Context"),
        ("X-Content-Type-Options", "nosniff"), ("X-Cache", "CONFIG_NOCACHE"),
        ("X-MSEdge-Ref", f"Ref A: {secrets.token_hex(16).upper()} Ref B: "
                         f"AMS231032601027 Ref C: {edge}"),
        ("Date", "")]


def uncached():
    return [("Cache-Control", "no-cache"), ("Pragma", "no-cache"), ("Expires", "-1")]


def framed():
    return [("X-FRAME-OPTIONS", "SAMEORIGIN")]


def content(kind, length):
    return [("Content-Type", kind), ("Content-Length", str(length))]


def user(owner):
    """X-VSS-UserData, once the caller is known."""
    return [("X-VSS-UserData", f"{owner.oid}:{owner.upn}")] if owner else []


def tenant(org, place):
    """The tenant-discovery headers, without the challenges."""
    sps = place.service == places.SPS
    issuer = "https://www.visualstudio.com/" if sps else place.root
    return [("X-TFS-FedAuthRealm", realm(place.service)), ("X-TFS-FedAuthIssuer", issuer),
            ("X-VSS-AuthorizationEndpoint", f"https://vssps.dev.azure.com/{org.name}/"),
            ("X-VSS-ResourceTenant", org.tenant.id)]


def bearer(org, place):
    """The Bearer challenge: bare for an organization of personal accounts."""
    if org.tenant.id == worlds.ZERO:
        return ("WWW-Authenticate", "Bearer")
    host = "login.windows.net" if place.service == places.PKGS else "login.microsoftonline.com"
    return ("WWW-Authenticate", f"Bearer authorization_uri=https://{host}/{org.tenant.id}")


def basic(address):
    return ("WWW-Authenticate", f'Basic realm="{address}"')


FEDERATED = ("WWW-Authenticate", "TFS-Federated")


def challenges(org, place):
    """Three lines, Bearer first; for personal accounts Basic, then a bare Bearer (R3)."""
    ours, plain = bearer(org, place), basic(realm(place.service))
    if org.tenant.id == worlds.ZERO:
        return [plain, ours]
    return [ours, plain, FEDERATED]


def failure(kind, text):
    """The two error headers of G2; `kind` is the exception's name."""
    soap = SOAP.format(kind=kind, text=text)
    return [("X-TFS-SoapException", quote(soap)), ("X-TFS-ServiceError", quote(text))]


def unauthorized_text(who):
    return f"TF400813: The user '{who}' is not authorized to access this resource."


def signin(ask, world):
    """The address that a browser is sent to (R2, R4)."""
    context = base64.urlsafe_b64encode(
        f'{{"ht":2,"hid":"{world.deployment}","qs":{{}}}}'.encode()).decode().rstrip("=")
    return (f"https://spsprodweu2.vssps.visualstudio.com/_signin?realm={ask.host}"
            f"&reply_to={quote(ask.url)}&redirect=1&hid={world.deployment}"
            f"&context={context}#ctx={context}")
