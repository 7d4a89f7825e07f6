"""Loops over child workflows."""

import sys
import time

from child_runs import DOUBLE, WAITS, calling, ended, of_type, replays, start, started
from harness import Server, eventually, main

PICKY = {"actions": [
    {"ref": "even", "action": "core.require", "args": {"conditions": "${{ TRIGGER.n % 2 == 0 }}"}}],
    "returns": "${{ TRIGGER.n }}"}


def looping(child, items, task=None, **args):
    return calling(child, task={"for_each": "${{ for var.n in " + items + " }}", **(task or {})},
                   trigger_inputs={"n": "${{ var.n }}"}, **args)


def test_a_loop_over_children_gives_the_list_of_their_results():
    with Server() as s:
        s.put_workflow("double", DOUBLE)
        for strategy in ("parallel", "batch", "sequential"):
            s.put_workflow("parent", looping("double", "FN.range(0, 70)", loop_strategy=strategy))
            run = s.run("parent")
            assert run["result"] == [2 * n for n in range(70)], run
            replays(s, run["execution_id"])
        assert s.get("/api/executions?workflow_id=double&limit=1").json["total"] == 210


def test_an_isolated_failure_is_a_result():
    with Server() as s:
        s.put_workflow("picky", PICKY)
        s.put_workflow("parent", looping("picky", "[0, 1, 2]"))
        run = s.run("parent")
        assert run["status"] == "completed" and run["result"][0] == 0 and run["result"][2] == 2, run
        assert set(run["result"][1]) == {"is_error", "type", "message"} and run["result"][1]["is_error"] is True, run
        assert run["result"][1]["message"].startswith("even: "), run
        compact = s.get(f"/workflow-executions/{run['execution_id']}/compact").json["events"][0]
        assert compact["action_result"] == run["result"], compact
        replays(s, run["execution_id"])


def test_one_failure_fails_the_loop_where_all_are_wanted():
    with Server() as s:
        s.put_workflow("waits_or_fails", {"config": {"timeout": 0}, "actions": [
            {"ref": "fine", "action": "core.require", "args": {"conditions": "${{ TRIGGER.n != 1 }}"}},
            {"ref": "work", "action": "acme.work", "depends_on": ["fine"]}]})
        s.put_workflow("parent", looping("waits_or_fails", "[0, 1, 2]", fail_strategy="all", loop_strategy="parallel"))
        run = s.run("parent")
        assert run["status"] == "failed" and "call[1] failed" in run["error"], run
        for child in started(s, "waits_or_fails"):
            assert ended(s, child["execution_id"])["status"] in ("failed", "cancelled")


def test_batches_and_one_after_the_other():
    for strategy, at_once in (("batch", 2), ("sequential", 1), ("parallel", 5)):
        with Server() as s:
            s.put_workflow("waits", WAITS)
            s.put_workflow("parent", looping("waits", "FN.range(0, 5)", loop_strategy=strategy, batch_size=2))
            run = start(s, "parent")
            left = 5
            while left:
                now = min(left, at_once)
                eventually(lambda: len(started(s, "waits", "running")) == now, what=f"{now} children")
                tasks = []
                while len(tasks) < now:  # they come one after the other
                    tasks += s.post("/api/tasks/poll", {"worker_id": "w", "max": 10, "wait_ms": 2000}).json["tasks"]
                time.sleep(0.1)
                assert len(tasks) == len(started(s, "waits", "running")) == now, tasks
                for task in tasks:  # the last of a batch lets the next begin
                    assert len(started(s, "waits", "running")) <= now
                    s.post("/api/tasks/complete", {"results": [{"task_token": task["task_token"],
                                                                "result": task["args"]["n"]}]})
                left -= now
            assert ended(s, run)["result"] == [0, 1, 2, 3, 4]


