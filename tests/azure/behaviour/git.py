# SPDX-License-Identifier: MIT
# Tests: real git and git-lfs against the stand-in, with every kind of credential.
# Knows nothing of Entra's endpoint.

import base64
import os
import pathlib
import shutil
import subprocess
import tempfile

from fidelity import wire
from tap import Skip, control, mint, test

URL = "https://dev.azure.com/contoso/demo/_git/demo"


def git(*words, folder=None, token=None):
    """Runs git; a token is sent as a Bearer header."""
    extra = ["-c", f"http.extraHeader=Authorization: Bearer {token}"] if token else []
    return subprocess.run(["git", *extra, *words], cwd=folder, capture_output=True, text=True,
                          check=False, stdin=subprocess.DEVNULL)


def remote(secret, url=URL, user="any"):
    return url.replace("https://", f"https://{user}:{secret}@")


def clone(url, **options):
    folder = tempfile.mkdtemp()
    return git("clone", "--quiet", url, folder, **options), pathlib.Path(folder)


def commit(folder, name, data):
    (folder / name).write_bytes(data)
    git("add", ".", folder=folder)
    git("commit", "--quiet", "-m", name, folder=folder)


@test
def accepted():
    """git: PAT with any user, Entra token as password and as bearer, both host names."""
    token, pat = mint("contoso"), os.environ["KB_AZURE_PAT"]
    old = "https://contoso.visualstudio.com/demo/_git/demo"
    for url in (remote(pat), remote(pat, user="contoso"), remote(token), remote(token, old),
                remote(pat, old.replace("/demo/", "/DefaultCollection/demo/", 1)),
                remote(pat, URL.replace("demo/_git/demo", "DEMO/_git/Demo")),
                remote(pat, URL.replace("demo/_git/demo", "_git/demo")),
                remote(pat, URL.replace("demo/_git/demo", "Big%20Project/_git/Big%20Repo"))):
        done, folder = clone(url)
        assert done.returncode == 0 and (folder / "README.md").exists(), done.stderr
    assert clone(URL, token=token)[0].returncode == 0


@test
def refused():
    """git: wrong, foreign, expired, revoked and stranger credentials are 401, so git says so."""
    revoked = mint("contoso")
    control("POST", "/token", {"action": "revoke", "token": revoked})
    dead = mint("alice", "pat", orgs="contoso", lifetime=-5)
    for secret in ("wrong", os.environ["KB_AZURE_PAT_FABRIKAM"], dead, revoked,
                   os.environ["KB_AZURE_PAT_ADVENTURE"], mint("fabrikam"), mint("outsider"),
                   mint("contoso", lifetime=-5), mint("contoso", audience="https://x.example"),
                   mint("contoso")[:-8] + "AAAAAAAA"):
        done, _ = clone(remote(secret))
        assert "Authentication failed" in done.stderr, done.stderr
    statuses = {row["status"] for row in control("GET", "/counters")["requests"]}
    assert statuses == {401}, statuses


@test
def user_name():
    """git: a token as user name with an empty password gets a second 401 (G1)."""
    pair = base64.b64encode(f"{mint('contoso')}:".encode()).decode()
    seen = wire.fetch("GET", f"{URL}/info/refs?service=git-upload-pack",
                      [("Authorization", f"Basic {pair}")])
    assert seen.status == 401 and len(seen.values("WWW-Authenticate")) == 3


@test
def no_body():
    """A HEAD is answered without a body, whatever it is for."""
    for path in ("contoso", "nobody", "contoso/_apis/projects", "contoso/_apis/nothing"):
        assert wire.fetch("HEAD", f"https://dev.azure.com/{path}", []).body == b""


@test
def landing():
    """Who follows the sign-in redirect ends at a page with status 200."""
    done = subprocess.run(["curl", "-sSL", "-u", ":wrong", "-o", "/dev/null", "-w",
                           "%{http_code} %{content_type} %{num_redirects}",
                           "https://dev.azure.com/contoso/_apis/projects"],
                          capture_output=True, text=True, check=False)
    assert done.stdout == "200 text/html; charset=utf-8 1", done
    followed = control("GET", "/log")[-1]
    assert followed["host"].startswith("sps") and followed["kind"] == "none", followed


@test
def twice():
    """git: two Authorization lines in one request are a bad request."""
    line = ("Authorization", f"Bearer {mint('contoso')}")
    seen = wire.fetch("GET", f"{URL}/info/refs?service=git-upload-pack", [line, line])
    assert seen.status == 400


@test
def push():
    """git: push small and in chunks, fetch it back; readers get 403."""
    done, folder = clone(remote(os.environ["KB_AZURE_PAT"]))
    commit(folder, "small", b"x")
    assert git("push", folder=folder).returncode == 0
    commit(folder, "large", os.urandom(3 << 20))
    done = git("-c", "http.postBuffer=65536", "push", folder=folder)
    assert done.returncode == 0, done.stderr
    _, other = clone(remote(mint("reader")))
    assert (other / "large").read_bytes() == (folder / "large").read_bytes()
    commit(other, "no", b"x")
    for secret in (mint("reader"), os.environ["KB_AZURE_PAT_READ"]):
        done = git("push", remote(secret), "main", folder=other)
        assert "TF401027" in done.stderr and "403" in done.stderr, done.stderr


@test
def hidden():
    """git: a repository without permission is as absent as one that is not there."""
    vault = URL.replace("demo/_git/demo", "restricted/_git/vault")
    assert "TF401019" in clone(remote(mint("contoso"), vault))[0].stderr
    assert clone(remote(mint("alice"), vault))[0].returncode == 0
    control("POST", "/member", {"org": "contoso", "owner": "reader", "rights": "none"})
    assert "Authentication failed" in clone(remote(mint("reader")))[0].stderr
    control("POST", "/member", {"org": "contoso", "owner": "reader", "rights": "r"})


@test
def large_files():
    """git-lfs: upload and download ask for the credential at each step, and get it."""
    if not shutil.which("git-lfs"):
        raise Skip("git-lfs is not installed")
    url = remote(os.environ["KB_AZURE_PAT"])
    _, folder = clone(url)
    git("lfs", "install", "--local", folder=folder)
    git("lfs", "track", "*.bin", folder=folder)
    commit(folder, "a.bin", os.urandom(300000))
    done = git("push", folder=folder)
    assert done.returncode == 0, done.stderr
    _, other = clone(url)
    git("lfs", "install", "--local", folder=other)
    assert git("lfs", "pull", folder=other).returncode == 0
    assert (other / "a.bin").read_bytes() == (folder / "a.bin").read_bytes()
    served = {(e["method"], e["status"]) for e in control("GET", "/log")
              if e["route"] == "lfs" and "/objects/" in e["path"]}
    assert {("PUT", 200), ("GET", 200), ("POST", 200)} <= served, served


@test
def discreet():
    """The log tells kind and owner of credentials and never a value."""
    pat, token = os.environ["KB_AZURE_PAT"], mint("contoso")
    clone(remote(pat))
    clone(URL, token=token)
    log = control("GET", "/log")
    assert {(e.get("scheme"), e.get("kind"), e.get("owner")) for e in log} == {
        ("", "none", None), ("Basic", "pat", "alice@contoso.example"),
        ("Bearer", "entra", "contoso")}
    assert pat not in str(log) and token not in str(log)
