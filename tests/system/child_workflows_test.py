"""Runs that start runs: children, handlers of failures, runs that go on as new ones; across kills of the server."""

import sys
import time
import uuid

from harness import Server, Worker, eventually, main

FINAL = {"completed", "failed", "cancelled"}

DOUBLE = {"entrypoint": {"expects": {"n": {"type": "int"}}},
          "actions": [{"ref": "twice", "action": "core.transform.reshape", "args": {"value": "${{ TRIGGER.n * 2 }}"}}],
          "returns": "${{ ACTIONS.twice.result }}"}
WAITS = {"config": {"timeout": 0}, "actions": [
    {"ref": "work", "action": "acme.work", "args": {"n": "${{ TRIGGER.n }}"}, "retry_policy": {"timeout": 0}}],
    "returns": "${{ ACTIONS.work.result }}"}
FAILS = {"actions": [{"ref": "no", "action": "core.fail", "args": {"message": "no luck"}}]}


def calling(child, returns="${{ ACTIONS.call.result }}", task=None, **args):
    return {"config": {"timeout": 0}, "actions": [
        {"ref": "call", "action": "core.workflow.execute", "args": {"workflow_id": child, **args},
         "retry_policy": {"timeout": 0}, **(task or {})}],
        "returns": returns}


def events(server, run):
    return server.get(f"/api/executions/{run}/events?limit=10000").json["events"]


def of_type(server, run, name):
    return [e["data"] for e in events(server, run) if e["type"] == f"reprise.{name}.v1"]


def started(server, workflow, status=None):
    more = f"&status={status}" if status else ""
    return server.get(f"/api/executions?workflow_id={workflow}&limit=100{more}").json["executions"]


def start(server, workflow, inputs=None):
    answer = server.post(f"/api/workflows/{workflow}/execute", {"inputs": inputs or {}})
    assert answer.status == 200, answer
    return answer.json["execution_id"]


def status_of(server, run):
    return server.get(f"/api/executions/{run}").json


def ended(server, run, timeout=20):
    def look():
        body = status_of(server, run)
        return body if body["status"] in FINAL else None
    return eventually(look, timeout, "the end of " + run)


def child_of(server, parent):
    return eventually(lambda: of_type(server, parent, "task.child_started"), what="a child")[-1]["execution_id"]


def replays(server, *runs):
    for run in runs:
        report = server.post(f"/api/executions/{run}/replay").json
        assert report["matches"], report


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
        parent["actions"].append({"ref": "bad", "action": "core.fail", "args": {"message": "x"}, "start_delay": 0.3})
        s.put_workflow("parent", parent)
        run = start(s, "parent")
        child = child_of(s, run)
        assert ended(s, run)["status"] == "failed"
        assert ended(s, child)["status"] == "cancelled"
        assert "parent" in of_type(s, child, "execution.cancelled")[0]["reason"]


