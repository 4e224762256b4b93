#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Makes the smallest wheels and source packages; as a program: pypkg.py FOLDER NAME [VERSION [NEEDS]];
# NEEDS is a package that the source package is built with.
# Knows nothing of feeds.

import base64
import hashlib
import io
import pathlib
import sys
import tarfile
import zipfile

METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: Of the tests\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: keybearer\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
# A builder inside the package: none has to be fetched for it.
PYPROJECT = '[build-system]\nrequires = {needs}\nbuild-backend = "builder"\nbackend-path = ["."]\n'
BUILDER = '''import pathlib
WHEEL = {wheel!r}


def build_wheel(folder, config_settings=None, metadata_directory=None):
    (pathlib.Path(folder) / {file!r}).write_bytes(bytes.fromhex(WHEEL))
    return {file!r}
'''


def wheel_name(name, version):
    return f"{name.replace('-', '_')}-{version}-py3-none-any.whl"


def _line(path, data):
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    return f"{path},sha256={digest},{len(data)}\n"


def wheel(name, version="1.0"):
    """The bytes of a wheel with one module, which knows its version."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    files = {f"{module}.py": f'VERSION = "{version}"\n',
             f"{info}/METADATA": METADATA.format(name=name, version=version),
             f"{info}/WHEEL": WHEEL}
    record = "".join(_line(path, text.encode()) for path, text in files.items())
    files[f"{info}/RECORD"] = record + f"{info}/RECORD,,\n"
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return memory.getvalue()


def source(name, version="1.0", needs=()):
    """The bytes of a source package, which builds itself once what it needs is there."""
    top = f"{name.replace('-', '_')}-{version}"
    builder = BUILDER.format(wheel=wheel(name, version).hex(), file=wheel_name(name, version))
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w:gz") as archive:
        for path, text in (("PKG-INFO", METADATA.format(name=name, version=version)),
                           ("pyproject.toml", PYPROJECT.format(needs=list(needs))),
                           ("builder.py", builder)):
            told = tarfile.TarInfo(f"{top}/{path}")
            told.size = len(text.encode())
            archive.addfile(told, io.BytesIO(text.encode()))
    return memory.getvalue()


def form(name, version, data, file_name=None, **more):
    """An upload as twine sends it: the content type and the body of a form."""
    border = "keybearer-border"
    fields = {":action": "file_upload", "protocol_version": "1", "name": name, "version": version,
              "sha256_digest": hashlib.sha256(data).hexdigest(), **more}
    body = "".join(f'--{border}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}'
                   "\r\n" for field, value in fields.items()).encode()
    head = (f'--{border}\r\nContent-Disposition: form-data; name="content"; '
            f'filename="{file_name or wheel_name(name, version)}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n").encode()
    return (f"multipart/form-data; boundary={border}",
            body + head + data + f"\r\n--{border}--\r\n".encode())


def main(folder, name, version="1.0", *needs):
    folder = pathlib.Path(folder)
    (folder / wheel_name(name, version)).write_bytes(wheel(name, version))
    top = f"{name.replace('-', '_')}-{version}"
    (folder / f"{top}.tar.gz").write_bytes(source(name, version, needs))


if __name__ == "__main__":
    main(*sys.argv[1:])
