# SPDX-License-Identifier: MIT
# The refusals of Entra's token endpoint: one function a code, text and status as recorded.
# Knows nothing of when each is due; entra.py decides that.

import datetime

import entra_headers
from anchors import recorded, unanchored
from answer import Answer, compact


class Refusal(Exception):
    """Carries the answer out of the middle of the checks."""

    def __init__(self, answer):
        super().__init__(answer.anchor)
        self.answer = answer


def body(code, error, sentence, context, uri=True):
    """The error document; keys in the order of E4."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%SZ")
    gap = "\r\n" if context.separator == "crlf" else " "
    ids = (f"Trace ID: {context.trace}", f"Correlation ID: {context.correlation}",
           f"Timestamp: {now}")
    document = {
        "error": error,
        "error_description": gap.join((f"AADSTS{code}: {sentence}", *ids)),
        "error_codes": [code], "timestamp": now,
        "trace_id": context.trace, "correlation_id": context.correlation}
    if uri:
        document["error_uri"] = f"https://login.microsoftonline.com/error?code={code}"
    return document


def refuse(context, status, code, error, sentence, uri=True, age=None, extra=None):
    """`age`, the milliseconds since a refresh token was given, goes into the telemetry (E11);
    `extra` are the keys that follow the others."""
    document = compact(body(code, error, sentence, context, uri) | (extra or {}))
    told = "" if age is None else f"{age:.4f}"
    headers = entra_headers.token(context, len(document), f"1,{code},0,{told},")
    return Answer(status, headers, document)


@recorded("E4")
def wrong_secret(context, app):
    """The wording since 2023, without the year's links."""
    return refuse(context, 401, 7000215, "invalid_client",
                  "Invalid client secret provided. Ensure the secret being sent in the "
                  "request is the client secret value, not the client secret ID, for a "
                  f"secret added to app '{app.id}'.")


@unanchored("sheet 1.9 gives the code; shape of E4")
def expired_secret(context, app):
    return refuse(context, 401, 7000222, "invalid_client",
                  f"The provided client secret keys for app '{app.id}' are expired. Create "
                  "new keys for the app in the portal.")


@unanchored("sheet 1.9 gives the code; shape of E4")
def disabled_app(context, app):
    return refuse(context, 401, 7000112, "unauthorized_client",
                  f"Application '{app.id}'({app.name}) is disabled.")


@unanchored("sheet 1.9 gives the code; shape of E4")
def no_secret(context):
    return refuse(context, 401, 7000218, "invalid_client",
                  "The request body must contain the following parameter: "
                  "'client_assertion' or 'client_secret'.")


@unanchored("sheet 1.9 gives the code; shape of E4")
def unknown_app(context, client_id, tenant):
    return refuse(context, 400, 700016, "unauthorized_client",
                  f"Application with identifier '{client_id}' was not found in the "
                  f"directory '{tenant.name}'.")


@unanchored("sheet 1.9 gives the code; shape of E4")
def unknown_tenant(context, name):
    return refuse(context, 400, 90002, "invalid_request",
                  f"Tenant '{name}' not found. Check that the tenant ID is right and that "
                  "it is in this cloud.")


@unanchored("sheets 1.2 and 1.9 give the code; shape of E4")
def no_tenant(context):
    return refuse(context, 400, 50059, "invalid_request",
                  "No tenant-identifying information found in either the request or implied "
                  "by any provided credentials.")


@unanchored("sheet 1.9 gives the code; shape of E4")
def scope_not_default(context, scope):
    return refuse(context, 400, 1002012, "invalid_scope",
                  f"The provided value for scope {scope} is not valid. Client credential "
                  "flows must have a scope value with /.default suffixed to the resource "
                  "identifier (application ID URI).")


@unanchored("sheet 1.9 gives the code; shape of E4")
def bad_scope(context, scope):
    return refuse(context, 400, 70011, "invalid_scope",
                  "The provided request must include a 'scope' input parameter. The "
                  f"provided value for the input parameter 'scope' is not valid. '{scope}'")


@unanchored("sheet 1.9 gives the code; shape of E4")
def unknown_resource(context, resource, tenant):
    return refuse(context, 400, 500011, "invalid_resource",
                  f"The resource principal named {resource} was not found in the tenant "
                  f"named {tenant.name}.")


@unanchored("general knowledge of the code; shape of E4")
def missing(context, name):
    return refuse(context, 400, 900144, "invalid_request",
                  f"The request body must contain the following parameter: '{name}'.")


@unanchored("general knowledge of the code; shape of E4")
def malformed(context, what):
    return refuse(context, 400, 90014, "invalid_request", f"The request is malformed: {what}.")


@unanchored("general knowledge of the code; shape of E4")
def grant_not_supported(context, grant):
    return refuse(context, 400, 70003, "unsupported_grant_type",
                  f"The app requested an unsupported grant type '{grant[:40]}'.")


@unanchored("general knowledge of the code; shape of E4")
def only_post(context, method):
    return refuse(context, 400, 900561, "invalid_request",
                  f"The endpoint only accepts POST requests. Received a {method} request.")


@unanchored("RFC 6749 section 2.3 forbids two methods at once; shape of E4")
def two_methods(context):
    return refuse(context, 401, 7000216, "invalid_client",
                  "Only one way to authenticate the client may be used in a request.")


@recorded("E15")
def throttled(context, seconds):
    """Plain text, not JSON."""
    text = b"Too Many Requests"
    headers = entra_headers.token(context, len(text), "1,90055,0,,")
    headers = [("Content-Type", "text/plain") if k == "Content-Type" else (k, v)
               for k, v in headers]
    return Answer(429, headers + [("Retry-After", str(seconds))], text)
