# SPDX-License-Identifier: MIT
# Starts and ends processes so that none outlives the launcher, whatever ends it.
# Knows nothing of what they do.

import ctypes
import os
import pathlib
import signal
import subprocess
import time

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LIBC = ctypes.CDLL(None, use_errno=True)


def adopt_orphans():
    """Grandchildren whose parent ended become our children, so that we find them."""
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _die_with(parent, number):
    def prepare():
        LIBC.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
    return prepare


def guarded(work, signals):
    """Runs work in a child that is told when we die; passes signals on; answers its status."""
    parent = os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    pid = os.fork()
    if pid == 0:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        return work()
    for number in signals:
        signal.signal(number, lambda got, frame: os.kill(pid, got))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
    return shell_status(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def shell_status(status):
    """An exit status as a shell tells it: 128 and the signal's number."""
    return 128 - status if status < 0 else status


def service(command, **options):
    """A background service: its own session, ended with us, deaf to the terminal's signals."""
    return subprocess.Popen(command, start_new_session=True,
                            preexec_fn=_die_with(os.getpid(), signal.SIGTERM), **options)


def command(words, env):
    """The command itself, in our process group so that it may use the terminal."""
    return subprocess.Popen(words, env=env,
                            preexec_fn=_die_with(os.getpid(), signal.SIGKILL))


def below(root):
    """Ids of all processes below one, as /proc shows them now."""
    parents = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, todo = [], [root]
    while todo:
        for child in parents.get(todo.pop(), []):
            found.append(child)
            todo.append(child)
    return found


def _signal(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def _reap():
    """Collects ended children; whether any is left."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if pid == 0:
            return True


def end_all(patience=3.0):
    """Ends everything below us: TERM, then KILL for what is still there."""
    _signal(below(os.getpid()), signal.SIGTERM)
    limit = time.monotonic() + patience
    while _reap() and time.monotonic() < limit:
        time.sleep(0.01)
    while left := below(os.getpid()):
        _signal(left, signal.SIGKILL)
        _reap()
        time.sleep(0.01)
