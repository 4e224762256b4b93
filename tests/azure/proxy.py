# SPDX-License-Identifier: MIT
# The CONNECT proxy: leads the served host names to the TLS server, refuses and counts all others.
# Knows nothing of what goes through it.

import asyncio

import place as places

CHUNK = 1 << 16
TEXT = b"not a host of the stand-in\n"
REFUSAL = (b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n"
           b"Connection: close\r\n\r\n%s" % (len(TEXT), TEXT))


class Proxy:
    """`ports` maps a kind of certificate to the TLS server's port."""

    def __init__(self, ports, faults, counters):
        self.ports = ports
        self.faults = faults
        self.counters = counters

    async def serve(self, reader, writer):
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError,
                OSError):
            pass
        finally:
            writer.close()

    async def _serve(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        words = head.partition(b"\r\n")[0].decode("latin-1").split()
        method, target = (words + ["", ""])[:2]
        host, _, port = target.rpartition(":")
        if method != "CONNECT" or port != "443" or not places.served(host.lower()):
            await self.counters.foreign(target if method == "CONNECT" else _origin(target),
                                        method)
            writer.write(REFUSAL)
            await writer.drain()
            return
        options = self.faults.pick_proxy(host.lower())
        await asyncio.sleep(options.get("latency", 0))
        if "drop" in options:
            return
        if "status" in options:
            writer.write(b"HTTP/1.1 %d Faulty\r\nContent-Length: 0\r\n\r\n" % options["status"])
            return
        await self._lead(host.lower(), reader, writer)

    async def _lead(self, host, reader, writer):
        port = self.ports[self.faults.tls(host)]
        upstream, downstream = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            await asyncio.gather(_pipe(reader, downstream), _pipe(upstream, writer))
        finally:
            downstream.close()


def _origin(target):
    """scheme, host and port of a plain request: a path may hold secrets."""
    return "/".join(target.split("/")[:3])


async def _pipe(reader, writer):
    """Copies until the end, then ends the other side; a reset ends both."""
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, OSError):
        pass
    finally:
        writer.close()
