# SPDX-License-Identifier: MIT
# The faults that tests order: slow, cut off, wrong status, wrong document, wrong certificate.
# Knows nothing of how answers are made when all is well.

import asyncio
import dataclasses
import email.utils
import json
import time

import ca
import entra_errors
import entra_headers
import place as places
import refusals
from answer import Answer

ROUTES = ("entra-token", "entra-device", "entra-page", "entra", "older-token",
          "older-page", "forge-token", "forge", "git", "lfs", "rest", "packages",
          "blob", "stranger", "registry", "proxy", "all")
SETTINGS = ("expires_in", "refresh_in", "lifetime", "separator")
NUMBERS = {"latency": float, "cut": int, "wire": int, "huge": int, "status": int, "retry-after": str,
           "skip": int, "count": int, "lifetime": float, "clock": int}
TEXTS = ("body", "location", "answer", "document", "tls", "host", "separator", "content-type",
         "drop", "hold", "expires_in", "refresh_in", "method")
TOKEN = b"eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.e30.AAAA"
DOCUMENTS = {
    "empty": b"",
    "not-json": b"access_token=abc&token_type=Bearer",
    "html": b"<!DOCTYPE html><html><head><title>Working...</title></head></html>",
    "null": b"null",
    "array": b'[{"access_token":"' + TOKEN + b'"}]',
    "no-token": b'{"token_type":"Bearer","expires_in":3599}',
    "empty-token": b'{"token_type":"Bearer","expires_in":3599,"access_token":""}',
    "token-null": b'{"token_type":"Bearer","expires_in":3599,"access_token":null}',
    "token-number": b'{"token_type":"Bearer","expires_in":3599,"access_token":12345}',
    "token-object": b'{"token_type":"Bearer","expires_in":3599,"access_token":{"a":1}}',
    "token-newline": b'{"token_type":"Bearer","expires_in":3599,'
                     b'"access_token":"abc\\r\\nusername=evil"}',
    "token-nul": b'{"token_type":"Bearer","expires_in":3599,"access_token":"abc\\u0000def"}',
    "token-raw-newline": b'{"token_type":"Bearer","expires_in":3599,"access_token":"abc\ndef"}',
    "token-c1": b'{"token_type":"Bearer","expires_in":3599,"access_token":"abc\\u009b31m"}',
    "lone-surrogate": b'{"token_type":"Bearer","expires_in":3599,"access_token":"a\\ud800b"}',
    "bad-utf8": b'{"token_type":"Bearer","expires_in":3599,"access_token":"abc\xff\xfe"}',
    "trailing-comma": b'{"token_type":"Bearer","expires_in":3599,"access_token":"'
                      + TOKEN + b'",}',
    "single-quotes": b"{'token_type':'Bearer','expires_in':3599,'access_token':'" + TOKEN
                     + b"'}",
    "bare-words": b"{token_type:Bearer,expires_in:3599,access_token:" + TOKEN + b"}",
    "missing-colon": b'{"token_type" "Bearer","access_token" "' + TOKEN + b'"}',
    "two-documents": b'{"token_type":"Bearer","expires_in":3599,"access_token":"' + TOKEN
                     + b'"}{"access_token":"other"}',
    "duplicate-keys": b'{"token_type":"Bearer","expires_in":3599,"access_token":"first",'
                      b'"access_token":"' + TOKEN + b'"}',
    "deep": b'{"a":' * 100000 + b"1" + b"}" * 100000,
    "wrong-type": b'{"token_type":"mac","expires_in":3599,"access_token":"' + TOKEN + b'"}',
    "error-200": b'{"error":"invalid_client","error_description":"AADSTS7000215: no."}',
    "error-control": b'{"error":"invalid_client","error_description":'
                     b'"AADSTS7000215: \\u001b[31mred\\r\\nTrace \\u2028x",'
                     b'"error_codes":[7000215]}',
}


class BadFault(ValueError):
    """A fault that cannot be ordered; its text tells why."""


@dataclasses.dataclass
class Fault:
    """`skip` requests pass first, then `count` meet it (-1: all until cleared)."""
    route: str
    options: dict
    skip: int = 0
    count: int = -1

    def matches(self, route, host, method=""):
        wanted = self.options.get("method", "").upper()
        return (self.route in (route, "all") and self.options.get("host", host) == host
                and wanted in ("", method))

    def due(self):
        """Counts one request; whether this one meets the fault."""
        if self.skip:
            self.skip -= 1
            return False
        if self.count == 0:
            return False
        self.count -= self.count > 0
        return True


def parse(route, words):
    """A fault from `name=value` words, or BadFault."""
    if route not in ROUTES:
        raise BadFault(f"unknown route class {route}: {' '.join(ROUTES)}")
    options = {}
    for word in words:
        name, equals, value = word.partition("=")
        name = name if name in SETTINGS else name.replace("_", "-")
        if name not in NUMBERS and name not in TEXTS:
            raise BadFault(f"unknown option {name}")
        try:
            options[name] = NUMBERS.get(name, str)(value if equals else "1")
        except ValueError as error:
            raise BadFault(f"bad value for {name}") from error
    _check(options)
    return Fault(route, options, options.pop("skip", 0), options.pop("count", -1))


