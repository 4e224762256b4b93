# SPDX-License-Identifier: MIT
# A small TAP runner and the control endpoint, for the stand-in's own tests.
# Knows nothing of what is tested.

import json
import os
import pathlib
import sys
import traceback
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
TESTS = []


class Skip(Exception):
    """Why a test cannot run here."""


def test(function):
    """Its docstring's first line is the test's name."""
    TESTS.append(function)
    return function


def control(method, path, value=None):
    data = None if value is None else json.dumps(value).encode()
    request = urllib.request.Request(os.environ["KB_AZURE_CONTROL"] + path, data, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request) as answer:
        return json.load(answer)


def fault(route, *options):
    control("POST", "/fault", {"route": route, "options": list(options)})


def mint(owner, kind="sp", **options):
    return control("POST", "/mint", {"kind": kind, "owner": owner, **options})["token"]


def report(number, problems, text):
    """One TAP line; whether it is a failure."""
    print(f"{'not ok' if problems else 'ok'} {number} - {text}")
    for problem in problems:
        print(f"# {problem}")
    return bool(problems)


def close(passed, failed, skipped=0):
    """The plan and the closing line; answers the exit status."""
    print(f"1..{passed + failed + skipped}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


def inside(script, *options):
    """Starts `run` around a script when it is not inside one."""
    if "KB_AZURE_CONTROL" not in os.environ:
        launcher = str(HERE / "run")
        os.execv(launcher, [launcher, *options, "--", str(HERE / script)])


def _one(number, function):
    """"ok", "not ok" or "skip"."""
    name = function.__doc__.splitlines()[0].rstrip(".")
    control("DELETE", "/fault")
    control("POST", "/reset", {})
    try:
        function()
    except Skip as reason:
        print(f"ok {number} - {name} # SKIP {reason}")
        return "not ok" if os.environ.get("KEYBEARER_TESTS_MUST_RUN") == "1" else "skip"
    except Exception:
        report(number, traceback.format_exc().splitlines(), name)
        return "not ok"
    report(number, [], name)
    return "ok"


def main():
    results = [_one(number, function) for number, function in enumerate(TESTS, 1)]
    sys.stdout.flush()
    return close(results.count("ok"), results.count("not ok"), results.count("skip"))
