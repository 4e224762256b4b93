#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Puts the parts together: TLS server, proxy and control endpoint in one process; answers by host.
# Knows nothing of any service's rules, nor of the command that is tested (see run).

import argparse
import asyncio
import json
import logging
import os
import pathlib
import signal
import socket
import sys

from aiohttp import web

sys.dont_write_bytecode = True

import ca
import control
import control_users
import devops
import entra
import faults
import forges
import older_oauth
import place as places
import registries
import strangers
import tokens
import world as worlds
from answer import Answer, Ask, BodyTooLarge
from counters import Counters
from proxy import Proxy

BACKLOG = 1024


class Gate:
    """One request from arrival to the last byte: count, faults, answer, send."""

    def __init__(self, world, vault, folder, counters):
        self.world = world
        self.faults = faults.Faults(world)
        self.counters = counters
        self.entra = entra.Entra(world, vault)
        self.devops = devops.DevOps(world, vault, folder)
        self.forges = forges.Forges(world, vault, self.devops.git)
        self.strangers = strangers.Stranger(vault)
        self.registries = registries.Registries(vault, world)
        self.older = older_oauth.OlderOAuth(world, vault)

    def people(self):
        """What `ctl` may do to people, wherever they sign in."""
        refreshes = {"entra": self.entra.grants.refreshes, "older": self.older.refreshes}
        devices = {"entra": self.entra.grants.devices}
        for host, site in self.forges.sites.items():
            refreshes[host], devices[host] = site.refreshes, site.devices
        return control_users.People(self.world, self.entra, refreshes, devices)

    async def handle(self, request):
        host = request.headers.get("Host", "").lower().removesuffix(":443")
        if not places.served(host):
            return web.Response(status=421)
        ask = Ask(request.method, host, request.raw_path, request.headers, request.content)
        ask.route = places.route(ask)
        entry = await self.counters.arrive(ask)
        status, anchor = 0, ""
        try:
            answer = await self._answer(ask)
            if not answer.drop:
                status, anchor = answer.status, answer.anchor
            if answer.wire >= 0:
                entry["length"] = len(answer.bytes())
                entry["head"] = answer.bytes().index(b"\r\n\r\n") + 4
        finally:
            self.counters.answer(ask, entry, status, anchor)
        return await send(request, answer)

    async def _answer(self, ask):
        options = self.faults.pick(ask)
        await self.faults.delay(options)
        answer = self.faults.replacement(ask, options)
        try:
            if answer is None and ask.host in places.LOGIN:
                answer = await self.entra.answer(ask, options)
            elif answer is None and ask.host in forges.HOSTS:
                answer = await self.forges.answer(ask)
            elif answer is None and ask.route == "registry":
                answer = await self.registries.answer(ask, options)
            elif answer is None and ask.route == "stranger":
                answer = await self.strangers.answer(ask)
            elif answer is None and ask.route.startswith("blob"):
                answer = self.devops.blobs.answer(ask)
            elif answer is None and ask.route.startswith("older"):
                answer = await self.older.answer(ask)
            elif answer is None:
                answer = await self.devops.answer(ask)
        except BodyTooLarge:
            answer = Answer(413, [("Content-Length", "0")])
        return self.faults.bend(answer, options)


async def send(request, answer):
    """Writes an answer; `cut` ends the connection after so many bytes of the body, `wire`
    after so many of all."""
    transport = request.transport
    if answer.drop:
        if transport:
            transport.abort()
        return web.Response()
    if answer.wire >= 0:
        if transport:
            transport.write(answer.bytes()[:answer.wire])
            transport.close()
        return web.Response()
    response = web.StreamResponse(status=answer.status, reason=answer.reason)
    response["wire"] = answer.headers
    length = answer.header("Content-Length")
    if length is not None:
        response.content_length = int(length)
    await response.prepare(request)
    try:
        if request.method != "HEAD":
            await _body(response, answer)
    except ConnectionError:
        return response
    if answer.cut >= 0 and transport:
        transport.close()
        return response
    await response.write_eof()
    return response


async def _body(response, answer):
    left = answer.cut if answer.cut >= 0 else sys.maxsize
    if answer.stream is None:
        await response.write(answer.body[:left])
        return
    try:
        async for chunk in answer.stream:
            await response.write(chunk[:left])
            left -= len(chunk)
            if left <= 0:
                return
    finally:
        await answer.stream.aclose()


async def put_headers(request, response):
    """The headers of the answer and no others, in their order and with their case."""
    wire = response.get("wire")
    if wire is None:
        return
    made = response.headers.copy()
    response.headers.clear()
    for name, value in wire:
        response.headers.add(name, value or made.get("Date", "") if name == "Date" else value)
    for name in ("Transfer-Encoding", "Connection"):
        if name in made and made[name] != "keep-alive":
            response.headers.add(name, made[name])


def listen():
    """A socket on a free port of the loopback interface."""
    # asyncio sets TCP_NODELAY only where TCP is named; without it every second answer waits
    # 40 ms for an acknowledgement.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 0))
    sock.listen(BACKLOG)
    sock.setblocking(False)
    return sock, sock.getsockname()[1]


async def _site(runner, context=None):
    sock, port = listen()
    await web.SockSite(runner, sock, ssl_context=context, backlog=BACKLOG).start()
    return port


