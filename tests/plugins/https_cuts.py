# SPDX-License-Identifier: MIT
# Azure DevOps behind a CONNECT proxy, whose answers end after as many bytes as the path says.
# Knows nothing of who asks.
import json

IDENT = "7962f371-12ed-4a01-9edf-90f7994a7e"
EVENT = {"id": "2026;1", "timestamp": "2026-01-02T03:04:05.67Z", "actionId": "Token.PatCreateEvent",
         "actorUPN": "alice@contoso.example", "ipAddress": "192.0.2.1", "details": "made",
         "data": {"DisplayName": "x", "Scopes": ["vso.code"]}}
STORE = {}


def pat(number, name, token=None):
    return {"displayName": name, "validTo": "2100-01-02T03:04:05.6266667Z", "scope": "vso.code",
            "targetAccounts": ["x"], "validFrom": "2026-01-02T03:04:05.67Z",
            "authorizationId": f"{IDENT}{number:02x}", "token": token}


def whole(body, status="200 OK"):
    """With a length, as short answers come."""
    text = json.dumps(body).encode() if body is not None else b""
    kind = "Content-Type: application/json; charset=utf-8; api-version=7.1\r\n" if text else ""
    return f"HTTP/1.1 {status}\r\n{kind}Content-Length: {len(text)}\r\n\r\n".encode() + text


def chunked(body):
    """In pieces, as long ones come."""
    text = json.dumps(body).encode()
    pieces = [text[at:at + 100] for at in range(0, len(text), 100)] + [b""]
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


ANSWERS = {
    "api": lambda: chunked({"count": 2, "value": [{"name": "demo"}, {"name": "other"}]}),
    "list": lambda: chunked({"continuationToken": "", "patTokens": [pat(1, "a"), pat(2, "b")]}),
    "made": lambda: whole({"patToken": pat(3, "c", "secret"), "patTokenError": "none"}),
    "error": lambda: whole({"patToken": None, "patTokenError": "invalidScope"}),
    "revoked": lambda: whole(None, "204 No Content"),
    "audit": lambda: chunked({"decoratedAuditLogEntries": [EVENT], "continuationToken": "",
                              "hasMore": False}),
}


def life(method, organization, query, body):
    """The tokens of one organization: (answer, whether it may be cut)."""
    mine = STORE.setdefault(organization, {})
    if method == "POST":
        number = len(mine)
        mine[f"{IDENT}{number:02x}"] = json.loads(body)["displayName"]
        made = pat(number, json.loads(body)["displayName"], "q" * 52)
        return whole({"patToken": made, "patTokenError": "none"}), True
    if method == "DELETE":
        mine.pop(query.split("authorizationId=")[1].split("&")[0])
        return whole(None, "204 No Content"), False
    rows = [dict(pat(0, name), authorizationId=ident) for ident, name in mine.items()]
    return whole({"continuationToken": "", "patTokens": rows}), False


def answer(head, body):
    """The answer and after how many bytes it ends, or None: after all of them."""
    method, path = head.split(" ", 2)[:2]
    path, _, query = path.partition("?")
    parts = path.split("/")[1:]
    if parts[1] == "cut":
        return ANSWERS[parts[2]](), int(parts[3])
    reply, may = life(method, parts[0], query, body)
    return reply, int(parts[0].removeprefix("cut-")) if may else None


def serve(stream, read_request):
    """Requests on one connection until one of them is cut; every other cut says goodbye first."""
    while True:
        head, body = read_request(stream)
        if head is None:
            return
        reply, most = answer(head, body)
        stream.sendall(reply[:most])
        if most is not None and most < len(reply):
            if most % 2:
                stream.unwrap()
            return
