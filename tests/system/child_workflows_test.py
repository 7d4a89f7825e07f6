"""Runs that start runs as children: results, failures, stops that are passed down; across kills of the server."""

import sys
import time
import uuid

from child_runs import DOUBLE, FAILS, WAITS, calling, child_of, ended, events, of_type, replays, start, started, status_of
from harness import Server, Worker, eventually, main


def test_a_child_gives_its_result():
    with Server() as s:
        s.put_workflow("double", DOUBLE)
        s.put_workflow("parent", calling("double", trigger_inputs={"n": "${{ TRIGGER.n }}"}))
        run = s.run("parent", {"n": 21})
        assert (run["status"], run["result"]) == ("completed", 42), run
        parent = run["execution_id"]
        told = of_type(s, parent, "task.child_started")
        assert len(told) == 1 and told[0]["workflow_id"] == "double" and told[0]["attempt"] == 1, told
        child = told[0]["execution_id"]
        assert status_of(s, child)["result"] == 42
        origin = of_type(s, child, "execution.origin")
        assert len(origin) == 1 and origin[0]["kind"] == "child" and origin[0]["execution_id"] == parent, origin
        assert origin[0]["ref"] == "call" and origin[0]["reports"] is True, origin
        replays(s, parent, child)


def test_an_alias_names_a_workflow_too():
    with Server() as s:
        s.put_workflow("double", DOUBLE)
        definition = calling("double")
        definition["actions"][0]["args"] = {"workflow_alias": "double", "trigger_inputs": {"n": 4}}
        s.put_workflow("parent", definition)
        assert s.run("parent")["result"] == 8


def test_every_form_of_a_workflows_id_names_a_child():
    with Server() as s:
        s.put_workflow("double", DOUBLE)
        named = s.post("/workflow-executions", {"workflow_id": "double", "inputs": {"n": 1}}).json
        short = named["wf_id"]
        digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        number = 0
        for c in short[3:]:
            number = number * 62 + digits.index(c)
        plain = str(uuid.UUID(int=number))
        for form in (short, plain, plain.upper()):
            for member in ("workflow_id", "workflow_alias"):
                definition = calling("double")
                definition["actions"][0]["args"] = {member: form, "version": 1, "trigger_inputs": {"n": 4}}
                s.put_workflow("parent", definition)
                run = s.run("parent")
                assert (run["status"], run["result"]) == ("completed", 8), (form, run)
                told = of_type(s, run["execution_id"], "task.child_started")[0]
                assert told["workflow_id"] == "double", told
                events = s.get(f"/workflow-executions/{run['execution_id']}").json["events"]
                for event in events[1:4]:
                    group = event["event_group"]
                    assert group["action_input"]["wf_id"] == short, (form, group)
                    assert group["related_wf_exec_id"].startswith(short + "/exec_"), (form, group)
                replays(s, run["execution_id"])
        s.put_workflow("cure", {"actions": [{"ref": "note", "action": "core.noop"}]})
        cure = s.post("/workflow-executions", {"workflow_id": "cure"}).json["wf_id"]
        s.put_workflow("ill", {**FAILS, "error_handler": cure})
        s.run("ill")
        eventually(lambda: len(started(s, "cure", "completed")) == 2, what="the handler")
        # What looks like one and is none is a name.
        s.put_workflow("wf_daily", DOUBLE)
        s.put_workflow("parent", calling("wf_daily", trigger_inputs={"n": 3}))
        assert s.run("parent")["result"] == 6
        s.put_workflow("parent", calling("wf_7N42dgm5tFLK9N8MT7fHC7"))
        assert "wf_7N42dgm5tFLK9N8MT7fHC7" in s.run("parent")["error"]


def test_environment_and_version():
    with Server() as s:
        tells = {"config": {"environment": "own"}, "actions": [
            {"ref": "env", "action": "core.transform.reshape", "args": {"value": "${{ ENV.environment }}"}}],
            "returns": "${{ ACTIONS.env.result }}"}
        s.put_workflow("tells", tells)
        tells["actions"][0]["args"]["value"] = "second"
        s.put_workflow("tells", tells)
        s.put_workflow("first", calling("tells", version=1))
        s.put_workflow("first_elsewhere", calling("tells", version=1, environment="elsewhere"))
        s.put_workflow("newest", calling("tells"))
        assert s.run("first")["result"] == "own"
        assert s.run("first_elsewhere")["result"] == "elsewhere"
        assert s.run("newest")["result"] == "second"