def test_a_loop_may_be_told_by_expressions():
    with Server() as s:
        s.put_workflow("waits", WAITS)
        s.put_workflow("picky", PICKY)
        told = {"loop_strategy": "${{ TRIGGER.how }}", "batch_size": "${{ TRIGGER.size }}", "fail_strategy": "${{ TRIGGER.fail }}"}
        s.put_workflow("parent", looping("waits", "FN.range(0, 5)", **told))
        for how, size, at_once in (("batch", 2, 2), ("sequential", None, 1), ("parallel", 1, 5), (None, 3, 3)):
            run = start(s, "parent", {"how": how, "size": size})
            left, first = 5, True
            while left:
                now = min(left, at_once)
                tasks = eventually(lambda: s.post("/api/tasks/poll", {"worker_id": "w", "max": 10}).json["tasks"])
                while len(tasks) < now:
                    tasks += s.post("/api/tasks/poll", {"worker_id": "w", "max": 10, "wait_ms": 2000}).json["tasks"]
                assert len(tasks) == now and s.post("/api/tasks/poll", {"worker_id": "w", "wait_ms": 100}).json["tasks"] == []
                if first and how == "batch":  # what was evaluated holds after a restart too
                    s.kill()
                    s.start()
                first = False
                s.post("/api/tasks/complete", {"results": [
                    {"task_token": t["task_token"], "result": t["args"]["n"]} for t in tasks]})
                left -= now
            assert ended(s, run)["result"] == [0, 1, 2, 3, 4]
            policy = of_type(s, run, "task.loop_policy")
            assert policy == [{"ref": "call", "strategy": how or "batch", "batch_size": size or 32, "isolated": True}], policy
            replays(s, run)

        s.put_workflow("parent", looping("picky", "[0, 1, 2]", **told))
        run = s.run("parent", {"fail": "isolated"})
        assert run["status"] == "completed" and run["result"][1]["is_error"] is True, run
        compact = s.get(f"/workflow-executions/{run['execution_id']}/compact").json["events"][0]
        assert compact["action_result"] == run["result"], compact
        run = s.run("parent", {"fail": "all"})
        assert run["status"] == "failed" and "call[1] failed" in run["error"], run
        replays(s, run["execution_id"])
        for inputs, part in (({"size": 0}, "'batch_size' must be a whole number of 1 or more, found the int 0"),
                             ({"how": "fast"}, "'loop_strategy' must be 'parallel', 'batch' or 'sequential', found"),
                             ({"fail": 1}, "'fail_strategy' must be 'isolated' or 'all', found the int 1")):
            run = s.run("parent", inputs)
            failed = of_type(s, run["execution_id"], "task.failed")
            assert run["status"] == "failed" and part in run["error"] and failed[0]["type"] == "ExpressionError", run
            replays(s, run["execution_id"])


def test_a_detached_loop_gives_ids():
    with Server() as s:
        s.put_workflow("waits", WAITS)
        s.put_workflow("parent", looping("waits", "FN.range(0, 5)", wait_strategy="detach", batch_size=2))
        run = s.run("parent")
        assert run["status"] == "completed" and len(set(run["result"])) == 5, run
        assert {e["execution_id"] for e in started(s, "waits", "running")} == set(run["result"])


def test_a_cancel_reaches_every_child_of_a_loop():
    with Server() as s:
        s.put_workflow("waits", WAITS)
        s.put_workflow("parent", looping("waits", "FN.range(0, 40)", loop_strategy="parallel"))
        run = start(s, "parent")
        eventually(lambda: len(started(s, "waits", "running")) == 40, what="40 children")
        assert s.post(f"/api/executions/{run}/cancel").status == 200
        eventually(lambda: len(started(s, "waits", "cancelled")) == 40, what="40 cancelled children")


def test_a_loop_goes_on_after_kills():
    with Server() as s:
        s.put_workflow("double", DOUBLE)
        s.put_workflow("parent", looping("double", "FN.range(0, 600)"))
        run = start(s, "parent")
        for _ in range(5):
            time.sleep(0.1)
            s.kill()
            s.start()
        assert ended(s, run)["result"] == [2 * n for n in range(600)]
        assert s.get("/api/executions?workflow_id=double&limit=1").json["total"] == 600
        replays(s, run)


def test_what_a_loop_may_not_say():
    with Server() as s:
        for definition, part in ((looping("x", "[1]", batch_size="${{ var.n }}"), "settled before the first of them"),
                                 (looping("x", "[1]", batch_size="${{ ACTIONS.none.result }}"), "no action 'none'"),
                                 ({"actions": [{"ref": "a", "action": "core.workflow.continue_as_new",
                                                "for_each": "${{ for var.x in [1] }}"}]}, "has no place")):
            answer = s.call("PUT", "/api/workflows/refused", definition)
            assert answer.status == 422 and part in answer.body.decode(), answer


if __name__ == "__main__":
    main(sys.modules[__name__])
