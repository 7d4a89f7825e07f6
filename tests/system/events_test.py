"""GET /api/events: pages and lines by cursor, filters, nothing skipped or repeated while writers go on, and schemas."""

import json
import os
import subprocess
import sys
import time

import jsonschema

from event_load import DEFINITIONS, Load, all_ended, register
from harness import BINARY, Server, Worker, eventually, main
from sse_client import in_order, stored

SCHEMAS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "events")


def page(server, query="", expect=200, **more):
    answer = server.get("/api/events" + query, **more)
    assert answer.status == expect, answer
    return answer.json


def read_all(server, cursor="", limit=1000, query=""):
    """All events after a cursor, by pages, and where they end."""
    events = []
    while True:
        got = page(server, f"?cursor={cursor}&limit={limit}{query}")
        events += got["events"]
        assert len(got["events"]) <= limit
        if got["next_cursor"] == cursor:
            return events, cursor
        cursor = got["next_cursor"]


def test_pages_and_lines_hold_the_same():
    with Server() as s:
        register(s)
        for n in range(20):
            s.run("steps", {"n": n})
        by_page, cursor = read_all(s, limit=7)
        ids = [e["id"] for e in by_page]
        assert len(ids) == len(set(ids)) and in_order(ids)
        lines = stored(s)
        assert sorted(ids) == sorted(e["id"] for e in lines)
        assert {e["id"]: e for e in by_page} == {e["id"]: e for e in lines}
        run = s.run("loop")["execution_id"]
        more, _ = read_all(s, cursor)
        assert {e["partitionkey"] for e in more} == {run}
        assert [e["id"] for e in more] == [e["id"] for e in s.get(f"/api/executions/{run}/events").json["events"]]


def test_filters():
    with Server() as s:
        register(s)
        run = s.run("steps", {"n": 1})["execution_id"]
        s.run("loop")
        started = [e["subject"] for e in read_all(s, query="&type=reprise.execution.started.v1")[0]]
        assert sorted(started) == ["loop", "steps"], started
        of_steps, _ = read_all(s, query="&workflow_id=steps")
        assert {e["subject"] for e in of_steps} == {"steps"}
        assert of_steps[0]["type"] == "reprise.workflow.registered.v1"
        both, _ = read_all(s, query="&workflow_id=steps&type=reprise.task.*,reprise.execution.*")
        assert {e["partitionkey"] for e in both} == {run}
        of_run = s.get(f"/api/executions/{run}/events?type=reprise.task.completed.v1,reprise.execution.*").json["events"]
        assert of_run and all(e["type"].startswith(("reprise.task.completed", "reprise.execution.")) for e in of_run)
        # A filter that leaves nothing still moves on.
        none = page(s, "?type=reprise.schedule.deleted.v1")
        assert none["events"] == [] and page(s, f"?cursor={none['next_cursor']}")["events"] == []


def test_lines_go_on_from_their_header():
    with Server() as s:
        register(s)
        seen, cursor = [], ""
        for n in range(5):
            s.run("steps", {"n": n})
            answer = s.get(f"/api/events?cursor={cursor}", headers={"Accept": "application/x-ndjson"})
            cursor = answer.headers["reprise-next-cursor"]
            seen += [json.loads(line)["id"] for line in answer.body.splitlines()]
        assert len(seen) == len(set(seen)) == len(stored(s))


def test_nothing_is_skipped_while_writers_go_on():
    with Server() as s:
        register(s)
        loads = [Load(s) for _ in range(4)]
        seen, cursor, end = [], "", time.time() + 6
        while time.time() < end or sum(len(load.started) for load in loads) <= 50:
            got = page(s, f"?cursor={cursor}&limit={1 + len(seen) % 37}")
            seen += [e["id"] for e in got["events"]]
            cursor = got["next_cursor"]
        for load in loads:
            load.stop()
        all_ended(s)
        seen += [e["id"] for e in read_all(s, cursor)[0]]
        assert len(seen) == len(set(seen)) and in_order(seen)
        assert set(seen) == {e["id"] for e in stored(s)}


def test_cursors_survive_restarts():
    with Server() as s:
        register(s)
        s.run("steps", {"n": 1})
        _, cursor = read_all(s)
        first = page(s, "?limit=3")
        s.restart()
        assert page(s, f"?cursor={cursor}") == {"events": [], "next_cursor": cursor}
        run = s.run("steps", {"n": 2})["execution_id"]
        s.kill()
        s.start()
        more, _ = read_all(s, cursor)
        assert {e["partitionkey"] for e in more} == {run}, more
        rest, _ = read_all(s, first["next_cursor"])
        assert len(first["events"]) + len(rest) == len(stored(s))


