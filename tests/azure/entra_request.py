# SPDX-License-Identifier: MIT
# What Entra's endpoints read alike: the tenant in the path, the app, scopes, the claims parameter.
# Knows nothing of grants or pages; what is wrong is a Problem with Entra's code.

import dataclasses
import json

import entra_errors
import entra_user_errors as errors
import scopes as scopes_
import world as worlds

MULTI = ("common", "organizations", "consumers")


class Problem(Exception):
    """`code` and the words of its sentence; `answer` makes the token endpoint's answer."""

    def __init__(self, code, text, error, answer):
        super().__init__(text)
        self.code = code
        self.text = text
        self.error = error
        self.answer = answer


def problem(ctx, code, **names):
    """A Problem out of the table of user codes."""
    return Problem(code, errors.sentence(code, **names), errors.TABLE[code].error,
                   lambda: errors.ANSWERS[code](ctx, **names))


def _of(answer):
    """A Problem out of an answer of entra_errors."""
    document = json.loads(answer.body)
    text = document["error_description"].partition(": ")[2].partition("Trace ID: ")[0].strip()
    return Problem(document["error_codes"][0], text, document["error"], lambda: answer)


def tenant(world, ctx, name):
    """The tenant of a path, None for common, organizations and consumers."""
    if name.lower() in MULTI:
        return None
    found = world.tenant(name)
    if found is None:
        raise _of(entra_errors.unknown_tenant(ctx, name))
    return found


def client(world, ctx, name, client_id):
    """The app of a request that a person signs in to."""
    place = tenant(world, ctx, name)
    if not client_id:
        raise _of(entra_errors.missing(ctx, "client_id"))
    app = world.app(client_id)
    if app is None or (place and not app.multi and app.tenant is not place):
        raise _of(entra_errors.unknown_app(ctx, client_id, place or world.contoso))
    if app.disabled:
        raise _of(entra_errors.disabled_app(ctx, app))
    if name.lower() == "consumers":
        raise problem(ctx, 9002332, app=app.id, name=app.name)
    if place is None and not app.multi:
        raise problem(ctx, 50194, app=app.id, name=app.name)
    return app


def scopes(ctx, text, app, place):
    """The scopes of a request; `place` is the tenant, when it is known."""
    if not text.strip():
        raise _of(entra_errors.missing(ctx, "scope"))
    try:
        found = scopes_.parse(text.split())
    except scopes_.BadScope as bad:
        if bad.kind == "several":
            raise problem(ctx, 28000, scope=text) from bad
        if bad.kind == "permission":
            raise problem(ctx, 650053, name=app.name, scope=bad.what,
                          resource=worlds.RESOURCE) from bad
        raise _of(entra_errors.unknown_resource(ctx, bad.what, place or app.tenant)) from bad
    if place and not place.has_devops and found.audience not in (scopes_.GRAPH, *scopes_.OTHERS):
        raise _of(entra_errors.unknown_resource(ctx, found.resource, place))
    return found


def presence(world, user, name):
    """The user as the tenant in the path knows them, or None."""
    place = world.tenant(name) if name.lower() not in MULTI else user.tenant
    return world.presence(user, place)


@dataclasses.dataclass
class Claims:
    """The claims parameter: whether the client knows challenges, which contexts it asks for."""
    cae: bool = False
    acrs: tuple = ()


def claims(ctx, text):
    if not text:
        return Claims()
    try:
        asked = json.loads(text)
        access = asked.get("access_token") or {}
        return Claims("cp1" in _values(access.get("xms_cc")), tuple(_values(access.get("acrs"))))
    except (ValueError, AttributeError, TypeError) as error:
        raise _of(entra_errors.malformed(ctx, "claims")) from error


def _values(claim):
    claim = claim or {}
    return claim.get("values") or ([claim["value"]] if "value" in claim else [])
