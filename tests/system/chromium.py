"""A headless Chromium of a test's own, driven over a pipe by its DevTools protocol: pages are opened, and asked in JavaScript."""

import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

NAMES = ("chromium", "chromium-headless-shell")
SKIPPED = 77  # ctest's SKIP_RETURN_CODE
START_SECONDS = 120  # its first start on a busy machine
ANSWER_SECONDS = 60

# The page is the project's own, and CI runs as root in a container: there the sandbox cannot be made.
FLAGS = ("--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--no-proxy-server", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-extensions", "--password-store=basic", "--window-size=1000,800")


def program():
    return next(filter(None, map(shutil.which, NAMES)), None)


def need_chromium():
    """Ends the test as skipped, with the reason, where there is no browser; fails where CI=true says that one must be."""
    if program():
        return
    reason = f"no browser: none of {', '.join(NAMES)} is installed (scripts/packages --test)"
    if os.environ.get("CI") == "true":
        print(f"FAILED: {reason}", flush=True)
        sys.exit(1)
    print(f"SKIPPED: {reason}", flush=True)
    sys.exit(SKIPPED)


class Chromium:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="reprise-chromium-")
        self.errors = tempfile.TemporaryFile()
        self.number, self.unread = 0, b""
        its_input, self.to_it = pipe()
        self.from_it, its_output = pipe()
        # Of its own are the profile and all else that it would put into the home of who runs the test; and the group, to end all of it.
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$0" "$@" 3<&{its_input} 4>&{its_output}', program(), *FLAGS, f"--user-data-dir={self.folder}/profile"],
            stdin=subprocess.DEVNULL, stdout=self.errors, stderr=self.errors, pass_fds=(its_input, its_output), start_new_session=True,
            env=dict(os.environ, HOME=self.folder, XDG_CONFIG_HOME=self.folder, XDG_CACHE_HOME=self.folder))
        os.close(its_input)
        os.close(its_output)
        try:
            self.call("Browser.getVersion", timeout=START_SECONDS)
        except BaseException:
            self.close()
            raise

    def call(self, method, session=None, timeout=ANSWER_SECONDS, **parameters):
        """The answer to a command; what happens meanwhile is not looked at."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.to_it, json.dumps(message).encode() + b"\0")
        end = time.time() + timeout
        while True:
            answer = self.read(end, method)
            if answer.get("id") == self.number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]

    def read(self, end, waiting_for):
        while b"\0" not in self.unread:
            readable = select.select([self.from_it], [], [], max(0, end - time.time()))[0]
            piece = os.read(self.from_it, 1 << 16) if readable else b""
            if not piece:
                self.errors.seek(0)
                about = self.errors.read().decode(errors="replace")[-2000:]
                raise AssertionError(f"the browser {'ended' if readable else 'did not answer in time'} at {waiting_for}: {about}")
            self.unread += piece
        message, _, self.unread = self.unread.partition(b"\0")
        return json.loads(message)

    def open(self, url):
        target = self.call("Target.createTarget", url=url)["targetId"]
        return Page(self, target)

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        os.close(self.to_it)
        os.close(self.from_it)
        self.errors.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Page:
    def __init__(self, browser, target):
        self.browser, self.target = browser, target
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def js(self, expression):
        """The value of an expression, evaluated in the page."""
        answer = self.browser.call("Runtime.evaluate", self.session, expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, (expression, answer["exceptionDetails"])
        return answer["result"].get("value")

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)


def pipe():
    """Both ends above the numbers that the browser wants for them, so that neither is in the other's way."""
    ends = os.pipe()
    moved = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return moved
