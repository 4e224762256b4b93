# SPDX-License-Identifier: MIT
# Counts what arrived and what was answered, and keeps a log of the kinds of credentials.
# Knows nothing of values: a token, a password or a query string never comes here.

import asyncio
import collections
import json
import time


class Counters:
    """`sink` is an open file for JSON lines, or None."""

    def __init__(self, sink=None):
        self.sink = sink
        self.changed = asyncio.Condition()
        self.clear()

    def clear(self):
        self.arrived = collections.Counter()
        self.under_way = collections.Counter()
        self.peak = collections.Counter()
        self.answered = collections.Counter()
        self.log = []

    async def arrive(self, ask):
        """Called before anything can delay the answer; returns the log's entry."""
        self.arrived[ask.route] += 1
        self.under_way[ask.route] += 1
        self.peak[ask.route] = max(self.peak[ask.route], self.under_way[ask.route])
        entry = {"time": round(time.time(), 3), "host": ask.host, "route": ask.route,
                 "method": ask.method, "path": ask.raw_path.partition("?")[0]}
        self.log.append(entry)
        async with self.changed:
            self.changed.notify_all()
        return entry

    def answer(self, ask, entry, status, anchor):
        """`status` is 0 for a connection that was dropped."""
        self.under_way[ask.route] -= 1
        self.answered[ask.host, ask.route, status] += 1
        entry.update(ask.credential, status=status, anchor=anchor)
        if self.sink:
            self.sink.write(json.dumps(entry) + "\n")
            self.sink.flush()

    async def foreign(self, host, what):
        """The proxy refused to lead somebody there."""
        self.arrived["foreign"] += 1
        self.answered[host, "foreign", 403] += 1
        entry = {"time": round(time.time(), 3), "host": host, "route": "foreign",
                 "method": what, "status": 403}
        self.log.append(entry)
        if self.sink:
            self.sink.write(json.dumps(entry) + "\n")
            self.sink.flush()
        async with self.changed:
            self.changed.notify_all()

    async def wait(self, route, count, seconds):
        """Whether so many requests of a route class had arrived in time."""
        async def reached():
            async with self.changed:
                await self.changed.wait_for(lambda: self.arrived[route] >= count)
        try:
            await asyncio.wait_for(reached(), seconds)
            return True
        except asyncio.TimeoutError:
            return False

    def report(self):
        rows = [{"host": host, "route": route, "status": status, "count": count}
                for (host, route, status), count in sorted(self.answered.items())]
        return {"arrived": dict(self.arrived), "peak": dict(self.peak), "requests": rows}
