# SPDX-License-Identifier: MIT
# TAP for the checks written in Python: numbered results, places under a failure, a plan.
# Knows nothing of what is checked.
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
MOST_PLACES = 20


def source_dir():
    return os.path.abspath(os.environ.get("top_srcdir") or os.path.join(HERE, "..", ".."))


class Tap:
    def __init__(self):
        self.count = 0
        self.failures = 0

    def result(self, name, places):
        """Passes when PLACES is empty; each place is one line, `file:line: what`."""
        self.count += 1
        if not places:
            print(f"ok {self.count} - {name}")
            return
        self.failures += 1
        rest = f" (and {len(places) - 1} more)" if len(places) > 1 else ""
        print(f"not ok {self.count} - {name}: {places[0]}{rest}")
        for place in places[1:MOST_PLACES]:
            print(f"#   {place}")

    def skip(self, name, reason):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {reason}")

    def note(self, text):
        for line in text.rstrip("\n").split("\n"):
            print(f"# {line}")

    def finish(self):
        print(f"1..{self.count}")
        sys.exit(1 if self.failures else 0)


def c_files(top, *folders):
    """The .c and .h files below FOLDERS as paths relative to TOP, sorted."""
    found = []
    for folder in folders:
        for path, names, files in os.walk(os.path.join(top, folder)):
            names[:] = [n for n in names if n not in (".libs", ".deps", "node_modules")]
            found += [os.path.relpath(os.path.join(path, f), top)
                      for f in files if f.endswith((".c", ".h")) and not f.endswith(".conf.h")]
    return sorted(found)


def read(top, path):
    with open(os.path.join(top, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def mdoc_pages(top):
    """The manual pages of the source tree, relative to TOP."""
    pages = []
    for folder in ["helper"] + [os.path.join("plugins", n) for n in plugin_names(top)]:
        pages += [os.path.join(folder, f) for f in sorted(os.listdir(os.path.join(top, folder)))
                  if f[-2:] in (".1", ".3", ".5", ".7", ".8")]
    return pages


def plugin_names(top):
    """Every folder of plugins/ that is a module."""
    folder = os.path.join(top, "plugins")
    return sorted(n for n in os.listdir(folder)
                  if n != "common" and os.path.isdir(os.path.join(folder, n)))
