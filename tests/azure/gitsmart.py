# SPDX-License-Identifier: MIT
# git over smart HTTP: bare repositories made at start, served through git http-backend.
# Knows nothing of credentials; whoever comes here was let in.

import asyncio
import os
import subprocess

import devops_headers as h
import refusals
from anchors import recorded, unanchored
from answer import Answer

PARALLEL = 24
SERVICES = ("git-upload-pack", "git-receive-pack")
CHUNK = 1 << 16


def environment(folder):
    """git's surroundings: nobody's configuration but our own."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(folder),
            "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_AUTHOR_NAME": "Keybearer", "GIT_AUTHOR_EMAIL": "tests@contoso.example",
            "GIT_COMMITTER_NAME": "Keybearer", "GIT_COMMITTER_EMAIL": "tests@contoso.example"}


class GitServer:
    """Bare repositories below `folder`, one a repository id; all begin as copies of one."""

    def __init__(self, world, folder):
        self.world = world
        self.folder = folder
        self.free = asyncio.Semaphore(PARALLEL)
        folder.mkdir()
        self.env = environment(folder)
        first = None
        for org in world.orgs.values():
            for project in org.projects:
                for repo in project.repos:
                    first = self._make(repo, first)
        self._make(world.forge_repo, first)

    def _git(self, *arguments, data=None):
        done = subprocess.run(["git", *arguments], input=data, env=self.env, check=True,
                              capture_output=True, cwd=self.folder)
        return done.stdout.decode().strip()

    def _make(self, repo, template):
        path = self.folder / repo.id
        if template:
            subprocess.run(["cp", "-a", str(template), str(path)], check=True)
            return template
        self._git("init", "--quiet", "--bare", "--initial-branch=main", str(path))
        at = f"--git-dir={path}"
        self._git(at, "config", "http.receivepack", "true")
        blob = self._git(at, "hash-object", "-w", "--stdin", data=b"# Keybearer's test\n")
        tree = self._git(at, "mktree", data=f"100644 blob {blob}\tREADME.md\n".encode())
        commit = self._git(at, "commit-tree", tree, "-m", "First commit")
        self._git(at, "update-ref", "refs/heads/main", commit)
        return path

    @staticmethod
    def is_push(ask, tail):
        asked = ask.query.get("service") if tail == ["info", "refs"] else "/".join(tail)
        return asked == "git-receive-pack"

    async def answer(self, ask, repo, tail, owner):
        if tail == ["info", "refs"] and ask.method in ("GET", "HEAD"):
            if ask.query.get("service") in SERVICES:
                return await self._backend(ask, repo, "/info/refs", owner, advertisement)
        if len(tail) == 1 and tail[0] in SERVICES and ask.method == "POST":
            return await self._backend(ask, repo, f"/{tail[0]}", owner, pack)
        return refusals.no_route(self.world, ask, owner)

    def _cgi(self, ask, repo, path, owner):
        env = {**self.env, "GIT_PROJECT_ROOT": str(self.folder), "GIT_HTTP_EXPORT_ALL": "1",
               "PATH_INFO": f"/{repo.id}{path}", "REQUEST_METHOD": ask.method,
               "QUERY_STRING": ask.query_string, "REMOTE_USER": owner.name,
               "REMOTE_ADDR": "127.0.0.1",
               "CONTENT_TYPE": ask.headers.get("Content-Type", "")}
        protocol = ask.headers.get("Git-Protocol")
        if protocol:
            env["HTTP_GIT_PROTOCOL"] = env["GIT_PROTOCOL"] = protocol
        return env

    async def _backend(self, ask, repo, path, owner, build):
        """Runs the backend; its answer is streamed while its input is still being read."""
        await self.free.acquire()
        child = None
        try:
            child = await asyncio.create_subprocess_exec(
                "git", "http-backend", env=self._cgi(ask, repo, path, owner),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL, cwd=self.folder)
            feeder = asyncio.ensure_future(_feed(child, ask.stream))
            status, headers = await _head(child.stdout)
        except BaseException:
            _end(child)
            self.free.release()
            raise
        return build(self.world, ask, owner, status, headers.get("content-type", ""),
                     self._stream(child, feeder))

    async def _stream(self, child, feeder):
        try:
            while chunk := await child.stdout.read(CHUNK):
                yield chunk
            await child.wait()
        finally:
            feeder.cancel()
            _end(child)
            self.free.release()


def _end(child):
    if child and child.returncode is None:
        child.kill()


async def _feed(child, stream):
    try:
        async for chunk in stream.iter_any():
            child.stdin.write(chunk)
            await child.stdin.drain()
    except (ConnectionError, asyncio.CancelledError):
        pass
    finally:
        child.stdin.close()


async def _head(stream):
    """Status and headers of a CGI answer."""
    status, headers = 200, {}
    while line := (await stream.readline()).decode().strip():
        name, _, value = line.partition(":")
        if name.lower() == "status":
            status = int(value.split()[0])
        headers[name.lower()] = value.strip()
    return status, headers


def _answer(world, ask, owner, status, kind, stream):
    return Answer(status, h.arrange([
        *h.base(world, ask), ("Cache-Control", "private"), ("Content-Type", kind),
        *h.framed(), *h.user(owner)]), stream=stream)


@recorded("G2", "G7")
def advertisement(world, ask, owner, status, kind, stream):
    """G2 shows status, Cache-Control and Content-Type; the other headers are those of D1."""
    return _answer(world, ask, owner, status, kind, stream)


@unanchored("no recording of a pack's headers; as for the advertisement")
def pack(world, ask, owner, status, kind, stream):
    return _answer(world, ask, owner, status, kind, stream)
