# SPDX-License-Identifier: MIT
# The two plain values that travel inside the stand-in: what was asked and what is answered.
# Knows nothing of sockets, of TLS or of any service's rules.

import dataclasses
import email.utils
import json
import typing
import urllib.parse

REASONS = {
    200: "OK", 202: "Accepted", 203: "Non-Authoritative Information", 204: "No Content",
    302: "Found", 303: "See Other",
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 409: "Conflict", 413: "Payload Too Large",
    422: "Unprocessable Entity", 429: "Too Many Requests", 500: "Internal Server Error",
    502: "Bad Gateway", 503: "Service Unavailable",
}


class BodyTooLarge(Exception):
    """A request body above the limit that its reader gave."""


@dataclasses.dataclass
class Ask:
    """One request. `segments` are percent-decoded; `raw_path` is what stood on the wire."""
    method: str
    host: str
    raw_path: str
    headers: typing.Any
    stream: typing.Any
    segments: list = dataclasses.field(default_factory=list)
    query: dict = dataclasses.field(default_factory=dict)
    query_string: str = ""
    route: str = "unknown"
    credential: dict = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        path, _, self.query_string = self.raw_path.partition("?")
        self.segments = [urllib.parse.unquote(part) for part in path.split("/") if part]
        pairs = urllib.parse.parse_qsl(self.query_string, keep_blank_values=True)
        self.query = {name.lower(): value for name, value in pairs}

    @property
    def url(self):
        return f"https://{self.host}{self.raw_path}"

    async def body(self, limit=1 << 20):
        """The whole body, decompressed, or BodyTooLarge."""
        data = bytearray()
        async for chunk in self.stream.iter_any():
            data += chunk
            if len(data) > limit:
                raise BodyTooLarge
        return bytes(data)


@dataclasses.dataclass
class Answer:
    """One response. `headers` is an ordered list of pairs; `stream`, when set, replaces `body`."""
    status: int
    headers: list
    body: bytes = b""
    reason: str = ""
    stream: typing.Any = None
    anchor: str = ""
    cut: int = -1
    wire: int = -1
    drop: bool = False

    def __post_init__(self):
        self.reason = self.reason or REASONS.get(self.status, "")

    def header(self, name):
        """The first value of a header, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def bytes(self):
        """All of it as it goes over the wire, head and body."""
        date = email.utils.formatdate(usegmt=True)
        lines = [f"HTTP/1.1 {self.status} {self.reason}", *(
            f"{name}: {value or (date if name == 'Date' else '')}" for name, value in self.headers)]
        body = self.body
        if self.header("Content-Length") is None and self.status != 204:
            lines.append("Transfer-Encoding: chunked")
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
        return "\r\n".join([*lines, "", ""]).encode() + body


def compact(value):
    """JSON as both services send it: no blanks, non-ASCII characters as they are."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
