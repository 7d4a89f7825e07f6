"""Workflows that between them make most kinds of events, and a load of them."""

import http.client
import random
import threading
import time

DEFINITIONS = {
    "steps": {"actions": [
        {"ref": "a", "action": "core.transform.reshape", "args": {"value": "${{ TRIGGER.n }}"}},
        {"ref": "b", "action": "core.log", "args": {"message": "n is ${{ ACTIONS.a.result }}"}, "depends_on": ["a"]}],
        "returns": "${{ ACTIONS.a.result }}"},
    "failing": {"actions": [
        {"ref": "a", "action": "core.fail", "args": {"message": "no"},
         "retry_policy": {"max_attempts": 2, "initial_interval": 0.05, "max_interval": 0.1}}]},
    "loop": {"actions": [
        {"ref": "each", "action": "core.transform.reshape", "for_each": "${{ for var.x in FN.range(0, 5) }}",
         "args": {"value": "${{ var.x }}"}}]},
    "late": {"actions": [
        {"ref": "a", "action": "core.noop", "start_delay": 0.1},
        {"ref": "never", "action": "core.noop", "run_if": "${{ False }}"}]},
    "work": {"config": {"timeout": 0}, "actions": [
        {"ref": "w", "action": "acme.work", "args": {"n": "${{ TRIGGER.n }}"}}], "returns": "${{ ACTIONS.w.result }}"},
    "parent": {"actions": [
        {"ref": "child", "action": "core.workflow.execute",
         "args": {"workflow_id": "steps", "trigger_inputs": {"n": "${{ TRIGGER.n }}"}}}]},
    "asks": {"config": {"timeout": 0}, "actions": [
        {"ref": "ask", "action": "core.interact.response", "interaction": {"type": "response", "message": "go?", "timeout": 0.3}},
        {"ref": "end", "action": "core.noop", "depends_on": ["ask", "ask.error"], "join_strategy": "any"}]},
}


def register(server):
    for name, definition in DEFINITIONS.items():
        server.put_workflow(name, definition)


class Load(threading.Thread):
    """Starts runs of the given workflows, one after the other, whatever becomes of the server."""

    def __init__(self, server, names=("steps", "failing", "loop", "late", "parent"), pause=0.0, inputs=None):
        super().__init__(daemon=True)
        self.server, self.names, self.pause, self.inputs = server, names, pause, inputs or {}
        self.started = []
        self.stopped = threading.Event()
        self.start()

    def run(self):
        chosen = random.Random(1)
        while not self.stopped.is_set():
            try:
                name = chosen.choice(self.names)
                answer = self.server.post(f"/api/workflows/{name}/execute",
                                          {"inputs": {"n": len(self.started), **self.inputs}})
                if answer.status == 200:
                    self.started.append(answer.json["execution_id"])
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.02)
            if self.pause:
                time.sleep(self.pause)

    def stop(self):
        self.stopped.set()
        self.join(30)


def all_ended(server, timeout=60):
    end = time.time() + timeout
    while time.time() < end:
        answer = server.get("/api/executions?status=running&limit=1")
        if answer.status == 200 and not answer.json["executions"]:
            return
        time.sleep(0.1)
    raise AssertionError("runs did not end")
