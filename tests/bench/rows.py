# SPDX-License-Identifier: MIT
# The rows of the benchmark: who runs what against whom, and the bound of each.
# Knows nothing of how time is taken.
import os
import subprocess
import time

from harness import Command, Missing, StandIn, new_session_keyring

HOST = "dev.azure.com"
ASK = f"protocol=https\nhost={HOST}\n\n"
LIBSECRET_SOURCE = "/usr/share/doc/git/contrib/credential/libsecret/git-credential-libsecret.c"
SYSTEM_TRUST = "/etc/ssl/certs/ca-certificates.crt"
ACCOUNTS = 1000
PARALLEL = 256
CONFIGURATION = """
[stack azure-devops]
match=https://dev.azure.com/
sources=bench
stores=kernel-keyring;secret-service

[stack bench-keyring]
match=https://keyring.example/
sources=
stores=secret-service

[store kernel-keyring]
keyring=session
"""
ACCOUNTS_CONFIGURATION = """
[stack bench-one]
match=https://one.example/
sources=bench-one
stores=bench-one

[stack bench-many]
match=https://*.many.example/
sources=bench-many
stores=bench-many

[source bench-one]
module=exec
command=/bin/echo;{token}
format=token
lifetime=3600

[source bench-many]
module=exec
command=/bin/echo;{token}
format=token
lifetime=3600

[store bench-one]
module=kernel-keyring
keyring=user

[store bench-many]
module=kernel-keyring
keyring=session
"""
SOURCE = """
[source bench]
module=service-principal
tenant={0.tenant}
client-id={0.client}
secret=env:KB_AZURE_CLIENT_SECRET

[network]
ca-file={0.ca}
"""


def lines(host, user=None, password=None):
    text = f"protocol=https\nhost={host}\n"
    text += f"username={user}\n" if user else ""
    return text + (f"password={password}\n" if password else "") + "\n"


def configure(bench):
    """Keybearer's side of every row; without the stand-in, storage alone."""
    folder = os.path.join(bench.folder, "config")
    os.environ["XDG_CONFIG_HOME"] = folder
    # As it is for most users: nothing in /etc, so no second file to read.
    os.environ.pop("KEYBEARER_SYSCONFDIR", None)
    text = CONFIGURATION
    try:
        text += SOURCE.format(StandIn())
    except Missing:
        text = text.replace("sources=bench", "sources=")
    bench.write("config/keybearer/keybearer.conf", text)


class Row:
    """One line of the table: `contestants` puts Keybearer first, the peer that bounds it second."""
    title = ""
    bound = None  # times the peer
    times = 1  # as many rounds: more where a run takes a millisecond
    absolute = None  # (limit, unit), where the bound is no ratio

    def contestants(self, bench):
        raise NotImplementedError


class Cached(Row):
    """A token from memory: ours from the kernel keyring, git's from its daemon."""
    key, title, bound = "cached", "cached get, whole process", 1.0
    times = 10

    def contestants(self, bench):
        return [lambda: self.ours(bench), lambda: self.git_cache(bench)]

    @staticmethod
    def ours(bench):
        StandIn()
        program = bench.keybearer()
        bench.tell([program, "get"], ASK)
        return Command("keybearer", [program, "get"], ASK, "password=")

    @staticmethod
    def git_cache(bench):
        exec_path = bench.tell(["git", "--exec-path"], "").strip()
        folder = os.path.join(bench.folder, "cache")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        cache = [f"{exec_path}/git-credential-cache", "--timeout", "3600", "--socket", f"{folder}/socket"]
        # As long as a token of Entra ID is.
        bench.tell([*cache, "store"], lines(HOST, "bench", "x" * 1500))
        bench.later(subprocess.run, [*cache, "exit"])
        return Command("git credential-cache", [*cache, "get"], ASK, "password=")


class Memory(Cached):
    key, title, bound = "memory", "peak memory of a cached get", 1.0
    figure = staticmethod(lambda figures: (figures.kib / 1024, "MiB"))


class Keyring(Row):
    key, title, bound = "keyring", "get from the Secret Service", 0.9
    secret = "x" * 900  # git's helper of 2.39 takes no line above 1,023 bytes

    def contestants(self, bench):
        return [lambda: self.ours(bench), lambda: self.libsecret(bench), lambda: self.docker(bench)]

    @staticmethod
    def ours(bench):
        program = bench.keybearer()
        bench.tell([program, "store"], lines("keyring.example", "bench", Keyring.secret))
        return Command("keybearer", [program, "get"], lines("keyring.example"), "password=x")

    @staticmethod
    def libsecret(bench):
        if not os.path.exists(LIBSECRET_SOURCE):
            raise Missing("git's libsecret helper: its source does not come with this git package")
        flags = bench.tell(["pkg-config", "--cflags", "--libs", "libsecret-1"], "").split()
        program = bench.compile("git-credential-libsecret", [LIBSECRET_SOURCE, *flags])
        bench.tell([program, "store"], lines("keyring.example", "bench", Keyring.secret))
        return Command("git-credential-libsecret", [program, "get"], lines("keyring.example"), "password=x")

    @staticmethod
    def docker(bench):
        program, server = "docker-credential-secretservice", "https://docker.example"
        item = f'{{"ServerURL":"{server}","Username":"bench","Secret":"{Keyring.secret}"}}'
        bench.tell([program, "store"], item)
        return Command(program, [program, "get"], server, "bench")


