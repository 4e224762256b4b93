# SPDX-License-Identifier: MIT
# Marks every answer of the stand-in as recorded (with the recording's id) or as unanchored.
# Knows nothing of HTTP, of Entra or of Azure DevOps: it only keeps the list.

import functools

REGISTRY = {}


def _mark(entry):
    def keep(function):
        name = f"{function.__module__}.{function.__name__}"
        REGISTRY[name] = entry

        @functools.wraps(function)
        def marked(*arguments, **options):
            answer = function(*arguments, **options)
            if answer is not None:
                answer.anchor = name
            return answer
        return marked
    return keep


def recorded(*ids):
    """The answer has a recording: its ids in recorded-exchanges.md."""
    return _mark({"recorded": list(ids)})


def unanchored(reason):
    """No recording of the answer exists: what it was built from instead."""
    return _mark({"unanchored": reason})


def listing():
    """Every marked answer, the recorded ones first."""
    return dict(sorted(REGISTRY.items(), key=lambda item: ("unanchored" in item[1], item[0])))
