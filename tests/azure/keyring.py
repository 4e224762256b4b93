# SPDX-License-Identifier: MIT
# A private session bus with a real gnome-keyring-daemon, whose collection it locks and unlocks;
# and a kernel keyring of the run's own.
# Knows nothing of the stand-in, nor of what is kept in the keyring.

import ctypes
import os
import platform
import secrets
import subprocess

import children

COLLECTION = "/org/freedesktop/secrets/collection/login"
SERVICE = ("--session", "--timeout", "60", "--dest", "org.freedesktop.secrets",
           "--object-path", "/org/freedesktop/secrets", "--method")
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={path}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


JOIN_SESSION_KEYRING = 1
KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219}


class KeyringError(Exception):
    """The bus or the keyring did not come up, or did not obey."""


def _call(method, *arguments, env=None):
    done = subprocess.run(["gdbus", "call", *SERVICE, method, *arguments], env=env,
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise KeyringError(f"{method}: {done.stderr.strip()}")
    return done.stdout


def own_kernel_keyring():
    """A session keyring for this process and all that it starts, gone with the last of them, so
    that no run meets what the user or another run keeps; False where the kernel has none."""
    number = KEYCTL.get(platform.machine())
    return number is not None and ctypes.CDLL(None).syscall(
        number, JOIN_SESSION_KEYRING, None) >= 0


def start_bus(runtime):
    """A bus that starts no services by itself; answers its address."""
    path = os.path.join(runtime, "bus")
    config = os.path.join(runtime, "bus.conf")
    with open(config, "w", encoding="utf-8") as out:
        out.write(BUS.format(path=path))
    reader, writer = os.pipe()
    children.service(["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile",
                      f"--print-address={writer}"], pass_fds=[writer],
                     stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                     stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        if not pipe.readline():
            raise KeyringError("dbus-daemon did not start")
    return f"unix:path={path}"


def start(env, locked):
    """Bus and keyring up, the collection `login` unlocked (or locked) and the default one."""
    runtime = env["XDG_RUNTIME_DIR"]
    env["DBUS_SESSION_BUS_ADDRESS"] = start_bus(runtime)
    password = secrets.token_hex(16)
    path = os.path.join(env["KB_AZURE_FOLDER"], "keyring-password")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as out:
        out.write(password)
    # gnome-keyring warns of its own doings: they must not end it.
    tolerant = {name: value for name, value in env.items() if name != "G_DEBUG"}
    daemon = children.service(
        ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets",
         f"--control-directory={runtime}/keyring"], env=tolerant, stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL, stderr=open(os.path.join(env["KB_AZURE_FOLDER"], "keyring.log"), "ab"))
    daemon.stdin.write(password.encode())
    daemon.stdin.close()
    subprocess.run(["gdbus", "wait", "--session", "--timeout", "60",
                    "org.freedesktop.secrets"], env=env, check=True, capture_output=True)
    if COLLECTION not in _call("org.freedesktop.Secret.Service.ReadAlias", "default", env=env):
        _call("org.freedesktop.Secret.Service.SetAlias", "default", COLLECTION, env=env)
    if locked:
        lock(env)


def lock(env=None):
    _call("org.freedesktop.Secret.Service.Lock", f"['{COLLECTION}']", env=env)


def unlock(folder):
    """Unlocks without a prompter; the session and the call must share one connection."""
    from gi.repository import Gio, GLib
    with open(os.path.join(folder, "keyring-password"), "rb") as source:
        password = source.read()
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)

    def call(interface, method, arguments):
        return bus.call_sync("org.freedesktop.secrets", "/org/freedesktop/secrets", interface,
                             method, arguments, None, Gio.DBusCallFlags.NONE, 10000)
    plain = GLib.Variant("(sv)", ("plain", GLib.Variant("s", "")))
    session = call("org.freedesktop.Secret.Service", "OpenSession", plain).unpack()[1]
    master = GLib.Variant("(o(oayays))", (COLLECTION, (session, b"", password, "text/plain")))
    call("org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface",
         "UnlockWithMasterPassword", master)


def locked(env=None):
    """Whether the collection is locked."""
    done = subprocess.run(
        ["gdbus", "call", "--session", "--timeout", "60", "--dest", "org.freedesktop.secrets",
         "--object-path", COLLECTION, "--method", "org.freedesktop.DBus.Properties.Get",
         "org.freedesktop.Secret.Collection", "Locked"],
        env=env, capture_output=True, text=True, check=True)
    return "true" in done.stdout