class Cold(Row):
    """The token is refused first (get, then erase), so that each get makes a new one."""
    key, title, bound = "cold", "cold get, one token exchange", 1.3

    def contestants(self, bench):
        return [lambda: self.ours(bench), lambda: self.curl(bench), lambda: self.without_store(bench)]

    @staticmethod
    def ours(bench, name="keybearer", environment=None):
        StandIn()
        program = bench.keybearer()
        ask = bench.write("ask", ASK)
        # As git does: what it asked for, and what it was given.
        refuse = bench.write("refuse", "#!/bin/sh\n"
                             f"{{ head -n 2 '{ask}'; '{program}' get <'{ask}'; }} | '{program}' erase\n", 0o700)
        bench.tell([refuse], "", environment)
        return Command(name, [program, "get"], ASK, "password=", before=refuse, environment=environment or {})

    @staticmethod
    def without_store(bench):
        """What of it is the desktop's keyring, which curl has nothing to do with."""
        with open(os.path.join(bench.folder, "config/keybearer/keybearer.conf"), encoding="utf-8") as file:
            text = file.read().replace("=kernel-keyring;secret-service", "=kernel-keyring")
        text = text.replace("sources=bench", "sources=alone").replace("[source bench]", "[source alone]")
        bench.write("alone/keybearer/keybearer.conf", text)
        folders = {"XDG_CONFIG_HOME": os.path.join(bench.folder, "alone"),
                   "XDG_STATE_HOME": os.path.join(bench.folder, "state-alone")}
        return Cold.ours(bench, "keybearer, kernel keyring alone", folders)

    @staticmethod
    def curl(bench):
        azure = StandIn()
        # The form comes from standard input, so that no secret stands in an argument list.
        url = f"https://login.microsoftonline.com/{azure.tenant}/oauth2/v2.0/token"
        form = "\n".join(f'data-urlencode = "{key}={value}"' for key, value in (
            ("grant_type", "client_credentials"), ("client_id", azure.client),
            ("client_secret", azure.secret.replace("\\", "\\\\").replace('"', '\\"')),
            ("scope", "499b84ac-1321-427f-aa17-267ca6975798/.default")))
        argv = ["curl", "--silent", "--fail", "--cacert", Cold.trust(bench, azure), "--config", "-", url]
        return Command("curl", argv, form + "\n", "access_token")


    @staticmethod
    def trust(bench, azure):
        """What curl reads for any server, the system's authorities, and the stand-in's, as our
        ca-file= does: reading one certificate alone would be a race that nobody runs."""
        text = ""
        for path in (SYSTEM_TRUST, azure.ca):
            if os.path.exists(path):
                with open(path, encoding="utf-8") as file:
                    text += file.read()
        return bench.write("trust.pem", text)


class Accounts(Row):
    """Both sides are ours, each with a state folder and a kernel keyring of its own."""
    key, title, bound = "accounts", f"get with 1 and with {ACCOUNTS:,} accounts", 1.2
    times = 10

    def contestants(self, bench):
        new_session_keyring()
        return [lambda: self.side(bench, "many", [f"h{n}.many.example" for n in range(ACCOUNTS)]),
                lambda: self.side(bench, "one", ["one.example"])]

    @staticmethod
    def side(bench, name, hosts):
        program = bench.keybearer()
        bench.write("accounts/keybearer/keybearer.conf", ACCOUNTS_CONFIGURATION.format(token="x" * 100))
        folders = {"XDG_CONFIG_HOME": os.path.join(bench.folder, "accounts"),
                   "XDG_STATE_HOME": os.path.join(bench.folder, f"state-{name}")}
        for host in hosts:
            bench.tell([program, "get"], lines(host), folders)
        # The first of them: a user other than root may keep 200 keys, and those come first.
        return Command(f"{len(hosts):,} account{'s' * (len(hosts) > 1)}", [program, "get"], lines(hosts[0]),
                       "password=x", environment=folders)


