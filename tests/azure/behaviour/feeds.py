# SPDX-License-Identifier: MIT
# Tests: package feeds: names and GUIDs, permissions, refusals, pushes, blob storage, strangers.
# Knows nothing of any package client.

import base64
import json
import os
import secrets

import nupkg
from fidelity import wire
from tap import control, mint, test

ROOT = "https://pkgs.dev.azure.com/contoso/"
OLD = "https://contoso.pkgs.visualstudio.com/"


def basic(secret, user="any"):
    pair = base64.b64encode(f"{user}:{secret}".encode()).decode()
    return [("Authorization", f"Basic {pair}")]


def index(feed="_packaging/tools", root=ROOT, headers=None):
    """The answer for NuGet's service index."""
    headers = basic(os.environ["KB_AZURE_PAT"]) if headers is None else headers
    return wire.fetch("GET", f"{root}{feed}/nuget/v3/index.json", headers)


def resource(seen, kind):
    return next(entry["@id"] for entry in json.loads(seen.body)["resources"]
                if entry["@type"].startswith(kind))


def push(address, name, headers=None, version="1.0.0", key="any"):
    headers = basic(os.environ["KB_AZURE_PAT"]) if headers is None else headers
    kind, body = nupkg.form(nupkg.package(name, version))
    keys = [("X-NuGet-ApiKey", key)] if key else []
    return wire.fetch("PUT", address, [*headers, *keys, ("Content-Type", kind)], body)


def published(feed):
    """The address of the file of a new package."""
    name, seen = f"case{secrets.token_hex(4)}", index(feed)
    pushed = push(resource(seen, "PackagePublish"), name)
    assert pushed.status == 202, pushed
    return f"{resource(seen, 'PackageBaseAddress')}{name}/1.0.0/{name}.1.0.0.nupkg"


def redirected(address):
    return wire.fetch("GET", address, basic(os.environ["KB_AZURE_PAT"]))


@test
def names():
    """feeds: names and GUIDs in any mixture, any case, both hosts; a project must be the feed's"""
    world = json.loads(index("demo/_packaging/libs").body)["resources"]
    feed = next(e["@id"] for e in world if e["@type"] == "VssFeedId").rpartition(":")[2]
    project = next(e["@id"] for e in world if e["@type"] == "AzureDevOpsProjectId")
    project = project.rpartition(":")[2]
    for path in (f"{project}/_packaging/{feed}", f"demo/_packaging/{feed}",
                 f"{project}/_packaging/LIBS", "Demo/_packaging/libs",
                 "Big%20Project/_packaging/libs", "_packaging/Tools"):
        for root in (ROOT, OLD, OLD + "DefaultCollection/"):
            assert index(path, root).status == 200, path
    for path in ("_packaging/libs", "demo/_packaging/tools", "nothing/_packaging/tools",
                 f"Big%20Project/_packaging/{feed}", "_packaging/nothing"):
        seen = index(path)
        assert seen.status == 404 and seen.reason.startswith("Not Found - "), (path, seen)
    assert resource(index(root=OLD), "PackageBase").startswith(OLD + "_packaging/")


@test
def credentials():
    """feeds: every credential that is not good is 401, so that NuGet asks for the next one"""
    for secret in (os.environ["KB_AZURE_PAT_ADVENTURE"], os.environ["KB_AZURE_PAT_FABRIKAM"],
                   os.environ["KB_AZURE_PAT_EXPIRED"], os.environ["KB_AZURE_PAT_NOCODE"], "wrong",
                   mint("fabrikam"), mint("outsider"), mint("contoso", lifetime=-5)):
        assert index(headers=basic(secret)).status == 401
    over = [("Authorization", "Bearer " + mint("contoso", lifetime=-5))]
    assert index(headers=over).status == 401
    assert len(index(headers=[]).values("WWW-Authenticate")) == 3
    for good in (mint("contoso"), mint("alice", "pat", scope="vso.packaging")):
        assert index(headers=basic(good)).status == 200
    assert index(headers=[("Authorization", "Bearer " + mint("contoso"))]).status == 200


