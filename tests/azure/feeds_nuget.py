# SPDX-License-Identifier: MIT
# NuGet's protocol, version 3, and its push: index, registrations, flat container, search, v2.
# Knows nothing of credentials or of where a feed is: it is told the base address.

import email.parser
import email.policy
import io
import xml.etree.ElementTree as xml
import zipfile

from anchors import recorded, unanchored
from answer import compact

REDIRECTS = False
STORE = dict  # lower-case id -> {normalised version: Package}
BIGGEST = 64 << 20
JSON = "application/json; charset=utf-8"
SEMVER2 = "This base URL includes SemVer 2.0.0 packages."
CONTEXT = {"@vocab": "http://schema.nuget.org/services#",
           "comment": "http://www.w3.org/2000/01/rdf-schema#comment",
           "label": "http://www.w3.org/2000/01/rdf-schema#label"}
RESOURCES = (
    ("PackagePublish/2.0.0", "v2/", None), ("LegacyGallery/2.0.0", "v2/", None),
    ("RegistrationsBaseUrl/3.0.0-beta", "v3/registrations2/", None),
    ("RegistrationsBaseUrl/3.6.0", "v3/registrations2-semver2/", SEMVER2),
    ("RegistrationsBaseUrl/Versioned", "v3/registrations2-semver2/", SEMVER2),
    ("SearchQueryService/3.0.0-beta", "v3/query2/", None),
    ("PackageBaseAddress/3.0.0", "v3/flat2/", None))
KEY_MISSING = ("The request to the server did not include the header X-NuGet-ApiKey, but it is "
               "required even though credentials were provided. If using NuGet.exe, use the "
               'ApiKey option to set this to an arbitrary value, for example "-ApiKey AzureDevOps"')


class BadPackage(ValueError):
    """What was pushed is no package."""


class Package:
    """A .nupkg and what its manifest says."""

    def __init__(self, data):
        self.data = data
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                name = next(n for n in archive.namelist() if n.endswith(".nuspec"))
                self.manifest = archive.read(name)
            told = next(e for e in xml.fromstring(self.manifest) if _tag(e) == "metadata")
        except (zipfile.BadZipFile, StopIteration, xml.ParseError) as error:
            raise BadPackage("The package is invalid.") from error
        fields = {_tag(element): element.text or "" for element in told}
        self.id, self.version = fields.get("id", ""), normal(fields.get("version", ""))
        self.about = {"authors": fields.get("authors", ""),
                      "description": fields.get("description", "")}
        if not self.id or not self.version:
            raise BadPackage("The package has no id or no version.")

    @property
    def file(self):
        return f"{self.id.lower()}.{self.version.lower()}.nupkg"


def _tag(element):
    return element.tag.rpartition("}")[2]


def normal(version):
    """NuGet's normalised form: three numbers, a fourth only above 0, no build metadata."""
    numbers, dash, label = version.partition("+")[0].partition("-")
    parts = [str(int(part)) for part in numbers.split(".") if part.isdigit()]
    if not parts:
        return ""
    parts += ["0"] * (3 - len(parts))
    return ".".join(parts[:3] if parts[3:] == ["0"] else parts) + dash + label


async def answer(call):
    """The request of a caller who may do it."""
    head, *tail = [part.lower() for part in call.tail] or [""]
    if head == "v2" and call.ask.method == "PUT" and tail in ([], ["package"]):
        return await push(call)
    if head != "v3" or call.ask.method not in ("GET", "HEAD"):
        return call.missing(f"There is no {'/'.join(call.tail)} here.")
    if tail == ["index.json"]:
        return index(call)
    routes = {"registrations2": registration, "registrations2-semver2": registration,
              "flat2": flat, "query2": search}
    handler = routes.get(tail[0] if tail else "")
    return handler(call, tail[1:]) if handler else call.missing("There is no such resource.")


@recorded("F7")
def index(call):
    """The service index; the last entries are Azure's own."""
    entries = [{"@id": call.base + path, "@type": kind, **({"comment": note} if note else {})}
               for kind, path, note in RESOURCES]
    return call.document(JSON, compact({
        "version": "3.0.0-beta", "@context": CONTEXT, "resources": entries + _own(call)}))


