# SPDX-License-Identifier: MIT
# Cargo's protocol: the sparse index, crates, publish and yank.
# Knows nothing of credentials or of where a feed is: it is told the base address.

import hashlib
import json
import re
import struct

from anchors import recorded, unanchored
from answer import compact

REDIRECTS = False
STORE = dict  # lower-case name -> {version: Crate}
BIGGEST = 64 << 20
JSON = "application/json; charset=utf-8"
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")


class BadCrate(ValueError):
    """What was published is no crate."""


class Crate:
    """A .crate file and its line in the index."""

    def __init__(self, body):
        about, self.data = parts(body)
        self.name, self.version = about.get("name", ""), about.get("vers", "")
        if not NAME.fullmatch(self.name) or not VERSION.fullmatch(self.version):
            raise BadCrate("The crate's name or version is invalid.")
        if not self.data.startswith(b"\x1f\x8b"):
            raise BadCrate("The crate is no gzip archive.")
        self.line = {
            "name": self.name, "vers": self.version,
            "deps": [dependency(told) for told in about.get("deps", [])],
            "cksum": hashlib.sha256(self.data).hexdigest(), "features": {},
            "features2": about.get("features", {}), "yanked": False,
            "links": about.get("links"), "rust_version": about.get("rust_version"), "v": 2}


def parts(body):
    """The two parts of a publish, each behind its length: what is told, and the file."""
    try:
        length, = struct.unpack_from("<I", body)
        about = json.loads(body[4:4 + length])
        size, = struct.unpack_from("<I", body, 4 + length)
    except (struct.error, ValueError) as error:
        raise BadCrate("The request is not a crate and what is told of it.") from error
    data = body[8 + length:]
    if not isinstance(about, dict) or len(data) != size:
        raise BadCrate("The request is not as long as it says.")
    return about, data


def dependency(told):
    """A dependency as the index has it: a renamed one stands under the name in the code."""
    renamed = told.get("explicit_name_in_toml")
    return {"name": renamed or told["name"], "req": told["version_req"],
            "features": told.get("features", []), "optional": told.get("optional", False),
            "default_features": told.get("default_features", True),
            "target": told.get("target"), "kind": told.get("kind", "normal"),
            "registry": told.get("registry"), "package": told["name"] if renamed else None}


def place(name):
    """Where the index keeps a crate: 1/a, 2/ab, 3/a/abc, ab/cd/abcdef"""
    name = name.lower()
    if len(name) < 4:
        return [str(len(name)), *([name[0]] if len(name) == 3 else []), name]
    return [name[:2], name[2:4], name]


async def answer(call):
    method, tail = call.ask.method, call.tail
    if method == "GET" and tail == ["index", "config.json"]:
        return config(call)
    if method == "GET" and tail[:1] == ["index"]:
        return index(call, tail[1:])
    if tail[:3] != ["api", "v1", "crates"]:
        return call.missing(f"There is no {'/'.join(tail)} here.")
    if method == "PUT" and tail[3:] == ["new"]:
        return await publish(call)
    return of_version(call, method, tail[3:])


@recorded("F9")
def config(call):
    """What Cargo reads first; the rest of the addresses is Cargo's own."""
    told = {"dl": call.base + "api/v1/crates", "api": call.base.rstrip("/")}
    return call.document(JSON, compact(told | ({"auth-required": True} if call.guarded else {})))


@unanchored("Cargo's own form of an index: a line of JSON for each version")
def index(call, tail):
    versions = call.store.get(tail[-1] if tail else "", {})
    if not versions or tail != place(tail[-1]):
        return call.missing(f"There is no crate '{'/'.join(tail)}' in the feed.")
    lines = b"".join(compact(crate.line) + b"\n" for crate in versions.values())
    return call.document("text/plain", lines)


def of_version(call, method, tail):
    """NAME/VERSION/download, /yank and /unyank"""
    name, version, verb = (tail + ["", "", ""])[:3]
    crate = call.store.get(name.lower(), {}).get(version)
    if crate is None or len(tail) != 3:
        return call.missing(f"There is no crate '{'/'.join(tail)}' in the feed.")
    if (method, verb) == ("GET", "download"):
        return call.file(f"{crate.name}-{version}.crate", "application/gzip", crate.data)
    if (method, verb) not in (("DELETE", "yank"), ("PUT", "unyank")):
        return call.missing(f"There is no {verb} here.")
    crate.line["yanked"] = verb == "yank"
    return done(call, {"ok": True})


async def publish(call):
    """A version that is there already is a conflict, whatever is in it."""
    try:
        crate = Crate(await call.ask.body(BIGGEST))
    except (BadCrate, KeyError, AttributeError) as error:
        return call.refused(400, "Bad Request", str(error))
    versions = call.store.setdefault(crate.name.lower(), {})
    if crate.version in versions:
        return call.refused(409, "Conflict", f"The feed already contains "
                            f"'{crate.name} {crate.version}'.")
    versions[crate.version] = crate
    return done(call, {"warnings": {"invalid_categories": [], "invalid_badges": [], "other": []}})


@unanchored("Cargo's own answers to publish and yank")
def done(call, told):
    return call.document(JSON, compact(told))
