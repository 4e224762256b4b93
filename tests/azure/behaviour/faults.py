# SPDX-License-Identifier: MIT
# Tests: each fault does what it says, and goes when it is cleared.
# Knows nothing of the launcher.

import os
import ssl
import subprocess
import time
import urllib.error

from behaviour import entra
from fidelity import wire
from tap import control, fault, test

URL = "https://dev.azure.com/contoso/_apis/projects"


def curl(*words):
    return subprocess.run(["curl", "-sS", "--max-time", "60", *words], capture_output=True,
                          check=False)


@test
def slow():
    """Faults: latency, for the first of two requests only."""
    fault("rest", "latency=2", "count=1")
    begin = time.monotonic()
    wire.fetch("GET", URL, [])
    middle = time.monotonic()
    wire.fetch("GET", URL, [])
    assert middle - begin >= 2 and time.monotonic() - middle < middle - begin


@test
def later():
    """Faults: skip lets the first pass, count limits, clear ends."""
    fault("rest", "status=503", "skip=1", "count=1")
    assert [wire.fetch("GET", URL, []).status for _ in range(3)] == [401, 503, 401]
    fault("rest", "status=500")
    control("DELETE", "/fault")
    assert wire.fetch("GET", URL, []).status == 401


@test
def broken_off():
    """Faults: cut after so many bytes, and dropped without a byte."""
    fault("rest", "cut=10", "count=1")
    done = curl("-o", "-", URL)
    assert done.returncode == 18 and len(done.stdout) == 10, done
    whole = curl("--suppress-connect-headers", "-i", "-o", "-", URL).stdout
    for less in (1, 0):
        fault("rest", f"wire={len(whole) - less}", "count=1")
        done = curl("--suppress-connect-headers", "-i", "-o", "-", URL)
        assert len(done.stdout) == len(whole) - less, done
        assert control("GET", "/log")[-1]["length"] == len(whole)
    fault("rest", "drop", "count=1")
    assert curl(URL).returncode == 52
    assert control("GET", "/counters")["requests"][0]["status"] == 0


@test
def throttled():
    """Faults: 429 with Retry-After, in each service's own words."""
    fault("all", "status=429", "retry-after=7")
    seen = wire.fetch("POST", "https://login.windows.net/common/oauth2/v2.0/token", [])
    assert (seen.status, seen.value("Retry-After"), seen.body) == (
        429, "7", b"Too Many Requests")
    seen = wire.fetch("GET", URL, [])
    assert seen.status == 429 and b"RequestBlockedException" in seen.body
    control("DELETE", "/fault")
    fault("rest", "retry-after=9")
    seen = wire.fetch("GET", URL, [])
    assert (seen.status, seen.value("Retry-After")) == (401, "9")


@test
def replaced():
    """Faults: other status, body, redirect, sign-in pages, damaged documents."""
    def see(*options):
        fault("rest", *options, "count=1")
        return wire.fetch("GET", URL, [])
    assert see("status=200", "body=<html>").body == b"<html>"
    assert see("location=https://evil.example/").value("Location") == "https://evil.example/"
    assert see("answer=signin-203").status == 203
    assert see("answer=signin-302").status == 302
    assert see("document=token-nul").body.count(b"\\u0000") == 1
    assert see("answer=bom").body.startswith(b"\xef\xbb\xbf{")
    whole, half = see("retry-after=1").body, see("answer=half").body
    assert whole.startswith(half[:20]) and len(half) == len(whole) // 2


@test
def huge():
    """Faults: 300 MB are streamed; the server does not keep them."""
    fault("rest", "huge=300000000", "count=1")
    done = curl("-o", "/dev/null", "-w", "%{size_download}", URL)
    assert done.stdout == b"300000000", done


@test
def certificates():
    """Faults: untrusted, expired and misnamed certificates, for one side only."""
    for kind in ("untrusted", "expired", "wrong-host"):
        control("DELETE", "/fault")
        fault("entra-token", f"tls={kind}")
        try:
            entra.post()
            raise AssertionError(f"{kind} was accepted")
        except ssl.SSLCertVerificationError:
            pass
        assert wire.fetch("GET", URL, []).status == 401


@test
def nonsense():
    """Faults: an unknown route, option or value is an error, not a fault that does nothing."""
    for words in (("nowhere", "drop"), ("git", "speed=1"), ("git", "cut=x"),
                  ("git", "tls=odd"), ("git", "document=odd"), ("git", "expires_in=x")):
        try:
            fault(*words)
            raise AssertionError(words)
        except urllib.error.HTTPError as error:
            assert error.code == 400


@test
def foreign():
    """The proxy refuses every other host, and look-alikes, and counts them."""
    for url in ("https://example.com/", "https://dev.azure.com.evil.example/",
                "https://evilvisualstudio.com/", "https://dev.azure.com:8443/",
                "https://dev.azure.com./", "http://dev.azure.com/"):
        curl(url)
    rows = {row["host"]: row["count"] for row in control("GET", "/counters")["requests"]}
    assert rows == {"example.com:443": 1, "dev.azure.com.evil.example:443": 1,
                    "evilvisualstudio.com:443": 1, "dev.azure.com:8443": 1,
                    "dev.azure.com.:443": 1, "http://dev.azure.com": 1}, rows


@test
def crowd():
    """256 parallel clients are served."""
    body = "&".join(f"{name}={entra.quote(value)}" for name, value in entra.fields().items())
    address = f"https://login.microsoftonline.com/{os.environ['KB_AZURE_TENANT']}/oauth2/v2.0/token"
    many = [subprocess.Popen(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-d", "@-",
                              address], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            for _ in range(256)]
    for one in many:
        one.stdin.write(body.encode())
        one.stdin.close()
    assert all(one.stdout.read() == b"200" for one in many)
    assert [one.wait() for one in many] == [0] * 256
    assert control("GET", "/counters")["arrived"] == {"entra-token": 256}