@test
def rights():
    """feeds: who may read may not push; one feed is alice's alone"""
    address = resource(index(), "PackagePublish")
    for secret in (mint("reader"), mint("alice", "pat", scope="vso.packaging")):
        seen = push(address, "refused", basic(secret))
        assert seen.status == 403 and "'AddPackage'" in seen.reason, seen
        assert index(headers=basic(secret)).status == 200
    assert index("_packaging/vault", headers=basic(mint("contoso"))).status == 403
    assert index("_packaging/vault", headers=basic(mint("alice"))).status == 200


@test
def pushes():
    """feeds: a push needs a key of any value; twice is a conflict; rubbish is refused"""
    address, name = resource(index(), "PackagePublish"), f"Push{secrets.token_hex(4)}"
    assert "X-NuGet-ApiKey" in push(address, name, key="").reason
    assert push(address, name).status == 202
    assert push(address, name.lower()).status == 409
    assert push(address, name, version="01.0.0.0").status == 409
    assert push(address, name, version="1.0.1").status == 202
    auth = [*basic(os.environ["KB_AZURE_PAT"]), ("X-NuGet-ApiKey", "any")]
    for kind, body in (("text/plain", b"x"), nupkg.form(b"no package"), ("multipart/x", b"")):
        assert wire.fetch("PUT", address, [*auth, ("Content-Type", kind)], body).status == 400
    flat = resource(index(), "PackageBase") + name.lower()
    told = wire.fetch("GET", f"{flat}/index.json", basic(os.environ["KB_AZURE_PAT"]))
    assert json.loads(told.body) == {"versions": ["1.0.0", "1.0.1"]}


@test
def apart():
    """feeds: a package is in the feed that it was pushed to and in no other"""
    name = published("demo/_packaging/libs").split("/")[-3]
    for feed in ("_packaging/tools", "Big%20Project/_packaging/libs"):
        address = f"{resource(index(feed), 'PackageBase')}{name}/index.json"
        assert wire.fetch("GET", address, basic(os.environ["KB_AZURE_PAT"])).status == 404


@test
def documents():
    """feeds: registrations, search and manifest tell of a package where its file is"""
    file, seen = published("_packaging/tools"), index()
    name, auth = file.split("/")[-3], basic(os.environ["KB_AZURE_PAT"])
    page = wire.fetch("GET", f"{resource(seen, 'RegistrationsBaseUrl')}{name}/index.json", auth)
    leaf = json.loads(page.body)["items"][0]["items"][0]
    assert leaf["packageContent"] == file and leaf["catalogEntry"]["version"] == "1.0.0"
    found = wire.fetch("GET", f"{resource(seen, 'SearchQuery')}?q={name}", auth)
    assert [hit["id"] for hit in json.loads(found.body)["data"]] == [name]
    manifest = wire.fetch("GET", file.rpartition("/")[0] + f"/{name}.nuspec", auth)
    assert f"<id>{name}</id>".encode() in manifest.body


@test
def blobs():
    """feeds: a file lies in blob storage, which counts and refuses a credential"""
    target = redirected(published("_packaging/tools")).value("Location")
    plain = wire.fetch("GET", target, [])
    assert plain.status == 200 and plain.body.startswith(b"PK"), plain.status
    assert wire.fetch("GET", target.replace("sig=", "sig=x"), []).status == 403
    assert "blob-credential" not in control("GET", "/counters")["arrived"]
    for headers in (basic("x"), [("Authorization", "Bearer x")]):
        assert wire.fetch("GET", target, headers).status == 400
    counted = control("GET", "/counters")["arrived"]
    assert counted["blob-credential"] == 2 and counted["blob"] == 2, counted


@test
def strangers():
    """feeds: somebody else's server: one feed is open, one asks for a password, ours are seen"""
    root = "https://packages.northwind.example/"
    assert index("open", root, []).status == 200
    refused = index("closed", root, [])
    assert refused.values("WWW-Authenticate") == ['Basic realm="packages"'], refused
    visitor = basic(os.environ["KB_AZURE_STRANGER_PASSWORD"], os.environ["KB_AZURE_STRANGER_USER"])
    seen = index("closed", root, visitor)
    assert push(resource(seen, "PackagePublish"), "theirs", visitor).status == 202
    assert index("closed", root, basic(mint("contoso"))).status == 401
    assert [e.get("kind") for e in control("GET", "/log") if e["route"] == "stranger"] == [
        None, None, "password", "password", "entra"]
