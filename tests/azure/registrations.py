# SPDX-License-Identifier: MIT
# The app registrations that people sign in to, and the rules by which redirect URIs match.
# Knows nothing of tokens or pages; ids are new at each start, but for two of Microsoft's own.

import urllib.parse

import world as worlds

VISUAL_STUDIO = "872cd9fa-d31f-45e0-9eab-6e460a02d1f1"
ARTIFACTS = "d5a56ea4-7369-46b8-a538-c370805301bf"
NATIVE = "https://login.microsoftonline.com/common/oauth2/nativeclient"
LOOPBACK = "http://localhost"
LOOPBACK_HOSTS = ("localhost", "127.0.0.1")
LONGEST_REDIRECT = 256


def _public(name, tenant, *redirects, **options):
    return worlds.App(name, tenant, "", public=True, redirects=redirects, **options)


def listing(world):
    """The registrations by name; `ctl app NAME` changes them like any other."""
    contoso = world.contoso
    apps = (
        _public("keybearer", contoso, LOOPBACK, NATIVE, multi=True),
        _public("narrow", contoso, LOOPBACK, multi=True,
                permissions=("vso.code_write", "vso.packaging")),
        _public("single", contoso, f"{LOOPBACK}/callback", "http://127.0.0.1/callback"),
        _public("visual-studio", contoso, LOOPBACK, NATIVE, multi=True, trusted=True,
                personal=True, id=VISUAL_STUDIO),
        _public("artifacts", contoso, LOOPBACK, NATIVE, multi=True, trusted=True,
                personal=True, id=ARTIFACTS),
        worlds.App("web", contoso, worlds.client_secret(),
                   redirects=("https://localhost/signed-in", "https://app.contoso.example/")),
        worlds.App("older", contoso, f"eyJ{worlds.letters(40)}.eyJ{worlds.letters(400)}."
                   f"{worlds.letters(342)}", redirects=("https://localhost/older",),
                   permissions=("vso.code_write", "vso.packaging")))
    return {app.name: app for app in apps}


def matches(app, wanted):
    """Whether a redirect URI is registered: the port is ignored for http on loopback only."""
    if not wanted or len(wanted) > LONGEST_REDIRECT or "#" in wanted:
        return False
    return any(_same(known, wanted) for known in app.redirects)


def _same(known, wanted):
    ours, theirs = urllib.parse.urlsplit(known), urllib.parse.urlsplit(wanted)
    try:
        ports = (ours.port, theirs.port)
    except ValueError:
        return False
    if theirs.username or (ours.scheme, ours.hostname) != (theirs.scheme, theirs.hostname):
        return False
    if (ours.path or "/", ours.query) != (theirs.path or "/", theirs.query):
        return False
    loopback = ours.scheme == "http" and ours.hostname in LOOPBACK_HOSTS
    return loopback or ports[0] == ports[1]


def returned(uri, text, mark):
    """A redirect URI with parameters behind `mark` (? or #); a path is made where none was."""
    parts = urllib.parse.urlsplit(uri)
    base = uri if parts.path else f"{parts.scheme}://{parts.netloc}/" + (
        f"?{parts.query}" if parts.query else "")
    if mark == "?" and parts.query:
        mark = "&"
    return f"{base}{mark}{text}"
