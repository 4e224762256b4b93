# SPDX-License-Identifier: MIT
# The few REST resources that the stand-in serves to a caller who was let in.
# Knows nothing of credentials: it is told the verdict.

import base64
import datetime
import re

import devops_headers as h
import refusals
import world as worlds
from anchors import recorded, unanchored
from answer import Answer, compact

AREAS = (
    ("4e080c62-fa21-4fbc-8fef-2a10a2b38049", "git", "dev.azure.com"),
    ("79134c72-4a58-4b42-976c-04e7115f32bf", "core", "dev.azure.com"),
    ("94ff054d-5ee1-413d-9341-3f4a7827de2e", "audit", "auditservice.dev.azure.com"),
    ("7ab4e64e-c4d8-4f50-ae73-5ef2e21642a5", "Packaging", "feeds.dev.azure.com"),
    ("b3be7473-68ea-4a81-bfc7-9530baaa19ad", "nuget", "pkgs.dev.azure.com"),
    ("4c83cfc1-f33a-477e-a789-29d38ffca52e", "npm", "pkgs.dev.azure.com"),
    ("92f0314b-06c5-46e0-abe7-15fd9d13276a", "pypi", "pkgs.dev.azure.com"),
    ("6f7f8c07-ff36-473c-bcf3-bd6cc9b6c066", "maven", "pkgs.dev.azure.com"),
    ("71f96160-8701-4914-aed9-c44b89f20ccd", "cargo", "pkgs.dev.azure.com"),
    ("d397749b-f115-4027-b6dd-77a65dd10d21", "upack", "pkgs.dev.azure.com"),
    ("55967393-20ef-45c6-a96c-b5d5d5986a9a", "Tokens", "vssps.dev.azure.com"),
    ("0ad75e84-88ae-4325-84b5-ebb30910283c", "Token", "vssps.dev.azure.com"),
    ("6b10046c-829d-44d2-8a1d-02f88f4ff032", "TokenIssue", "vstoken.dev.azure.com"),
    ("c5a2d98b-985c-432e-825e-3c6971edae87", "TokenAuth", "vstoken.dev.azure.com"),
    ("95935461-9e54-44bd-b9fb-04f4dd05d640", "TokenAdministration", "vstoken.dev.azure.com"),
    ("d65b01c1-a9d1-40dc-b28a-1b04d47629bb", "OrganizationTokenOidc", "vstoken.dev.azure.com"),
    # These two are not in the recording but in azure-devops-node-api, which looks them up.
    ("8ccfef3d-2b87-4e99-8ccb-66e343d2daa8", "Profile", "vssps.dev.azure.com"),
    ("5264459e-e5e0-4bd8-b118-0985e68a4ec5", "wit", "dev.azure.com"))
ROUTES = (
    ("00d9565f-ed9c-4a06-9a50-00e7896ccab4", "Location", "connectionData", 1, "0.0",
     "_apis/{resource}"),
    ("e81700f7-3be2-46de-8624-2eb35882fcaa", "Location", "resourceAreas", 1, "0.0",
     "_apis/{resource}/{areaId}"),
    ("603fe2ac-9723-48b9-88ad-09305aa6c6e1", "core", "projects", 4, "7.2",
     "_apis/{resource}/{*projectId}"),
    ("225f7195-f9c7-4d14-ab28-a83f7ff77e1f", "git", "repositories", 2, "7.2",
     "{project}/_apis/{area}/{resource}/{repositoryId}"),
    ("f83735dc-483f-4238-a291-d45f6080a9af", "Profile", "profiles", 3, "0.0",
     "_apis/{area}/{resource}/{id}"),
    ("1a9c53f7-f243-4447-b110-35ef023636e4", "wit", "wiql", 2, "7.2",
     "{project}/{team}/_apis/{area}/{resource}"),
    ("72c7ddf8-2cdc-4f60-90cd-ab71c14a399b", "wit", "workItems", 3, "7.2",
     "{project}/_apis/{area}/{resource}/{id}"),
    ("62d3d110-0047-428c-ad3c-4fe872c91c74", "wit", "workItems", 3, "7.2",
     "{project}/_apis/{area}/{resource}/${type}"))
