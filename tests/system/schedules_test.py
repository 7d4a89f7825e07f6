"""Schedules against the real server: firing, overlap, pause, trigger, catch-up, and once only over kill -9 and restarts."""

import json
import math
import subprocess
import sys
import time
from datetime import datetime, timezone

from harness import BINARY, Server, Worker, eventually, main

TICK = {"actions": [{"ref": "a", "action": "core.noop"}],
        "returns": {"trigger": "${{ TRIGGER }}", "type": "${{ ENV.workflow.trigger_type }}"}}
STRICT = {"entrypoint": {"expects": {"n": {"type": "int"}}}, "actions": [{"ref": "a", "action": "core.noop"}]}
WAITS = {"config": {"timeout": 0}, "actions": [{"ref": "work", "action": "acme.work"}]}
SLOW = {"actions": [{"ref": "a", "action": "core.noop", "start_delay": 1.4}]}


def serve(*options):
    s = Server(*options)
    for name, definition in (("tick", TICK), ("strict", STRICT), ("waits", WAITS), ("slow", SLOW)):
        s.put_workflow(name, definition)
    return s


def put(s, name, status=201, **body):
    answer = s.call("PUT", f"/api/schedules/{name}", body)
    assert answer.status == status, answer
    return answer.json


def read(s, name):
    answer = s.get(f"/api/schedules/{name}")
    assert answer.status == 200, answer
    return answer.json


def seconds(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc).timestamp()


def runs(s, workflow):
    """All runs of a workflow, by id."""
    found, cursor = {}, ""
    while True:
        page = s.get(f"/api/executions?workflow_id={workflow}&limit=100{cursor}").json
        found.update({e["execution_id"]: e for e in page["executions"]})
        if not page["next_cursor"]:
            return found
        cursor = "&cursor=" + page["next_cursor"]


def started(s, name, count, timeout=60):
    """The schedule once it has started so many runs."""
    def look():
        schedule = read(s, name)
        return schedule if schedule["counts"]["started"] >= count else None
    return eventually(look, timeout, f"{count} firings of {name}")


def test_every_second():
    with serve() as s:
        made = put(s, "beat", workflow_id="tick", every="1s", overlap="allow", inputs={"a": [1]})
        assert made["every"] == 1 and made["cron"] is None and made["overlap"] == "allow", made
        assert made["catchup_window"] == 60 and made["timezone"] == "UTC" and made["recent_firings"] == [], made
        assert abs(seconds(made["next_due_at"]) - seconds(made["created_at"]) - 1) < 0.001, made
        schedule = started(s, "beat", 3)
        for number, firing in enumerate(reversed(schedule["recent_firings"]), 1):
            assert firing["outcome"] == "started" and not firing["manual"], firing
            assert abs(seconds(firing["due_at"]) - seconds(made["created_at"]) - number) < 0.001, firing
            assert 0 <= seconds(firing["fired_at"]) - seconds(firing["due_at"]) < 10, firing
            run = eventually(lambda: (lambda a: a.json if a.status == 200 and a.json["status"] == "completed" else None)(
                s.get("/api/executions/" + firing["execution_id"])))
            assert run["result"] == {"trigger": {"a": [1]}, "type": "scheduled"}, run
        first = schedule["recent_firings"][-1]["execution_id"]
        full = s.get(f"/workflow-executions/{first}").json
        assert full["events"][0]["role"]["service_id"] == "tracecat-schedule-runner", full["events"][0]
        ids = [r["id"] for r in s.get("/workflow-executions?trigger=scheduled").json]
        assert full["id"] in ids and s.get("/workflow-executions?trigger=manual").json == []
        replay = s.post(f"/api/executions/{first}/replay").json
        assert replay["matches"], replay


def test_cron_with_seconds_in_a_zone():
    with serve() as s:
        made = put(s, "berlin", workflow_id="tick", cron="*/2 * * * * *", timezone="Europe/Berlin")
        assert made["cron"] == "*/2 * * * * *" and made["every"] is None and made["timezone"] == "Europe/Berlin"
        assert made["overlap"] == "skip", made
        schedule = started(s, "berlin", 2)
        assert all(seconds(f["due_at"]) % 2 == 0 for f in schedule["recent_firings"]), schedule
        nightly = put(s, "nightly", workflow_id="tick", cron="30 2 * * *", timezone="America/New_York")
        assert nightly["next_due_at"][14:] == "30:00.000Z" and nightly["next_due_at"][11:13] in ("06", "07"), nightly


