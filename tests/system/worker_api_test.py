"""The worker API against the real server (contract: engine-api, Workers)."""

import socket
import sys
import threading
import time

from harness import Server, eventually, main

SERVER = None
STEP = {"config": {"timeout": 0}, "actions": [
    {"ref": "work", "action": "acme.work", "args": {"n": "${{ TRIGGER.n }}"},
     "retry_policy": {"max_attempts": 3, "initial_interval": 0.05, "timeout": 60}}], "returns": "${{ ACTIONS.work.result }}"}


def server():
    global SERVER
    if SERVER is None:
        SERVER = Server()
        SERVER.put_workflow("step", STEP)
    return SERVER


def own(name, definition=None, **changes):
    """A workflow of its own action, so that tests do not take each other's tasks."""
    action = f"test.{name}"
    d = {**(definition or STEP)}
    d["actions"] = [{**d["actions"][0], "action": action, **changes}]
    server().put_workflow(name, d)
    return action


def start(name, **inputs):
    answer = server().post(f"/api/workflows/{name}/execute", {"inputs": inputs})
    assert answer.status == 200, answer
    return answer.json["execution_id"]


def poll(action, **more):
    answer = server().post("/api/tasks/poll", {"worker_id": "w", "actions": [action], **more})
    assert answer.status == 200, answer
    return answer.json


def complete(*results):
    answer = server().post("/api/tasks/complete", {"results": list(results)})
    assert answer.status == 200, answer
    return [o["outcome"] for o in answer.json["outcomes"]]


def test_poll_shape_and_completion():
    action = own("shape")
    run = start("shape", n=5)
    answer = poll(action, wait_ms=10000)
    assert set(answer) == {"tasks", "outcomes"} and answer["outcomes"] == []
    task = answer["tasks"][0]
    assert {"task_token", "execution_id", "workflow_id", "ref", "action", "args", "attempt", "delivery", "iteration", "item",
            "lease_expires_at", "deadline"} <= set(task), task
    assert (task["execution_id"], task["workflow_id"], task["ref"], task["action"]) == (run, "shape", "work", action)
    assert task["args"] == {"n": 5} and task["attempt"] == 1 and task["delivery"] == 1
    assert task["iteration"] is None and task["item"] is None
    token = task["task_token"]
    assert complete({"task_token": token, "result": {"ok": True}, "logs": [{"level": "WARNING", "message": "hm"}],
                     "metadata": {"k": 1}}) == ["accepted"]
    assert complete({"task_token": token, "result": {"ok": False}}) == ["duplicate"]
    body = server().get(f"/api/executions/{run}").json
    assert body["status"] == "completed" and body["result"] == {"ok": True}
    assert any(l["message"] == "hm" and l["level"] == "WARNING" and l["node_id"] == "work" for l in body["logs"])
    assert server().post(f"/api/executions/{run}/replay").json["matches"] is True


def test_lines_are_in_time_order():
    server().put_workflow("ordered", {"config": {"timeout": 0}, "actions": [
        {"ref": ref, "action": f"test.ordered_{ref}", "retry_policy": {"timeout": 60}} for ref in "xy"]})
    run = start("ordered")
    x, y = (poll(f"test.ordered_{ref}", wait_ms=10000)["tasks"][0]["task_token"] for ref in "xy")
    early = server().get(f"/api/executions/{run}/logs").json["logs"][-1]["timestamp"]
    time.sleep(0.01)
    assert complete({"task_token": x}) == ["accepted"]
    waited = []
    waiter = threading.Thread(target=lambda: waited.append(server().get(f"/api/executions/{run}?wait=20").json))
    waiter.start()
    time.sleep(0.2)  # so that it waits; what it is told is the same if it does not
    assert complete({"task_token": y, "logs": [
        {"timestamp": early, "level": "INFO", "message": "early"},
        {"timestamp": "9999-12-31T00:00:00Z", "level": "INFO", "message": "late"}]}) == ["accepted"]
    waiter.join()
    body = server().get(f"/api/executions/{run}").json
    for logs in (waited[0]["logs"], body["logs"], server().get(f"/api/executions/{run}/logs").json["logs"]):
        times, messages = [l["timestamp"] for l in logs], [l["message"] for l in logs]
        assert times == sorted(times) and times[-1] < "9999", logs
        assert messages.index("early") < messages.index("Node 'x' completed") < messages.index("late"), logs
        assert messages[-3:] == ["late", "Node 'y' completed", "Execution completed"], logs
    assert server().post(f"/api/executions/{run}/replay").json["matches"] is True


