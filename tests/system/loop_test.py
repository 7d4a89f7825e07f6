"""for_each against the real server, with workers over HTTP (contract: workflow-executions, Scheduling rules)."""

import sys
import time

from harness import Server, eventually, main

SERVER = None


def server():
    global SERVER
    if SERVER is None:
        SERVER = Server()
    return SERVER


def loop(name, items="TRIGGER.l", **changes):
    """A workflow whose action `each` loops over `items`, with an action of a worker of its own."""
    action = {"ref": "each", "action": f"loop.{name}", "args": {"v": "${{ var.x }}"},
              "for_each": "${{ for var.x in " + items + " }}",
              "retry_policy": {"max_attempts": 3, "initial_interval": 0.05, "timeout": 60}, **changes}
    server().put_workflow(name, {"config": {"timeout": 0}, "actions": [action], "returns": "${{ ACTIONS.each.result }}"})
    return action["action"]


def start(name, **inputs):
    answer = server().post(f"/api/workflows/{name}/execute", {"inputs": inputs})
    assert answer.status == 200, answer
    return answer.json["execution_id"]


def poll(action, count=1000, **more):
    """Tasks of the action, at least one."""
    answer = server().post("/api/tasks/poll", {"worker_id": "w", "actions": [action], "max": count, "wait_ms": 15000, **more})
    assert answer.status == 200, answer
    return answer.json["tasks"]


def complete(*results):
    answer = server().post("/api/tasks/complete", {"results": list(results)})
    assert answer.status == 200, answer
    return [o["outcome"] for o in answer.json["outcomes"]]


def get(run, what=""):
    answer = server().get(f"/api/executions/{run}{what}")
    assert answer.status == 200, answer
    return answer.json


def ended(run):
    eventually(lambda: get(run)["status"] not in ("running", "pending"), 60)
    return get(run)


def replayed(run):
    report = server().post(f"/api/executions/{run}/replay").json
    assert report["matches"], report
    return report


def test_workers_take_iterations_in_order_and_bring_them_in_any():
    action = loop("order")
    run = start("order", l=["p", {"q": 1}, None, 4])
    tasks = poll(action)
    assert [(t["ref"], t["iteration"], t["item"], t["args"]) for t in tasks] == [
        ("each", 0, "p", {"v": "p"}), ("each", 1, {"q": 1}, {"v": {"q": 1}}), ("each", 2, None, {"v": None}),
        ("each", 3, 4, {"v": 4})]
    assert len({t["task_token"] for t in tasks}) == 4
    state = get(run, "/tasks")["tasks"][0]
    assert state["status"] == "running" and state["loop"]["total"] == 4 and len(state["loop"]["iterations"]) == 4
    explained = get(run, "/explain")
    assert explained["open"][0]["kind"] == "loop" and "0 of 4 iterations" in explained["open"][0]["sentence"]
    assert [o["ref"] for o in explained["open"][1:]] == ["each[0]", "each[1]", "each[2]", "each[3]"]
    for t in reversed(tasks):
        assert complete({"task_token": t["task_token"], "result": {"i": t["iteration"]}}) == ["accepted"]
        assert complete({"task_token": t["task_token"], "result": "again"}) == ["duplicate"]
    body = get(run)
    assert body["status"] == "completed" and body["result"] == [{"i": 0}, {"i": 1}, {"i": 2}, {"i": 3}], body
    of_each = [line for line in body["logs"] if line["node_id"] is not None]
    assert get(run, "/logs?node_id=each")["logs"] == of_each and {line["node_id"] for line in of_each} == {
        "each", "each[0]", "each[1]", "each[2]", "each[3]"}
    assert get(run, "/logs?node_id=each[2]")["logs"] == [line for line in of_each if line["node_id"] == "each[2]"]
    assert complete({"task_token": tasks[1]["task_token"], "result": "late"}) == ["duplicate"]
    replayed(run)


