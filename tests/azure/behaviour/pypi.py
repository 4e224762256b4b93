# SPDX-License-Identifier: MIT
# Tests: PyPI's protocol at package feeds: uploads, index, files, refusals; and Maven's layout.
# Knows nothing of any package client.

import os
import re
import secrets

import pypkg
from behaviour.feeds import basic
from fidelity import wire
from tap import mint, test

TOOLS = "https://pkgs.dev.azure.com/contoso/_packaging/tools/"
LIBS = "https://pkgs.dev.azure.com/contoso/demo/_packaging/libs/"
STRANGER = "https://packages.northwind.example/"


def pat():
    return basic(os.environ["KB_AZURE_PAT"])


def upload(feed, name, version="1.0", headers=None, data=None, **more):
    data = pypkg.wheel(name, version) if data is None else data
    kind, body = pypkg.form(name, version, data, **more)
    return wire.fetch("POST", f"{feed}pypi/upload/",
                      [*(pat() if headers is None else headers), ("Content-Type", kind)], body)


def page(feed, name, headers=None):
    return wire.fetch("GET", f"{feed}pypi/simple/{name}/", pat() if headers is None else headers)


def links(seen):
    return re.findall(r'href="([^"]+)"', seen.body.decode())


def published(feed):
    """The address of the file of a new package, without its hash."""
    name = f"wheel-{secrets.token_hex(4)}"
    seen = upload(feed, name)
    assert seen.status == 202, seen
    return links(page(feed, name))[0].partition("#")[0]


@test
def uploads():
    """pypi: an upload appears in the index, under every spelling of its name; twice is a conflict"""
    name = f"Up_{secrets.token_hex(4)}"
    assert page(TOOLS, name).status == 404
    assert upload(TOOLS, name, requires_python=">=3.8").status == 202
    assert upload(TOOLS, name, "1.1").status == 202
    again = upload(TOOLS, name)
    assert again.status == 409 and "already contains file" in again.reason, again
    for spelling in (name, name.lower().replace("_", "-"), name.replace("_", ".")):
        assert len(links(page(TOOLS, spelling))) == 2, spelling
    assert b'data-requires-python="&gt;=3.8"' in page(TOOLS, name).body
    assert page(LIBS, name).status == 404
    root = wire.fetch("GET", f"{TOOLS}pypi/simple/", pat())
    assert f"/simple/{name.lower().replace('_', '-')}/".encode() in root.body


@test
def rubbish():
    """pypi: what is no upload is refused: no form, another name, a wrong hash, no right"""
    good = pypkg.form("one", "1.0", b"x")
    for kind, body in (("text/plain", b"x"), ("multipart/x", b""), (good[0], b"")):
        seen = wire.fetch("POST", f"{TOOLS}pypi/upload/", [*pat(), ("Content-Type", kind)], body)
        assert seen.status == 400, seen
    for more in ({"file_name": "other-1.0-py3-none-any.whl"}, {"file_name": "../one-1.0.whl"},
                 {"sha256_digest": "0" * 64}, {":action": "submit"}, {"version": ""}):
        assert upload(TOOLS, "one", data=b"x", **more).status == 400, more
    assert upload(TOOLS, "one", headers=basic(mint("reader"))).status == 403
    assert page(TOOLS, "one").status == 404


@test
def files():
    """pypi: a file lies in blob storage; its address needs the credential, and only GET is known"""
    file = published(LIBS)
    seen = wire.fetch("GET", file, pat())
    assert seen.status == 303 and ".vsblob.vsassets.io/" in seen.value("Location"), seen
    assert wire.fetch("GET", seen.value("Location"), []).body.startswith(b"PK")
    assert wire.fetch("HEAD", file, pat()).status == 405
    assert wire.fetch("GET", file, []).status == 401
    assert wire.fetch("GET", file + "x", pat()).status == 404


@test
def credentials():
    """pypi: none and an empty password are 401, a wrong one goes to the sign-in, an expired PAT not"""
    for headers in ([], basic("", "VssSessionToken"), basic("", "")):
        seen = page(TOOLS, "one", headers)
        assert seen.status == 401 and len(seen.values("WWW-Authenticate")) == 3, seen
    for secret in ("wrong", mint("fabrikam"), os.environ["KB_AZURE_PAT_FABRIKAM"]):
        assert page(TOOLS, "one", basic(secret)).status == 302
    assert page(TOOLS, "one", basic(os.environ["KB_AZURE_PAT_EXPIRED"])).status == 401
    for secret in (mint("contoso"), mint("alice", "pat", scope="vso.packaging")):
        assert page(TOOLS, "one", basic(secret)).status == 404


@test
def strangers():
    """pypi: somebody else's index: one feed for everybody, one with a password"""
    assert upload(STRANGER + "open/", "theirs", headers=[]).status == 202
    assert links(page(STRANGER + "open/", "theirs", []))[0].startswith(STRANGER + "open/pypi/")
    assert page(STRANGER + "closed/", "theirs", []).status == 401


@test
def maven():
    """maven: what is put is got, a release once; files lie in blob storage, sums do not"""
    base = f"{TOOLS}maven/v1/org/example/case{secrets.token_hex(4)}/"
    jar = base + "1.0/a-1.0.jar"
    assert wire.fetch("GET", jar, pat()).status == 404
    for address in (jar, jar + ".sha1", base + "maven-metadata.xml"):
        assert wire.fetch("PUT", address, pat(), b"x").status == 202
    seen = wire.fetch("GET", jar, pat())
    assert seen.status == 303 and wire.fetch("GET", seen.value("Location"), []).body == b"x"
    assert wire.fetch("GET", jar + ".sha1", pat()).body == b"x"
    assert wire.fetch("HEAD", jar, pat()).status == 303
    assert wire.fetch("PUT", jar, pat(), b"y").status == 409
    assert wire.fetch("PUT", base + "maven-metadata.xml", pat(), b"y").status == 202
    assert wire.fetch("PUT", jar, basic(mint("reader")), b"x").status == 403
    assert wire.fetch("DELETE", jar, pat()).status == 404
    for secret in ("", "wrong", mint("fabrikam")):
        assert wire.fetch("GET", jar, basic(secret)).status == 401
    assert wire.fetch("GET", jar.replace("/tools/", "/TOOLS/"), pat()).status == 303
