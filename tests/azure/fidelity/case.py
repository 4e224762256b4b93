# SPDX-License-Identifier: MIT
# The form of a case, and the addresses and headers that many of them share.
# Knows nothing of any recording.

import dataclasses
import typing

RESOURCE = "499b84ac-1321-427f-aa17-267ca6975798"
LOGIN = "https://login.microsoftonline.com"
FORM = [("Content-Type", "application/x-www-form-urlencoded"),
        ("client-request-id", "11111111-2222-4333-8444-555555555555")]


@dataclasses.dataclass
class Case:
    """`headers` is the exact set of names; `order` lists names whose order is recorded;
    `challenges` are the WWW-Authenticate lines in order; `lines` the byte length of header
    lines; `reason` is a pattern, that of the status when empty. None means that it is not
    recorded and not compared. `setup` is a function of setups."""
    id: str
    what: str
    method: str
    url: str
    status: int
    credential: str = "none"
    send: list = dataclasses.field(default_factory=list)
    form: str = ""
    fault: tuple = ()
    reason: str = ""
    headers: typing.Optional[list] = None
    absent: tuple = ()
    values: dict = dataclasses.field(default_factory=dict)
    challenges: typing.Optional[list] = None
    order: list = dataclasses.field(default_factory=list)
    lines: dict = dataclasses.field(default_factory=dict)
    json: typing.Any = None
    text: str = ""
    length: int = -1
    setup: str = ""
    org: str = "contoso"
