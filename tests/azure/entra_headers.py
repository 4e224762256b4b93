# SPDX-License-Identifier: MIT
# The header sets of Entra's answers, in wire order (E0), and the ids that one request carries.
# Knows nothing of bodies.

import dataclasses
import re
import secrets
import string

import world as worlds

P3P = 'CP="DSP CUR OTPi IND OTRi ONL FIN"'
HSTS = "max-age=31536000; includeSubDomains"
GUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
POLICY = "object-src 'none'; base-uri 'self'; script-src 'self' 'unsafe-inline'"


@dataclasses.dataclass
class Context:
    """Ids of one request; `separator` is how error texts are joined: "blank" or "crlf"."""
    trace: str
    correlation: str
    echoed: str
    separator: str


def context(ask, separator):
    wanted = ask.headers.get("client-request-id", "")
    echoed = wanted if GUID.match(wanted) else ""
    return Context(worlds.guid(), echoed or worlds.guid(), echoed, separator)


def _cookies():
    alphabet = string.ascii_letters + string.digits + "-_"
    value = "".join(secrets.choice(alphabet) for _ in range(22))
    safe = "path=/; secure; samesite=none; httponly"
    return [
        ("Set-Cookie", f"fpc={value}; expires=Tue, 22-Dec-2026 12:00:00 GMT; path=/; "
                       "secure; HttpOnly; SameSite=None"),
        ("Set-Cookie", f"x-ms-gateway-slice=estsfd; {safe}"),
        ("Set-Cookie", f"stsservicecookie=estsfd; {safe}")]


def token(ctx, length, telemetry):
    """Headers of every answer of the token endpoint; `Date` is put in by the server."""
    echo = [("client-request-id", ctx.echoed)] if ctx.echoed else []
    return [
        ("Cache-Control", "no-store, no-cache"), ("Pragma", "no-cache"),
        ("Content-Type", "application/json; charset=utf-8"), ("Expires", "-1"),
        ("Strict-Transport-Security", HSTS), ("X-Content-Type-Options", "nosniff"),
        ("P3P", P3P), *echo, ("x-ms-request-id", ctx.trace),
        ("x-ms-ests-server", "2.1.22513.4 - WEULR1 ProdSlices"),
        ("x-ms-clitelem", telemetry), ("x-ms-srs", "1.P"),
        ("Content-Security-Policy-Report-Only", POLICY), ("X-XSS-Protection", "0"),
        *_cookies(), ("Date", ""), ("Content-Length", str(length))]


def discovery(ctx, length):
    """Headers of instance discovery, the OpenID document and the keys."""
    return [
        ("Cache-Control", "max-age=86400, private"),
        ("Content-Type", "application/json; charset=utf-8"),
        ("Strict-Transport-Security", HSTS), ("X-Content-Type-Options", "nosniff"),
        ("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Methods", "GET, OPTIONS"),
        ("P3P", P3P), ("x-ms-request-id", ctx.trace),
        ("x-ms-ests-server", "2.1.22513.4 - WEULR1 ProdSlices"), ("x-ms-srs", "1.P"),
        ("X-XSS-Protection", "0"), *_cookies(), ("Date", ""), ("Content-Length", str(length))]


def page(ctx, length):
    """Headers of a page that a person sees."""
    return [
        ("Cache-Control", "no-store, no-cache"), ("Pragma", "no-cache"),
        ("Content-Type", "text/html; charset=utf-8"), ("Expires", "-1"),
        ("Strict-Transport-Security", HSTS), ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"), ("P3P", P3P), ("x-ms-request-id", ctx.trace),
        ("x-ms-ests-server", "2.1.22513.4 - WEULR1 ProdSlices"), ("x-ms-srs", "1.P"),
        ("Referrer-Policy", "strict-origin-when-cross-origin"), ("X-XSS-Protection", "0"),
        *_cookies(), ("Date", ""), ("Content-Length", str(length))]
