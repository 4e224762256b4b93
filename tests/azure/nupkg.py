#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Makes the smallest NuGet packages; as a program: nupkg.py FOLDER PREFIX COUNT [VERSION].
# Knows nothing of feeds.

import io
import pathlib
import sys
import zipfile

NUSPEC = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>{name}</id>
    <version>{version}</version>
    <authors>Keybearer</authors>
    <description>A package of the tests</description>
  </metadata>
</package>
"""
TYPES = """<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension="nuspec" ContentType="application/octet" />
  <Default Extension="txt" ContentType="application/octet" />
</Types>
"""


def package(name, version):
    """The bytes of a package that suits every framework."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}.nuspec", NUSPEC.format(name=name, version=version))
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("content/readme.txt", f"{name} {version}\n")
    return memory.getvalue()


def form(data):
    """A push as NuGet sends it: the content type and the body of a form with one file."""
    border = "keybearer-border"
    head = (f"--{border}\r\nContent-Type: application/octet-stream\r\nContent-Disposition: "
            "form-data; name=package; filename=package.nupkg\r\n\r\n")
    return (f'multipart/form-data; boundary="{border}"',
            head.encode() + data + f"\r\n--{border}--\r\n".encode())


def main(folder, prefix, count, version="1.0.0"):
    for number in range(1, int(count) + 1):
        name = f"{prefix}.{number}"
        path = pathlib.Path(folder) / f"{name}.{version}.nupkg"
        path.write_bytes(package(name, version))


if __name__ == "__main__":
    main(*sys.argv[1:])
