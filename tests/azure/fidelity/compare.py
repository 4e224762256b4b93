# SPDX-License-Identifier: MIT
# Compares an answer with its recording; answers the differences as text.
# Knows nothing of where either comes from.

import collections
import json
import re

REASONS = {200: "OK", 203: "Non-Authoritative Information", 302: "Found", 303: "See Other",
           400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
           405: "Method Not Allowed", 429: "Too Many Requests",
           503: "Service Unavailable"}


def differences(case, seen, names):
    """`names` fill the placeholders {org} and {tenant} of value patterns."""
    found = []
    if seen.status != case.status:
        found.append(f"status {seen.status}, recorded {case.status}")
    if not re.fullmatch(case.reason or re.escape(REASONS[case.status]), seen.reason):
        found.append(f"reason {seen.reason!r}")
    found += _set(case, seen) + _values(case, seen, names) + _order(case, seen)
    found += _body(case, seen)
    return found


def _set(case, seen):
    found = [f"{name} must be absent" for name in case.absent if seen.values(name)]
    if case.headers is None:
        return found
    ours = collections.Counter(n for n, _ in seen.headers if n != "WWW-Authenticate")
    theirs = collections.Counter(case.headers)
    found += [f"header {name} too many" for name in ours - theirs]
    return found + [f"header {name} missing (case counts)" for name in theirs - ours]


def _fill(pattern, names):
    for name, value in names.items():
        pattern = pattern.replace("{" + name + "}", re.escape(value))
    return pattern


def _values(case, seen, names):
    found = []
    for name, pattern in case.values.items():
        if not re.fullmatch(_fill(pattern, names), seen.value(name)):
            found.append(f"{name}: {seen.value(name)[:90]!r} is not {pattern[:90]!r}")
    if case.challenges is not None:
        ours = seen.values("WWW-Authenticate")
        theirs = [_fill(pattern, names) for pattern in case.challenges]
        if len(ours) != len(theirs) or not all(map(re.fullmatch, theirs, ours)):
            found.append(f"challenges {ours}")
    for name, length in case.lines.items():
        line = f"{name}: {seen.value(name)}\r\n"
        if len(line) != length:
            found.append(f"{name}: {len(line)} bytes, recorded {length}")
    return found


def _order(case, seen):
    ours = [name for name, _ in seen.headers if name in case.order]
    ours = [name for at, name in enumerate(ours) if name not in ours[:at]]
    return [] if ours == case.order else [f"order {ours}"]


def _body(case, seen):
    found = []
    text = seen.body.decode("utf-8", "replace")
    length = seen.value("Content-Length")
    if length and case.method != "HEAD" and int(length) != len(seen.body):
        found.append(f"Content-Length {length} for {len(seen.body)} bytes")
    if case.length >= 0 and int(length or -1) != case.length:
        found.append(f"Content-Length {length}, recorded {case.length}")
    if case.text and not re.fullmatch(case.text, text, re.DOTALL):
        found.append(f"body {text[:120]!r}")
    if case.json is not None:
        found += _document(case.json, text.removeprefix("\ufeff"))
    return found


def _document(shape, text):
    try:
        value = json.loads(text)
    except ValueError:
        return [f"not JSON: {text[:60]!r}"]
    found = shape_of(shape, value, "")
    if json.dumps(value, separators=(",", ":"), ensure_ascii=False) != text:
        found.append("JSON is not compact")
    return found


def shape_of(shape, value, path):
    """Keys and their order; strings by pattern, or exactly after "="; types by themselves."""
    if isinstance(shape, dict):
        return _object(shape, value, path)
    if isinstance(shape, list) and shape and isinstance(value, list) and value:
        return [line for item in value for line in shape_of(shape[0], item, f"{path}[]")]
    if isinstance(shape, type):
        good = isinstance(value, shape)
    elif isinstance(shape, str):
        good = isinstance(value, str) and _same(shape, value)
    else:
        good = type(value) is type(shape) and value == shape
    return [] if good else [f"{path}: {str(value)[:90]!r}"]


def _same(shape, value):
    if shape.startswith("="):
        return value == shape[1:]
    return re.fullmatch(shape, value, re.DOTALL) is not None


def _object(shape, value, path):
    if not isinstance(value, dict):
        return [f"{path}: not an object"]
    if list(value) != list(shape):
        return [f"{path}: keys {list(value)}"]
    return [line for key, part in shape.items()
            for line in shape_of(part, value[key], f"{path}.{key}")]
