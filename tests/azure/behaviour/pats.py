# SPDX-License-Identifier: MIT
# Tests: the life cycle of personal access tokens, its policies, the audit log, work items.
# Knows nothing of keybearer.

import base64
import datetime
import json
import os
import secrets
import time

from fidelity import wire
from tap import control, mint, test

PATS = "https://vssps.dev.azure.com/contoso/_apis/tokens/pats"
PROJECTS = "https://dev.azure.com/contoso/_apis/projects"
AUDIT = "https://auditservice.dev.azure.com/contoso/_apis/audit/auditlog?api-version=7.2-preview.1"
VERSION = "api-version=7.1-preview.1"
SUPPRESS = ("X-TFS-FedAuthRedirect", "Suppress")


def call(method, query="", body=None, token=None, url=PATS):
    """(status, document) of a call with alice's Entra token, or another."""
    joint = "&" if query else ""
    headers = [("Authorization", f"Bearer {token or mint('alice')}"), SUPPRESS]
    send = [] if body is None else [("Content-Type", "application/json")]
    seen = wire.fetch(method, f"{url}?{query}{joint}{VERSION}" if url == PATS else url,
                      headers + send, json.dumps(body).encode() if body is not None else b"")
    return seen.status, json.loads(seen.body) if seen.body else None


def days(number):
    when = datetime.datetime.fromtimestamp(time.time() + number * 86400, datetime.timezone.utc)
    return when.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def create(**changes):
    asked = {"displayName": f"case {secrets.token_hex(4)}", "scope": "vso.code",
             "validTo": days(30), "allOrgs": False, **changes}
    return call("POST", body=asked)[1]


def works(pat):
    pair = base64.b64encode(f":{pat}".encode()).decode()
    return wire.fetch("GET", PROJECTS, [("Authorization", f"Basic {pair}"), SUPPRESS]).status


def organization(**changes):
    control("POST", "/org", {"name": "contoso", "changes": {
        name.replace("_", "-"): value for name, value in changes.items()}})


@test
def life():
    """pats: created, shown, changed, revoked; what is revoked opens nothing"""
    made = create()["patToken"]
    assert works(made["token"]) == 200
    ident = f"authorizationId={made['authorizationId']}"
    shown = call("GET", ident)[1]["patToken"]
    assert shown["token"] is None and shown["displayName"] == made["displayName"], shown
    told = call("PUT", body={"authorizationId": made["authorizationId"], "displayName": "new",
                             "scope": "vso.code_write"})[1]["patToken"]
    assert (told["displayName"], told["scope"], told["token"]) == ("new", "vso.code_write", None)
    assert call("DELETE", ident) == (204, None)
    assert works(made["token"]) == 401
    assert call("PUT", body={"authorizationId": made["authorizationId"]})[1]["patTokenError"] == \
        "tokenNotFound"


@test
def pages():
    """pats: filters, sort and pages of twenty; an empty token ends the list"""
    names = {create(displayName=f"page {at:02}")["patToken"]["displayName"] for at in range(45)}
    seen, token, rounds = [], "", 0
    while rounds == 0 or token:
        query = f"displayFilterOption=active&continuationToken={token}"
        page = call("GET", query)[1]
        seen += [row["displayName"] for row in page["patTokens"]]
        token, rounds = page["continuationToken"], rounds + 1
    assert names <= set(seen) and len(seen) == len(set(seen)) + seen.count("made by hand") - (
        "made by hand" in seen) and rounds >= 3, (rounds, len(seen))
    expired = call("GET", "displayFilterOption=expired")[1]["patTokens"]
    assert expired and all(row["validTo"] < days(0) for row in expired)


@test
def refusals():
    """pats: every refusal is HTTP 200 with one of the words of PatTokenError"""
    for changes, word in (({"displayName": ""}, "displayNameRequired"),
                          ({"displayName": "a\nb"}, "invalidDisplayName"),
                          ({"scope": "vso.nonsense"}, "invalidScope"), ({"scope": ""}, "invalidScope"),
                          ({"validTo": days(-1)}, "invalidValidTo"),
                          ({"validTo": days(400)}, "invalidValidTo"),
                          ({"validTo": "soon"}, "invalidValidTo")):
        told = create(**changes)
        assert told["patToken"] is None and told["patTokenError"] == word, (changes, told)


@test
def policies():
    """pats: full scope, global, lifespan cut or refused, creation switched off"""
    for switch, changes, word in (
            ({"full_scope": "off"}, {"scope": "app_token"}, "fullScopePatPolicyViolation"),
            ({"global": "off"}, {"allOrgs": True}, "globalPatPolicyViolation"),
            ({"pats": "off"}, {}, "disablePatCreationPolicyViolation")):
        organization(**switch)
        assert create(**changes)["patTokenError"] == word
        organization(**dict.fromkeys(switch, "on"))
    organization(pat_days="7")
    assert create()["patToken"]["validTo"] < days(8)
    organization(clamp="off")
    assert create()["patTokenError"] == "patLifespanPolicyViolation"
    organization(pat_days="0", clamp="on")
    assert create(allOrgs=True)["patToken"]["targetAccounts"] is None


@test
def callers():
    """pats: a PAT and a service principal may not call; a preview version must be named"""
    pat = base64.b64encode(f":{os.environ['KB_AZURE_PAT']}".encode()).decode()
    seen = wire.fetch("GET", f"{PATS}?{VERSION}", [("Authorization", f"Basic {pat}"), SUPPRESS])
    assert json.loads(seen.body)["typeKey"] == "InvalidAccessException"
    assert call("GET", token=mint("contoso"))[0] == 401
    seen = wire.fetch("GET", f"{PATS}?api-version=7.1",
                      [("Authorization", f"Bearer {mint('alice')}"), SUPPRESS])
    assert seen.status == 400 and "under preview" in seen.body.decode()


@test
def audit():
    """audit: the events of tokens, newest first, in pages, within a span; it can be switched off"""
    made = create()["patToken"]
    call("DELETE", f"authorizationId={made['authorizationId']}")
    status, log = call("GET", url=AUDIT)
    first = log["decoratedAuditLogEntries"][:2]
    assert status == 200 and [row["actionId"] for row in first] == [
        "Token.PatRevokeEvent", "Token.PatCreateEvent"], first
    assert made["displayName"] in first[0]["details"] and first[0]["actorUPN"] == "alice@contoso.example"
    page = call("GET", url=f"{AUDIT}&batchSize=1")[1]
    assert page["hasMore"] and page["continuationToken"] == "1"
    assert not call("GET", url=f"{AUDIT}&endTime={days(-1)}")[1]["decoratedAuditLogEntries"]
    organization(audit="off")
    assert call("GET", url=AUDIT)[0] == 403
    organization(audit="on")


@test
def items():
    """work items: a query finds them by state; a build is queued"""
    base = "https://dev.azure.com/contoso/demo/_apis/"
    found = call("POST", body={"query": "SELECT [System.Id] FROM WorkItems WHERE "
                               "[System.State] = 'Closed'"}, url=f"{base}wit/wiql")[1]
    ids = [row["id"] for row in found["workItems"]]
    shown = call("GET", url=f"{base}wit/workitems?ids={ids[0]}")[1]["value"]
    assert len(ids) == 1 and shown[0]["fields"]["System.State"] == "Closed"
    status, build = call("POST", body={"definition": {"id": 12}}, url=f"{base}build/builds")
    assert status == 200 and build["definition"]["id"] == 12
    assert call("POST", body={}, url=f"{base}build/builds")[0] == 400
