# SPDX-License-Identifier: MIT
# Reads host and path: which service, which organization, which route class.
# Knows nothing of credentials or answers.

import dataclasses

import entra
import entra_device
import forges
import registries

TFS, SPS, PKGS, FEEDS, AUDIT = "tfs", "sps", "pkgs", "feeds", "audit"
SHARED = {"dev.azure.com": TFS, "vssps.dev.azure.com": SPS, "pkgs.dev.azure.com": PKGS,
          "feeds.dev.azure.com": FEEDS, "auditservice.dev.azure.com": AUDIT}
SUFFIXES = ((".vssps.visualstudio.com", SPS), (".pkgs.visualstudio.com", PKGS),
            (".feeds.visualstudio.com", FEEDS), (".visualstudio.com", TFS))
ORGLESS = ("app.vssps.visualstudio.com", "vssps.visualstudio.com")
BLOBS = ".vsblob.vsassets.io"
DEPLOYMENT = ".app.vssps.visualstudio.com"  # identity services by region: /A<organization's id>/
STRANGER = "packages.northwind.example"  # nobody's that we know: see strangers.py
LOGIN = (*entra.HOSTS, *entra_device.HOSTS)
CERTIFICATE_NAMES = (*LOGIN, *forges.HOSTS, *SHARED, "*.visualstudio.com",
                     "*.vssps.visualstudio.com", "*.app.vssps.visualstudio.com", "*.pkgs.visualstudio.com",
                     "*.feeds.visualstudio.com", f"*{BLOBS}", STRANGER,
                     *registries.HOSTS)


@dataclasses.dataclass
class Place:
    """`org` is a name, at a deployment an id ("" where the host has none); `rest` is the path below the organization."""
    service: str
    org: str
    rest: list
    root: str

    @property
    def area(self):
        """The path below _apis, in lower case, or None."""
        lower = [part.lower() for part in self.rest]
        return lower[lower.index("_apis") + 1:] if "_apis" in lower else None

    @property
    def project(self):
        """What stands before _apis or _git: a project's name, or ""."""
        head = self.rest[0] if self.rest else ""
        return "" if head.startswith("_") else head


def served(host):
    """Whether the proxy may lead a host to the stand-in."""
    return (host in LOGIN or host in forges.HOSTS or host in SHARED or host == STRANGER
            or host in registries.HOSTS
            or is_blob(host) or is_deployment(host) or _by_suffix(host) is not None)


def is_blob(host):
    return host.endswith(BLOBS) and "." not in host[:-len(BLOBS)]


def is_deployment(host):
    return host.endswith(DEPLOYMENT) and "." not in host[:-len(DEPLOYMENT)]


def _by_suffix(host):
    for suffix, service in SUFFIXES:
        label = host[:-len(suffix)]
        if host.endswith(suffix) and label and "." not in label:
            return service, label
    return None


def locate(ask):
    """The place of a request to Azure DevOps."""
    if ask.host in ORGLESS:
        return Place(SPS, "", ask.segments, f"https://{ask.host}/")
    if ask.host in SHARED:
        org = ask.segments[0].lower() if ask.segments else ""
        return Place(SHARED[ask.host], org, ask.segments[1:], f"https://{ask.host}/{org}/")
    if is_deployment(ask.host):
        org = ask.segments[0].lower().removeprefix("a") if ask.segments else ""
        return Place(SPS, org, ask.segments[1:], f"https://{ask.host}/A{org}/")
    service, org = _by_suffix(ask.host) or (TFS, "")
    rest = ask.segments
    if rest and rest[0].lower() == "defaultcollection":
        rest = rest[1:]
    return Place(service, org, rest, f"https://{ask.host}/")


def git_path(rest):
    """(project, repository, tail) of a path with _git in it, or None."""
    if "_git" not in rest:
        return None
    at = rest.index("_git")
    if at > 1 or len(rest) < at + 2:
        return None
    repo = rest[at + 1]
    return (rest[0] if at else repo), repo, rest[at + 2:]


def feed_path(rest):
    """(project, feed, protocol, tail) of a path with _packaging in it, or None."""
    if "_packaging" not in rest[:2]:
        return None
    at = rest.index("_packaging")
    if len(rest) < at + 3:
        return None
    return rest[0] if at else "", rest[at + 1], rest[at + 2], rest[at + 3:]


def route(ask):
    """The route class, by which faults are chosen and requests counted."""
    path = [part.lower() for part in ask.segments]
    if is_blob(ask.host):
        return "blob-credential" if "Authorization" in ask.headers else "blob"
    if ask.host == STRANGER:
        return "stranger"
    if ask.host in registries.HOSTS:
        return "registry"
    if ask.host in entra_device.HOSTS:
        return "entra-page"
    if ask.host in forges.HOSTS:
        return forges.route(ask.host, ask.raw_path.partition("?")[0])
    if ask.host in entra.HOSTS:
        if path[1:3] == ["oauth2", "v2.0"] and path[3:] in (["token"], ["devicecode"]):
            return "entra-token" if path[3] == "token" else "entra-device"
        return "entra-page" if tuple(path[1:]) in entra.PAGES else "entra"
    if ask.host == ORGLESS[0] and path[:1] == ["oauth2"] and len(path) == 2:
        return "older-token" if path[1] == "token" else "older-page"
    if "_git" in path:
        return "lfs" if "lfs" in path[path.index("_git"):] else "git"
    return "packages" if locate(ask).service == PKGS else "rest"