def test_a_timeout_of_the_attempt_cancels_the_child():
    with Server() as s:
        s.put_workflow("waits", WAITS)
        s.put_workflow("parent", calling("waits", task={"retry_policy": {"timeout": 0.3, "max_attempts": 2,
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
            body = ended(s, run, 60)
            assert (body["status"], body["result"]) == ("completed", n), body
            assert len(of_type(s, run, "task.child_started")) == 1
            assert len(of_type(s, run, "task.completed")) == 1
        worker.stop()
        children = s.get("/api/executions?workflow_id=waits&limit=1").json["total"]
        assert children == len(runs), (children, len(runs))
        replays(s, *runs)


def only_run(server, workflow):
    return eventually(lambda: started(server, workflow), what="a run of " + workflow)[0]["execution_id"]


def test_a_failure_starts_the_error_handler():
    with Server() as s:
        s.put_workflow("cure", {"actions": [
            {"ref": "first", "action": "core.transform.reshape", "args": {"value": "${{ TRIGGER.errors[0] }}"}}],
            "returns": {"error": "${{ ACTIONS.first.result }}", "message": "${{ TRIGGER.message }}",
                        "of": "${{ TRIGGER.orig_wf_exec_id }}", "trigger": "${{ TRIGGER }}"}})
        s.put_workflow("ill", {**FAILS, "title": "Ill", "error_handler": "cure"})
        ill = s.run("ill")
        assert ill["status"] == "failed" and ill["error"] == "no: no luck", ill
        cure = only_run(s, "cure")
        result = ended(s, cure)["result"]
        assert result["error"] == {"ref": "no", "message": "no luck", "type": "ApplicationError",
                                   "expr_context": "ACTIONS", "attempt": 1}, result
        assert result["of"] == ill["execution_id"] and result["message"] == "no: no luck", result
        assert set(result["trigger"]) == {"message", "handler_wf_id", "orig_wf_id", "orig_wf_exec_id", "orig_wf_title",
                                          "orig_wf_exec_url", "trigger_type", "errors"}, result
        assert result["trigger"]["orig_wf_title"] == "Ill" and result["trigger"]["handler_wf_id"] == "cure", result
        replays(s, ill["execution_id"], cure)


def test_a_handlers_own_failure_starts_no_handler():
    with Server() as s:
        s.put_workflow("ill", {**FAILS, "error_handler": "ill"})
        s.run("ill")
        eventually(lambda: len(started(s, "ill", "failed")) == 2, what="the handler's failure")
        time.sleep(0.3)
        assert len(started(s, "ill")) == 2


def test_a_handler_that_cannot_start_is_told_of():
    with Server() as s:
        s.put_workflow("picky", {**DOUBLE, "entrypoint": {"expects": {"n": {"type": "int"}}}})
        for handler, kind, part in (("nowhere", "WorkflowNotFound", "nowhere"), ("picky", "InputsRejected", "'n'")):
            s.put_workflow("ill", {**FAILS, "error_handler": handler})
            run = s.run("ill")
            assert run["status"] == "failed", run

            def told():
                why = s.get(f"/api/executions/{run['execution_id']}/explain").json
                return why if why["follow_up"]["fate"] == "refused" else None
            why = eventually(told, what="a word about the handler")
            follow_up = why["follow_up"]
            assert (follow_up["kind"], follow_up["workflow_id"], follow_up["type"]) == ("error_handler", handler, kind), why
            assert part in follow_up["message"] and follow_up["message"] in why["sentence"], why
            assert s.get(f"/api/executions/{follow_up['execution_id']}").status == 404
            assert s.post(f"/api/executions/{follow_up['execution_id']}/cancel").status == 404
            assert started(s, handler) == []
            line = next(l for l in s.stderr().splitlines() if run["execution_id"] in l)
            assert "error handler" in line and follow_up["message"] in line, line
            s.kill()
            s.start()
            assert s.get(f"/api/executions/{run['execution_id']}/explain").json["follow_up"] == follow_up
            replays(s, run["execution_id"])
        metrics = s.get("/metrics").body.decode()
        assert "reprise_starts_refused_total" in metrics, metrics


def test_the_handler_gets_the_address_of_the_failed_run():
    with Server("--public-url", "https://flows.example.org/reprise/") as s:
        s.put_workflow("cure", {"actions": [{"ref": "note", "action": "core.noop"}],
                                "returns": "${{ TRIGGER.orig_wf_exec_url }}"})
        s.put_workflow("ill", {**FAILS, "error_handler": "cure"})
        ill = s.run("ill")["execution_id"]
        cure = only_run(s, "cure")
        assert ended(s, cure)["result"] == f"https://flows.example.org/reprise/api/executions/{ill}"
        replays(s, ill, cure)


def metric(server, name):
    lines = server.get("/metrics").body.decode().splitlines()
    return float(next(line for line in lines if line.startswith(name + " ")).split()[1])


def test_undelivered_messages_are_counted():
    with Server() as s:
        s.put_workflow("double", DOUBLE)
        s.put_workflow("parent", calling("double", task={"for_each": "${{ for var.n in FN.range(0, 3000) }}"},
                                         trigger_inputs={"n": "${{ var.n }}"}, loop_strategy="parallel"))
        run = start(s, "parent")
        eventually(lambda: metric(s, "reprise_outbox_messages") > 0, what="messages on their way")
        eventually(lambda: metric(s, "reprise_outbox_oldest_seconds") > 0, what="the age of a message")
        assert ended(s, run, 60)["status"] == "completed"
        eventually(lambda: metric(s, "reprise_outbox_messages") == 0, what="an empty outbox")
        assert metric(s, "reprise_outbox_oldest_seconds") == 0


def test_explain_tells_of_what_followed():
    with Server() as s:
        s.put_workflow("cure", {"actions": [{"ref": "note", "action": "core.noop"}]})
        s.put_workflow("ill", {**FAILS, "error_handler": "cure"})
        ill = s.run("ill")["execution_id"]
        cure = only_run(s, "cure")
        ended(s, cure)
        follow_up = s.get(f"/api/executions/{ill}/explain").json["follow_up"]
        assert (follow_up["execution_id"], follow_up["fate"], follow_up["status"]) == (cure, "started", "completed"), follow_up
        assert s.get(f"/api/executions/{cure}/explain").json["follow_up"] is None


COUNTS = {"entrypoint": {"expects": {"left": {"type": "int"}}}, "config": {"timeout": 0}, "actions": [
    {"ref": "again", "action": "core.workflow.continue_as_new", "run_if": "${{ TRIGGER.left > 0 }}",
     "args": {"trigger_inputs": {"left": "${{ TRIGGER.left - 1 }}"}}, "start_delay": 0.01}],
    "returns": "${{ TRIGGER.left }}"}


def test_a_run_goes_on_as_a_new_one():
    with Server() as s:
        s.put_workflow("counts", COUNTS)
        first = s.run("counts", {"left": 3})
        assert first["status"] == "completed" and first["result"] is None, first
        run, seen = first["execution_id"], []
        while True:
            ended(s, run)
            goes_on = of_type(s, run, "execution.continued_as_new")
            seen.append(run)
            if not goes_on:
                break
            run = goes_on[0]["execution_id"]
            eventually(lambda: s.get(f"/api/executions/{run}").status == 200, what="the next run")
            origin = of_type(s, run, "execution.origin")[0]
            assert (origin["kind"], origin["continues"]) == ("continued", seen[-1]), origin
        assert len(seen) == 4 and status_of(s, run)["result"] == 0, seen
        assert "goes on as" in s.get(f"/api/executions/{seen[0]}/explain").json["sentence"]
        replays(s, *seen)


def test_a_parent_follows_a_chain():
    with Server() as s:
        s.put_workflow("counts", COUNTS)
        s.put_workflow("parent", calling("counts", trigger_inputs={"left": 5}))
        parent = start(s, "parent")
        time.sleep(0.05)
        s.kill()
        s.start()
        assert ended(s, parent)["result"] == 0
        told = of_type(s, parent, "task.child_started")
        assert len(told) == 6 and len({t["execution_id"] for t in told}) == 6, told
        replays(s, parent, *[t["execution_id"] for t in told])


def test_a_cancel_follows_an_endless_chain():
    with Server() as s:
        s.put_workflow("for_ever", {"config": {"timeout": 0}, "actions": [
            {"ref": "again", "action": "core.workflow.continue_as_new"}]})
        s.put_workflow("parent", calling("for_ever"))
        parent = start(s, "parent")
        eventually(lambda: len(of_type(s, parent, "task.child_started")) > 20, what="a long chain")
        assert s.post(f"/api/executions/{parent}/cancel").status == 200
        eventually(lambda: started(s, "for_ever", "cancelled"), what="the end of the chain")
        total = s.get("/api/executions?workflow_id=for_ever&limit=1").json["total"]
        time.sleep(0.5)
        assert s.get("/api/executions?workflow_id=for_ever&limit=1").json["total"] == total


def test_a_run_may_go_on_with_another_version():
    def version(number, **more):
        return {"config": {"timeout": 0}, "actions": [
            {"ref": "again", "action": "core.workflow.continue_as_new", "run_if": "${{ TRIGGER.left > 0 }}",
             "args": {"trigger_inputs": {"left": "${{ TRIGGER.left - 1 }}", "as": "${{ TRIGGER.as }}"},
                      "version": "${{ TRIGGER.as }}"}, "start_delay": 0.3 if number == 1 else 0}],
            "returns": number, **more}
    with Server() as s:
        for wanted, result in ((None, 1), ("newest", 3), (2, 2)):
            name = f"grows_{result}"
            s.put_workflow(name, version(1))
            run = start(s, name, {"left": 1, "as": wanted})
            s.put_workflow(name, version(2))
            s.put_workflow(name, version(3))
            last = eventually(lambda: started(s, name, "completed") and of_type(s, run, "execution.continued_as_new"))[0]
            eventually(lambda: s.get(f"/api/executions/{last['execution_id']}").status == 200)
            assert ended(s, last["execution_id"])["result"] == result
            assert [e["workflow_version"] for e in of_type(s, run, "execution.version_wanted")] == (
                [] if wanted is None else [0 if wanted == "newest" else wanted])
            replays(s, run, last["execution_id"])
        # What the other version refuses, and one that is not there: nobody waits, so explain tells.
        s.put_workflow("strict", version(1))
        for wanted, part in (("newest", "'left'"), (9, "strict")):
            s.put_workflow("strict", version(1, title=str(wanted)))
            run = start(s, "strict", {"left": 1, "as": wanted})
            if wanted == "newest":
                s.put_workflow("strict", version(2, entrypoint={"expects": {"left": {"type": "str"}, "as": {"type": "any"}}}))
            why = eventually(lambda: (lambda w: w if w["follow_up"] and w["follow_up"]["fate"] == "refused" else None)(
                s.get(f"/api/executions/{run}/explain").json), what="a word about the refusal")
            assert why["follow_up"]["kind"] == "continued" and part in why["follow_up"]["message"], why
            assert "could not start" in why["sentence"], why
        run = s.run("grows_1", {"left": 1, "as": "oldest"})
        assert run["status"] == "failed" and "'version' must be a whole number of 1 or more, or 'newest'" in run["error"], run


FOR_EVER = {"config": {"timeout": 0}, "actions": [{"ref": "again", "action": "core.workflow.continue_as_new"}]}


def newest_of_endless(s, workflow):
    """Cancelled or terminated, the chain stands still."""
    total = s.get(f"/api/executions?workflow_id={workflow}&limit=1").json["total"]
    time.sleep(0.5)
    assert s.get(f"/api/executions?workflow_id={workflow}&limit=1").json["total"] == total
    return started(s, workflow)


def test_a_callers_cancel_follows_an_endless_chain():
    with Server() as s:
        s.put_workflow("for_ever", FOR_EVER)
        for round_ in range(5):
            run = start(s, "for_ever")
            eventually(lambda: len(started(s, "for_ever")) > 20, what="a long chain")
            if round_ == 2:
                s.kill()
                s.start()
            answer = s.post(f"/api/executions/{run}/cancel", {"reason": "enough"})
            assert answer.status == 200 and answer.json["status"] == "cancelled", answer
            last = answer.json["execution_id"]
            assert last != run
            newest_of_endless(s, "for_ever")
            assert status_of(s, last)["status"] == "cancelled"
            assert of_type(s, last, "execution.cancelled") == [{"reason": "enough"}]
            assert len(started(s, "for_ever", "running")) == 0
            again = s.post(f"/api/executions/{run}/cancel")
            assert again.status == 400 and again.json["error_code"] == "EXECUTION_NOT_CANCELLABLE", again
            replays(s, run, last)
        assert len(started(s, "for_ever", "cancelled")) == 5


def test_a_callers_terminate_follows_an_endless_chain():
    with Server() as s:
        s.put_workflow("for_ever", FOR_EVER)
        run = s.post("/workflow-executions", {"workflow_id": "for_ever"}).json["wf_exec_id"]
        eventually(lambda: len(started(s, "for_ever")) > 20, what="a long chain")
        assert s.post(f"/workflow-executions/{run}/terminate", {"reason": "enough"}).status == 204
        newest_of_endless(s, "for_ever")
        listed = s.get("/workflow-executions?workflow_id=for_ever&limit=1000").json
        ends = [r["status"] for r in listed if r["status"] != "CONTINUED_AS_NEW"]
        assert ends == ["TERMINATED"], ends
        assert s.post(f"/workflow-executions/{run}/cancel", {}).status == 204, "it has ended, as the caller wants it"


def test_a_callers_cancel_reaches_the_run_that_goes_on():
    with Server() as s:
        s.put_workflow("two", {"config": {"timeout": 0}, "actions": [
            {"ref": "again", "action": "core.workflow.continue_as_new", "run_if": "${{ TRIGGER.left > 0 }}",
             "args": {"trigger_inputs": {"left": "${{ TRIGGER.left - 1 }}"}}},
            {"ref": "work", "action": "acme.work", "depends_on": ["again"], "join_strategy": "any"},
            {"ref": "later", "action": "acme.work", "run_if": "${{ TRIGGER.left == 0 }}"}]})
        run = start(s, "two", {"left": 3})
        last = eventually(lambda: started(s, "two", "running"), what="the last run")[0]["execution_id"]
        assert last != run
        answer = s.post(f"/api/executions/{run}/cancel")
        assert answer.status == 200 and answer.json["execution_id"] == last, answer
        assert status_of(s, last)["status"] == "cancelled"
        s.put_workflow("counts", COUNTS)
        run = start(s, "counts", {"left": 2})
        eventually(lambda: started(s, "counts") and len(started(s, "counts", "completed")) == 3, what="three runs")
        assert s.post(f"/api/executions/{run}/cancel").status == 400
        assert s.post(f"/workflow-executions/{run}/cancel").status == 204


# ---- loops over children

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
                time.sleep(0.1)
                assert len(started(s, "waits", "running")) == now
                tasks = s.post("/api/tasks/poll", {"worker_id": "w", "max": 10, "wait_ms": 2000}).json["tasks"]
                assert len(tasks) == now, tasks
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
        assert ended(s, run, 60)["result"] == [2 * n for n in range(600)]
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


# ---- what /workflow-executions shows

def test_the_full_read_of_a_parent_and_its_child():
    with Server() as s:
        s.put_workflow("double", {**DOUBLE, "title": "Doubles a number"})
        s.put_workflow("parent", calling("double", trigger_inputs={"n": 4}, environment="staging"))
        run = s.run("parent")
        parent = s.get(f"/workflow-executions/{run['execution_id']}").json
        assert parent["parent_wf_exec_id"] is None
        assert [e["event_type"] for e in parent["events"]] == [
            "WORKFLOW_EXECUTION_STARTED", "START_CHILD_WORKFLOW_EXECUTION_INITIATED", "CHILD_WORKFLOW_EXECUTION_STARTED",
            "CHILD_WORKFLOW_EXECUTION_COMPLETED", "WORKFLOW_EXECUTION_COMPLETED"], parent["events"]
        children = parent["events"][1:4]
        related = children[0]["event_group"]["related_wf_exec_id"]
        for event in children:
            group = event["event_group"]
            assert group["udf_key"] == "core.workflow.execute" and group["udf_namespace"] == "core.workflow", group
            assert group["action_ref"] is None and group["action_title"] == "Doubles a number", group
            assert group["event_id"] == children[0]["event_id"] and group["related_wf_exec_id"] == related, group
            given = group["action_input"]
            assert list(given) == ["role", "dsl", "wf_id", "trigger_inputs", "parent_run_context", "runtime_config",
                                   "timeout", "schedule_id"], given
            assert given["trigger_inputs"] == {"n": 4} and given["runtime_config"]["environment"] == "staging", given
            assert given["parent_run_context"]["wf_exec_id"] == parent["id"], given
            assert related.startswith(given["wf_id"] + "/exec_"), (related, given)
        assert children[2]["result"] == 8 and children[2]["event_group"]["action_result"] == 8
        child = s.get(f"/workflow-executions/{related}").json
        assert child["parent_wf_exec_id"] == parent["id"] and child["id"] == related, child
        assert child["events"][0]["parent_wf_exec_id"] == parent["id"], child["events"][0]
        assert child["events"][1]["event_group"]["action_input"]["run_context"]["environment"] == "staging"
        listed = s.get("/workflow-executions").json
        assert {r["id"]: r["parent_wf_exec_id"] for r in listed} == {parent["id"]: None, related: parent["id"]}


def test_the_compact_read_of_children():
    with Server() as s:
        s.put_workflow("waits", WAITS)
        s.put_workflow("fails", FAILS)
        s.put_workflow("parent", {"config": {"timeout": 0}, "actions": [
            {"ref": ref, "action": "core.workflow.execute",
             "args": {"workflow_id": child, "trigger_inputs": {"n": 1}, "wait_strategy": wait},
             **({"for_each": "${{ for var.x in [1, 2, 3] }}"} if ref == "loop" else {})}
            for ref, child, wait in (("open", "waits", "wait"), ("alone", "waits", "detach"), ("loop", "waits", "wait"),
                                     ("bad", "fails", "wait"))]
            + [{"ref": "saved", "action": "core.noop", "depends_on": ["bad.error"]}]})
        run = start(s, "parent")
        eventually(lambda: len(of_type(s, run, "task.child_started")) == 6 and of_type(s, run, "task.failed"),
                   what="six children")
        rows = {r["action_ref"]: r for r in s.get(f"/workflow-executions/{run}/compact").json["events"]}

        def look(ref):
            r = rows[ref]
            return r["curr_event_type"], r["status"], r["child_wf_wait_strategy"], r["child_wf_count"], r["loop_index"]
        assert look("open") == ("CHILD_WORKFLOW_EXECUTION_STARTED", "STARTED", "wait", 0, None), rows["open"]
        assert look("alone") == ("CHILD_WORKFLOW_EXECUTION_STARTED", "DETACHED", "detach", 0, None), rows["alone"]
        assert look("loop") == ("CHILD_WORKFLOW_EXECUTION_STARTED", "STARTED", "wait", 2, 0), rows["loop"]
        assert look("bad") == ("CHILD_WORKFLOW_EXECUTION_FAILED", "FAILED", "wait", 0, None), rows["bad"]
        for ref in ("open", "alone", "loop", "bad"):
            assert rows[ref]["action_input"] == {"n": 1} and rows[ref]["action_name"] == "core.workflow.execute", rows
            child = s.get("/workflow-executions/" + rows[ref]["child_wf_exec_id"]).json
            assert child["parent_wf_exec_id"].endswith(s.get(f"/workflow-executions/{run}").json["id"]), child
        assert rows["saved"]["child_wf_exec_id"] is None and rows["saved"]["child_wf_wait_strategy"] is None
        assert s.post(f"/workflow-executions/{run}/terminate", {}).status == 204
        ended(s, run)
        types = [e["event_type"] for e in s.get(f"/workflow-executions/{run}").json["events"]]
        assert types.count("CHILD_WORKFLOW_EXECUTION_TERMINATED") == 4 and "CHILD_WORKFLOW_EXECUTION_FAILED" in types, types
        assert "CHILD_WORKFLOW_EXECUTION_CANCELED" not in types, types
        rows = {r["action_ref"]: r for r in s.get(f"/workflow-executions/{run}/compact").json["events"]}
        for ref in ("open", "loop"):
            assert look(ref)[:2] == ("CHILD_WORKFLOW_EXECUTION_TERMINATED", "TERMINATED"), rows[ref]
        paged, cursor = [], ""
        while cursor is not None:  # what was read before does not change what is read behind it
            page = s.get(f"/workflow-executions/{run}?limit=2{cursor}")
            paged += [e["event_type"] for e in page.json["events"]]
            cursor = "&cursor=" + page.headers["x-next-cursor"] if "x-next-cursor" in page.headers else None
        assert paged == types, paged
        cancelled = start(s, "parent")
        eventually(lambda: len(of_type(s, cancelled, "task.child_started")) == 6, what="six children")
        assert s.post(f"/workflow-executions/{cancelled}/cancel").status == 204
        ended(s, cancelled)
        types = [e["event_type"] for e in s.get(f"/workflow-executions/{cancelled}").json["events"]]
        assert types.count("CHILD_WORKFLOW_EXECUTION_CANCELED") == 4, types


def test_a_run_that_went_on_is_shown_so():
    with Server() as s:
        s.put_workflow("counts", COUNTS)
        run = s.run("counts", {"left": 1})["execution_id"]
        body = s.get(f"/workflow-executions/{run}").json
        assert body["status"] == "CONTINUED_AS_NEW", body
        assert body["events"][-1]["event_type"] == "WORKFLOW_EXECUTION_CONTINUED_AS_NEW", body


if __name__ == "__main__":
    main(sys.modules[__name__])
