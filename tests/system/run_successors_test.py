"""What follows a run: handlers of failures, and runs that go on as new ones."""

import sys
import time

from child_runs import COUNTS, DOUBLE, FAILS, FINAL, calling, ended, metric, of_type, only_run, replays, start, started, status_of
from harness import Server, eventually, main


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
            line = eventually(lambda: [l for l in s.stderr().splitlines() if run["execution_id"] in l], what="a line of the log")[0]
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


def test_undelivered_messages_are_counted():
    with Server() as s:
        s.put_workflow("double", DOUBLE)
        s.put_workflow("parent", calling("double", task={"for_each": "${{ for var.n in FN.range(0, 3000) }}"},
                                         trigger_inputs={"n": "${{ var.n }}"}, loop_strategy="parallel"))
        seen = set()  # of what is there while the messages are on their way

        def seen_all():
            run = start(s, "parent")
            while status_of(s, run)["status"] not in FINAL:
                seen.update(name for name in ("messages", "oldest_seconds") if metric(s, "reprise_outbox_" + name) > 0)
            assert ended(s, run)["status"] == "completed"
            return len(seen) == 2
        eventually(seen_all, what="messages on their way, and their age")
        eventually(lambda: metric(s, "reprise_outbox_messages") == 0, what="an empty outbox")
        eventually(lambda: metric(s, "reprise_outbox_oldest_seconds") == 0, what="no age")


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
        wait = [{"ref": "go", "action": "acme.go", "run_if": "${{ TRIGGER.left > 0 }}"}] if number == 1 else []
        return {"config": {"timeout": 0}, "actions": [
            *wait,
            {"ref": "again", "action": "core.workflow.continue_as_new", "run_if": "${{ TRIGGER.left > 0 }}",
             "args": {"trigger_inputs": {"left": "${{ TRIGGER.left - 1 }}", "as": "${{ TRIGGER.as }}"},
                      "version": "${{ TRIGGER.as }}"}, "depends_on": [task["ref"] for task in wait]}],
            "returns": number, **more}

    def go(s):
        tasks = eventually(lambda: s.post("/api/tasks/poll", {"worker_id": "w", "wait_ms": 2000}).json["tasks"], what="the task")
        s.post("/api/tasks/complete", {"results": [{"task_token": tasks[0]["task_token"]}]})
    with Server() as s:
        for wanted, result in ((None, 1), ("newest", 3), (2, 2)):
            name = f"grows_{result}"
            s.put_workflow(name, version(1))
            run = start(s, name, {"left": 1, "as": wanted})
            s.put_workflow(name, version(2))
            s.put_workflow(name, version(3))
            go(s)
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
            go(s)
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
        last = eventually(lambda: len(started(s, "two")) == 4 and started(s, "two", "running"), what="the last run")[0]["execution_id"]
        assert last != run
        answer = s.post(f"/api/executions/{run}/cancel")
        assert answer.status == 200 and answer.json["execution_id"] == last, answer
        assert status_of(s, last)["status"] == "cancelled"
        s.put_workflow("counts", COUNTS)
        run = start(s, "counts", {"left": 2})
        eventually(lambda: started(s, "counts") and len(started(s, "counts", "completed")) == 3, what="three runs")
        assert s.post(f"/api/executions/{run}/cancel").status == 400
        assert s.post(f"/workflow-executions/{run}/cancel").status == 204


if __name__ == "__main__":
    main(sys.modules[__name__])