TIME = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,7})?(Z|[+-]\d\d:\d\d)$")
VERSION = re.compile(r"^(\d+)\.(\d+)(-preview(\.\d+)?)?$")
NEEDS = {"projects": ("app_token", "vso.project", "vso.code", "vso.profile"),
         "git": ("app_token", "vso.code"), "packaging": ("app_token", "vso.packaging"),
         "profile": ("app_token", "vso.profile")}
LOCATION_SERVICE = "951917ac-a960-4999-8464-e3f0aa25b381"


def stamp(seconds):
    """Seven digits of a second, as .NET writes them."""
    when = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond:06d}7Z"


def instant(text):
    """Seconds since 1970, or None."""
    match = TIME.match(text) if isinstance(text, str) else None
    if match is None:
        return None
    try:
        zone = match[3].replace("Z", "+00:00")
        return datetime.datetime.fromisoformat(match[1] + zone).timestamp()
    except ValueError:
        return None


def home(world, owner):
    """The organization whose tenant headers a host without organizations shows."""
    return next((org for org in world.orgs.values() if owner and owner.name in org.members),
                world.orgs["contoso"])


def version(ask):
    """The api-version asked for, from the query or the Accept header; "" without one."""
    found = re.search(r"api-version=([^;,\s]+)", ask.headers.get("Accept", ""))
    return ask.query.get("api-version") or (found[1] if found else "")


def ok(world, ask, owner, value, *headers):
    """D1: the healthy answer."""
    number = (version(ask) or "7.1").partition("-")[0]
    body = compact(value)
    kind = f"application/json; charset=utf-8; api-version={number}"
    return Answer(200, h.arrange([
        *h.base(world, ask), *h.uncached(), *h.framed(), *h.content(kind, len(body)),
        ("Vary", "Accept-Encoding"), *h.user(owner), *headers]), body)


@recorded("D2")
def head(world, ask, org, place, answer):
    """A successful HEAD: one challenge line (none for personal accounts), no body."""
    ours = [] if org.tenant.id == worlds.ZERO else [h.bearer(org, place)]
    headers = [(k, "0" if k == "Content-Length" else v) for k, v in answer.headers]
    return Answer(200, h.arrange(headers + ours + h.tenant(org, place)))


def answer(world, ask, org, place, verdict):
    """Checks version and scope, then finds the resource."""
    owner, area = verdict.owner, place.area
    if area is None and place.service == "pkgs":
        return packages(world, ask, owner)
    if area is None:
        return page(world, ask, owner)
    wanted = version(ask)
    if wanted and not _in_range(wanted):
        return refusals.out_of_range(world, ask, wanted)
    if ask.method == "OPTIONS":
        return routes(world, ask, owner, area)
    needed = NEEDS.get(area[0] if area else "", ())
    if needed and not any(scope.startswith(needed) for scope in verdict.scopes):
        return refusals.right_missing(world, ask)
    handler = HANDLERS.get(area[0] if area else "")
    found = handler and ask.method in ("GET", "HEAD") and handler(world, ask, org, place, owner)
    return found or refusals.no_route(world, ask, owner)


def _in_range(wanted):
    hit = VERSION.match(wanted)
    return bool(hit) and (1, 0) <= (int(hit[1]), int(hit[2])) <= (7, 2)


def _after(place):
    """The path below _apis as it was written, without the resource's own name."""
    lower = [part.lower() for part in place.rest]
    return place.rest[lower.index("_apis") + 2:]


def _person(owner):
    tenant = owner.tenant.id
    descriptor = base64.b64encode(owner.oid.encode()).decode().rstrip("=")
    return {"id": owner.oid,
            "descriptor": "Microsoft.IdentityModel.Claims.ClaimsIdentity;"
                          f"{tenant}\\{owner.upn}",
            "subjectDescriptor": f"aad.{descriptor}", "providerDisplayName": owner.name,
            "customDisplayName": owner.name, "isActive": True,
            "properties": {"Account": {"$type": "System.String", "$value": owner.upn}},
            "resourceVersion": 2, "metaTypeId": 0}