def test_zipped_lists_and_items_of_several_variables():
    action = loop("zip", for_each=["${{ for var.x in TRIGGER.l }}", "${{ for var.y in FN.range(10, 99) }}"],
                  args={"sum": "${{ var.x + var.y }}"})
    run = start("zip", l=[1, 2])
    tasks = poll(action)
    assert [(t["item"], t["args"]) for t in tasks] == [({"x": 1, "y": 10}, {"sum": 11}), ({"x": 2, "y": 11}, {"sum": 13})]
    complete(*[{"task_token": t["task_token"], "result": t["args"]["sum"]} for t in tasks])
    assert ended(run)["result"] == [11, 13]


def test_one_failed_iteration_fails_the_action_and_cancels_the_others():
    action = loop("failing", retry_policy={"max_attempts": 1})
    run = start("failing", l=[1, 2, 3])
    first, second, third = poll(action, count=3)
    assert complete({"task_token": second["task_token"], "error": {"message": "no", "type": "Nope"}}) == ["accepted"]
    body = get(run)
    assert body["status"] == "failed" and "each[1] failed: no" in body["error"], body
    leases = server().post("/api/tasks/heartbeat", {"leases": [{"task_token": first["task_token"]},
                                                                {"task_token": second["task_token"]}]}).json["leases"]
    assert [l["state"] for l in leases] == ["cancel_requested", "stale"], leases
    assert complete({"task_token": third["task_token"], "result": 1}) == ["stale"]
    replayed(run)


def test_retries_leases_and_heartbeats_are_of_an_iteration():
    action = loop("retry")
    run = start("retry", l=[1, 2])
    one, two = poll(action, count=2, lease_ms=3000)
    assert complete({"task_token": one["task_token"], "error": {"message": "again"}}) == ["accepted"]
    beat = server().post("/api/tasks/heartbeat", {"leases": [{"task_token": two["task_token"], "lease_ms": 20000,
                                                              "logs": [{"level": "INFO", "message": "beat"}]}]})
    assert beat.json["leases"][0]["state"] == "extended"
    again = poll(action, count=1)[0]
    assert (again["iteration"], again["attempt"], again["item"]) == (0, 2, 1)
    time.sleep(3.2)  # the first lease of the second iteration would be over, but it was extended
    assert complete({"task_token": two["task_token"], "result": "b"}) == ["accepted"]
    assert complete({"task_token": again["task_token"], "result": "a"}) == ["accepted"]
    body = ended(run)
    assert body["result"] == ["a", "b"]
    assert any(line["node_id"] == "each[1]" and line["message"] == "beat" for line in body["logs"])
    # One that is not extended comes back with the next delivery.
    run = start("retry", l=[7])
    lost = poll(action, lease_ms=100)[0]
    back = poll(action)[0]
    assert (back["iteration"], back["attempt"], back["delivery"]) == (0, 1, 2)
    assert complete({"task_token": lost["task_token"], "result": 0}) == ["stale"]
    assert complete({"task_token": back["task_token"], "result": 1}) == ["accepted"]
    replayed(run)


def test_pause_resume_and_cancel():
    action = loop("paused")
    run = start("paused", l=list(range(300)))
    held = poll(action, count=10)
    assert server().post(f"/api/executions/{run}/pause").status == 200
    complete(*[{"task_token": t["task_token"], "result": 1} for t in held])
    assert server().post("/api/tasks/poll", {"worker_id": "w", "actions": [action]}).json["tasks"] == []
    assert server().post(f"/api/executions/{run}/resume").status == 200
    done = 10
    while done < 300:
        tasks = poll(action)
        assert tasks
        done += len(tasks)
        complete(*[{"task_token": t["task_token"], "result": 1} for t in tasks])
    assert ended(run)["result"] == [1] * 300
    replayed(run)
    run = start("paused", l=[1, 2, 3])
    task = poll(action, count=1)[0]
    assert server().post(f"/api/executions/{run}/cancel").status == 200
    assert server().post("/api/tasks/poll", {"worker_id": "w", "actions": [action]}).json["tasks"] == []
    assert complete({"task_token": task["task_token"], "result": 1}) == ["stale"]
    replayed(run)