def test_overlap():
    with serve() as s:
        for overlap in ("skip", "allow", "buffer_one"):
            put(s, overlap, workflow_id="waits", every=1, overlap=overlap, inputs={"which": overlap})
        schedules = {o: eventually(lambda: (lambda b: b if sum(b["counts"].values()) >= 4 else None)(read(s, o)))
                     for o in ("skip", "allow", "buffer_one")}
        assert schedules["skip"]["counts"]["started"] == 1 and schedules["skip"]["counts"]["overlapped"] >= 3
        assert schedules["allow"]["counts"]["started"] >= 4 and schedules["allow"]["counts"]["overlapped"] == 0
        buffered = schedules["buffer_one"]
        assert buffered["counts"]["started"] == 1 and buffered["counts"]["buffered"] == 1, buffered
        assert buffered["buffered_at"] is not None and buffered["counts"]["overlapped"] >= 2, buffered
        # Once the open run has ended, the buffered one starts, and a new firing starts or is buffered.
        open_run = buffered["recent_firings"][-1]["execution_id"]
        assert open_run, buffered
        for count in range(2, 12):
            elapsed = time.time() - seconds(buffered["created_at"])
            s.post(f"/api/executions/{open_run}/terminate", {"reason": "over"})
            schedule = started(s, "buffer_one", count)
            again = [f for f in schedule["recent_firings"] if f["outcome"] == "started"][0]
            assert again["due_at"] == buffered["buffered_at"], (again, buffered)
            if seconds(again["fired_at"]) - seconds(buffered["created_at"]) < math.ceil(elapsed):
                break
            open_run = again["execution_id"]  # a busy machine may be late
            buffered = eventually(lambda: (lambda b: b if b["buffered_at"] else None)(read(s, "buffer_one")))
        else:
            raise AssertionError("the end of the run is heard of at once, not with the next firing")
        skipped = [f for f in schedules["skip"]["recent_firings"] if f["outcome"] == "started"][0]
        s.post(f"/api/executions/{skipped['execution_id']}/terminate", {"reason": "over"})
        started(s, "skip", 2)


def test_pause_resume_trigger_delete():
    with serve() as s:
        put(s, "beat", workflow_id="tick", every=1, overlap="allow")
        started(s, "beat", 1)
        paused = s.post("/api/schedules/beat/pause", {"reason": "a holiday"}).json
        assert paused["paused"] and paused["pause_reason"] == "a holiday" and paused["next_due_at"] is None, paused
        count = read(s, "beat")["counts"]["started"]
        again = s.post("/api/schedules/beat/pause", {"reason": "another"}).json
        assert again["pause_reason"] == "a holiday", again
        triggered = s.post("/api/schedules/beat/trigger")
        assert triggered.status == 200, triggered
        run = s.get("/api/executions/" + triggered.json["execution_id"])
        assert run.status == 200, "the run exists when the trigger answers"
        firing = triggered.json["schedule"]["recent_firings"][0]
        assert firing["manual"] and firing["execution_id"] == triggered.json["execution_id"], firing
        time.sleep(2.2)
        schedule = read(s, "beat")
        assert schedule["counts"]["started"] == count + 1, schedule
        resumed = s.post("/api/schedules/beat/resume").json
        assert not resumed["paused"] and resumed["pause_reason"] is None, resumed
        schedule = started(s, "beat", count + 2)
        assert schedule["counts"]["missed"] == 0 and schedule["counts"]["overlapped"] == 0, schedule
        assert s.call("DELETE", "/api/schedules/beat").json == {"name": "beat", "deleted": True}
        for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/pause"), ("POST", "/resume"), ("POST", "/trigger")):
            answer = s.call(method, "/api/schedules/beat" + path)
            assert answer.status == 404 and answer.json["error_code"] == "NOT_FOUND", (path, answer)
        eventually(lambda: len(runs(s, "tick")) >= schedule["counts"]["started"], what="the runs that were fired")
        before = len(runs(s, "tick"))
        time.sleep(1.5)
        assert len(runs(s, "tick")) == before
        made = put(s, "beat", workflow_id="tick", every=60)
        assert made["counts"]["started"] == 0 and made["recent_firings"] == [], made