def test_wrong_input_is_named():
    with Server() as s, Server() as other:
        register(s)
        foreign = page(other)["next_cursor"]
        own = page(s)["next_cursor"]
        for query, part in (("?cursor=abc", "cursor: the cursor is not one that this server has given"),
                            (f"?cursor={foreign}", "cursor: the cursor belongs to another store"),
                            (f"?cursor={own[:-2]}", "cursor: the cursor is"),
                            ("?type=task.*", 'type: the pattern "task.*" matches no event type'),
                            ("?type=reprise.task.*,", "type: an event type pattern is empty"),
                            ("?type=", "type must name event types"),
                            ("?limit=0", "limit must be an integer from 1 to 10000"),
                            ("?workflow_id=a&workflow_id=b", "workflow_id is given more than once, as 'a' and 'b'"),
                            ("?workflow_id=a%20b", "workflow_id must be")):
            answer = page(s, query, expect=422)
            assert answer["error_code"] == "VALIDATION_ERROR" and part in answer["detail"], (query, answer)
        assert s.get("/api/events/schemas/reprise.task.exploded.v1").status == 404


def test_workspaces_are_apart():
    with Server() as s:
        tokens = {}
        for workspace in ("red", "blue"):
            made = subprocess.run(
                [BINARY, "token", "create", "--data", s.data, "--user", "ada", "--workspace", workspace, "--json"],
                capture_output=True, text=True, check=True)
            tokens[workspace] = json.loads(made.stdout)["token"]

        def call(workspace, method, path, body=None):
            return s.call(method, path, body, headers={"Authorization": "Bearer " + tokens[workspace],
                                                       "Content-Type": "application/json"})

        eventually(lambda: call("red", "GET", "/api/events").status == 200, what="the tokens")
        assert s.get("/api/events").status == 401
        for workspace in tokens:
            assert call(workspace, "PUT", "/api/workflows/steps", json.dumps(DEFINITIONS["steps"])).status == 201
        for n in range(3):
            call("red", "POST", "/api/workflows/steps/execute?wait=10", json.dumps({"inputs": {"n": n}}))
        red, blue = stored(s, token=tokens["red"]), stored(s, token=tokens["blue"])
        assert [e["type"] for e in blue] == ["reprise.workflow.registered.v1"], blue
        assert len(red) > 15 and not {e["id"] for e in red} & {e["id"] for e in blue}


def test_real_events_fit_their_schemas():
    validators = {}
    for name in os.listdir(SCHEMAS):
        if name.endswith(".json"):
            with open(os.path.join(SCHEMAS, name), encoding="utf-8") as file:
                schema = json.load(file)
            jsonschema.Draft202012Validator.check_schema(schema)
            validators[name[:-len(".json")]] = jsonschema.Draft202012Validator(schema)
    with Server() as s:
        served = s.get("/api/events/schemas").json["schemas"]
        assert {name: v.schema for name, v in validators.items()} == served
        one = s.get("/api/events/schemas/reprise.task.completed.v1")
        assert json.loads(one.body) == served["reprise.task.completed.v1"]
        register(s)
        worker = Worker(s, lambda task: {"result": {"n": task["args"]["n"]}, "logs": [{"level": "INFO", "message": "done"}],
                                         "metadata": {"host": "w1"}})
        loads = [Load(s, names=("steps", "failing", "loop", "late", "parent", "work", "asks")) for _ in range(3)]
        s.call("PUT", "/api/schedules/often", {"workflow_id": "steps", "every": "1s", "inputs": {"n": 1}})
        eventually(lambda: all(len(load.started) >= 20 for load in loads) and s.get("/api/schedules/often").json["counts"]["started"],
                   what="runs of every kind")
        for load in loads:
            load.stop()
        s.post("/api/schedules/often/pause", {})
        s.post("/api/schedules/often/resume", {})
        s.call("DELETE", "/api/schedules/often")
        worker.stop()
        waiting, held = (s.post("/api/workflows/work/execute", {"inputs": {"n": n}}).json["execution_id"] for n in range(2))
        for what in ("pause", "resume", "cancel"):
            s.post(f"/api/executions/{held}/{what}", {})
        s.post(f"/api/executions/{waiting}/terminate", {})
        all_ended(s)
        events = stored(s)
        for event in events:
            fault = jsonschema.exceptions.best_match(validators[event["type"]].iter_errors(event))
            assert fault is None, (event, fault)
        seen = {event["type"] for event in events}
        assert len(seen) >= 25, sorted(seen)
        # The schemas can refuse: not every event fits every one of them.
        broken = dict(events[0], data=dict(events[0]["data"], surprise=1))
        assert not validators[events[0]["type"]].is_valid(broken)


if __name__ == "__main__":
    main(sys.modules[__name__])
