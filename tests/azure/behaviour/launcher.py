# SPDX-License-Identifier: MIT
# Tests: what `run` sets, what it takes down, the keyrings that it brings.
# Knows nothing of HTTP.

import os
import pathlib
import signal
import subprocess
import time

from tap import HERE, test

CTL = str(HERE / "ctl")


def run(*words, env=None):
    """A stand-in of its own, inside ours."""
    return subprocess.run([str(HERE / "run"), *words], capture_output=True, text=True,
                          check=False, env={**os.environ, **(env or {})})


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pids, folder, seconds=120):
    """Whether processes and folder are gone, at the latest after a while."""
    limit = time.monotonic() + seconds
    while any(map(alive, pids)) or os.path.exists(folder):
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


@test
def statuses():
    """run: the command's exit status, 127 for none, 128 and the signal."""
    assert run("--", "sh", "-c", "exit 7").returncode == 7
    assert run("--", "no-such-command").returncode == 127
    assert run("--", "sh", "-c", "kill -9 $$").returncode == 137
    assert run("--").returncode == 2


@test
def clean():
    """run: nothing of the caller's credentials or folders reaches the command."""
    dirty = {"AZURE_CLIENT_SECRET": "x", "GCM_INTERACTIVE": "1", "GIT_ASKPASS": "x",
             "SYSTEM_ACCESSTOKEN": "x", "SSH_ASKPASS": "x", "SECRET_BACKEND": "x",
             "GIT_CONFIG_COUNT": "0", "no_proxy": "*"}
    done = run("--", "env", env=dirty)
    seen = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    assert not set(dirty) - {"no_proxy"} & set(seen), set(dirty) & set(seen)
    assert seen["no_proxy"] == "localhost,127.0.0.1,::1"
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME",
                 "XDG_RUNTIME_DIR"):
        assert seen[name].startswith(seen["KB_AZURE_FOLDER"]) and not os.path.exists(seen[name])


@test
def orphans():
    """run: daemons that the command leaves behind are ended, the folder is removed."""
    script = "setsid sleep 1000 >/dev/null 2>&1 & echo $! $KB_AZURE_FOLDER"
    done = run("--keyring", "gnome", "--", "sh", "-c", script)
    pid, folder = done.stdout.split()
    assert gone([pid], folder, 0)


@test
def signals():
    """run: TERM, INT, HUP and even KILL leave no process and no folder."""
    script = "sleep 1000 & echo $$ $! $KB_AZURE_FOLDER; wait"
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL):
        with subprocess.Popen([str(HERE / "run"), "--keyring", "gnome", "--", "sh", "-c", script],
                              stdout=subprocess.PIPE, text=True) as child:
            *pids, folder = child.stdout.readline().split()
            child.send_signal(number)
            status = child.wait()
        assert status == (-9 if number == signal.SIGKILL else 128 + number), status
        assert gone(pids, folder), number


@test
def keyring():
    """keyring gnome: stores, locks, refuses, unlocks without a prompt."""
    script = f"""
        printf one | secret-tool store --label=x kind test && secret-tool lookup kind test
        {CTL} keyring lock; echo " $({CTL} keyring status)"
        printf two | secret-tool store --label=x kind other 2>/dev/null || echo refused
        {CTL} keyring unlock; {CTL} keyring status; secret-tool lookup kind test"""
    done = run("--keyring", "gnome", "--", "sh", "-c", script)
    assert done.stdout == "one locked\nrefused\nunlocked\none", done


@test
def no_keyring():
    """keyring none refuses at once, locked is locked, blackhole never answers."""
    store = "printf x | timeout 2 secret-tool store --label=x kind test 2>/dev/null"
    assert run("--", "sh", "-c", store).returncode == 1
    done = run("--keyring", "locked", "--", "sh", "-c", f"{CTL} keyring status; {store}")
    assert (done.stdout, done.returncode) == ("locked\n", 1)
    assert run("--keyring", "blackhole", "--", "sh", "-c", store).returncode == 124