def test_put_again():
    with serve() as s:
        made = put(s, "x", workflow_id="tick", cron="0 0 1 1 *")
        assert put(s, "x", status=200, workflow_id="tick", cron="0 0 1 1 *") == made
        time.sleep(0.002)  # changes of one millisecond have one time
        changed = put(s, "x", status=200, workflow_id="tick", cron="0 0 1 1 *", overlap="allow")
        assert changed["overlap"] == "allow" and changed["created_at"] == made["created_at"], changed
        assert changed["updated_at"] > made["updated_at"], changed
        for n in range(3):
            put(s, f"y{n}", workflow_id="tick", every="1h")
        page = s.get("/api/schedules?limit=3").json
        assert [x["name"] for x in page["schedules"]] == ["x", "y0", "y1"] and page["next_cursor"] == "y1", page
        page = s.get("/api/schedules?limit=3&cursor=y1").json
        assert [x["name"] for x in page["schedules"]] == ["y2"] and page["next_cursor"] is None, page
        s.restart()
        assert read(s, "x") == changed


def test_bad_input():
    with serve() as s:
        def refused(status, text, name="bad", **body):
            answer = s.call("PUT", f"/api/schedules/{name}", body)
            assert answer.status == status and text in answer.json["detail"], (body, answer)
        refused(422, "either cron or every", workflow_id="tick")
        refused(422, "either cron or every", workflow_id="tick", cron="* * * * *", every=1)
        refused(422, "the minute is '60', expected a number from 0 to 59", workflow_id="tick", cron="60 * * * *")
        refused(422, "never comes", workflow_id="tick", cron="0 0 30 2 *")
        refused(422, "timezone must be a name of the system's database", workflow_id="tick", cron="* * * * *",
                timezone="Europe/Atlantis")
        refused(422, "every must be a span from one second to ten years", workflow_id="tick", every=0.5)
        refused(422, "every must be a span such as", workflow_id="tick", every="five minutes")
        refused(422, "catchup_window must be a span such as", workflow_id="tick", every=5, catchup_window="soon")
        refused(422, "'n' is missing, expected int", workflow_id="strict", every=5)
        refused(422, "'n' must be int", workflow_id="strict", every=5, inputs={"n": "x"})
        refused(422, "'retries' is not a known member", workflow_id="tick", every=5, retries=1)
        refused(404, "no workflow nothing", workflow_id="nothing", every=5)
        refused(413, "256 KiB", workflow_id="tick", every=5, inputs={"a": "x" * 300_000})
        assert s.get("/api/schedules").json["schedules"] == []
        put(s, "strict", workflow_id="strict", every=1, inputs={"n": 1})
        started(s, "strict", 1)
        s.call("DELETE", "/api/workflows/strict")
        failed = eventually(lambda: (lambda b: b if b["counts"]["failed"] else None)(read(s, "strict")))
        assert "no workflow strict" in failed["recent_firings"][0]["message"], failed
        answer = s.post("/api/schedules/strict/trigger")
        assert answer.status == 404 and answer.json["error_code"] == "WORKFLOW_NOT_FOUND", answer
        s.put_workflow("strict", TICK)
        count = read(s, "strict")["counts"]["started"]
        started(s, "strict", count + 1)


