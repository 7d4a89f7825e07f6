#!/usr/bin/env python3
"""Records tests/golden/NAME.tar.gz: the store that a server leaves after a workload of everything the language has.

REPRISE_BINARY names the binary that writes it.
"""

import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "system"))
from harness import Server, Worker, eventually  # noqa: E402

DEFINITIONS = {
    "chain": {"entrypoint": {"expects": {"n": {"type": "int", "default": 7}}}, "actions": [
        {"ref": "a", "action": "core.transform.reshape", "args": {"value": "${{ TRIGGER.n }}"}},
        {"ref": "b", "action": "core.log", "args": {"message": "n is ${{ ACTIONS.a.result }}"}, "depends_on": ["a"]},
        {"ref": "c", "action": "core.transform.map", "depends_on": ["b"],
         "args": {"items": "${{ [1, 2, ACTIONS.a.result] }}", "python_lambda": "lambda x: x * 2"}}],
        "returns": {"sum": "${{ FN.sum(ACTIONS.c.result) }}", "drawn": "${{ FN.uuid4() }}", "at": "${{ FN.utcnow() }}"}},
    "edges": {"actions": [
        {"ref": "bad", "action": "core.fail", "args": {"message": "on purpose"},
         "retry_policy": {"max_attempts": 3, "initial_interval": 0.02}},
        {"ref": "good", "action": "core.noop", "depends_on": ["bad"]},
        {"ref": "rescue", "action": "core.noop", "depends_on": ["bad.error"]},
        {"ref": "never", "action": "core.noop", "depends_on": ["rescue"], "run_if": "${{ False }}"},
        {"ref": "either", "action": "core.noop", "depends_on": ["good", "rescue"], "join_strategy": "any"}]},
    "fails": {"actions": [{"ref": "bad", "action": "core.fail", "args": {"message": "for good", "retryable": False}},
                          {"ref": "other", "action": "core.noop", "start_delay": 30}]},
    "polling": {"actions": [{"ref": "draw", "action": "core.transform.reshape",
                             "args": {"value": "${{ FN.get_second(FN.utcnow()) }}"},
                             "retry_policy": {"retry_until": "${{ ACTIONS.draw.result % 2 == 0 }}", "initial_interval": 0.05}}]},
    "late": {"config": {"timeout": 0.05}, "actions": [{"ref": "wait", "action": "core.noop", "start_delay": 30}]},
    "work": {"config": {"timeout": 0}, "actions": [
        {"ref": "one", "action": "acme.work", "args": {"n": "${{ TRIGGER.n }}"}, "retry_policy": {"max_attempts": 2, "initial_interval": 0.02}},
        {"ref": "two", "action": "acme.work", "args": {"n": "${{ ACTIONS.one.result.n }}"}, "depends_on": ["one"]}],
        "returns": "${{ ACTIONS.two.result.n }}"},
    "loop": {"config": {"timeout": 0}, "actions": [
        {"ref": "each", "action": "acme.work", "for_each": "${{ for var.x in FN.range(0, 5) }}", "args": {"n": "${{ var.x }}"},
         "retry_policy": {"max_attempts": 2, "initial_interval": 0.02}},
        {"ref": "flat", "action": "core.transform.reshape", "depends_on": ["each"],
         "for_each": ["${{ for var.r in ACTIONS.each.result }}", "${{ for var.i in [1, 2, 3] }}"], "args": {"value": "${{ var.r.n * var.i }}"}}],
        "returns": "${{ ACTIONS.flat.result }}"},
    "asks": {"config": {"timeout": 0}, "actions": [
        {"ref": "one", "action": "core.interact.response", "interaction": {"type": "response"}},
        {"ref": "two", "action": "core.interact.response", "depends_on": ["one"],
         "interaction": {"type": "approval", "required_approvers": 2, "approve_if": "${{ ACTIONS.two.interaction.yes }}", "message": "so?"}},
        {"ref": "late", "action": "core.interact.response", "interaction": {"type": "response", "timeout": 0.2}},
        {"ref": "rescue", "action": "core.noop", "depends_on": ["late.error"]}]},
    "family": {"error_handler": "chain", "actions": [
        {"ref": "kids", "action": "core.workflow.execute", "for_each": "${{ for var.x in [1, 2, 3] }}",
         "args": {"workflow_id": "chain", "trigger_inputs": {"n": "${{ var.x }}"}, "loop_strategy": "batch", "batch_size": 2}},
        {"ref": "bad", "action": "core.workflow.execute", "args": {"workflow_id": "fails"}},
        {"ref": "loose", "action": "core.workflow.execute", "args": {"workflow_id": "chain", "wait_strategy": "detach"}}]},
    "counts": {"entrypoint": {"expects": {"left": {"type": "int"}}}, "actions": [
        {"ref": "more", "action": "core.workflow.continue_as_new", "run_if": "${{ TRIGGER.left > 0 }}",
         "args": {"trigger_inputs": {"left": "${{ TRIGGER.left - 1 }}"}}}]},
    "idle": {"config": {"timeout": 0}, "actions": [{"ref": "wait", "action": "core.noop", "wait_until": "in 3 days"},
                                                    {"ref": "hands", "action": "acme.never"}]},
}


