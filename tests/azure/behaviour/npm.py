# SPDX-License-Identifier: MIT
# Tests: npm's registry protocol: names with scopes, files, publishing, refusals, strangers.
# Knows nothing of any package client.

import base64
import hashlib
import json
import os
import secrets

import npmpkg
from behaviour.feeds import OLD, ROOT, basic
from fidelity import wire
from tap import control, mint, test

TOOLS = "_packaging/tools/npm/registry/"
LIBS = "demo/_packaging/libs/npm/registry/"


def get(path, headers=None, root=ROOT):
    headers = basic(os.environ["KB_AZURE_PAT"]) if headers is None else headers
    return wire.fetch("GET", root + path, headers)


def publish(name, version="1.0.0", feed=TOOLS, headers=None, root=ROOT, body=None):
    headers = basic(os.environ["KB_AZURE_PAT"]) if headers is None else headers
    return wire.fetch("PUT", root + feed + name.replace("/", "%2f"),
                      [*headers, ("Content-Type", "application/json")],
                      npmpkg.form(name, version) if body is None else body)


def fresh(scope=""):
    return f"{scope}case{secrets.token_hex(4)}"


def published(feed=LIBS, scope="@azure/"):
    """The address of the file of a new package."""
    name = fresh(scope)
    assert publish(name, feed=feed).status == 200
    told = json.loads(get(feed + name.replace("/", "%2f")).body)
    return told["versions"]["1.0.0"]["dist"]["tarball"]


@test
def documents():
    """npm: what is published is told of, with its hashes, tags and the address by names"""
    name = fresh("@scope/")
    assert publish(name).status == 200 and publish(name, "1.1.0-rc.1").status == 200
    for form in (name, name.replace("/", "%2f"), name.replace("/", "%2F")):
        seen = get(TOOLS + form)
        assert seen.status == 200, (form, seen)
    told = json.loads(seen.body)
    assert told["name"] == name and told["dist-tags"] == {"latest": "1.1.0-rc.1"}
    assert list(told["versions"]) == ["1.0.0", "1.1.0-rc.1"]
    data, dist = npmpkg.package(name, "1.0.0"), told["versions"]["1.0.0"]["dist"]
    assert dist["tarball"] == f"{ROOT}{TOOLS}{name}/-/{name[7:]}-1.0.0.tgz", dist
    assert dist["integrity"] == "sha512-" + base64.b64encode(
        hashlib.sha512(_got(dist["tarball"])).digest()).decode()
    assert len(_got(dist["tarball"])) == len(data)


def _got(address):
    """The bytes behind an address: the credential for the first request alone."""
    seen = wire.fetch("GET", address, basic(os.environ["KB_AZURE_PAT"]))
    assert seen.status == 303, seen
    return wire.fetch("GET", seen.value("Location"), []).body


@test
def addresses():
    """npm: a feed of a project, names with blanks, the older host, GUIDs: each tells of itself"""
    name = fresh()
    for root, feed in ((ROOT, LIBS), (ROOT, "Big%20Project/_packaging/libs/npm/registry/"),
                       (OLD, TOOLS)):
        assert publish(name, feed=feed, root=root).status == 200
        told = json.loads(get(feed + name, root=root).body)
        address = told["versions"]["1.0.0"]["dist"]["tarball"]
        assert address == f"{root}{feed}{name}/-/{name}-1.0.0.tgz", address
        assert _got(address)
    index = json.loads(get("demo/_packaging/libs/nuget/v3/index.json").body)["resources"]
    guids = next(e["@id"] for e in index if e["@type"].startswith("PackagePublish"))
    guids = guids.removesuffix("nuget/v2/") + "npm/registry/"
    assert get(guids.removeprefix(ROOT) + name).status == 200


@test
def missing():
    """npm: what Azure has not: a version alone, audits, whoami, ping; packages of other feeds"""
    name = fresh()
    assert publish(name).status == 200
    for path in (f"{TOOLS}{name}/1.0.0", f"{TOOLS}{name}/-/{name}-1.0.1.tgz", LIBS + name,
                 f"{TOOLS}-/whoami", f"{TOOLS}-/ping", f"{TOOLS}-/v1/search?text=x", TOOLS,
                 "_packaging/tools/npm/other/" + name, "_packaging/nothing/npm/registry/" + name):
        seen = get(path)
        assert seen.status == 404 and seen.reason.startswith("Not Found - "), (path, seen)
    audit = wire.fetch("POST", f"{ROOT}{TOOLS}-/npm/v1/security/advisories/bulk",
                       basic(os.environ["KB_AZURE_PAT"]), b"{}")
    assert audit.status == 404, audit


@test
def publishing():
    """npm: twice is refused with npm's 403; rubbish, another name and another file are, too"""
    name = fresh()
    assert publish(name).status == 200
    again = publish(name)
    assert again.status == 403 and f"already contains the package '{name}'" in again.reason, again
    other = json.loads(npmpkg.form(name, "2.0.0"))
    other["versions"]["2.0.0"]["dist"]["shasum"] = "0" * 40
    for body in (b"", b"[]", b"{}", npmpkg.form(name + "x", "1.0.0"), npmpkg.form(name, "1"),
                 json.dumps(other).encode(), npmpkg.form(name, "3.0.0").replace(b'"data": "', b'"data": "!')):
        assert publish(name, body=body).status == 400, body[:80]
    assert publish("Upper").status == 400
    assert list(json.loads(get(TOOLS + name).body)["versions"]) == ["1.0.0"]


@test
def credentials():
    """npm: Bearer for Entra's tokens, Basic for both; all else is 401 with three challenges"""
    name = fresh()
    assert publish(name).status == 200
    token = mint("contoso")
    for good in ([("Authorization", f"Bearer {token}")], basic(token), basic(mint("alice", "pat"))):
        assert get(TOOLS + name, good).status == 200
    for bad in ([], basic("wrong"), basic(mint("fabrikam")), basic(mint("contoso", lifetime=-5)),
                [("Authorization", f"Bearer {os.environ['KB_AZURE_PAT']}")],
                [("Authorization", "Bearer ${NPM_TOKEN}")]):
        seen = get(TOOLS + name, bad)
        assert seen.status == 401, (bad, seen)
        assert publish(fresh(), headers=bad).status == 401
    assert len(get(TOOLS + name, []).values("WWW-Authenticate")) == 3
    assert publish(fresh(), headers=basic(mint("reader"))).status == 403


@test
def strangers():
    """npm: somebody else's registry gives its files itself and tells whose credential arrived"""
    root, name = "https://packages.northwind.example/", fresh("@northwind/")
    assert publish(name, feed="open/npm/registry/", headers=[], root=root).status == 200
    told = json.loads(get("open/npm/registry/" + name, [], root).body)
    address = told["versions"]["1.0.0"]["dist"]["tarball"]
    assert address.startswith(root + "open/npm/registry/@northwind/")
    assert wire.fetch("GET", address, []).status == 200
    assert get("closed/npm/registry/" + name, basic(mint("contoso")), root).status == 401
    assert [e.get("kind") for e in control("GET", "/log") if e["route"] == "stranger"][-1] == "entra"
