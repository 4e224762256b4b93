# SPDX-License-Identifier: MIT
# Reads application/x-www-form-urlencoded bodies strictly.
# Knows nothing of what the fields mean.

import re

ESCAPE = re.compile(rb"%([0-9a-fA-F]{2})")
CHARACTERS = re.compile(rb"^[\x21-\x7e]*$")


class BadForm(ValueError):
    """A broken escape, a character that had to be escaped, a field that comes twice."""


def decode(value):
    """One form value, or BadForm: a bad escape is an error, not a literal percent sign."""
    if not CHARACTERS.match(value) or b"%" in ESCAPE.sub(b"", value):
        raise BadForm("escape")
    try:
        return ESCAPE.sub(lambda hit: bytes([int(hit[1], 16)]),
                          value.replace(b"+", b" ")).decode()
    except UnicodeDecodeError as error:
        raise BadForm("encoding") from error


def form(body):
    """The fields of a form by name."""
    fields = {}
    for pair in body.split(b"&") if body else []:
        name, _, value = pair.partition(b"=")
        key = decode(name)
        if key in fields:
            raise BadForm(f"duplicate {key}")
        fields[key] = decode(value)
    return fields