def test_a_failure_of_the_child_fails_the_task():
    with Server() as s:
        s.put_workflow("fails", FAILS)
        s.put_workflow("parent", calling("fails"))
        run = s.run("parent")
        assert run["status"] == "failed" and run["error"] == "call: no: no luck", run
        caught = calling("fails", returns="${{ ACTIONS.call.error.message }}")
        caught["actions"].append({"ref": "rescue", "action": "core.noop", "depends_on": ["call.error"]})
        s.put_workflow("caught", caught)
        run = s.run("caught")
        assert (run["status"], run["result"]) == ("completed", "no: no luck"), run
        replays(s, run["execution_id"])


def test_each_attempt_is_a_child_of_its_own():
    with Server() as s:
        s.put_workflow("fails", FAILS)
        s.put_workflow("parent", calling("fails", task={
            "retry_policy": {"max_attempts": 3, "initial_interval": 0.01}}))
        run = s.run("parent")
        assert run["status"] == "failed", run
        told = of_type(s, run["execution_id"], "task.child_started")
        assert [t["attempt"] for t in told] == [1, 2, 3], told
        assert len({t["execution_id"] for t in told}) == 3
        assert len(started(s, "fails")) == 3
        replays(s, run["execution_id"])


def test_what_cannot_start_fails_the_task():
    with Server() as s:
        s.put_workflow("double", DOUBLE)
        s.put_workflow("unknown", calling("nowhere"))
        s.put_workflow("version", calling("double", version=9, trigger_inputs={"n": 1}))
        s.put_workflow("refused", calling("double", trigger_inputs={"n": "many"}))
        s.put_workflow("no_object", calling("double", trigger_inputs=[1]))
        for name, part in (("unknown", "nowhere"), ("version", "double"), ("refused", "n"), ("no_object", "object")):
            run = s.run(name)
            assert run["status"] == "failed" and part in run["error"], run
            failed = of_type(s, run["execution_id"], "task.failed")
            assert len(failed) == 1 and not failed[0]["retryable"], failed
            replays(s, run["execution_id"])
        assert started(s, "double") == []


def test_a_workflow_that_starts_itself_comes_to_an_end():
    with Server() as s:
        s.put_workflow("self", calling("self"))
        run = ended(s, start(s, "self"), 120)
        assert run["status"] == "failed" and "nested deeper than 100 runs" in run["error"], run
        total = s.get("/api/executions?workflow_id=self&limit=1").json["total"]
        assert total == 101 and s.get("/api/executions?workflow_id=self&status=failed&limit=1").json["total"] == total, total
        replays(s, run["execution_id"])


def test_a_detached_child_goes_on_alone():
    with Server() as s:
        s.put_workflow("waits", WAITS)
        s.put_workflow("parent", calling("waits", wait_strategy="detach", trigger_inputs={"n": 7}))
        run = s.run("parent")
        assert run["status"] == "completed", run
        child = run["result"]
        assert status_of(s, child)["status"] == "running"
        assert of_type(s, child, "execution.origin")[0]["reports"] is False
        worker = Worker(s, lambda task: {"result": task["args"]["n"]})
        assert ended(s, child)["result"] == 7
        worker.stop()
        replays(s, run["execution_id"], child)


def stopped_with(action, status):
    with Server() as s:
        s.put_workflow("waits", WAITS)
        s.put_workflow("between", calling("waits"))
        s.put_workflow("parent", calling("between"))
        parent = start(s, "parent")
        between = child_of(s, parent)
        child = child_of(s, between)
        if action == "terminate":
            assert s.post(f"/workflow-executions/{parent}/terminate", {"reason": "enough"}).status == 204
        else:
            assert s.post(f"/api/executions/{parent}/{action}").status == 200
        for run in (between, child):
            ended(s, run)
            names = [e["type"] for e in events(s, run)]
            assert f"reprise.execution.{status}.v1" in names, names
        replays(s, parent, between, child)


def test_a_cancel_is_passed_down():
    stopped_with("cancel", "cancelled")


def test_a_termination_is_passed_down():
    stopped_with("terminate", "terminated")


def test_a_failure_of_the_parent_cancels_its_children():
    with Server() as s:
        s.put_workflow("waits", WAITS)
        parent = calling("waits")
        parent["actions"].append({"ref": "bad", "action": "acme.bad", "retry_policy": {"max_attempts": 1}})
        s.put_workflow("parent", parent)
        run = start(s, "parent")
        child = child_of(s, run)
        worker = Worker(s, lambda task: {"error": {"message": "x"}}, actions=["acme.bad"])
        assert ended(s, run)["status"] == "failed"
        worker.stop()
        assert ended(s, child)["status"] == "cancelled"
        assert "parent" in of_type(s, child, "execution.cancelled")[0]["reason"]


