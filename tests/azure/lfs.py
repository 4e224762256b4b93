# SPDX-License-Identifier: MIT
# LFS: the batch call and the objects, on the repository's own host (G6).
# Knows nothing of credentials: each request that comes here was let in by itself.

import hashlib
import json
import os
import re
import tempfile

import devops_headers as h
import refusals
from anchors import recorded, unanchored
from answer import Answer, compact

OID = re.compile(r"^[0-9a-f]{64}$")
MEDIA = "application/vnd.git-lfs+json"
CHUNK = 1 << 18


class LfsServer:
    """git-lfs asks at REPO.git/info/lfs where the remote's name has no .git; both are served."""

    def __init__(self, world, folder):
        self.world = world
        self.folder = folder
        folder.mkdir()

    def _path(self, repo, oid):
        return self.folder / f"{repo.id}-{oid}"

    async def answer(self, ask, repo, tail, owner, may_write):
        what = tail[2:]
        if what == ["objects", "batch"] and ask.method == "POST":
            return await self._batch(ask, repo, owner, may_write)
        if len(what) == 2 and what[0] == "objects" and OID.match(what[1]):
            if ask.method == "GET":
                return self._download(ask, repo, what[1], owner)
            if ask.method == "PUT":
                return await self._upload(ask, repo, what[1], owner, may_write)
        return refusals.no_route(self.world, ask, owner)

    async def _batch(self, ask, repo, owner, may_write):
        try:
            wanted = json.loads(await ask.body(16 << 20))
            operation = wanted["operation"]
            objects = [(item["oid"], int(item["size"])) for item in wanted["objects"]]
        except (ValueError, KeyError, TypeError):
            return trouble(self.world, ask, owner, 422, "The batch request is malformed.")
        if operation not in ("download", "upload") or not all(OID.match(o) for o, _ in objects):
            return trouble(self.world, ask, owner, 422, "The batch request is malformed.")
        if operation == "upload" and not may_write:
            return trouble(self.world, ask, owner, 403, "You may not write here.")
        base = ask.url.rpartition("/batch")[0].replace(".git/info/lfs/", "/info/lfs/")
        rows = [self._row(repo, operation, base, oid, size) for oid, size in objects]
        return batch(self.world, ask, owner, {"objects": rows})

    def _row(self, repo, operation, base, oid, size):
        exists = self._path(repo, oid).exists()
        if operation == "download" and not exists:
            return {"oid": oid, "size": size,
                    "error": {"code": 404, "message": "Object does not exist."}}
        if operation == "upload" and exists:
            return {"oid": oid, "size": size}
        action = {"href": f"{base}/{oid}", "header": {"Accept": "application/vnd.git-lfs"}}
        return {"oid": oid, "size": size, "actions": {operation: action}}

    def _download(self, ask, repo, oid, owner):
        path = self._path(repo, oid)
        if not path.exists():
            return trouble(self.world, ask, owner, 404, "Object does not exist.")
        return content(self.world, ask, owner, path)

    async def _upload(self, ask, repo, oid, owner, may_write):
        if not may_write:
            return trouble(self.world, ask, owner, 403, "You may not write here.")
        sha = hashlib.sha256()
        handle, name = tempfile.mkstemp(dir=self.folder)
        with os.fdopen(handle, "wb") as out:
            async for chunk in ask.stream.iter_any():
                sha.update(chunk)
                out.write(chunk)
        if sha.hexdigest() != oid:
            os.unlink(name)
            return trouble(self.world, ask, owner, 422, "The content is not the object's.")
        os.rename(name, self._path(repo, oid))
        return stored(self.world, ask, owner)


def _with_body(world, ask, owner, status, kind, body):
    return Answer(status, h.arrange([
        *h.base(world, ask), *h.uncached(), *h.framed(), *h.user(owner),
        *h.content(kind, len(body))]), body)


@recorded("G6")
def batch(world, ask, owner, value):
    """No authenticated, no transfer, no Authorization in header; the body alone is recorded."""
    return _with_body(world, ask, owner, 200, MEDIA, compact(value))


@unanchored("LFS specification: an error has a message")
def trouble(world, ask, owner, status, message):
    return _with_body(world, ask, owner, status, MEDIA, compact({"message": message}))


@unanchored("no recording of an LFS upload")
def stored(world, ask, owner):
    return Answer(200, h.arrange([
        *h.base(world, ask), *h.user(owner), ("Content-Length", "0")]))


async def _read(path):
    with open(path, "rb") as source:
        while chunk := source.read(CHUNK):
            yield chunk


@unanchored("no recording of an LFS object's answer")
def content(world, ask, owner, path):
    return Answer(200, h.arrange([
        *h.base(world, ask), *h.user(owner), ("Cache-Control", "private"),
        *h.content("application/octet-stream", path.stat().st_size)]), stream=_read(path))
