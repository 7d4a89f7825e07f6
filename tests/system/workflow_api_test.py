"""The Workflow API, row by row, against the real server (contract: workflow-api)."""

import json
import re
import sys
import time

from harness import Server, Worker, eventually, main

ISO = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
ECHO = {"title": "Echo", "actions": [{"ref": "echo", "action": "core.transform.reshape", "args": {"value": "${{ TRIGGER }}"}}],
        "returns": "${{ ACTIONS.echo.result }}"}
WORK = {"config": {"timeout": 0}, "actions": [{"ref": "work", "action": "acme.work", "args": {"n": "${{ TRIGGER.n }}"}}],
        "returns": "${{ ACTIONS.work.result }}"}
FAILS = {"actions": [{"ref": "boom", "action": "core.fail", "args": {"message": "it broke"}}]}

SERVER = None


def server():
    global SERVER
    if SERVER is None:
        SERVER = Server()
        for name, definition in (("echo", ECHO), ("work", WORK), ("fails", FAILS), ("workflow-123", ECHO)):
            SERVER.put_workflow(name, definition, expect=(201,))
    return SERVER


def error(answer, status, code):
    assert answer.status == status, answer
    assert answer.headers["content-type"].startswith("application/json"), answer.headers
    assert set(answer.json) <= {"detail", "error_code", "execution_id", "faults"}, answer
    assert answer.json["error_code"] == code, answer
    assert answer.json["detail"], answer
    return answer.json


def test_seed_example_execute():
    answer = server().post("/api/workflows/workflow-123/execute", {"inputs": {"query": "What is the weather?"}},
                           headers={"Authorization": "Bearer anything"})
    assert answer.status == 200, answer
    assert list(answer.json) == ["execution_id", "workflow_id", "status", "started_at"], answer
    assert UUID.match(answer.json["execution_id"]) and ISO.match(answer.json["started_at"])
    assert answer.json["workflow_id"] == "workflow-123"
    assert answer.json["status"] in ("pending", "running", "completed")


def test_seed_example_status():
    run = server().run("echo", {"query": "What is the weather?"})
    answer = server().get(f"/api/executions/{run['execution_id']}")
    body = answer.json
    assert set(body) == {"execution_id", "workflow_id", "status", "current_node", "result", "error", "started_at",
                         "completed_at", "logs"}, body
    assert body["status"] == "completed" and body["result"] == {"query": "What is the weather?"}
    assert body["error"] is None and body["current_node"] is None
    assert ISO.match(body["started_at"]) and ISO.match(body["completed_at"])
    assert body["logs"] and all(list(l) == ["timestamp", "level", "node_id", "message"] for l in body["logs"])
    assert body == run, (body, run)


def test_seed_example_download():
    run = server().run("echo", {"a": 1})["execution_id"]
    answer = server().get(f"/api/executions/{run}/logs/download?format=text")
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/plain"), answer
    assert f'attachment; filename="execution-{run}-logs.txt"' in answer.headers["content-disposition"], answer.headers
    lines = answer.body.decode().splitlines()
    assert lines
    for line in lines:
        assert re.match(r"^\[[^\]]+Z\] (INFO|WARNING|ERROR|DEBUG)( \[[a-z0-9_]+\])? - .+$", line), line
    answer = server().get(f"/api/executions/{run}/logs/download?format=json")
    assert f"execution-{run}-logs.json" in answer.headers["content-disposition"]
    assert set(answer.json) == {"execution_id", "workflow_id", "started_at", "completed_at", "logs"}
    error(server().get(f"/api/executions/{run}/logs/download?format=xml"), 422, "VALIDATION_ERROR")


