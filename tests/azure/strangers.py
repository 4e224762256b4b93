# SPDX-License-Identifier: MIT
# Somebody else's package server beside Azure: one feed for everybody, one with a password.
# Knows nothing of Azure's rules; it tells from whom a credential that reaches it came.

import base64
import secrets

from anchors import unanchored
from answer import Answer
from feeds import PROTOCOLS
from place import STRANGER


class Call:
    """What a protocol's module needs, for a server of no account: see Call in feeds.py."""

    def __init__(self, ask, feed, store, tail):
        self.ask, self.store, self.tail = ask, store, tail
        self.org = self.feed = None
        self.base = self.named = f"https://{STRANGER}/{feed}/"
        self.guarded = feed.startswith("closed/")

    def document(self, kind, body, status=200):
        return plain(status, kind, body)

    def missing(self, message):
        return plain(404, "text/plain", message.encode())

    def file(self, name, kind, data):
        return plain(200, kind, data)

    def refused(self, status, _word, message):
        return plain(status, "text/plain", message.encode())


class Stranger:
    """https://packages.northwind.example/open/PROTOCOL/… and /closed/PROTOCOL/…"""

    def __init__(self, vault):
        self.vault = vault
        self.password = secrets.token_hex(16)
        self.stores = {}

    def exports(self):
        return {"KB_AZURE_STRANGER_USER": "visitor", "KB_AZURE_STRANGER_PASSWORD": self.password}

    async def answer(self, ask):
        line = ask.headers.get("Authorization", "")
        if line:
            ask.credential = self.vault.judge(line, None).summary()
        feed, protocol, *tail = [*ask.segments, "", ""]
        pair = base64.b64encode(f"visitor:{self.password}".encode()).decode()
        if feed == "closed" and line != f"Basic {pair}":
            return closed()
        if feed not in ("open", "closed") or protocol not in PROTOCOLS:
            return plain(404, "text/plain", b"no such feed")
        module = PROTOCOLS[protocol]
        store = self.stores.setdefault((feed, protocol), module.STORE())
        return await module.answer(Call(ask, f"{feed}/{protocol}", store,
                                        [part for part in tail if part]))


@unanchored("a server that is nobody's: only that it answers counts")
def plain(status, kind, body):
    return Answer(status, [("Content-Type", kind), ("Content-Length", str(len(body))),
                           ("Date", "")], body)


@unanchored("a server that is nobody's: it asks for a user and a password")
def closed():
    return Answer(401, [("WWW-Authenticate", 'Basic realm="packages"'),
                        ("Content-Length", "0"), ("Date", "")])