def test_an_empty_loop_and_one_over_no_list():
    loop("empty", "TRIGGER.l")
    assert ended(start("empty", l=[]))["result"] == []
    body = ended(start("empty", l="text"))
    assert body["status"] == "failed" and "var.x needs a list" in body["error"], body


def test_a_large_inline_loop_goes_on_in_turns():
    server().put_workflow("many", {"actions": [
        {"ref": "each", "action": "core.transform.reshape", "args": {"value": "${{ var.x * 2 }}"},
         "for_each": "${{ for var.x in FN.range(0, 20000) }}"}], "returns": "${{ FN.sum(ACTIONS.each.result) }}"})
    run = start("many")
    body = ended(run)
    assert body["status"] == "completed" and body["result"] == 20000 * 19999, body["result"]
    report = replayed(run)
    assert report["events"] >= 60_000
    page = server().get(f"/api/executions/{run}/events?after=50000&limit=5").json["events"]
    assert len(page) == 5


def test_a_crash_in_the_middle_of_a_loop():
    with Server() as s:
        global SERVER
        kept, SERVER = SERVER, s
        try:
            action = loop("crash")
            run = start("crash", l=list(range(600)))
            results = {}

            def work(count):
                tasks = poll(action, count=count)
                for t in tasks:
                    assert t["item"] == t["iteration"] == t["args"]["v"]
                    results[t["iteration"]] = t["task_token"]
                complete(*[{"task_token": t["task_token"], "result": t["item"]} for t in tasks])
                return len(tasks)

            done = 0
            for _ in range(3):
                done += work(50)
            held = poll(action, count=20, lease_ms=60000)
            s.kill()
            s.start()
            # What was leased before the crash is good after it, and what was taken is known.
            outcomes = complete(*[{"task_token": t["task_token"], "result": t["item"]} for t in held])
            assert outcomes == ["accepted"] * 20, outcomes
            assert complete({"task_token": results[7], "result": "other"}) == ["duplicate"]
            done += 20
            while done < 600:
                done += work(100)
                if done % 200 < 100:
                    s.restart()
            body = ended(run)
            assert body["result"] == list(range(600)), body
            replayed(run)
        finally:
            SERVER = kept


def test_workflow_executions_show_a_loop_as_one_row():
    action = loop("compact")
    run = start("compact", l=["a", "b"])
    tasks = poll(action)

    def row():
        answer = server().get(f"/workflow-executions/{run}/compact")
        assert answer.status == 200, answer
        rows = answer.json["events"]
        assert len(rows) == 1
        return rows[0]

    assert (row()["action_ref"], row()["status"], row()["loop_index"], row()["action_result"]) == (
        "each", "STARTED", 0, [None, None])
    complete({"task_token": tasks[1]["task_token"], "result": "B"})
    assert (row()["status"], row()["action_result"], row()["close_time"]) == ("STARTED", [None, "B"], None)
    complete({"task_token": tasks[0]["task_token"], "result": {"A": 1}})
    assert (row()["status"], row()["action_result"]) == ("COMPLETED", [{"A": 1}, "B"])
    assert row()["close_time"] is not None and row()["curr_event_type"] == "ACTIVITY_TASK_COMPLETED"
    whole = server().get(f"/workflow-executions/{run}")
    assert whole.status == 200, whole
    groups = [e for e in whole.json["events"] if e["event_group"]]
    assert [e["event_type"].removeprefix("ACTIVITY_TASK_") for e in groups] == [
        "SCHEDULED", "SCHEDULED", "STARTED", "STARTED", "COMPLETED", "COMPLETED"], groups
    assert {e["event_group"]["action_ref"] for e in groups} == {"each"}
    scheduled = [e["event_id"] for e in groups[:2]]
    assert [e["event_group"]["event_id"] for e in groups] == scheduled + scheduled + scheduled[::-1]


if __name__ == "__main__":
    try:
        main(sys.modules[__name__])
    finally:
        if SERVER:
            SERVER.close()
