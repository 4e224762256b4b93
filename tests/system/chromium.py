# SPDX-License-Identifier: MIT
# A real Chromium without a window, driven over a pipe.
# Knows nothing of what it shows.
import json
import os
import shutil
import signal
import subprocess
import time

FLAGS = """--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync
    --disable-background-networking --disable-component-update --disable-extensions
    --ignore-certificate-errors --hide-scrollbars --remote-debugging-pipe""".split()


def find():
    """The program, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Chromium:
    """One window, driven over the pipe that --remote-debugging-pipe opens."""

    def __init__(self, program, scratch, flags):
        to_it, ours = os.pipe()
        answers, from_it = os.pipe()
        self.input, self.output = os.fdopen(ours, "wb", 0), os.fdopen(answers, "rb", 0)
        self.number, self.events, self.rest = 0, [], b""
        command = [program, *FLAGS, f"--user-data-dir={scratch}/profile", *flags, "about:blank"]
        # The two descriptors must be 3 and 4 in it: a shell puts them there.
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec "$@" 3<&{to_it} 4>&{from_it}', "sh", *command],
            pass_fds=(to_it, from_it), start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "HOME": scratch})
        os.close(to_it)
        os.close(from_it)
        targets = self.send("Target.getTargets")["targetInfos"]
        page = next(one["targetId"] for one in targets if one["type"] == "page")
        self.session = self.send("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.do(f"{domain}.enable")

    def read(self):
        while b"\0" not in self.rest:
            block = self.output.read(65536)
            if not block:
                raise EOFError("Chromium is gone")
            self.rest += block
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def send(self, method, session=None, **parameters):
        self.number += 1
        call = {"id": self.number, "method": method, "params": parameters}
        if session:
            call["sessionId"] = session
        self.input.write(json.dumps(call).encode() + b"\0")
        while True:
            message = self.read()
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def do(self, method, **parameters):
        return self.send(method, self.session, **parameters)

    def evaluate(self, expression):
        """None while one page gives way to the next, and there is nothing to ask."""
        try:
            return self.do("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")
        except RuntimeError:
            return None

    def until(self, expression, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.evaluate(expression):
                return True
            time.sleep(0.05)
        return False

    def complaints(self):
        """What the console says about policies and failures."""
        return [one["params"]["entry"]["text"] for one in self.events if one.get("method") == "Log.entryAdded"]

    def close(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
