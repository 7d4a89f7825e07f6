"""Runs that start runs: definitions that several suites use, and looks at the server."""

from harness import eventually

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


def ended(server, run, timeout=60):
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


def only_run(server, workflow):
    return eventually(lambda: started(server, workflow), what="a run of " + workflow)[0]["execution_id"]


def metric(server, name):
    lines = server.get("/metrics").body.decode().splitlines()
    return float(next(line for line in lines if line.startswith(name + " ")).split()[1])


COUNTS = {"entrypoint": {"expects": {"left": {"type": "int"}}}, "config": {"timeout": 0}, "actions": [
    {"ref": "again", "action": "core.workflow.continue_as_new", "run_if": "${{ TRIGGER.left > 0 }}",
     "args": {"trigger_inputs": {"left": "${{ TRIGGER.left - 1 }}"}}, "start_delay": 0.01}],
    "returns": "${{ TRIGGER.left }}"}
