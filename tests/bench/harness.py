# SPDX-License-Identifier: MIT
# What every row of the benchmark uses: commands, the timer, private folders, the stand-in.
# Knows nothing of budgets.
import ctypes
import dataclasses
import json
import os
import platform
import shutil
import statistics
import subprocess
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.environ.get("top_srcdir") or os.path.join(HERE, "..", "..")
WARM_UP = 3
KEYCTL_JOIN_SESSION_KEYRING = 1


class Missing(Exception):
    """A row or a contestant that cannot be run here, and why."""


@dataclasses.dataclass
class Command:
    """One contestant.  EXPECT must stand in its answer; BEFORE is run, untimed, ahead of each run."""
    name: str
    argv: list
    stdin: str = ""
    expect: str = ""
    status: int = 0
    before: str = "-"
    environment: dict = dataclasses.field(default_factory=dict)  # besides what all get

    def check(self):
        if not shutil.which(self.argv[0]):
            raise Missing(f"{os.path.basename(self.argv[0])} is not installed")
        done = subprocess.run(self.argv, input=self.stdin, capture_output=True, text=True, timeout=60,
                              env=os.environ | self.environment)
        if done.returncode != self.status:
            raise Missing(f"{self.name} ends with status {done.returncode}: {done.stderr.strip()[:200]}")
        if self.expect not in done.stdout:
            raise Missing(f"{self.name} does not answer as expected: {done.stderr.strip()[:200]}")


@dataclasses.dataclass
class Figures:
    milliseconds: list
    kib: int

    @property
    def quick(self):
        """A quarter of the runs were quicker: what else the machine does only ever adds time."""
        return statistics.quantiles(self.milliseconds, n=4)[0]

    @property
    def spread(self):
        """Half the distance between the quartiles."""
        low, _, high = statistics.quantiles(self.milliseconds, n=4)
        return (high - low) / 2


class Bench:
    def __init__(self, folder, rounds):
        self.folder, self.rounds = folder, rounds
        self.build = os.environ.get("KB_BUILDDIR", "")
        self.timer = self.compile("timer", [os.path.join(HERE, "timer.c"), "-D_GNU_SOURCE"])
        self.closers = []

    # --- programs and files
    def compile(self, name, arguments):
        target = os.path.join(self.folder, name)
        compiler = os.environ.get("CC", "cc").split()
        done = subprocess.run([*compiler, "-O2", "-o", target, *arguments], capture_output=True, text=True)
        if done.returncode:
            raise Missing(f"{name} does not compile: {done.stderr.strip()[:200]}")
        return target

    def write(self, name, text, mode=0o600):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def keybearer(self, name="git-credential-keybearer"):
        """The program in the build tree: what a libtool wrapper hides, if there is one."""
        if not self.build:
            raise Missing("KB_BUILDDIR names no build of Keybearer")
        for candidate in (f"helper/.libs/{name}", f"helper/{name}"):
            path = os.path.join(self.build, candidate)
            if os.access(path, os.X_OK):
                return path
        raise Missing(f"{name} is not built")

    def tell(self, argv, text, environment=None):
        """Sets something up: runs ARGV on TEXT, returns what it prints."""
        if not shutil.which(argv[0]):
            raise Missing(f"{os.path.basename(argv[0])} is not installed")
        done = subprocess.run(argv, input=text, capture_output=True, text=True, timeout=60,
                              env=os.environ | (environment or {}))
        if done.returncode:
            raise Missing(f"{os.path.basename(argv[0])} {argv[-1]}: status {done.returncode}: "
                          f"{done.stderr.strip()[:200]}")
        return done.stdout

    def later(self, function, *arguments, **options):
        self.closers.append((function, arguments, options))

    def close(self):
        while self.closers:
            function, arguments, options = self.closers.pop()
            function(*arguments, **options)

    # --- measuring
    def race(self, commands, times=1):
        """Runs COMMANDS by turns, TIMES as often as asked for; a list of Figures in their order."""
        arguments = [self.timer, str(self.rounds * times + WARM_UP)]
        for number, command in enumerate(commands):
            source = self.write(f"stdin/{number}", command.stdin)
            variables = [f"{name}={value}" for name, value in command.environment.items()]
            arguments += [":::", source, command.before, *variables, *command.argv]
        done = subprocess.run(arguments, capture_output=True, text=True)
        if done.returncode:
            raise Missing(done.stderr.strip())
        runs = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
        return [self.figures(command, [r for r in runs if r[0] == number])
                for number, command in enumerate(commands)]

    @staticmethod
    def figures(command, runs):
        wrong = [status for _, _, _, status in runs if status != command.status]
        if wrong:
            raise Missing(f"{command.name}: {len(wrong)} of {len(runs)} runs end with status {wrong[0]}")
        return Figures([r[1] / 1e6 for r in runs[WARM_UP:]], max(r[2] for r in runs))


def new_session_keyring():
    """One that all programs of this run share and that goes with it."""
    numbers = {"x86_64": 250, "aarch64": 219, "riscv64": 219}
    number = numbers.get(platform.machine())
    if number is None or ctypes.CDLL(None, use_errno=True).syscall(number, KEYCTL_JOIN_SESSION_KEYRING, None) < 0:
        raise Missing("no session keyring can be made here")


class StandIn:
    """The local Azure of tests/azure/run, through what that script exports."""

    def __init__(self):
        if not os.environ.get("KB_AZURE_TENANT"):
            raise Missing("the stand-in is not running (tests/azure/run)")
        self.tenant, self.client, self.secret, self.ca = (
            os.environ[f"KB_AZURE_{name}"] for name in ("TENANT", "CLIENT_ID", "CLIENT_SECRET", "CA"))
        self.control = os.environ.get("KB_AZURE_CONTROL", "")

    def ask(self, path, document=None, method=None):
        if not self.control:
            raise Missing("the stand-in names no KB_AZURE_CONTROL")
        body = json.dumps(document).encode() if document is not None else None
        request = urllib.request.Request(f"{self.control}/{path}", data=body, method=method,
                                         headers={"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            return json.loads(answer.read() or b"null")

    def token_requests(self):
        return self.ask("counters")["arrived"].get("entra-token", 0)

    def set_lifetime(self, seconds):
        """How long tokens made from now on are good for; None is the usual hour."""
        if seconds is None:
            self.ask("fault", method="DELETE")
        else:
            self.ask("fault", {"route": "entra-token",
                               "options": [f"expires_in={seconds}", f"lifetime={seconds}"]})