def test_execute_errors():
    s = server()
    assert s.post("/api/workflows/echo/execute", '{"inputs": {', headers={"Content-Type": "application/json"}).status == 400
    error(s.post("/api/workflows/missing/execute", {"inputs": {}}), 404, "WORKFLOW_NOT_FOUND")
    error(s.post("/api/workflows/echo/execute", {"inputs": 3}), 422, "VALIDATION_ERROR")
    answer = error(s.post("/api/workflows/echo/execute", {"input": {}}), 422, "VALIDATION_ERROR")
    assert "input" in answer["detail"]
    assert s.post("/api/workflows/echo/execute", "x=1", headers={"Content-Type": "text/plain"}).status == 415
    deep = '{"inputs": ' + '{"a":' * 500 + "1" + "}" * 500 + "}"
    assert s.post("/api/workflows/echo/execute", deep, headers={"Content-Type": "application/json"}).status in (400, 422)
    bad = b'{"inputs": {"a": "\xff\xfe"}}'
    assert s.post("/api/workflows/echo/execute", bad, headers={"Content-Type": "application/json"}).status == 400
    assert s.post("/api/workflows/echo/execute").status == 200


def test_inputs_are_checked_against_expects():
    s = server()
    s.put_workflow("typed", {"entrypoint": {"ref": "echo", "expects": {
        "n": {"type": "int"}, "who": {"type": "str", "default": "world"}}}, **ECHO})
    assert s.run("typed", {"n": 3})["result"] == {"n": 3, "who": "world"}
    answer = error(s.post("/api/workflows/typed/execute", {"inputs": {"n": "x", "zz": 1}}), 422, "VALIDATION_ERROR")
    assert "n" in answer["detail"] and "zz" in answer["detail"]