def test_poll_waits_and_is_woken():
    action = own("woken")
    begin = time.time()
    assert poll(action, wait_ms=300)["tasks"] == []
    assert 0.25 < time.time() - begin < 10
    with socket.create_connection(("127.0.0.1", server().port)) as s:
        body = b'{"worker_id":"w","actions":["test.woken"],"wait_ms":60000}'
        s.sendall(b"POST /api/tasks/poll HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                  % len(body) + body)
        time.sleep(0.2)
        start("woken", n=1)
        begin = time.time()
        assert b"task_token" in s.recv(65536)
        assert time.time() - begin < 20


def test_results_ride_along_with_a_poll():
    action = own("ride")
    runs = [start("ride", n=i) for i in range(3)]
    tasks = []
    while len(tasks) < 3:  # they come one after the other
        tasks += poll(action, max=10, wait_ms=10000)["tasks"]
    assert [t["execution_id"] for t in tasks] == runs
    answer = poll(action, results=[{"task_token": t["task_token"], "result": 1} for t in tasks] + [{"task_token": "nonsense"}])
    assert [o["outcome"] for o in answer["outcomes"]] == ["accepted"] * 3 + ["unknown"]
    assert all(server().get(f"/api/executions/{r}").json["status"] == "completed" for r in runs)


def test_failure_is_retried():
    action = own("retried")
    run = start("retried", n=1)
    for attempt in (1, 2):
        task = poll(action, wait_ms=10000)["tasks"][0]
        assert task["attempt"] == attempt
        assert complete({"task_token": task["task_token"], "error": {"message": "no", "type": "X"}}) == ["accepted"]
    task = poll(action, wait_ms=10000)["tasks"][0]
    assert task["attempt"] == 3
    assert complete({"task_token": task["task_token"], "error": {"message": "still no"}}) == ["accepted"]
    body = server().get(f"/api/executions/{run}?wait=15").json
    assert body["status"] == "failed" and "still no" in body["error"], body
    assert any(l["level"] == "WARNING" for l in body["logs"])


def test_not_retryable():
    action = own("final")
    run = start("final", n=1)
    task = poll(action, wait_ms=10000)["tasks"][0]
    complete({"task_token": task["task_token"], "error": {"message": "never", "retryable": False}})
    assert server().get(f"/api/executions/{run}?wait=15").json["status"] == "failed"


def test_lease_expires():
    action = own("expires")
    run = start("expires", n=1)
    first = poll(action, wait_ms=10000, lease_ms=200)["tasks"][0]
    second = poll(action, wait_ms=10000)["tasks"][0]
    assert second["attempt"] == 1 and second["delivery"] == 2, second
    assert complete({"task_token": first["task_token"], "result": "late"}) == ["stale"]
    assert complete({"task_token": second["task_token"], "result": "good"}) == ["accepted"]
    assert server().get(f"/api/executions/{run}").json["result"] == "good"


def test_heartbeat_extends():
    action = own("beats")
    run = start("beats", n=1)
    task = poll(action, wait_ms=10000, lease_ms=3000)["tasks"][0]
    for _ in range(5):
        time.sleep(0.7)
        answer = server().post("/api/tasks/heartbeat", {"leases": [{"task_token": task["task_token"], "lease_ms": 3000,
                                                                    "progress": 0.5}, {"task_token": "x"}]})
        assert [l["state"] for l in answer.json["leases"]] == ["extended", "unknown"], answer
    assert poll(action)["tasks"] == []
    assert complete({"task_token": task["task_token"], "result": 1}) == ["accepted"]
    assert server().get(f"/api/executions/{run}").json["status"] == "completed"


def test_cancel_reaches_the_worker():
    action = own("cancelled")
    run = start("cancelled", n=1)
    queued = start("cancelled", n=2)
    task = poll(action, wait_ms=10000)["tasks"][0]
    for r in (run, queued):
        assert server().post(f"/api/executions/{r}/cancel").status == 200
    answer = server().post("/api/tasks/heartbeat", {"leases": [{"task_token": task["task_token"]}]})
    assert answer.json["leases"][0]["state"] == "cancel_requested", answer
    assert poll(action, wait_ms=200)["tasks"] == []
    assert complete({"task_token": task["task_token"], "result": 1}) == ["stale"]


def test_queues():
    action = own("queued", queue="special")
    run = start("queued", n=1)
    assert poll(action)["tasks"] == []
    task = poll(action, queues=["default", "special"], wait_ms=10000)["tasks"][0]
    complete({"task_token": task["task_token"], "result": 1})
    assert server().get(f"/api/executions/{run}").json["status"] == "completed"


def test_token_survives_a_restart():
    with Server() as s:
        s.put_workflow("step", STEP)
        run = s.post("/api/workflows/step/execute", {"inputs": {"n": 1}}).json["execution_id"]
        task = s.post("/api/tasks/poll", {"worker_id": "w", "wait_ms": 10000}).json["tasks"][0]
        time.sleep(0.2)
        s.kill()
        s.start()
        answer = s.post("/api/tasks/complete", {"results": [{"task_token": task["task_token"], "result": 7}]})
        assert answer.json["outcomes"][0]["outcome"] == "accepted", answer
        assert s.get(f"/api/executions/{run}?wait=15").json["result"] == 7


def test_a_worker_that_goes_away_gives_its_tasks_back():
    action = own("gone")
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", server().port)) as s:
            body = b'{"worker_id":"gone","actions":["test.gone"],"wait_ms":20000}'
            s.sendall(b"POST /api/tasks/poll HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                      b"Content-Length: %d\r\n\r\n" % len(body) + body)
            time.sleep(0.02)
    run = start("gone", n=1)
    task = poll(action, wait_ms=10000)["tasks"][0]
    assert task["execution_id"] == run
    complete({"task_token": task["task_token"], "result": 1})


def test_explain_names_what_is_waited_for():
    own("lonely")
    run = start("lonely", n=1)
    explain = server().get(f"/api/executions/{run}/explain").json
    open_task = explain["open"][0]
    assert open_task["ref"] == "work" and open_task["queue"] == "default" and open_task["kind"] == "worker", explain
    assert "worker" in open_task["sentence"], explain


def test_bad_requests():
    s = server()
    for body in ({}, {"worker_id": 3}, {"worker_id": "w", "max": 0}, {"worker_id": "w", "max": 1001},
                 {"worker_id": "w", "wait_ms": 60001}, {"worker_id": "w", "lease_ms": 99}, {"worker_id": "w", "queues": "x"},
                 {"worker_id": "w", "surprise": 1}, {"worker_id": "w", "results": {}}):
        answer = s.post("/api/tasks/poll", body)
        assert answer.status == 422 and answer.json["error_code"] == "VALIDATION_ERROR" and answer.json["detail"], (body, answer)
    assert s.post("/api/tasks/complete", {"results": 1}).status == 422
    assert s.post("/api/tasks/heartbeat", {}).status == 422


if __name__ == "__main__":
    try:
        main(sys.modules[__name__])
    finally:
        if SERVER:
            SERVER.close()