def _connection(world, ask, org, place, owner):
    wanted = version(ask)
    if wanted and "-preview" not in wanted:
        return refusals.preview_only(world, ask, wanted)
    return connection(world, ask, org, owner)


@recorded("R9")
def connection(world, ask, org, owner):
    return ok(world, ask, owner, {
        "authenticatedUser": _person(owner), "authorizedUser": _person(owner),
        "instanceId": org.id, "deploymentId": world.deployment, "deploymentType": "hosted",
        "locationServiceData": {
            "serviceOwner": "00025394-6065-48ca-87d9-7f5672854ef7",
            "defaultAccessMappingMoniker": "PublicAccessMapping",
            "lastChangeId": 424239147, "lastChangeId64": 424239147}})


def _projects(world, ask, org, place, owner):
    after = _after(place)
    if not after:
        return projects(world, ask, org, owner)
    found = org.project(after[0])
    if found is None:
        return refusals.no_project(world, ask, after[0], owner)
    return project(world, ask, org, found, owner)


def _brief(org, found):
    return {"id": found.id, "name": found.name,
            "url": f"https://dev.azure.com/{org.name}/_apis/projects/{found.id}",
            "state": "wellFormed", "revision": 12, "visibility": "private",
            "lastUpdateTime": "2023-07-06T09:03:15.27Z"}


@recorded("R10", "R11")
def projects(world, ask, org, owner):
    """The list; with $top a page and, when more follow, the offset as the token."""
    skip = _number(ask, "$skip") or _number(ask, "continuationtoken") or 0
    top = _number(ask, "$top") or 100
    shown = org.projects[skip:skip + top]
    more = skip + top < len(org.projects)
    token = [("x-ms-continuationtoken", str(skip + top))] if more else []
    return ok(world, ask, owner, {
        "count": len(shown), "value": [_brief(org, found) for found in shown]}, *token)


def _number(ask, name):
    text = ask.query.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 6 else None


@recorded("R10")
def project(world, ask, org, found, owner):
    base = f"https://dev.azure.com/{org.name}"
    brief = _brief(org, found)
    return ok(world, ask, owner, {
        "id": found.id, "name": found.name, "description": "", "url": brief["url"],
        "state": "wellFormed",
        "capabilities": {
            "processTemplate": {"templateName": "Basic",
                                "templateTypeId": "b8a3a935-7e91-48b8-a94c-606d37c3e9f2"},
            "versioncontrol": {"sourceControlType": "Git", "gitEnabled": "True",
                               "tfvcEnabled": "False"}},
        "revision": 12,
        "_links": {"self": {"href": brief["url"]},
                   "collection": {"href": f"{base}/_apis/projectCollections/{org.id}"},
                   "web": {"href": f"{base}/{h.quote(found.name)}"}},
        "visibility": "private",
        "defaultTeam": {"id": found.team, "name": f"{found.name} Team",
                        "url": f"{brief['url']}/teams/{found.team}"},
        "lastUpdateTime": brief["lastUpdateTime"]})


def _areas(world, ask, org, place, owner):
    after = _after(place)
    if not after:
        return areas(world, ask, org, owner)
    found = [row for row in _area_rows(org) if row["id"] == after[0].lower()]
    return area(world, ask, owner, found[0]) if found else None


def _area_rows(org):
    return [{"id": ident, "name": name, "locationUrl": f"https://{host}/{org.name}/"}
            for ident, name, host in AREAS]


@recorded("R13")
def areas(world, ask, org, owner):
    rows = _area_rows(org)
    return ok(world, ask, owner, {"count": len(rows), "value": rows})


@unanchored("the list is R13; one area alone is not recorded")
def area(world, ask, owner, row):
    return ok(world, ask, owner, row)


@recorded("R13")
def routes(world, ask, owner, wanted):
    """OPTIONS _apis: what clients of Microsoft's own ask first."""
    name = wanted[0] if wanted else ""
    rows = [{"id": ident, "area": place, "resourceName": resource,
             "routeTemplate": template, "resourceVersion": number,
             "minVersion": "1.0", "maxVersion": "7.2", "releasedVersion": released}
            for ident, place, resource, number, released, template in ROUTES
            if name in ("", place.lower())]
    return ok(world, ask, owner, {"count": len(rows), "value": rows})