def _check(options):
    for name in ("expires_in", "refresh_in"):
        if name in options:
            try:
                json.loads(options[name])
            except ValueError as error:
                raise BadFault(f"{name} is not JSON") from error
    if options.get("tls", "trusted") not in ca.KINDS:
        raise BadFault(f"tls is one of {' '.join(ca.KINDS)}")
    if options.get("document", "empty") not in DOCUMENTS:
        raise BadFault(f"document is one of {' '.join(DOCUMENTS)}")
    if options.get("answer", "half") not in (*ANSWERS, *TRANSFORMS):
        raise BadFault(f"answer is one of {' '.join((*ANSWERS, *TRANSFORMS))}")


class Faults:
    def __init__(self, world):
        self.world = world
        self.active = []

    def pick(self, ask):
        """The options due for a request, merged; a later fault wins."""
        options = {}
        for fault in self.active:
            if fault.matches(ask.route, ask.host, ask.method) and fault.due():
                options.update(fault.options)
        return options

    async def delay(self, options):
        """Waits as long as the fault says: `latency`, and `hold` until the faults are cleared."""
        await asyncio.sleep(options.get("latency", 0))
        while "hold" in options and self.active:
            await asyncio.sleep(0.02)

    def pick_proxy(self, host):
        """The options of the route class `proxy` due for a CONNECT."""
        options = {}
        for fault in self.active:
            if fault.route == "proxy" and fault.matches("proxy", host) and fault.due():
                options.update(fault.options)
        return options

    def tls(self, host):
        """Which certificate a host shows."""
        kind = "entra" if host in places.LOGIN else (
            "forge" if host in places.forges.HOSTS else "")
        for fault in reversed(self.active):
            family = next((k for k in ("entra", "forge") if fault.route.startswith(k)), "")
            mine = fault.route == "all" or family == kind
            if "tls" in fault.options and mine and fault.options.get("host", host) == host:
                return fault.options["tls"]
        return "trusted"

    def replacement(self, ask, options):
        """The answer that a fault puts in place of the real one, or None."""
        if options.get("answer") in ANSWERS:
            return ANSWERS[options["answer"]](self.world, ask, options)
        if "document" in options:
            kind = "text/html" if options["document"] == "html" else "application/json"
            return _plain(ask, options.get("status", 200), DOCUMENTS[options["document"]], kind,
                          options)
        if "huge" in options:
            return _huge(ask, options)
        if options.get("status") == 429 and "body" not in options:
            return _throttled(self.world, ask, options)
        if "status" in options or "location" in options or "body" in options:
            body = options.get("body", "").encode()
            status = options.get("status", 302 if "location" in options else 200)
            return _plain(ask, status, body, "text/html; charset=utf-8", options)
        return None

    def bend(self, answer, options):
        """Changes a finished answer: damaged documents, Retry-After on good ones, cuts."""
        if options.get("answer") in TRANSFORMS:
            answer.body = TRANSFORMS[options["answer"]](answer.body)
            answer.headers = [(k, str(len(answer.body)) if k == "Content-Length" else v)
                              for k, v in answer.headers]
        if "retry-after" in options and answer.header("Retry-After") is None:
            answer.headers.append(("Retry-After", options["retry-after"]))
        if "clock" in options:
            wrong = email.utils.formatdate(time.time() + options["clock"], usegmt=True)
            answer.headers = [(k, wrong if k == "Date" else v) for k, v in answer.headers]
        answer.cut = options.get("cut", -1)
        answer.wire = options.get("wire", -1)
        answer.drop = "drop" in options
        if options:
            answer.anchor += "+fault"
        return answer


def _plain(ask, status, body, kind, options):
    headers = [("Content-Type", options.get("content-type", kind)), ("Date", ""),
               ("Content-Length", str(len(body)))]
    if "location" in options:
        headers.append(("Location", options["location"]))
    return Answer(status, headers, body)


def _huge(ask, options):
    """A JSON string that does not end before so many bytes."""
    size = options["huge"]

    async def stream():
        yield b'{"access_token":"'
        left, block = size - 19, b"A" * 65536
        while left > 0:
            yield block[:min(left, len(block))]
            left -= len(block)
            await asyncio.sleep(0)
        yield b'"}'
    headers = [("Content-Type", "application/json; charset=utf-8"), ("Date", ""),
               ("Content-Length", str(max(size, 19)))]
    return Answer(options.get("status", 200), headers, stream=stream())


def _throttled(world, ask, options):
    seconds = options.get("retry-after", "60")
    if ask.host in places.LOGIN:
        return entra_errors.throttled(entra_headers.context(ask, "blank"), seconds)
    return refusals.throttled(world, ask, seconds)


def _placed(function):
    def build(world, ask, options):
        place = places.locate(ask)
        org = world.orgs.get(place.org) or world.orgs["contoso"]
        return function(world, ask, org, place)
    return build


ANSWERS = {
    "signin-203": _placed(refusals.signin_page),
    "signin-302": _placed(refusals.signin_redirect),
    "git-401": _placed(refusals.git_unauthorized),
    "ca-403": lambda world, ask, options: refusals.conditional_access(world, ask),
    "stopped-503": _placed(lambda world, ask, org, place: refusals.stopped(world, ask, org)),
    "throttled-429": _throttled,
}
TRANSFORMS = {
    "half": lambda body: body[:len(body) // 2],
    "bom": lambda body: b"\xef\xbb\xbf" + body,
    "nul": lambda body: body + b"\0",
    "garbage": lambda body: body + b"<!-- x -->",
}