def _own(call):
    if call.feed is None:
        return []
    label, project = {"label": call.feed.name}, call.feed.project
    own = [{"@id": call.root, "@type": "VssBaseUrl"},
           {"@id": f"urn:uuid:{call.feed.id}", "@type": "VssFeedId", **label},
           {"@id": f"com.visualstudio.feeds.feedview:{call.feed.id}",
            "@type": "VssQualifiedFeedViewId", **label}]
    if project:
        own.append({"@id": f"urn:uuid:{project.id}", "@type": "AzureDevOpsProjectId",
                    "label": project.name})
    return own


def _unknown(call, name):
    return call.missing(f"There is no package '{name}' in the feed.")


def flat(call, tail):
    """The flat container: ID/index.json, ID/VERSION/ID.VERSION.nupkg, ID/VERSION/ID.nuspec"""
    versions = call.store.get(tail[0] if tail else "", {})
    if not versions:
        return _unknown(call, tail[0] if tail else "")
    if tail[1:] == ["index.json"]:
        return call.document(JSON, compact({"versions": sorted(versions)}))
    package = versions.get(tail[1] if len(tail) == 3 else "")
    if package and tail[2] == package.file:
        return call.file(package.file, "application/octet-stream", package.data)
    if package and tail[2] == f"{tail[0]}.nuspec":
        return call.document("application/xml", package.manifest)
    return _unknown(call, "/".join(tail))


def _address(call, package):
    name = package.id.lower()
    return f"{call.base}v3/flat2/{name}/{package.version.lower()}/{package.file}"


def _leaf(call, package):
    here = f"{call.base}v3/registrations2-semver2/{package.id.lower()}/{package.version}.json"
    content = _address(call, package)
    return {"@id": here, "@type": "Package", "packageContent": content,
            "catalogEntry": {"@id": here, "@type": "PackageDetails", **package.about,
                             "id": package.id, "version": package.version, "listed": True,
                             "packageContent": content}}


@unanchored("NuGet's own documents of a registration: one page, its leaves in it")
def registration(call, tail):
    versions = call.store.get(tail[0] if tail else "", {})
    if not versions or tail[1:] != ["index.json"]:
        return _unknown(call, "/".join(tail))
    here = f"{call.base}v3/registrations2-semver2/{tail[0]}/index.json"
    known = sorted(versions)
    page = {"@id": f"{here}#page", "@type": "catalog:CatalogPage", "count": len(known),
            "lower": known[0], "upper": known[-1],
            "items": [_leaf(call, versions[version]) for version in known]}
    return call.document(JSON, compact({"@id": here, "count": 1, "items": [page]}))


@unanchored("NuGet's own document of a search")
def search(call, _tail):
    wanted = call.ask.query.get("q", "").lower()
    found = [versions[max(versions)] for name, versions in sorted(call.store.items())
             if wanted in name]
    return call.document(JSON, compact({"totalHits": len(found), "data": [
        {"id": package.id, "version": package.version, **package.about,
         "versions": [{"version": package.version, "@id": _address(call, package)}]}
        for package in found]}))


def _uploaded(ask, body):
    """The one file of a multipart form."""
    kind = ask.headers.get("Content-Type", "")
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
        b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    parts = list(message.iter_parts()) if message.is_multipart() else []
    if len(parts) != 1:
        raise BadPackage("The request is no form with one package.")
    return Package(parts[0].get_payload(decode=True))


async def push(call):
    """A package that is there already is a conflict, whatever is in it."""
    if not call.ask.headers.get("X-NuGet-ApiKey"):
        return call.refused(400, "Bad Request", KEY_MISSING)
    try:
        package = _uploaded(call.ask, await call.ask.body(BIGGEST))
    except BadPackage as error:
        return call.refused(400, "Bad Request", str(error))
    versions = call.store.setdefault(package.id.lower(), {})
    if package.version.lower() in versions:
        return call.refused(409, "Conflict", f"The feed already contains "
                            f"'{package.id} {package.version}'.")
    versions[package.version.lower()] = package
    return accepted(call)


@unanchored("202 is what Azure's documents and NuGet's logs tell; no header set is recorded")
def accepted(call):
    return call.document(JSON, b"", 202)