def test_a_timeout_of_the_attempt_cancels_the_child():
    with Server() as s:
        s.put_workflow("waits", WAITS)
        s.put_workflow("parent", calling("waits", task={"retry_policy": {"timeout": 3, "max_attempts": 2,
                                                                         "initial_interval": 0.01}}))
        run = s.run("parent")
        assert run["status"] == "failed" and "timeout" in run["error"], run
        children = of_type(s, run["execution_id"], "task.child_started")
        assert len(children) == 2, children
        for child in children:
            assert ended(s, child["execution_id"])["status"] == "cancelled"


def test_a_timeout_of_the_child_fails_the_task():
    with Server() as s:
        s.put_workflow("waits", WAITS)
        s.put_workflow("parent", calling("waits", timeout=0.3))
        run = s.run("parent")
        assert run["status"] == "failed" and "timed out" in run["error"], run
        assert of_type(s, run["execution_id"], "task.failed")[0]["type"] == "TimeoutError"


def test_a_child_that_somebody_cancels_fails_the_task():
    with Server() as s:
        s.put_workflow("waits", WAITS)
        s.put_workflow("parent", calling("waits", task={"retry_policy": {"max_attempts": 5, "timeout": 0}}))
        parent = start(s, "parent")
        child = child_of(s, parent)
        assert s.post(f"/api/executions/{child}/cancel").status == 200
        assert ended(s, parent)["error"].startswith("call: The child execution was cancelled"), status_of(s, parent)
        assert len(started(s, "waits")) == 1, "a cancelled child is not started again"


def test_a_paused_parent_takes_its_childs_result():
    with Server() as s:
        s.put_workflow("waits", WAITS)
        parent = calling("waits", trigger_inputs={"n": 3})
        parent["actions"].append({"ref": "after", "action": "core.noop", "depends_on": ["call"]})
        s.put_workflow("parent", parent)
        run = start(s, "parent")
        child = child_of(s, run)
        assert s.post(f"/api/executions/{run}/pause").status == 200
        worker = Worker(s, lambda task: {"result": task["args"]["n"]})
        ended(s, child)
        eventually(lambda: of_type(s, run, "task.completed"), what="the result")
        assert status_of(s, run)["status"] == "paused"
        assert s.post(f"/api/executions/{run}/resume").status == 200
        assert ended(s, run)["result"] == 3
        worker.stop()


def test_explain_and_state_name_the_child():
    with Server() as s:
        s.put_workflow("waits", WAITS)
        s.put_workflow("parent", calling("waits"))
        parent = start(s, "parent")
        child = child_of(s, parent)
        why = s.get(f"/api/executions/{parent}/explain").json["open"][0]
        assert why["kind"] == "child" and why["child_execution_id"] == child and child in why["sentence"], why
        state = s.get(f"/api/executions/{parent}/state").json
        assert state["tasks"][0]["child"]["execution_id"] == child, state
        state = s.get(f"/api/executions/{child}/state").json
        assert state["origin"]["execution_id"] == parent, state


def test_a_restart_in_between_changes_nothing():
    with Server() as s:
        s.put_workflow("waits", WAITS)
        s.put_workflow("parent", calling("waits", trigger_inputs={"n": "${{ TRIGGER.n }}"}))
        runs = {start(s, "parent", {"n": n}): n for n in range(10)}
        for run in runs:
            child_of(s, run)
        s.restart()
        worker = Worker(s, lambda task: {"result": task["args"]["n"]})
        for run, n in runs.items():
            assert ended(s, run)["result"] == n
        assert len(started(s, "waits")) == len(runs)
        worker.stop()
        replays(s, *runs)


def test_a_kill_at_any_moment_starts_each_child_once():
    with Server() as s:
        s.put_workflow("waits", WAITS)
        s.put_workflow("parent", calling("waits", trigger_inputs={"n": "${{ TRIGGER.n }}"}))
        runs = {}
        worker = Worker(s, lambda task: {"result": task["args"]["n"]}, lease_ms=1000)
        for round_ in range(6):
            for n in range(round_ * 20, round_ * 20 + 20):
                runs[start(s, "parent", {"n": n})] = n
            time.sleep(0.003 * round_)
            s.kill()
            s.start()
        for run, n in runs.items():
            body = ended(s, run)
            assert (body["status"], body["result"]) == ("completed", n), body
            assert len(of_type(s, run, "task.child_started")) == 1
            assert len(of_type(s, run, "task.completed")) == 1
        worker.stop()
        children = s.get("/api/executions?workflow_id=waits&limit=1").json["total"]
        assert children == len(runs), (children, len(runs))
        replays(s, *runs)


if __name__ == "__main__":
    main(sys.modules[__name__])