class Start(Row):
    """No bound: what other makers of tokens cost before they do anything, offline."""
    key, title = "start", "start and refuse, offline (no bound)"

    def contestants(self, bench):
        return [lambda: self.ours(bench), lambda: self.oauth(), lambda: self.oidc(bench)]

    @staticmethod
    def ours(bench):
        return Command("keybearer", [bench.keybearer(), "get"], lines("nobody.example"))

    @staticmethod
    def oauth():
        return Command("git-credential-oauth", ["git-credential-oauth", "get"], lines("nobody.example"))

    @staticmethod
    def oidc(bench):
        for line in bench.tell(["oidc-agent"], "").split(";"):
            name, found, value = line.strip().partition("=")
            if found:
                os.environ[name] = value
        bench.later(subprocess.run, ["oidc-agent", "--kill"], stdout=subprocess.DEVNULL)
        return Command("oidc-token, asking its agent", ["oidc-token", "nobody"], status=1)


class Special(Row):
    """A row that is no race: `measure` returns (ours, bound, verdict) as texts and a truth."""

    def measure(self, bench):
        raise NotImplementedError


class Parallel(Special):
    key, title = "parallel", f"{PARALLEL} parallel git credential fill at expiry"

    def measure(self, bench):
        azure = StandIn()
        program = bench.keybearer()
        refuse = Cold.ours(bench).before
        azure.set_lifetime(6)  # a token that lives so short is used for half of its life
        try:
            bench.tell([refuse], "")
            bench.tell([program, "get"], ASK)
        finally:
            azure.set_lifetime(None)
        stale = time.monotonic() + 4
        peer, _ = self.crowd(bench, self.quoted(Cached.git_cache(bench).argv[:-1]))
        time.sleep(max(stale - time.monotonic(), 0))
        before = azure.token_requests()
        seconds, answers = self.crowd(bench, self.quoted([program]))
        requests = azure.token_requests() - before
        good = requests == 1 and answers == PARALLEL and seconds <= peer + 1
        return (f"{requests} token request(s), {answers} answers, {seconds:.2f} s",
                f"1 request, {PARALLEL} answers, {peer:.2f} s (with git credential-cache) + 1 s", good)

    @staticmethod
    def quoted(argv):
        """A git helper that is this command."""
        return "!" + " ".join(f"'{word}'" for word in argv)

    @staticmethod
    def crowd(bench, helper):
        """Seconds until the last of them is done, and how many were answered."""
        bench.write("gitconfig", f'[credential]\n\thelper = "{helper}"\n')
        script = (f"cd '{bench.folder}' && for i in $(seq {PARALLEL}); do "
                  "git credential fill <ask >filled.$i 2>/dev/null & done; wait")
        environment = dict(os.environ, GIT_CONFIG_GLOBAL=f"{bench.folder}/gitconfig",
                           GIT_CONFIG_NOSYSTEM="1", GIT_TERMINAL_PROMPT="0")
        start = time.monotonic()
        subprocess.run(["bash", "-c", script], env=environment, timeout=120)
        seconds = time.monotonic() - start
        answers = 0
        for number in range(1, PARALLEL + 1):
            with open(f"{bench.folder}/filled.{number}", encoding="utf-8") as file:
                answers += "password=" in file.read()
        return seconds, answers


class FirstFrame(Special):
    key, title = "nuget", "first NuGet frame"

    def measure(self, bench):
        program = bench.keybearer("nuget-plugin-keybearer")
        took = []
        for _ in range(bench.rounds):
            start = time.monotonic()
            with subprocess.Popen([program, "-Plugin"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
                frame = child.stdout.readline()
                took.append((time.monotonic() - start) * 1000)
                child.stdin.close()
            if not frame:
                raise Missing("nuget-plugin-keybearer sends no frame")
        median = sorted(took)[len(took) // 2]
        return f"{median:.1f} ms", "5 ms", median <= 5


class Size(Special):
    """What `make install-strip` puts down, against the packages of the peers."""
    key, title = "size", "installed size"

    def measure(self, bench):
        bench.keybearer()
        target = os.path.join(bench.folder, "installed")
        done = subprocess.run(["make", "-s", "-C", bench.build, "install-strip", f"DESTDIR={target}"],
                              capture_output=True, text=True)
        if done.returncode:
            raise Missing(f"make install-strip: {done.stderr.strip()[-200:]}")
        size = sum(os.lstat(os.path.join(path, f)).st_size for path, _, files in os.walk(target) for f in files)
        return f"{size / 2**20:.2f} MiB ({self.peers()})", "1 MiB", size <= 2**20

    @staticmethod
    def peers():
        told = []
        for package in ("git-credential-oauth", "oidc-agent-cli", "golang-docker-credential-helpers"):
            done = subprocess.run(["dpkg-query", "-W", "-f", "${Installed-Size}", package],
                                  capture_output=True, text=True)
            if done.returncode == 0 and done.stdout.isdigit():
                told.append(f"{package} {int(done.stdout) / 1024:.1f}")
        return ", ".join(told)


ROWS = (Cached, Memory, Keyring, Cold, Parallel, FirstFrame, Accounts, Start, Size)