async def _runner(app):
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    return runner


def _pats(world, vault):
    alice, bob, mia = (world.people[name] for name in ("alice", "bob", "mia"))
    return {
        "KB_AZURE_PAT": vault.pat(alice, ["contoso"]),
        "KB_AZURE_PAT_ADVENTURE": vault.pat(alice, ["adventure"]),
        "KB_AZURE_PAT_READ": vault.pat(alice, ["contoso"], "vso.code"),
        "KB_AZURE_PAT_NOCODE": vault.pat(alice, ["contoso"], "vso.work"),
        "KB_AZURE_PAT_FABRIKAM": vault.pat(bob, ["fabrikam"]),
        "KB_AZURE_PAT_MSA": vault.pat(mia, ["msa-org"]),
        "KB_AZURE_PAT_EXPIRED": vault.pat(alice, ["contoso"], lifetime=-60)}


def exports(world, vault, folder):
    """The variables for test scripts."""
    result = {"KB_AZURE_TENANT": world.contoso.id,
              "KB_AZURE_TENANT_DOMAIN": world.contoso.domains[0],
              "KB_AZURE_FABRIKAM_TENANT": world.fabrikam.id,
              "KB_AZURE_CA": str(folder / "ca.pem"), **_pats(world, vault)}
    for name, prefix in (("contoso", ""), ("fabrikam", "FABRIKAM_"), ("reader", "READER_"),
                         ("outsider", "OUTSIDER_"), ("awkward", "AWKWARD_"),
                         ("expired", "EXPIRED_")):
        app = world.people[name]
        result[f"KB_AZURE_{prefix}CLIENT_ID"] = app.id
        result[f"KB_AZURE_{prefix}CLIENT_SECRET"] = app.secret
    return result | _sign_ins(world)


def _sign_ins(world):
    """Who can sign in, and to which app."""
    result = {"KB_AZURE_CTL": str(pathlib.Path(__file__).resolve().parent / "ctl")}
    for name, prefix in (("alice", ""), ("bob", "FABRIKAM_"), ("mia", "MSA_"),
                         ("mallory", "OUTSIDER_"), ("olga", "MFA_"), ("fred", "FEDERATED_")):
        user = world.people[name]
        result[f"KB_AZURE_{prefix}USER"] = user.upn
        result[f"KB_AZURE_{prefix}PASSWORD"] = user.password
    result["KB_AZURE_MFA_OTP"] = world.people["olga"].otp
    for name, prefix in (("keybearer", "PUBLIC_"), ("narrow", "NARROW_"), ("single", "SINGLE_"),
                         ("visual-studio", "VS_"), ("web", "WEB_"), ("older", "OLDER_")):
        result[f"KB_AZURE_{prefix}CLIENT_ID"] = world.clients[name].id
        if world.clients[name].secret:
            result[f"KB_AZURE_{prefix}CLIENT_SECRET"] = world.clients[name].secret
    return result


async def _blackhole(path):
    """A socket that takes connections and says nothing."""
    async def hold(reader, writer):
        while await reader.read(4096):
            pass
    return await asyncio.start_unix_server(hold, path)


async def start(options):
    """Everything up; returns what the launcher needs to know."""
    folder = pathlib.Path(options.folder)
    sink = open(options.http_log, "a", encoding="utf-8") if options.http_log else None
    world = worlds.World()
    vault, counters = tokens.Vault(world), Counters(sink)
    gate = Gate(world, vault, folder, counters)
    app = web.Application(client_max_size=1 << 40)
    app.router.add_route("*", "/{path:.*}", gate.handle)
    app.on_response_prepare.append(put_headers)
    runner = await _runner(app)
    contexts = ca.contexts(folder, places.CERTIFICATE_NAMES)
    ports = {kind: await _site(runner, context) for kind, context in contexts.items()}
    sock, proxy_port = listen()
    proxy = Proxy(ports, gate.faults, counters)
    keep = [runner, await asyncio.start_server(proxy.serve, sock=sock, backlog=BACKLOG)]
    controls = control.Control(world, vault, gate.faults, counters, gate.people(),
                               gate.devops.variables)
    control_port = await _site(await _runner(controls.application()))
    if options.blackhole:
        keep.append(await _blackhole(options.blackhole))
    ready = {"proxy": f"http://127.0.0.1:{proxy_port}", "tls": ports["trusted"],
             "exports": exports(world, vault, folder) | gate.forges.exports()
             | gate.strangers.exports()}
    ready["exports"]["KB_AZURE_CONTROL"] = f"http://127.0.0.1:{control_port}"
    return ready, keep


async def main(options):
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    ready, keep = await start(options)
    with os.fdopen(options.ready_fd, "w") as pipe:
        json.dump(ready, pipe)
    await stop.wait()
    del keep


def arguments():
    parser = argparse.ArgumentParser(description="The stand-in's server; started by run.")
    parser.add_argument("--folder", required=True)
    parser.add_argument("--ready-fd", type=int, required=True)
    parser.add_argument("--http-log")
    parser.add_argument("--blackhole")
    return parser.parse_args()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    os.umask(0o077)
    asyncio.run(main(arguments()))