def test_catch_up():
    with serve() as s:
        put(s, "none", workflow_id="tick", every=1, catchup_window=0, overlap="allow", inputs={"of": "none"})
        put(s, "all", workflow_id="tick", every=1, catchup_window="1h", overlap="allow", inputs={"of": "all"})
        started(s, "all", 1)
        started(s, "none", 1)
        s.stop()
        stopped = time.time()
        time.sleep(4)
        s.start()
        down = eventually(lambda: [f for f in read(s, "none")["recent_firings"]
                                   if f["outcome"] == "missed" and seconds(f["fired_at"]) > stopped])[-1]
        assert "due times since" in down["message"] and int(down["message"].split()[0]) >= 3, down
        all_of = started(s, "all", 6)
        assert all_of["counts"]["missed"] == 0, all_of
        due = [seconds(f["due_at"]) for f in reversed(all_of["recent_firings"])]
        assert all(abs(b - a - 1) < 0.001 for a, b in zip(due, due[1:])), "every due time of the downtime was made up for"


def test_once_only_over_kills():
    with serve() as s:
        put(s, "beat", workflow_id="tick", every=1, catchup_window="1h", overlap="allow", inputs={"of": "beat"})
        put(s, "slow", workflow_id="slow", every=1, catchup_window="1h", overlap="buffer_one")
        for pause in (1.3, 0.7, 1.9, 0.2, 1.1, 0.9):
            time.sleep(pause)
            s.kill()
            s.start()
        expected = read(s, "beat")["counts"]["started"] + 2
        started(s, "beat", expected)
        for name in ("beat", "slow"):
            s.post(f"/api/schedules/{name}/pause")
        schedule = read(s, "beat")
        count = schedule["counts"]["started"]
        found = eventually(lambda: (lambda r: r if len(r) == count else None)(runs(s, "tick")),
                           what=f"exactly {count} runs")
        time.sleep(1)
        assert len(runs(s, "tick")) == count, "no firing is lost and none happens twice"
        last = seconds(schedule["recent_firings"][0]["due_at"])
        assert abs(last - seconds(schedule["created_at"]) - count) < 0.001, "each due time has one run"
        assert schedule["counts"]["missed"] == 0 and schedule["counts"]["failed"] == 0, schedule
        assert all(f["execution_id"] in found for f in schedule["recent_firings"] if f["outcome"] == "started")
        eventually(lambda: sum(r["completed_at"] is not None for r in runs(s, "slow").values()) == read(s, "slow")["counts"]["started"],
                   what="the runs of slow")
        times = sorted((seconds(r["started_at"]), r["completed_at"] and seconds(r["completed_at"]))
                       for r in runs(s, "slow").values())
        assert all(a[1] is not None and a[1] <= b[0] for a, b in zip(times, times[1:])), "its runs never overlap"
        for run in found:
            assert s.post(f"/api/executions/{run}/replay").json["matches"]
        # What is asked of a schedule is what its events say.
        before = {n: read(s, n) for n in ("beat", "slow")}
        assert s.stop() == 0
        done = subprocess.run([BINARY, "rebuild", "--data", s.data], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done
        s.start()
        assert {n: read(s, n) for n in ("beat", "slow")} == before


def test_command_line():
    with serve() as s:
        def reprise(*arguments, code=0):
            done = subprocess.run([BINARY, "schedule", *arguments, "--server", f"http://127.0.0.1:{s.port}"],
                                  capture_output=True, text=True, timeout=20)
            assert done.returncode == code, (arguments, done)
            return done
        put_one = reprise("put", "beat", "--workflow", "tick", "--every", "1h", "--inputs", '{"a":1}', "--json")
        assert json.loads(put_one.stdout)["inputs"] == {"a": 1}
        assert "every 3600 s" in reprise("list", "--table").stdout
        run = reprise("trigger", "beat", "--table").stdout.strip()
        assert s.get("/api/executions/" + run).status == 200
        assert json.loads(reprise("pause", "beat", "--reason", "x", "--json").stdout)["paused"]
        assert not json.loads(reprise("resume", "beat", "--json").stdout)["paused"]
        assert json.loads(reprise("show", "beat", "--json").stdout)["counts"]["started"] == 1
        reprise("put", "beat", "--workflow", "tick", "--cron", "nonsense", code=2)
        reprise("put", "beat", "--workflow", "tick", "--every", "1h", "--cron", "* * * * *", code=2)
        reprise("delete", "beat")
        reprise("show", "beat", code=1)


if __name__ == "__main__":
    main(sys.modules[__name__])
