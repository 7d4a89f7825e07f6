"""The page of examples/event-page in a real browser: its table shows the events of the store, in order, none missing and none twice,
whatever becomes of the server meanwhile."""

import json
import os
import subprocess
import sys

from chromium import Chromium, need_chromium
from event_load import DEFINITIONS
from harness import BINARY, Server, eventually, main
from kafka_broker import free_port
from sse_client import stored

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples")
ROWS = "[...document.getElementById('events').rows].reverse().map(row => [...row.cells].map(cell => cell.textContent))"
PATIENCE = 40  # the browser comes back a second after a cut; the rest is for machines that are busy

browser = None


class EventPage:
    """The page, served as its README says, in a tab of the browser that all tests share; it has followed the server's events from
    before `known` was read."""

    def __init__(self, server):
        self.server = server
        self.serve = subprocess.Popen(
            [sys.executable, os.path.join(EXAMPLES, "event-page", "serve.py"), "0", f"http://127.0.0.1:{server.port}"],
            stdout=subprocess.PIPE, text=True)
        self.known = set()
        try:
            self.tab = browser.open(self.serve.stdout.readline().strip())
            self.is_connected()
        except BaseException:
            self.close()
            raise

    def is_connected(self):
        self.says("connected")
        self.known |= {event["id"] for event in stored(self.server)}

    def says(self, text):
        state = "document.getElementById('state')?.textContent"
        eventually(lambda: self.tab.js(state) == text, PATIENCE, f"`{text}` on the page")

    def follow(self, types):
        self.tab.js("document.getElementById('state').textContent = ''")  # what it says from now on is of the new connection
        self.tab.js(f"document.getElementById('type').value = {json.dumps(types)}")
        self.tab.js("document.getElementById('follow').click()")

    def rows(self):
        """Time, type, subject and execution, the oldest first."""
        return self.tab.js(ROWS)

    def shows(self, types):
        """Waits until the table has all events of these types since the page was there, and holds it against them. Their number."""
        events = [e for e in stored(self.server, "?type=" + types) if e["id"] not in self.known]
        wanted = [[e["time"], e["type"], e["subject"], e["partitionkey"]] for e in events]
        assert len(wanted) < 200, "the page keeps 200 rows"
        try:
            eventually(lambda: len(self.rows()) >= len(wanted), PATIENCE, "the last event on the page")
        except AssertionError:
            print(f"{len(self.rows())} rows of {len(wanted)}", file=sys.stderr)
            raise
        shown = self.rows()
        assert by_execution(shown) == by_execution(wanted), (shown, wanted)
        return len(shown)

    def close(self):
        self.serve.kill()
        self.serve.wait()
        self.serve.stdout.close()
        if hasattr(self, "tab"):
            self.tab.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def by_execution(rows):
    """The events of one execution are in order; those of several stand between each other as they come."""
    found = {}
    for row in rows:
        found.setdefault(row[3], []).append(row)
    return found


def on_one_port(**more):
    """A server that comes back where it was: that is where the page looks for it."""
    return Server(listen=f"127.0.0.1:{free_port()}", **more)


def while_the_page_is_away(server, do):
    """A server on the same store that the page cannot reach."""
    with Server(data=server.data) as elsewhere:
        do(elsewhere)
        assert elsewhere.stop() == 0


def test_the_events_of_a_run_appear_in_order():
    with Server() as s, EventPage(s) as page:
        done = subprocess.run([BINARY, "run", os.path.join(EXAMPLES, "timer", "timer.yaml"), "--server", f"http://127.0.0.1:{s.port}"],
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done
        assert page.shows("reprise.execution.*") >= 2
        rows = page.rows()
        assert rows[0][1] == "reprise.execution.started.v1" and rows[-1][1] == "reprise.execution.completed.v1", rows
        assert all(row[2] == "timer" for row in rows), rows
        assert page.tab.js("document.querySelector('tr.completed').rowIndex") == 0, "the newest is not on top"


def test_the_types_that_are_asked_for():
    with Server() as s, EventPage(s) as page:
        s.put_workflow("failing", DEFINITIONS["failing"])
        page.follow("nonsense")
        page.says("refused: are the types right?")
        page.follow("reprise.task.*")
        page.is_connected()
        s.run("failing")
        assert page.shows("reprise.task.*") > 2
        assert {row[1].split(".")[1] for row in page.rows()} == {"task"}


def test_a_restart_leaves_no_gap_and_doubles_nothing():
    with on_one_port() as s, EventPage(s) as page:
        page.follow("reprise.*")
        page.is_connected()
        s.put_workflow("steps", DEFINITIONS["steps"])
        for n in range(3):
            s.run("steps", {"n": n})
        before = page.shows("reprise.*")
        # In order, with runs that the page can only learn of afterwards.
        assert s.stop() == 0
        page.says("lost, trying again")
        while_the_page_is_away(s, lambda elsewhere: [elsewhere.run("steps", {"n": n}) for n in range(3, 6)])
        s.start()
        page.says("connected")
        between = page.shows("reprise.*")
        assert between > before, (before, between)
        # kill -9, while runs are on their way.
        s.put_workflow("late", DEFINITIONS["late"])
        for _ in range(4):
            assert s.post("/api/workflows/late/execute", {}).status == 200
        s.kill()
        page.says("lost, trying again")
        s.start()
        eventually(lambda: not s.get("/api/executions?status=running&limit=1").json["executions"], what="the end of the runs")
        s.run("steps", {"n": 6})
        assert page.shows("reprise.*") > between
        # What would come twice comes before this.
        s.run("steps", {"n": 7})
        page.shows("reprise.*")


def test_a_page_that_has_seen_nothing_yet_misses_nothing_either():
    with on_one_port() as s:
        s.put_workflow("steps", DEFINITIONS["steps"])
        s.run("steps", {"n": 1})
        with EventPage(s) as page:
            assert page.rows() == []
            s.kill()
            page.says("lost, trying again")
            while_the_page_is_away(s, lambda elsewhere: elsewhere.run("steps", {"n": 2}))
            s.start()
            page.says("connected")
            assert page.shows("reprise.execution.*") >= 2


if __name__ == "__main__":
    need_chromium()
    with Chromium() as browser:
        main(sys.modules[__name__])
