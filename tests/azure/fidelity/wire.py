# SPDX-License-Identifier: MIT
# A client that shows an answer as it was on the wire: header case, order and repeats kept.
# Knows nothing of what an answer should be.

import dataclasses
import os
import socket
import ssl
import urllib.parse


@dataclasses.dataclass
class Seen:
    status: int
    reason: str
    headers: list
    body: bytes

    def values(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def value(self, name):
        return (self.values(name) or [""])[0]


def _tunnel(host):
    proxy = urllib.parse.urlsplit(os.environ["HTTPS_PROXY"])
    plain = socket.create_connection((proxy.hostname, proxy.port), timeout=20)
    plain.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += plain.recv(1)
    context = ssl.create_default_context(cafile=os.environ["KB_AZURE_CA"])
    return context.wrap_socket(plain, server_hostname=host)


def fetch(method, url, headers, body=b""):
    """One request on a connection of its own."""
    parts = urllib.parse.urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close",
             *(f"{name}: {value}" for name, value in headers)]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    with _tunnel(parts.netloc) as link:
        link.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        data = bytearray()
        while chunk := link.recv(65536):
            data += chunk
    return parse(bytes(data))


def parse(data):
    head, _, body = data.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    _, status, reason = (first.split(" ", 2) + [""])[:3]
    headers = [tuple(line.split(": ", 1)) for line in rest]
    headers = [pair for pair in headers if pair[0] != "Connection"]
    if ("Transfer-Encoding", "chunked") in headers:
        body = _unchunk(body)
    return Seen(int(status), reason, headers, body)


def _unchunk(data):
    result = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        count = int(size, 16)
        result, data = result + data[:count], data[count + 2:]
    return result
