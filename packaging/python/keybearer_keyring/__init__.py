# SPDX-License-Identifier: MIT
"""A backend of the module keyring that asks the program keybearer.

Knows nothing of which hosts are whose: keybearer's configuration says that, and whatever it
has no answer for is left to the other backends."""
import json
import os
import shutil
import subprocess

import keyring.backend
import keyring.credentials

__all__ = ["KeybearerBackend"]

# keybearer itself ends after 15 s; this is for a machine that is asleep.
_TIMEOUT_S = 60


def _program():
    """The absolute path of keybearer, or None. A relative folder of PATH may be a work tree."""
    path = os.pathsep.join(p for p in os.get_exec_path() if os.path.isabs(p))
    return shutil.which("keybearer", path=path)


def _ask(service, username):
    """The answer of `keybearer keyring get`, or None."""
    program = _program()
    if program is None or not service.lower().startswith("https://"):
        return None
    if service.startswith("-") or "\0" in service:
        return None
    command = [program, "keyring", "--mode=creds", "--output=json", "get", service]
    if username and not username.startswith("-") and "\0" not in username:
        command.append(username)
    # The variable keeps it from asking a keyring again, which may be this one.
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              timeout=_TIMEOUT_S, check=False,
                              env={**os.environ, "KEYBEARER_KEYRING": "1"})
        answer = json.loads(done.stdout) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    if not isinstance(answer, dict):
        return None
    found = answer.get("username"), answer.get("password")
    return found if all(isinstance(part, str) and part for part in found) else None


class KeybearerBackend(keyring.backend.KeyringBackend):
    """Before the keyrings of desktops, which are 5, and the one of Azure Artifacts, 9.9."""

    priority = 9.95

    def get_credential(self, service, username):
        found = _ask(service, username)
        return keyring.credentials.SimpleCredential(*found) if found else None

    def get_password(self, service, username):
        found = _ask(service, username)
        return found[1] if found else None

    # Nothing is stored here: the next backend may.

    def set_password(self, service, username, password):
        raise NotImplementedError

    def delete_password(self, service, username):
        raise NotImplementedError
