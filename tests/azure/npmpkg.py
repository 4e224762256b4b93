#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Makes the smallest npm packages; as a program it prints what npm puts: npmpkg.py NAME [VERSION].
# Knows nothing of registries.

import base64
import hashlib
import io
import json
import sys
import tarfile


def package(name, version):
    """The bytes of a package with one module."""
    manifest = {"name": name, "version": version, "license": "MIT", "main": "index.js"}
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w:gz", format=tarfile.USTAR_FORMAT) as archive:
        for path, text in (("package.json", json.dumps(manifest)),
                           ("index.js", f"module.exports = '{name} {version}'\n")):
            entry = tarfile.TarInfo(f"package/{path}")
            entry.size, entry.mode = len(text), 0o644
            archive.addfile(entry, io.BytesIO(text.encode()))
    return memory.getvalue()


def form(name, version, data=None):
    """The document that publishes it."""
    data = package(name, version) if data is None else data
    file = f"{name.rpartition('/')[2]}-{version}.tgz"
    manifest = {"name": name, "version": version, "license": "MIT", "main": "index.js",
                "dist": {"shasum": hashlib.sha1(data).hexdigest()}}
    return json.dumps({
        "_id": name, "name": name, "dist-tags": {"latest": version},
        "versions": {version: manifest},
        "_attachments": {file: {"content_type": "application/octet-stream",
                                "data": base64.b64encode(data).decode(),
                                "length": len(data)}}}).encode()


def main(name, version="1.0.0"):
    sys.stdout.buffer.write(form(name, version))


if __name__ == "__main__":
    main(*sys.argv[1:])
