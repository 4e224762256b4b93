# SPDX-License-Identifier: MIT
# Tests: Cargo's feeds: the index, publish, yank, files in blob storage, rubbish.
# Knows nothing of Cargo itself, which tests/system/test-cargo lets in.

import hashlib
import json
import os
import secrets

import crates
from behaviour.feeds import basic
from fidelity import wire
from tap import control, mint, test

ROOT = "https://pkgs.dev.azure.com/contoso/"
TOOLS = ROOT + "_packaging/tools/Cargo/"


def ask(method, address, body=b"", headers=None):
    headers = basic(os.environ["KB_AZURE_PAT"]) if headers is None else headers
    return wire.fetch(method, address, headers, body)


def config(base=TOOLS):
    return json.loads(ask("GET", base + "index/config.json").body)


def publish(name, base=TOOLS, data=None, **more):
    data = crates.crate(name) if data is None else data
    body = crates.publication(data, name, **more)
    return ask("PUT", config(base)["api"] + "/api/v1/crates/new", body), data


def lines(path, base=TOOLS):
    seen = ask("GET", f"{base}index/{path}")
    return seen.status, [json.loads(line) for line in seen.body.splitlines()
                         if seen.status == 200]


@test
def crate():
    """cargo: what is published is in the index, and its file lies in blob storage"""
    name = f"Case-{secrets.token_hex(4)}"
    seen, data = publish(name, deps=[{
        "name": "serde", "explicit_name_in_toml": "other", "version_req": "^1", "kind": "normal"}])
    assert seen.status == 200 and "warnings" in json.loads(seen.body), seen
    status, (line,) = lines(f"ca/se/{name.lower()}")
    assert status == 200 and line["name"] == name and line["vers"] == "1.0.0"
    assert line["cksum"] == hashlib.sha256(data).hexdigest()
    assert [(d["name"], d["package"]) for d in line["deps"]] == [("other", "serde")]
    address = f"{config()['dl']}/{name}/1.0.0/download"
    assert ask("GET", address, headers=[]).status == 401
    there = ask("GET", address)
    assert there.status == 303
    assert wire.fetch("GET", there.value("Location"), []).body == data
    assert publish(name)[0].status == 409
    assert control("GET", "/counters")["arrived"].get("blob-credential", 0) == 0


@test
def places():
    """cargo: short names have places of their own; a project's feed is another one"""
    for name, path in (("q", "1/q"), ("qq", "2/qq"), ("qqq", "3/q/qqq"), ("qqqq", "qq/qq/qqqq")):
        assert publish(name)[0].status == 200
        assert lines(path)[0] == 200, path
        assert lines(path, ROOT + "demo/_packaging/libs/Cargo/")[0] == 404
    for path in ("qq/qq/qqq", "1/qq", "qqqq", ""):
        assert lines(path)[0] == 404, path
    base = config("https://contoso.pkgs.visualstudio.com/_packaging/tools/Cargo/")["api"]
    assert base.startswith("https://contoso.pkgs.visualstudio.com/_packaging/"), base


@test
def yanks():
    """cargo: a version is yanked and comes back; its file stays where it is"""
    name = f"yank{secrets.token_hex(4)}"
    publish(name)
    address = f"{config()['api']}/api/v1/crates/{name}/1.0.0/"
    for method, verb, after in (("DELETE", "yank", True), ("PUT", "unyank", False)):
        assert json.loads(ask(method, address + verb).body) == {"ok": True}
        assert lines(f"ya/nk/{name}")[1][0]["yanked"] is after
        assert ask("GET", address + "download").status == 303
    assert ask("DELETE", address.replace("1.0.0", "2.0.0") + "yank").status == 404


@test
def rubbish():
    """cargo: what is no publication is refused, and who may only read does not publish"""
    address = config()["api"] + "/api/v1/crates/new"
    good = crates.publication(crates.crate("rubbish"), "rubbish")
    for body in (b"", b"\x00", good[:-1], good + b"x", crates.publication(b"no archive", "x"),
                 crates.publication(crates.crate("x"), "../x"),
                 crates.publication(crates.crate("x"), "x", "one")):
        assert ask("PUT", address, body).status == 400, body[:40]
    assert ask("PUT", address, good, basic(mint("reader"))).status == 403
    assert ask("PUT", address, good, basic("wrong")).status == 401
    assert lines("ru/bb/rubbish")[0] == 404


@test
def theirs():
    """cargo: somebody else's open index does not ask for a credential, the closed one does"""
    root = "https://packages.northwind.example/"
    told = json.loads(ask("GET", root + "open/Cargo/index/config.json", headers=[]).body)
    assert "auth-required" not in told and told["api"] == root + "open/Cargo", told
    assert ask("GET", root + "closed/Cargo/index/config.json", headers=[]).status == 401
    visitor = basic(os.environ["KB_AZURE_STRANGER_PASSWORD"], os.environ["KB_AZURE_STRANGER_USER"])
    told = json.loads(ask("GET", root + "closed/Cargo/index/config.json", headers=visitor).body)
    assert told["auth-required"] is True, told
