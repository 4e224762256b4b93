# SPDX-License-Identifier: MIT
# PyPI's protocol: the simple index, the files and what twine and poetry upload.
# Knows nothing of credentials or of where a feed is: it is told the base address.

import dataclasses
import email.parser
import email.policy
import hashlib
import html
import re

from anchors import recorded, unanchored

REDIRECTS = True
STORE = dict  # normalised name -> {file name: File}
BIGGEST = 64 << 20
PAGE = "text/html; charset=utf-8"
BYTES = "application/octet-stream"


class BadUpload(ValueError):
    """What was uploaded is no file of a package."""


@dataclasses.dataclass
class File:
    name: str
    project: str
    version: str
    requires: str
    data: bytes

    @property
    def digest(self):
        return hashlib.sha256(self.data).hexdigest()


def normal(name):
    """PEP 503's form of a project's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


async def answer(call):
    """The request of a caller who may do it."""
    head, *tail = call.tail or [""]
    method = call.ask.method
    if head == "upload" and not tail and method == "POST":
        return await upload(call)
    if head == "download" and len(tail) == 3:
        return download(call, *tail)
    if head != "simple" or method not in ("GET", "HEAD") or len(tail) > 1:
        return call.missing(f"There is no {'/'.join(call.tail)} here.")
    return project(call, tail[0]) if tail else projects(call)


def _page(call, title, links):
    rows = "".join(f"<a {attributes}>{html.escape(text)}</a><br/>\r\n"
                   for text, attributes in links)
    return call.document(PAGE, ("<!DOCTYPE html>\r\n<html><head><title>" + html.escape(title)
                                + f"</title></head><body>\r\n{rows}</body></html>\r\n").encode())


@unanchored("PEP 503's root page; Azure's own is not recorded")
def projects(call):
    return _page(call, "Simple index", [
        (name, f'href="{html.escape(call.base)}simple/{name}/"') for name in sorted(call.store)])


@recorded("F4")
def project(call, name):
    """The links have GUIDs and the file's hash (F4); the page around them is PEP 503's."""
    files = call.store.get(normal(name))
    if not files:
        return call.missing(f"There is no package '{name}' in the feed.")
    return _page(call, f"Links for {normal(name)}", [
        (file.name, _attributes(call, file)) for _, file in sorted(files.items())])


def _attributes(call, file):
    address = (f"{call.base}download/{file.project}/{file.version}/{file.name}"
               f"#sha256={file.digest}")
    needs = f' data-requires-python="{html.escape(file.requires)}"' if file.requires else ""
    return f'href="{html.escape(address)}"{needs}'


def download(call, name, version, file_name):
    """A file; only GET is known here."""
    if call.ask.method != "GET":
        return not_allowed(call)
    file = call.store.get(normal(name), {}).get(file_name)
    if file is None or file.version != version:
        return call.missing(f"There is no file '{file_name}' in the feed.")
    return call.file(file.name, BYTES, file.data)


@recorded("F4")
def not_allowed(call):
    return call.document("application/json; charset=utf-8", b"", 405)


def _form(ask, body):
    """{name: (file name, bytes)} of a multipart form."""
    kind = ask.headers.get("Content-Type", "")
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
        b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    parts = message.iter_parts() if message.is_multipart() else []
    return {part.get_param("name", header="Content-Disposition"):
            (part.get_filename() or "", part.get_payload(decode=True)) for part in parts}


def _uploaded(ask, body):
    form = _form(ask, body)

    def text(name):
        return form.get(name, ("", b""))[1].decode("utf-8", "replace").strip()

    name, data = form.get("content", ("", b""))
    file = File(name, normal(text("name")), text("version"), text("requires_python"), data)
    if text(":action") != "file_upload" or not (name and file.project and file.version):
        raise BadUpload("The request is no form with one file of a package.")
    if "/" in name or normal(name).partition("-")[0] != file.project.partition("-")[0]:
        raise BadUpload("The file is not named after its package.")
    if text("sha256_digest") not in ("", file.digest):
        raise BadUpload("The file's hash is not the one that was told.")
    return file


async def upload(call):
    """A file that is there already is a conflict, whatever is in it."""
    try:
        file = _uploaded(call.ask, await call.ask.body(BIGGEST))
    except BadUpload as error:
        return call.refused(400, "Bad Request", str(error))
    files = call.store.setdefault(file.project, {})
    if file.name in files:
        where = call.feed.name if call.feed else ""
        return call.refused(409, "Conflict", f"The feed '{where}' already contains file "
                            f"'{file.name}' in package '{file.project} {file.version}'.")
    files[file.name] = file
    return accepted(call)


@unanchored("202 as NuGet's push; what an upload is answered is not recorded")
def accepted(call):
    return call.document(PAGE, b"", 202)
