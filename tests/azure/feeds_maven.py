# SPDX-License-Identifier: MIT
# Maven's layout: whatever a client puts at a path is what is got from there.
# Knows nothing of credentials or of where a feed is: it is told the base address.

from anchors import unanchored

REDIRECTS = False
STORE = dict  # path below v1/ -> bytes
BIGGEST = 64 << 20
KINDS = {"xml": "application/xml", "pom": "application/xml", "jar": "application/java-archive"}
SUMS = (".md5", ".sha1", ".sha256", ".sha512")


async def answer(call):
    """The request of a caller who may do it."""
    version, *rest = call.tail or [""]
    path = "/".join(rest)
    if version != "v1" or len(rest) < 3 or ".." in rest:
        return call.missing(f"There is no {'/'.join(call.tail)} here.")
    if call.ask.method == "PUT":
        return put(call, path, await call.ask.body(BIGGEST))
    if call.ask.method not in ("GET", "HEAD"):
        return call.missing("There is no such resource.")
    return get(call, path)


def _is_small(path):
    """Sums and lists of versions are answered at once, all else lies in blob storage."""
    return path.endswith(SUMS) or path.endswith("/maven-metadata.xml")


def get(call, path):
    data = call.store.get(path)
    if data is None:
        return call.missing(f"There is no file '{path}' in the feed.")
    name = path.rpartition("/")[2]
    kind = KINDS.get(name.rpartition(".")[2], "text/plain")
    return call.document(kind, data) if _is_small(path) else call.file(name, kind, data)


def put(call, path, data):
    """A release's file that is there already is a conflict; lists and snapshots change."""
    known = call.store.get(path)
    if known not in (None, data) and not _is_small(path) and "-SNAPSHOT/" not in path:
        return call.refused(409, "Conflict", f"The feed already contains '{path}'.")
    call.store[path] = data
    return accepted(call)


@unanchored("202 as NuGet's push; what an upload is answered is not recorded")
def accepted(call):
    return call.document("text/plain", b"", 202)
