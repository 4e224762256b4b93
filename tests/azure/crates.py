# SPDX-License-Identifier: MIT
# Makes the smallest crates, and a publish as Cargo sends it.
# Knows nothing of feeds.

import io
import json
import struct
import tarfile

MANIFEST = """[package]
name = "{name}"
version = "{version}"
edition = "2021"
"""


def crate(name, version="1.0.0"):
    """The bytes of a .crate file."""
    memory = io.BytesIO()
    files = {"Cargo.toml": MANIFEST.format(name=name, version=version),
             "src/lib.rs": f"pub const NAME: &str = {json.dumps(name)};\n"}
    with tarfile.open(fileobj=memory, mode="w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{name}-{version}/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return memory.getvalue()


def publication(data, name, version="1.0.0", **more):
    """The body of a publish: two parts, each behind its length."""
    told = json.dumps({"name": name, "vers": version, "deps": [], "features": {}, **more}).encode()
    return struct.pack("<I", len(told)) + told + struct.pack("<I", len(data)) + data