def _git(world, ask, org, place, owner):
    after = _after(place)
    if not after or after[0].lower() != "repositories":
        return None
    mine = [p for p in org.projects if place.project.lower() in ("", p.name.lower(), p.id)]
    if not mine:
        return refusals.no_project(world, ask, place.project, owner)
    every = [(p, r) for p in mine for r in p.repos if not r.only or owner.name in r.only]
    if len(after) == 1:
        return repositories(world, ask, org, owner, every)
    wanted = after[1].lower()
    found = [(p, r) for p, r in every if wanted in (r.id, r.name.lower())]
    if not found:
        return refusals.no_repository(world, ask, after[1], owner)
    return repository(world, ask, org, owner, found[0])


def _repo_row(org, pair):
    found, repo = pair
    base = f"https://dev.azure.com/{org.name}"
    remote = f"{h.quote(found.name)}/_git/{h.quote(repo.name)}"
    return {"id": repo.id, "name": repo.name,
            "url": f"{base}/{found.id}/_apis/git/repositories/{repo.id}",
            "project": _brief(org, found), "defaultBranch": "refs/heads/main", "size": 1024,
            "remoteUrl": f"https://{org.name}@dev.azure.com/{org.name}/{remote}",
            "webUrl": f"{base}/{remote}", "isDisabled": False}


@unanchored("documented shape of the list of repositories")
def repositories(world, ask, org, owner, pairs):
    return ok(world, ask, owner, {"value": [_repo_row(org, pair) for pair in pairs],
                                   "count": len(pairs)})


@unanchored("documented shape of one repository")
def repository(world, ask, org, owner, pair):
    return ok(world, ask, owner, _repo_row(org, pair))


@unanchored("documented shape; R3 tells only the status")
def profile(world, ask, org, place, owner):
    if place.area[1:3] != ["profiles", "me"]:
        return None
    return ok(world, ask, owner, {
        "displayName": owner.name, "publicAlias": owner.oid, "emailAddress": owner.upn,
        "coreRevision": 1, "timeStamp": "2026-01-02T03:04:05.67Z", "id": owner.oid,
        "revision": 1})


@recorded("P1")
def location(world, ask, org, place, owner):
    """Names a deployment host with a path of its own, and a trailing slash."""
    if place.area[1:] != ["locationservice2", LOCATION_SERVICE]:
        return None
    return ok(world, ask, owner, {
        "serviceType": "LocationService2", "identifier": LOCATION_SERVICE,
        "displayName": "SPS Location Service", "relativeToSetting": "fullyQualified",
        "serviceOwner": worlds.ZERO,
        "locationMappings": [{
            "accessMappingMoniker": "HostGuidAccessMapping",
            "location": f"https://weu0.app.vssps.visualstudio.com/A{org.id}/"}],
        "toolId": "Framework", "parentServiceType": "LocationService2",
        "parentIdentifier": "850a26fd-8300-ce32-bb6e-28e032a3a0fd", "properties": {}})


@unanchored("sheet 3.3: 404 tells a client that its token is good; body not recorded")
def feed(world, ask, org, place, owner):
    return refusals.no_route(world, ask, owner)


@unanchored("beside the feeds there is nothing here: the credential is judged, then 404")
def packages(world, ask, owner):
    return refusals.no_route(world, ask, owner)


@unanchored("the web pages themselves are nobody's concern here")
def page(world, ask, owner):
    body = b"<!DOCTYPE html>\r\n<html><head><title>Azure DevOps</title></head></html>\r\n"
    return Answer(200, h.arrange([
        *h.base(world, ask), *h.uncached(), *h.framed(), *h.user(owner),
        *h.content("text/html; charset=utf-8", len(body))]), body)


HANDLERS = {"connectiondata": _connection, "projects": _projects, "resourceareas": _areas,
            "git": _git, "profile": profile, "servicedefinitions": location,
            "packaging": feed}