def answer_questions(server, runs):
    """The first run is answered to its end, the second is refused, the third goes on waiting for its second approver."""
    def pending(run, ref):
        found = [i for i in server.get("/api/interactions?status=pending&limit=100").json["interactions"]
                 if i["execution_id"] == run and i["action_ref"] == ref]
        return found[0]["interaction_id"] if found else None

    def answer(run, ref, data, user):
        interaction = eventually(lambda: pending(run, ref), what=f"the question {ref}")
        assert server.post(f"/api/interactions/{interaction}/answer", {"data": data, "user": user}).status == 200

    for run in runs:
        answer(run, "one", {"note": "go on"}, "ada")
    answer(runs[0], "two", {"yes": True}, "ada")
    answer(runs[0], "two", {"yes": True}, "bob")
    answer(runs[1], "two", {"yes": False}, "bob")
    answer(runs[2], "two", {"yes": True}, "eve")


def main():
    name = sys.argv[1]
    with Server() as server:
        for workflow, definition in DEFINITIONS.items():
            server.put_workflow(workflow, definition)
        server.put_workflow("chain", dict(DEFINITIONS["chain"], description="a second version"))
        for n in range(5):
            server.run("chain", {"n": n})
            server.run("edges")
        server.run("chain")
        server.run("fails")
        server.run("polling")
        server.run("late")
        server.run("family")
        server.run("counts", {"left": 3})
        asked = [server.post("/api/workflows/asks/execute", {}).json["execution_id"] for _ in range(3)]
        answer_questions(server, asked)
        server.call("PUT", "/api/schedules/tick", {"workflow_id": "chain", "every": 1, "inputs": {"n": 1}})
        server.call("PUT", "/api/schedules/nightly", {"workflow_id": "chain", "cron": "0 2 * * *", "timezone": "Europe/Berlin"})
        eventually(lambda: server.get("/api/schedules/tick").json["counts"]["started"] > 1, what="two firings")
        server.post("/api/schedules/tick/pause")
        server.post("/api/schedules/nightly/trigger")
        lost = set()

        def handle(task):
            if (task["args"] or {}).get("n") == 3 and task["attempt"] == 1:
                return {"error": {"message": "not yet"}, "logs": [{"level": "WARNING", "message": "a line of the worker"}]}
            return {"result": {"n": task["args"]["n"] + 1}, "metadata": {"host": "here"}}

        loops = [server.post("/api/workflows/loop/execute", {}).json["execution_id"] for _ in range(2)]
        started = [server.post("/api/workflows/work/execute", {"inputs": {"n": n}}).json["execution_id"] for n in range(6)]
        # One lease runs out, so that its task is delivered a second time.
        taken = server.post("/api/tasks/poll", {"worker_id": "gone", "max": 1, "lease_ms": 100}).json["tasks"]
        lost.update(t["execution_id"] for t in taken)
        time.sleep(0.4)
        worker = Worker(server, handle)
        for execution in started + loops:
            eventually(lambda e=execution: server.get(f"/api/executions/{e}").json["status"] in ("completed", "failed"), what="worker's run")
        worker.stop()
        waiting = [server.post("/api/workflows/idle/execute", {}).json["execution_id"] for _ in range(4)]
        server.post(f"/api/executions/{waiting[0]}/cancel")
        server.post(f"/api/executions/{waiting[1]}/pause")
        server.post(f"/api/executions/{waiting[1]}/resume")
        server.post(f"/api/executions/{waiting[2]}/pause")
        server.call("DELETE", "/api/workflows/fails")
        assert server.stop() == 0, server.stderr()
        for junk in ("LOCK", "db/LOG", "db/LOG.old"):
            path = os.path.join(server.data, junk)
            if os.path.exists(path):
                os.unlink(path)
        subprocess.run(["tar", "-C", os.path.dirname(server.data), "-czf", os.path.join(HERE, f"{name}.tar.gz"), "--owner=0", "--group=0", "store"],
                       check=True)


if __name__ == "__main__":
    main()
