# SPDX-License-Identifier: MIT
# Blob storage, where the bytes of packages lie behind signed addresses; a credential is an error.
# Knows nothing of feeds or of who was let in: whoever has the address has the bytes.

import dataclasses
import secrets
import time
import urllib.parse

from anchors import recorded, unanchored
from answer import Answer

HOST = "vsblobprodscussu0shard22.vsblob.vsassets.io"


@dataclasses.dataclass
class Blob:
    name: str
    kind: str
    data: bytes


class Blobs:
    """Everything that was redirected to, by its path; an address is new each time."""

    def __init__(self):
        self.kept = {}

    def keep(self, name, kind, data):
        """The signed address of the bytes, in the form of F4."""
        path = f"/b-{secrets.token_hex(16)}/{secrets.token_hex(32).upper()}00.blob"
        signature = secrets.token_urlsafe(33)
        self.kept[path] = signature, Blob(name, kind, data)
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))
        asked = {"sv": "2019-07-07", "sr": "b", "sig": signature, "spr": "https", "se": stamp,
                 "sp": "r", "rscd": f'attachment; filename="{name}"'}
        return f"https://{HOST}{path}?{urllib.parse.urlencode(asked, quote_via=urllib.parse.quote)}"

    def answer(self, ask):
        """A route of its own counts the requests that carry a credential: see place.route."""
        signature, blob = self.kept.get(ask.raw_path.partition("?")[0], (None, None))
        if "Authorization" in ask.headers:
            ask.credential = {"scheme": ask.headers["Authorization"].split(" ")[0][:20]}
            return unwanted(ask)
        if blob is None or ask.query.get("sig") != signature:
            return unsigned(ask)
        return bytes_of(blob)


def _error(status, code, message):
    body = (f'\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>'
            f"{message}\nRequestId:{secrets.token_hex(16)}\nTime:{time.time():.0f}"
            "</Message></Error>").encode()
    return Answer(status, [("Content-Type", "application/xml"), ("x-ms-error-code", code),
                           ("Content-Length", str(len(body))), ("Date", "")], body)


@recorded("F3")
def unwanted(_ask):
    return _error(400, "InvalidAuthenticationInfo", "Authentication information is not given in "
                  "the correct format. Check the value of Authorization header.")


@unanchored("an address that was not signed; the form is F3's")
def unsigned(_ask):
    return _error(403, "AuthenticationFailed", "Server failed to authenticate the request. Make "
                  "sure the value of Authorization header is formed correctly including the "
                  "signature.")


@recorded("F4")
def bytes_of(blob):
    return Answer(200, [
        ("Content-Type", blob.kind), ("Content-Length", str(len(blob.data))),
        ("Accept-Ranges", "bytes"), ("x-ms-blob-type", "BlockBlob"),
        ("Content-Disposition", f'attachment; filename="{blob.name}"'),
        ("Access-Control-Allow-Origin", "*"), ("Date", "")], blob.data)
