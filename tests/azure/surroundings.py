# SPDX-License-Identifier: MIT
# The environment and the private folders that the command under test sees.
# Knows nothing of the stand-in but its addresses and the CA file.

import os
import re

KEEP = ("KB_BUILDDIR", "KB_KEEP", "KEYBEARER_TESTS_MUST_RUN")
FOREIGN = re.compile(
    r"^(GIT_|AZURE_|GCM_|KB_|KEYBEARER_|ARTIFACTS_|VSS_|NUGET_|ARM_|DBUS_|XDG_|GNOME_KEYRING|"
    r"SSH_A|SYSTEM_|SECRET_|TOKEN_|IDENTITY_|MSI_|IMDS_|ACTIONS_|CREDENTIALS_DIRECTORY|"
    r"NODE_EXTRA|NODE_USE|SSL_CERT|CURL_CA|PIP_CERT|REQUESTS_CA|CARGO_HTTP)|"
    r"(_proxy$|^no_proxy|ASKPASS$)", re.IGNORECASE)
GITCONFIG = """[user]
\tname = Keybearer Test
\temail = test@contoso.example
[init]
\tdefaultBranch = main
[http]
\tproxy = {proxy}
\tsslCAInfo = {ca}
[advice]
\tdetachedHead = false
"""


def folders(root):
    """Makes the private folders below root; answers the variables that name them."""
    names = {"HOME": "home", "XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state",
             "XDG_CACHE_HOME": "cache", "XDG_DATA_HOME": "data", "XDG_RUNTIME_DIR": "runtime",
             "TMPDIR": "tmp", "SSL_CERT_DIR": "no-certificates"}
    for name in names.values():
        (root / name).mkdir(mode=0o700)
    return {variable: str(root / name) for variable, name in names.items()}


def system_folder(root, own_keyring):
    """What stands for /etc in a build tree: its keys go where the run's own keyring is."""
    folder = root / "etc"
    (folder / "keybearer").mkdir(mode=0o700, parents=True)
    if own_keyring:
        (folder / "keybearer" / "keybearer.conf").write_text(
            "[store kernel-keyring]\nkeyring=session\n")
    return {"KEYBEARER_SYSCONFDIR": str(folder)}


def _files(root, proxy, ca):
    (root / "home" / ".gitconfig").write_text(GITCONFIG.format(proxy=proxy, ca=ca))
    own = root / "config" / "keybearer"
    own.mkdir(mode=0o700)
    (own / "keybearer.conf").write_text(f"[network]\nca-file={ca}\n")


def environment(root, ready):
    """Everything that the command gets; what the caller had of credentials is left out."""
    exports, proxy = ready["exports"], ready["proxy"]
    ca = exports["KB_AZURE_CA"]
    result = {name: value for name, value in os.environ.items()
              if name in KEEP or not FOREIGN.search(name)}
    _files(root, proxy, ca)
    result.update(exports, GIT_TERMINAL_PROMPT="0", GIT_CONFIG_NOSYSTEM="1",
                  NODE_USE_ENV_PROXY="1", NO_PROXY="localhost,127.0.0.1,::1",
                  no_proxy="localhost,127.0.0.1,::1", KB_AZURE_FOLDER=str(root))
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        result[name] = proxy
    for name in ("CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "PIP_CERT",
                 "REQUESTS_CA_BUNDLE", "CARGO_HTTP_CAINFO", "npm_config_cafile"):
        result[name] = ca
    if "KB_BUILDDIR" in result:
        result["PATH"] = os.path.join(os.path.abspath(result["KB_BUILDDIR"]),
                                      "helper") + os.pathsep + result["PATH"]
    return result