def test_idempotency_key():
    s = server()
    key = {"Idempotency-Key": "k-1"}
    first = s.post("/api/workflows/echo/execute", {"inputs": {"n": 1}}, headers=key).json
    again = s.post("/api/workflows/echo/execute", {"inputs": {"n": 1}}, headers=key)
    assert again.status == 200 and again.json["execution_id"] == first["execution_id"], (first, again)
    assert s.post("/api/workflows/echo/execute", {"inputs": {"n": 2}}, headers=key).status == 409
    assert s.post("/api/workflows/work/execute", {"inputs": {"n": 1}}, headers=key).status == 409
    for nothing in ("", " "):
        error(s.post("/api/workflows/echo/execute", {}, headers={"Idempotency-Key": nothing}), 422, "VALIDATION_ERROR")
    body = b'{"inputs":{"n":1}}'
    twice = s.raw(b"POST /api/workflows/echo/execute HTTP/1.1\r\nHost: a\r\nConnection: close\r\nIdempotency-Key: k-1\r\n"
                  b"Idempotency-Key: k-2\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    assert twice.startswith(b"HTTP/1.1 422 ") and b"more than once" in twice, twice


def test_an_idempotency_key_is_for_a_value_however_it_is_written():
    s = server()
    headers = {"Idempotency-Key": "k-value", "Content-Type": "application/json"}
    first = s.post("/api/workflows/echo/execute", '{"inputs":{"q":1,"r":[2]}}', headers=headers).json
    for same in ('{"inputs": {"q": 1, "r": [2]}}', '{"inputs":{"r":[2],"q":1}}', '{"inputs":{"q":1,"r":[2]}}'):
        again = s.post("/api/workflows/echo/execute", same, headers=headers)
        assert again.status == 200 and again.json["execution_id"] == first["execution_id"], (same, again)
    for other in ('{"inputs":{"q":1,"r":[3]}}', '{"inputs":{"q":"1","r":[2]}}', "{}"):
        error(s.post("/api/workflows/echo/execute", other, headers=headers), 409, "IDEMPOTENCY_KEY_REUSED")


def test_a_used_idempotency_key_outlives_its_workflow():
    s = server()
    s.put_workflow("passing", ECHO)
    key = {"Idempotency-Key": "k-passing"}
    first = s.post("/api/workflows/passing/execute", {"inputs": {"n": 1}}, headers=key).json
    assert s.call("DELETE", "/api/workflows/passing").status in (200, 204)
    again = s.post("/api/workflows/passing/execute?wait=10", {"inputs": {"n": 1}}, headers=key)
    assert again.status == 200 and again.json["execution_id"] == first["execution_id"], (first, again)
    error(s.post("/api/workflows/passing/execute", {"inputs": {"n": 2}}, headers=key), 409, "IDEMPOTENCY_KEY_REUSED")
    error(s.post("/api/workflows/passing/execute", {}, headers={"Idempotency-Key": "k-new"}), 404, "WORKFLOW_NOT_FOUND")


def test_unknown_execution():
    missing = "01900000-0000-7000-8000-000000000000"
    for method, path in (("GET", ""), ("GET", "/logs"), ("GET", "/logs/download"), ("POST", "/cancel"), ("POST", "/pause"),
                         ("POST", "/resume"), ("GET", "/events"), ("GET", "/state"), ("GET", "/explain"), ("POST", "/replay")):
        error(server().call(method, f"/api/executions/{missing}{path}"), 404, "EXECUTION_NOT_FOUND")
    assert server().get("/api/executions/exec-123").status == 404


def test_list_filters_and_paging():
    s = server()
    s.put_workflow("listed", ECHO)
    s.put_workflow("listed-open", WORK)
    ids = []
    for i in range(25):
        ids.append(s.run("listed", {"n": i})["execution_id"])
        time.sleep(0.002)  # runs of one millisecond have no order among each other
    open_run = s.post("/api/workflows/listed-open/execute", {"inputs": {"n": 1}}).json["execution_id"]
    page = s.get("/api/executions?workflow_id=listed&limit=10").json
    assert set(page) == {"executions", "total", "limit", "offset", "next_cursor"}, page
    assert page["total"] == 25 and page["limit"] == 10 and page["offset"] == 0
    assert [e["execution_id"] for e in page["executions"]] == ids[::-1][:10]
    assert all("logs" not in e for e in page["executions"])
    seen, cursor = [], ""
    while True:
        page = s.get(f"/api/executions?workflow_id=listed&limit=7{cursor}").json
        seen += [e["execution_id"] for e in page["executions"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == ids[::-1]
    page = s.get("/api/executions?workflow_id=listed&limit=10&offset=20").json
    assert [e["execution_id"] for e in page["executions"]] == ids[::-1][20:]
    running = s.get("/api/executions?workflow_id=listed-open&status=running,pending").json
    assert [e["execution_id"] for e in running["executions"]] == [open_run] and running["total"] == 1
    assert s.get("/api/executions?workflow_id=listed&status=completed&status=failed").json["total"] == 25
    assert s.get("/api/executions?workflow_id=listed&status=failed").json["total"] == 0
    assert s.get("/api/executions?limit=5").json["limit"] == 5
    for bad in ("limit=0", "limit=101", "limit=x", "offset=-1", "status=broken", "cursor=!!!"):
        answer = s.get(f"/api/executions?{bad}")
        assert answer.status in (400, 422), (bad, answer)
    s.post(f"/api/executions/{open_run}/cancel")


def test_logs():
    s = server()
    s.put_workflow("logging", {"actions": [
        {"ref": "say", "action": "core.log", "args": {"message": "hello there", "level": "WARNING"}},
        {"ref": "boom", "action": "core.fail", "args": {"message": "no"}, "depends_on": ["say"]}]})
    run = s.run("logging")["execution_id"]
    page = s.get(f"/api/executions/{run}/logs").json
    assert set(page) == {"execution_id", "workflow_id", "total_logs", "logs", "limit", "offset"}, page
    assert page["limit"] == 1000 and page["offset"] == 0 and page["total_logs"] == len(page["logs"])
    levels = {l["level"] for l in page["logs"]}
    assert {"INFO", "WARNING", "ERROR"} <= levels, page
    warnings = s.get(f"/api/executions/{run}/logs?level=WARNING").json
    assert any(l["message"] == "hello there" and l["node_id"] == "say" for l in warnings["logs"]), warnings
    of_node = s.get(f"/api/executions/{run}/logs?node_id=boom").json
    assert of_node["logs"] and all(l["node_id"] == "boom" for l in of_node["logs"])
    second = s.get(f"/api/executions/{run}/logs?limit=1&offset=1").json
    assert second["logs"] == page["logs"][1:2] and second["total_logs"] == page["total_logs"]
    assert s.get(f"/api/executions/{run}/logs?level=DEBUG").json["total_logs"] == 0
    error(s.get(f"/api/executions/{run}/logs?level=LOUD"), 422, "VALIDATION_ERROR")
    for bad in ("limit=0", "limit=10001", "offset=-1"):
        error(s.get(f"/api/executions/{run}/logs?{bad}"), 422, "VALIDATION_ERROR")


def test_cancel():
    s = server()
    run = s.post("/api/workflows/work/execute", {"inputs": {"n": 1}}).json["execution_id"]
    assert s.get(f"/api/executions/{run}").json["current_node"] == "work"
    answer = s.post(f"/api/executions/{run}/cancel")
    assert answer.status == 200 and set(answer.json) == {"execution_id", "status", "cancelled_at"}, answer
    assert answer.json["status"] == "cancelled" and ISO.match(answer.json["cancelled_at"])
    body = s.get(f"/api/executions/{run}").json
    assert body["status"] == "cancelled" and body["completed_at"]
    assert any(l["level"] == "INFO" and l["message"] == "Execution cancelled by user" for l in body["logs"]), body["logs"]
    again = error(s.post(f"/api/executions/{run}/cancel"), 400, "EXECUTION_NOT_CANCELLABLE")
    assert "cancelled" in again["detail"] and again["execution_id"] == run
    done = s.run("echo")["execution_id"]
    assert "completed" in error(s.post(f"/api/executions/{done}/cancel"), 400, "EXECUTION_NOT_CANCELLABLE")["detail"]


def test_a_refusal_names_the_state_that_a_get_shows():
    s = server()
    s.put_workflow("hasty", {**WORK, "config": {"timeout": 0.2}})
    s.put_workflow("goes_on", {"actions": [
        {"ref": "again", "action": "core.workflow.continue_as_new", "run_if": "${{ TRIGGER.left > 0 }}",
         "args": {"trigger_inputs": {"left": "${{ TRIGGER.left - 1 }}"}}}]})
    begin = lambda name, inputs: s.post(f"/api/workflows/{name}/execute", {"inputs": inputs}).json["execution_id"]
    terminated, timed_out, gone_on = begin("work", {"n": 1}), begin("hasty", {"n": 1}), begin("goes_on", {"left": 1})
    assert s.post(f"/api/executions/{terminated}/terminate").status == 200
    for run, shown in ((terminated, "cancelled"), (timed_out, "failed"), (gone_on, "completed")):
        assert s.get(f"/api/executions/{run}?wait=15").json["status"] == shown
        for verb, done in (("cancel", "cancelled"), ("terminate", "terminated"), ("pause", "paused"), ("resume", "resumed")):
            detail = s.post(f"/api/executions/{run}/{verb}").json["detail"]
            assert detail.endswith(f"is {shown}, so it cannot be {done}."), detail


def test_pause_and_resume():
    s = server()
    s.put_workflow("pausing", {"config": {"timeout": 0}, "actions": [
        {"ref": "first", "action": "acme.pausing", "args": {}},
        {"ref": "second", "action": "core.noop", "depends_on": ["first"]}]})
    run = s.post("/api/workflows/pausing/execute").json["execution_id"]
    answer = s.post(f"/api/executions/{run}/pause")
    assert answer.status == 200 and answer.json == {"execution_id": run, "status": "paused"}, answer
    assert s.post(f"/api/executions/{run}/pause").status == 400
    assert s.post("/api/tasks/poll", {"worker_id": "w", "actions": ["acme.pausing"]}).json["tasks"] == []
    answer = s.post(f"/api/executions/{run}/resume")
    assert answer.status == 200 and answer.json == {"execution_id": run, "status": "running"}, answer
    assert s.post(f"/api/executions/{run}/resume").status == 400
    worker = Worker(s, lambda t: {"result": None}, actions=["acme.pausing"])
    assert s.get(f"/api/executions/{run}?wait=15").json["status"] == "completed"
    worker.stop()


def test_workflows():
    s = server()
    assert s.put_workflow("w1", ECHO).status == 201
    assert s.put_workflow("w1", ECHO).status == 200
    assert s.put_workflow("w1", {**ECHO, "title": "Other"}).status == 200
    versions = s.get("/api/workflows/w1/versions").json["versions"]
    assert [v["version"] for v in versions] == [2, 1], versions
    assert s.get("/api/workflows/w1").json["version"] == 2
    yaml = "title: Yaml\nactions:\n  - ref: one\n    action: core.noop\n"
    assert s.call("PUT", "/api/workflows/w2", yaml, headers={"Content-Type": "application/yaml"}).status == 201
    assert any(w["workflow_id"] == "w2" for w in s.get("/api/workflows").json["workflows"])
    answer = s.call("PUT", "/api/workflows/w3", {"actions": [{"ref": "A!", "action": "core.nothing"},
                                                             {"ref": "b", "action": "core.noop", "depends_on": ["zz"]}]})
    assert answer.status == 422, answer
    assert "/actions/0/ref" in answer.body.decode() and "/actions/1/depends_on/0" in answer.body.decode(), answer
    assert s.call("PUT", "/api/workflows/w4", "{", headers={"Content-Type": "application/json"}).status in (400, 422)
    assert s.call("PUT", "/api/workflows/w4", "x", headers={"Content-Type": "text/html"}).status == 415
    assert s.call("PUT", "/api/workflows/bad%20id", ECHO).status == 422
    assert s.call("DELETE", "/api/workflows/w2").status in (200, 204)
    error(s.get("/api/workflows/w2"), 404, "WORKFLOW_NOT_FOUND")
    error(s.post("/api/workflows/w2/execute"), 404, "WORKFLOW_NOT_FOUND")


def test_wait():
    s = server()
    run = s.post("/api/workflows/work/execute?wait=0.2", {"inputs": {"n": 1}})
    assert run.status == 200 and run.json["status"] == "running" and "logs" in run.json, run
    begin = time.time()
    answer = s.get(f"/api/executions/{run.json['execution_id']}", headers={"Prefer": "wait=1"})
    assert answer.json["status"] == "running" and 0.8 < time.time() - begin < 15, (answer, time.time() - begin)
    worker = Worker(s, lambda t: {"result": t["args"]["n"] * 2}, actions=["acme.work"])
    answer = s.get(f"/api/executions/{run.json['execution_id']}?wait=20")
    worker.stop()
    assert answer.json["status"] == "completed" and answer.json["result"] == 2, answer
    assert s.get(f"/api/executions/{run.json['execution_id']}?wait=soon").status == 422


def test_failure():
    body = server().run("fails")
    assert body["status"] == "failed" and "it broke" in body["error"], body
    assert any(l["level"] == "ERROR" for l in body["logs"])
    explain = server().get(f"/api/executions/{body['execution_id']}/explain").json
    assert explain["first_cause"]["ref"] == "boom" and "it broke" in explain["first_cause"]["message"], explain


def test_timeout_of_an_execution():
    s = server()
    s.put_workflow("short", {"config": {"timeout": 0.3}, "actions": [{"ref": "w", "action": "acme.never"}]})
    body = s.run("short", wait=10)
    assert body["status"] == "failed" and "timed out" in body["error"], body


def test_live_stream():
    s = server()
    run = s.run("echo", {"a": 1})["execution_id"]
    body = s.get(f"/api/executions/{run}/live").body.decode()
    kinds = re.findall(r"^event: (\w+)$", body, re.M)
    assert kinds[-1] == "completion" and {"status", "log", "node_update"} <= set(kinds), body
    last = re.findall(r"^id: (\d+)$", body, re.M)
    resumed = s.get(f"/api/executions/{run}/live", headers={"Last-Event-ID": last[0]}).body.decode()
    assert re.findall(r"^event: (\w+)$", resumed, re.M)[-1] == "completion" and len(resumed) < len(body)


def test_events_state_and_replay():
    s = server()
    run = s.run("echo", {"a": 1})["execution_id"]
    events = s.get(f"/api/executions/{run}/events").json
    assert events["next_after"] is None and events["events"][0]["type"] == "reprise.execution.started.v1"
    for n, event in enumerate(events["events"], 1):
        assert event["specversion"] == "1.0" and event["id"] == f"{run}/{n}" and event["source"] == f"/executions/{run}"
        assert event["subject"] == "echo" and event["partitionkey"] == run and ISO.match(event["time"])
    first = s.get(f"/api/executions/{run}/events?limit=2").json
    assert len(first["events"]) == 2 and first["next_after"] == 2
    lines = s.get(f"/api/executions/{run}/events", headers={"Accept": "application/x-ndjson"}).body.decode().splitlines()
    assert [json.loads(l) for l in lines] == events["events"]
    early = s.get(f"/api/executions/{run}/state?at=1").json
    late = s.get(f"/api/executions/{run}/state").json
    assert early != late and late["status"] == "completed", (early, late)
    replay = s.post(f"/api/executions/{run}/replay").json
    assert replay["matches"] is True and replay["state_hash"] == replay["stored_state_hash"], replay
    assert replay["events"] == len(events["events"]) and replay["first_difference"] is None


def test_the_state_after_each_event():
    s = server()
    s.put_workflow("stages", {"actions": [
        {"ref": "x", "action": "stages.do", "retry_policy": {"max_attempts": 2, "initial_interval": 0.01}},
        {"ref": "y", "action": "core.noop", "depends_on": ["x"]},
        {"ref": "z", "action": "core.fail", "depends_on": ["y"], "args": {"message": "enough"}}]})
    run = s.post("/api/workflows/stages/execute", {}).json["execution_id"]
    for result in ({"error": {"message": "not yet"}}, {"result": 1}):
        task = s.post("/api/tasks/poll", {"worker_id": "w", "actions": ["stages.do"], "wait_ms": 15000}).json["tasks"][0]
        s.post("/api/tasks/complete", {"results": [dict(result, task_token=task["task_token"])]})
    eventually(lambda: s.get(f"/api/executions/{run}").json["status"] == "failed", what="the end")
    becomes = {"scheduled": "queued", "delayed": "delayed", "started": "running", "completed": "completed", "failed": "failed"}
    seen = set()
    for event in s.get(f"/api/executions/{run}/events").json["events"]:
        number, kind = int(event["id"].split("/")[1]), event["type"].split(".")
        state = s.get(f"/api/executions/{run}/state?at={number}").json
        assert state["event_id"] == number, (event, state)
        if kind[1] == "task" and kind[2] in becomes:
            status = {t["ref"]: t["status"] for t in state["tasks"]}[event["data"]["ref"]]
            assert status == ("waiting" if event["data"].get("will_retry") else becomes[kind[2]]), (event, state)
            seen.add(kind[2])
    assert seen == set(becomes), seen


def test_operations():
    s = server()
    assert s.get("/healthz").status == 200 and s.get("/readyz").status == 200
    info = s.get("/api/info").json
    assert {"version", "mode", "store_format", "partitions"} <= set(info), info
    metrics = s.get("/metrics").body.decode()
    assert "reprise_events_total" in metrics and "# TYPE" in metrics
    paths = s.get("/openapi.json").json["paths"]
    assert "/api/workflows/{workflow_id}/execute" in paths
    answer = s.get("/nowhere")
    assert answer.status == 404 and answer.headers["content-type"] == "application/problem+json", answer
    answer = s.call("DELETE", "/api/executions")
    assert answer.status == 405 and "GET" in answer.headers["allow"], answer
    assert s.call("OPTIONS", "/api/executions").status in (200, 204)
    head = s.call("HEAD", "/healthz")
    assert head.status == 200 and head.body == b""


def test_principals_and_roles():
    import os
    import subprocess
    from harness import BINARY
    with Server() as s:
        def token(user, *more):
            out = subprocess.run([BINARY, "token", "create", "--data", s.data, "--user", user, *more], capture_output=True,
                                 text=True)
            assert out.returncode == 0, out
            return {"Authorization": "Bearer " + re.search(r"rpr_[A-Za-z0-9_-]+", out.stdout).group(0)}
        ada = token("ada")
        viewer = token("vera", "--role", "viewer")
        other = token("otto", "--workspace", "elsewhere")
        s.restart()
        error(s.get("/api/executions"), 401, "UNAUTHORIZED")
        error(s.get("/api/executions", headers={"Authorization": "Bearer rpr_no"}), 401, "UNAUTHORIZED")
        assert s.call("PUT", "/api/workflows/echo", ECHO, headers=ada).status == 201
        run = s.post("/api/workflows/echo/execute", {"inputs": {}}, headers=ada).json["execution_id"]
        assert s.get(f"/api/executions/{run}", headers=viewer).status == 200
        error(s.post("/api/workflows/echo/execute", {"inputs": {}}, headers=viewer), 403, "FORBIDDEN")
        error(s.get(f"/api/executions/{run}", headers=other), 404, "EXECUTION_NOT_FOUND")
        error(s.post("/api/workflows/echo/execute", {"inputs": {}}, headers=other), 404, "WORKFLOW_NOT_FOUND")
        assert s.get("/api/executions?user_id=ada", headers=ada).json["total"] == 1
        assert s.get("/api/executions?user_id=nobody", headers=ada).json["total"] == 0
        assert s.get("/api/executions", headers=other).json["total"] == 0
        for name in os.listdir(s.data):
            path = os.path.join(s.data, name)
            if os.path.isfile(path):
                assert ada["Authorization"][7:].encode() not in open(path, "rb").read(), path


def test_rate_limits():
    with Server("--rate-limits=true") as s:
        s.put_workflow("echo", ECHO)
        begin, allowed = time.time(), 0
        while (answer := s.post("/api/workflows/echo/execute")).status == 200 and allowed < 1000:
            allowed += 1
        assert 10 <= allowed <= 10 + (time.time() - begin) / 6, allowed  # ten, and one more every six seconds
        error(answer, 429, "RATE_LIMITED")
        assert int(answer.headers["retry-after"]) >= 1, answer


def test_restart_keeps_everything():
    with Server() as s:
        s.put_workflow("work", WORK)
        s.put_workflow("later", {"actions": [{"ref": "nap", "action": "core.noop", "start_delay": 1.0}]})
        waiting = s.post("/api/workflows/later/execute").json["execution_id"]
        queued = s.post("/api/workflows/work/execute", {"inputs": {"n": 4}}).json["execution_id"]
        s.restart()
        assert s.get(f"/api/executions/{waiting}?wait=15").json["status"] == "completed"
        worker = Worker(s, lambda t: {"result": t["args"]["n"]})
        assert s.get(f"/api/executions/{queued}?wait=15").json["result"] == 4
        worker.stop()


if __name__ == "__main__":
    try:
        main(sys.modules[__name__])
    finally:
        if SERVER:
            SERVER.close()
