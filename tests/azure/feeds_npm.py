# SPDX-License-Identifier: MIT
# npm's registry protocol: documents of packages, their files, publishing; what Azure has not.
# Knows nothing of credentials or of where a feed is: it is told the base address.

import base64
import binascii
import hashlib
import json
import re
import time

from anchors import unanchored
from answer import compact

REDIRECTS = False
STORE = dict  # name -> Package
BIGGEST = 64 << 20
JSON = "application/json; charset=utf-8"
NAME = re.compile(r"^(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*$")
VERSION = re.compile(r"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$")


class BadPackage(ValueError):
    """What was published is no package."""


class Package:
    """A name, its versions in the order of their arrival, its tags, its files, and when each
    arrived: clients that want versions to be old look at that (FluidFramework#27732)."""

    def __init__(self, name):
        self.name = name
        self.manifests, self.files, self.tags, self.times = {}, {}, {}, {}

    def file(self, version):
        """The name of a version's file: without the scope."""
        return f"{self.name.rpartition('/')[2]}-{version}.tgz"


async def answer(call):
    """The request of a caller who may do it."""
    head, *tail = call.tail or [""]
    if head.lower() != "registry" or not tail:
        return call.missing(f"There is no {'/'.join(call.tail)} here.")
    if tail[0] == "-":
        return absent(call)
    scoped = tail[0].startswith("@") and "/" not in tail[0] and len(tail) > 1
    name, rest = ("/".join(tail[:2]), tail[2:]) if scoped else (tail[0], tail[1:])
    if call.ask.method == "PUT" and not rest:
        return await publish(call, name)
    if call.ask.method not in ("GET", "HEAD"):
        return absent(call)
    package = call.store.get(name)
    if package is None:
        return unknown(call, name)
    if not rest:
        return document(call, package)
    return file(call, package, rest)


@unanchored("404 of audits: npm/cli#4382 (2023); of whoami, ping, search, login nothing is told")
def absent(call):
    """What npm's own registry has beside packages."""
    return call.missing(f"There is no {call.ask.method} of {'/'.join(call.tail)}.")


@unanchored("404 of a package that a feed has not: only the status is known")
def unknown(call, name):
    return call.missing(f"The package '{name}' does not exist in the feed.")


@unanchored("npm's own document; the address of a file is F2's: names, not GUIDs")
def document(call, package):
    """Everything of a package; the short form that npm asks for is not told apart."""
    versions = {version: _manifest(call, package, version) for version in package.manifests}
    return call.document(JSON, compact({
        "_id": package.name, "name": package.name, "dist-tags": package.tags,
        "versions": versions, "time": {"modified": max(package.times.values()),
                                       **package.times}}))


def _manifest(call, package, version):
    data = package.files[version]
    digest = base64.b64encode(hashlib.sha512(data).digest()).decode()
    return {**package.manifests[version], "dist": {
        "shasum": hashlib.sha1(data).hexdigest(), "integrity": f"sha512-{digest}",
        "tarball": f"{call.named}registry/{package.name}/-/{package.file(version)}"}}


def file(call, package, rest):
    """NAME/-/FILE; a version alone is no resource of Azure's (dependabot-core#8566)."""
    found = [version for version in package.manifests
             if rest == ["-", package.file(version)]]
    if not found:
        return call.missing(f"There is no {'/'.join(rest)} of '{package.name}'.")
    return call.file(package.file(found[0]), "application/octet-stream",
                     package.files[found[0]])


def _published(name, body):
    """(version, manifest, bytes, tags) of npm's form: a document with one file in it."""
    try:
        told = json.loads(body)
        (version, manifest), = told["versions"].items()
        attachment, = told["_attachments"].values()
        data = base64.b64decode(attachment["data"], validate=True)
        good = told["name"] == manifest["name"] == name and manifest["version"] == version
        digest = manifest["dist"].get("shasum", hashlib.sha1(data).hexdigest())
        tags = dict(told.get("dist-tags", {}))
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise BadPackage("The request is no document with one version and one file.") from error
    if not good or not NAME.match(name) or not VERSION.match(version):
        raise BadPackage("The name or the version of the package is not valid.")
    if digest != hashlib.sha1(data).hexdigest():
        raise BadPackage("The file is not the one that the document tells of.")
    return version, manifest, data, tags


async def publish(call, name):
    """A version that is there already is refused, whatever is in it."""
    try:
        version, manifest, data, tags = _published(name, await call.ask.body(BIGGEST))
    except BadPackage as error:
        return call.refused(400, "Bad Request", str(error))
    package = call.store.setdefault(name, Package(name))
    if version in package.manifests:
        return twice(call, name, version)
    package.manifests[version], package.files[version] = manifest, data
    package.times[version] = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    package.tags.update({tag: version for tag, of in tags.items() if of == version})
    return accepted(call)


@unanchored("npm/npm#17145 (2017), azure-pipelines-tasks#12482 (2020): 403 and the words; the form is F8's")
def twice(call, name, version):
    return call.refused(403, "Forbidden", f"The feed already contains the package '{name}' at "
                        f"version '{version}'.")


@unanchored("npm takes any 2xx; neither body nor headers are recorded")
def accepted(call):
    return call.document(JSON, b"{}")
