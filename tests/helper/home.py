# SPDX-License-Identifier: MIT
# A home, a configuration and a store of its own for each test of a verb.
# Knows nothing of what the verbs do.
import os
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
TOP = os.path.abspath(os.environ.get("top_srcdir") or os.path.join(os.path.dirname(__file__), "../.."))
sys.path.insert(0, os.path.join(TOP, "tests/checks"))
from tap import Tap  # noqa: E402

PROGRAM = os.environ.get("KEYBEARER", "keybearer")
PAT = "A" * 76 + "AZDO" + "1234"
URL = "https://dev.azure.com/contoso/demo/_git/demo"
SECRET = "s3cret'of\\the \"shell"
STACK = """[stack azure-devops]
match=https://dev.azure.com/;https://*.visualstudio.com/;https://pkgs.dev.azure.com/
sources=env;made
stores=sealed-file

[stack git]
match=https://git.example/
sources=
stores=sealed-file

[source made]
module=exec
command={command}
format=git
lifetime=3600

[store sealed-file]
key=env:TEST_KEY
"""


class Home:
    """A folder that stands for a user; no variable of the caller's but PATH."""

    def __init__(self, root):
        self.root = root
        self.config = os.path.join(root, "config/keybearer")
        os.makedirs(self.config, 0o700)
        os.mkdir(os.path.join(root, "etc"), 0o700)
        os.mkdir(os.path.join(root, "run"), 0o700)
        self.env = {"PATH": os.environ["PATH"], "HOME": root, "TEST_KEY": "ab" * 32, "LC_ALL": "C.UTF-8",
                    "XDG_CONFIG_HOME": f"{root}/config", "XDG_STATE_HOME": f"{root}/state", "TZ": "UTC",
                    "XDG_DATA_HOME": f"{root}/data", "XDG_RUNTIME_DIR": f"{root}/run", "KEYBEARER_SYSCONFDIR": f"{root}/etc",
                    "KEYBEARER_PATIENCE": "8"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]
        self.source = os.path.join(root, "source")
        self.answer("user", "token-1")
        self.configure(STACK.format(command=self.source))

    def answer(self, user, secret):
        with open(self.source, "w", opener=lambda p, f: os.open(p, f, 0o700)) as file:
            file.write(f"#!/bin/sh\necho made >>{shlex.quote(self.root)}/made\n"
                       f"printf 'username=%s\\npassword=%s\\n' {shlex.quote(user)} {shlex.quote(secret)}\n")

    def made(self):
        path = os.path.join(self.root, "made")
        return open(path).read().count("\n") if os.path.exists(path) else 0

    def configure(self, text):
        path = os.path.join(self.config, "keybearer.conf")
        with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(text)
        return path

    def run(self, *words, text="", **variables):
        return subprocess.run([PROGRAM, *words], env=self.env | variables, input=text, capture_output=True,
                              text=True, timeout=180)


class Skip(Exception):
    """The test cannot run here; the argument says why."""


TESTS = []


def test(function):
    TESTS.append(function)
    return function


def want(faults, good, what, done=None):
    if not good:
        faults.append(what + (f" [{done.returncode}] {done.stdout!r} {done.stderr!r}" if done else ""))


def needs(*tools):
    for tool in tools:
        if not shutil.which(tool):
            raise Skip(f"{tool} is not installed (packaging/setup deps installs it)")


def variables_of(done):
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


def run_tests():
    tap = Tap()
    for function in TESTS:
        faults = []
        root = tempfile.mkdtemp(prefix="keybearer-commands-")
        os.chmod(root, stat.S_IRWXU)
        try:
            function(Home(root), faults)
        except Skip as why:
            tap.skip(function.__doc__, why)
            continue
        except (AssertionError, KeyError, ValueError, OSError, subprocess.SubprocessError) as error:
            faults.append(f"{type(error).__name__}: {error}")
        finally:
            shutil.rmtree(root, ignore_errors=True)
        tap.result(function.__doc__, faults)
    tap.finish()
