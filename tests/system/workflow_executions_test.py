"""/workflow-executions against the real server: ids, the full read key by key, compact, lists, stopping, errors."""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.request

from harness import BINARY, Server, Worker, eventually, main

EXECUTION = re.compile(r"^wf_[0-9a-zA-Z]+/exec_[0-9a-zA-Z]+$")
WORKFLOW = re.compile(r"^wf_[0-9a-zA-Z]+$")
UUID4 = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
ISO = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

# The seed's example: its keys, in its order.
HEAD = ["id", "run_id", "start_time", "execution_time", "close_time", "status", "workflow_type", "task_queue",
        "history_length", "parent_wf_exec_id"]
EVENT = ["event_id", "event_time", "event_type", "task_id", "event_group", "failure", "result", "role",
         "parent_wf_exec_id", "workflow_timeout"]
GROUP = ["event_id", "udf_namespace", "udf_name", "udf_key", "action_id", "action_ref", "action_title",
         "action_description", "action_input", "action_result", "current_attempt", "retry_policy", "start_delay",
         "join_strategy", "related_wf_exec_id"]
INPUT = ["task", "exec_context", "run_context", "interaction_context"]
TASK = ["ref", "description", "action", "args", "depends_on", "interaction", "run_if", "for_each", "retry_policy",
        "start_delay", "wait_until", "join_strategy"]
RUN = ["wf_id", "wf_exec_id", "wf_run_id", "environment"]
POLICY = ["max_attempts", "timeout", "retry_until"]
ROLE = ["type", "workspace_id", "user_id", "access_level", "service_id"]
ROW = ["source_event_id", "schedule_time", "start_time", "close_time", "curr_event_type", "status", "action_name",
       "action_ref", "action_input", "action_result", "action_error", "child_wf_exec_id", "child_wf_count", "loop_index",
       "child_wf_wait_strategy"]

GREET = {"title": "Greet", "config": {"timeout": 90.5, "environment": "staging"},
         "entrypoint": {"expects": {"name": {"type": "str"}}},
         "actions": [{"ref": "say_hello", "description": "Builds the greeting", "action": "core.transform.reshape",
                      "args": {"value": "hello, ${{ TRIGGER.name }}"}},
                     {"ref": "note", "action": "core.log", "depends_on": ["say_hello"],
                      "args": {"message": "${{ ACTIONS.say_hello.result }}"}}],
         "returns": "${{ ACTIONS.say_hello.result }}"}
WORK = {"config": {"timeout": 0}, "actions": [
    {"ref": "work", "action": "acme.work", "args": {"n": 1}, "retry_policy": {"max_attempts": 3, "initial_interval": 0.01}}],
    "returns": "${{ ACTIONS.work.result }}"}
FAILS = {"actions": [{"ref": "boom", "action": "core.fail", "args": {"message": "it broke"}}]}

SERVER = None


def server():
    global SERVER
    if SERVER is None:
        SERVER = Server()
        for name, definition in (("greet", GREET), ("work", WORK), ("fails", FAILS)):
            SERVER.put_workflow(name, definition)
    return SERVER


def start(workflow, inputs=None, s=None):
    answer = (s or server()).post("/workflow-executions", {"workflow_id": workflow, "inputs": inputs})
    assert answer.status == 200, answer
    assert list(answer.json) == ["message", "wf_id", "wf_exec_id", "payload"], answer
    assert answer.json["message"] == "Workflow execution started" and answer.json["payload"] == inputs, answer
    assert WORKFLOW.match(answer.json["wf_id"]) and EXECUTION.match(answer.json["wf_exec_id"]), answer
    return answer.json["wf_exec_id"]


def read(execution, rest="", s=None):
    answer = (s or server()).get(f"/workflow-executions/{execution.replace('/', '%2F')}{rest}")
    assert answer.status == 200, answer
    return answer.json


def ended(execution):
    def look():
        body = read(execution)
        return body if body["status"] != "RUNNING" else None
    return eventually(look, what=f"the end of {execution}")


def uuid_of(execution):
    number = 0
    for digit in execution.rsplit("_", 1)[1]:
        number = number * 62 + DIGITS.index(digit)
    text = f"{number:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def types(body):
    return [e["event_type"] for e in body["events"]]


def check_group(group, execution, body):
    assert list(group) == GROUP, group
    assert list(group["action_input"]) == INPUT, group
    assert list(group["action_input"]["task"]) == TASK, group
    assert list(group["action_input"]["run_context"]) == RUN, group
    assert list(group["retry_policy"]) == POLICY and list(group["action_input"]["task"]["retry_policy"]) == POLICY
    assert isinstance(group["retry_policy"]["timeout"], int)
    context = group["action_input"]["run_context"]
    assert context["wf_exec_id"] == execution and context["wf_run_id"] == body["run_id"], context
    assert context["wf_id"] == execution.split("/")[0]
    assert group["udf_key"] == ".".join(filter(None, (group["udf_namespace"], group["udf_name"])))


def test_full_read_key_by_key():
    execution = start("greet", {"name": "Ada"})
    body = ended(execution)
    assert list(body) == HEAD + ["events", "interaction_states"], body
    assert body["id"] == execution and UUID4.match(body["run_id"])
    assert all(ISO.match(body[k]) for k in ("start_time", "execution_time", "close_time")), body
    assert body["status"] == "COMPLETED" and body["parent_wf_exec_id"] is None and body["interaction_states"] == {}
    assert types(body) == ["WORKFLOW_EXECUTION_STARTED", *["ACTIVITY_TASK_SCHEDULED", "ACTIVITY_TASK_STARTED",
                           "ACTIVITY_TASK_COMPLETED"] * 2, "WORKFLOW_EXECUTION_COMPLETED"], types(body)
    for event in body["events"]:
        assert list(event) == EVENT, event
        assert ISO.match(event["event_time"]) and isinstance(event["task_id"], int)
        if event["event_type"].startswith("ACTIVITY"):
            check_group(event["event_group"], execution, body)
        else:
            assert event["event_group"] is None, event
    first, last = body["events"][0], body["events"][-1]
    assert list(first["role"]) == ROLE and UUID4.match(first["role"]["workspace_id"]), first
    assert first["role"]["type"] == "service" and first["role"]["user_id"] is None
    assert first["workflow_timeout"] == 90.5 and last["result"] == "hello, Ada"
    ids = [e["event_id"] for e in body["events"]]
    assert ids == sorted(set(ids)) and ids[0] == 1 and ids[-1] == body["history_length"]

    scheduled, begun, done = body["events"][1:4]
    group = scheduled["event_group"]
    assert group["event_id"] == scheduled["event_id"] and group["action_ref"] == "say_hello"
    assert (group["udf_namespace"], group["udf_name"]) == ("core.transform", "reshape")
    assert group["action_title"] == "Say hello" and group["action_description"] == "Builds the greeting"
    assert group["action_input"]["task"]["args"] == {"value": "hello, ${{ TRIGGER.name }}"}
    assert group["action_input"]["run_context"]["environment"] == "staging"
    assert group["current_attempt"] == 1 and group["action_result"] is None
    assert begun["event_group"] == group
    assert done["event_group"] == dict(group, action_result="hello, Ada") and done["result"] == "hello, Ada"


def test_the_history_is_that_of_the_other_surface():
    execution = start("greet", {"name": "Ada"})
    body = ended(execution)
    events = server().get(f"/api/executions/{uuid_of(execution)}/events").json["events"]
    assert body["history_length"] == len(events)
    numbers = {int(e["id"].split("/")[1]): e["time"] for e in events}
    assert all(numbers[e["event_id"]] == e["event_time"] for e in body["events"])


def test_ids_in_every_form():
    s = server()
    execution = start("greet", {"name": "Ada"})
    ended(execution)
    whole = s.get("/workflow-executions/" + execution)
    assert whole.status == 200
    for form in (execution.replace("/", "%2F"), execution.replace("/", "%2f"), execution.replace("/", "%252F"),
                 uuid_of(execution)):
        for rest in ("", "/compact"):
            assert s.get(f"/workflow-executions/{form}{rest}").status == 200, form
        assert s.get(f"/workflow-executions/{form}").json == whole.json
    assert s.get(f"/workflow-executions/{execution}/compact").status == 200
    assert s.get(f"/api/executions/{uuid_of(execution)}").json["status"] == "completed"
    workflow, run = execution.split("/")
    for form in ("nonsense", "wf_1/exec_1", f"wf_1/{run}", f"{workflow}/exec_1", workflow, run, f"{workflow}%3A{run}",
                 "01900000-0000-7000-8000-000000000000", f"{workflow}%2F{run}x"):
        answer = s.get("/workflow-executions/" + form)
        assert answer.status == 404 and answer.json == {"detail": "Workflow execution not found"}, (form, answer)
    # The workflow by its printed id and by its UUID, for starts and lists.
    for name in ("greet", workflow, uuid_of(workflow)):
        assert start(name, {"name": "Bob"}).split("/")[0] == workflow
        assert s.get(f"/workflow-executions?workflow_id={name}&limit=1").json[0]["id"].split("/")[0] == workflow


def test_every_attempt_has_its_events():
    failures = []

    def handle(task):
        failures.append(task["attempt"])
        return {"error": {"message": "not yet", "type": "Busy"}} if task["attempt"] < 3 else {"result": {"n": 3}}
    worker = Worker(server(), handle)
    try:
        execution = start("work")
        body = ended(execution)
    finally:
        worker.stop()
    attempts = [(e["event_type"].rsplit("_", 1)[1], e["event_group"]["current_attempt"]) for e in body["events"]
                if e["event_group"]]
    assert attempts == [("SCHEDULED", 1), ("STARTED", 1), ("FAILED", 1), ("SCHEDULED", 2), ("STARTED", 2), ("FAILED", 2),
                        ("SCHEDULED", 3), ("STARTED", 3), ("COMPLETED", 3)], attempts
    failed = next(e for e in body["events"] if e["event_type"] == "ACTIVITY_TASK_FAILED")
    assert list(failed["failure"]) == ["message", "cause"] and failed["failure"]["message"] == "not yet"
    assert failed["failure"]["cause"]["type"] == "Busy" and failed["failure"]["cause"]["will_retry"] is True
    assert body["events"][0]["workflow_timeout"] is None
    row, = read(execution, "/compact")["events"]
    assert row["status"] == "COMPLETED" and row["action_result"] == {"n": 3} and row["action_error"] is None, row


def test_failed_run():
    body = ended(start("fails"))
    assert body["status"] == "FAILED" and types(body)[-2:] == ["ACTIVITY_TASK_FAILED", "WORKFLOW_EXECUTION_FAILED"]
    assert body["events"][-1]["failure"]["cause"]["ref"] == "boom"
    row, = read(body["id"], "/compact")["events"]
    assert list(row["action_error"]) == ["message", "cause"] and row["status"] == "FAILED", row
    assert row["action_error"]["message"] == "it broke", row


def test_compact():
    execution = start("greet", {"name": "Ada"})
    body = ended(execution)
    compact = read(execution, "/compact")
    assert list(compact) == HEAD + ["events", "interaction_states"]
    assert {k: compact[k] for k in HEAD} == {k: body[k] for k in HEAD}
    assert [list(row) for row in compact["events"]] == [ROW, ROW], compact
    hello, note = compact["events"]
    assert (hello["action_ref"], hello["action_name"], hello["status"]) == ("say_hello", "core.transform.reshape", "COMPLETED")
    assert hello["action_input"] == {"value": "hello, ${{ TRIGGER.name }}"} and hello["action_result"] == "hello, Ada"
    assert note["curr_event_type"] == "ACTIVITY_TASK_COMPLETED" and note["loop_index"] is None
    assert hello["source_event_id"] == body["events"][1]["event_id"] and note["child_wf_count"] == 0


def test_running_and_stopped():
    s = server()
    for verb, status, last, row_status in (("cancel", "CANCELED", "WORKFLOW_EXECUTION_CANCELED", "CANCELED"),
                                           ("terminate", "TERMINATED", "WORKFLOW_EXECUTION_TERMINATED", "TERMINATED")):
        execution = start("work")
        body = eventually(lambda: (b := read(execution)) and len(b["events"]) > 1 and b)
        assert body["status"] == "RUNNING" and body["close_time"] is None, body
        assert read(execution, "/compact")["events"][0]["status"] == "SCHEDULED"
        sent = {"reason": "enough"} if verb == "terminate" else None
        for form in (execution.replace("/", "%2F"), execution, uuid_of(execution)):  # twice on one that has ended
            answer = s.post(f"/workflow-executions/{form}/{verb}", sent)
            assert answer.status == 204 and answer.body == b"", answer
        body = ended(execution)
        assert body["status"] == status and last in types(body) and "ACTIVITY_TASK_CANCELED" in types(body), body
        assert read(execution, "/compact")["events"][0]["status"] == row_status
        event = next(e for e in body["events"] if e["event_type"] == last)
        assert event["failure"] == ({"message": "enough", "cause": None} if sent else None), event
    execution = start("work")
    assert s.post(f"/workflow-executions/{execution}/terminate", {"reason": None}).status == 204
    assert s.post(f"/workflow-executions/{execution}/terminate", {}).status == 204
    for verb in ("cancel", "terminate"):
        answer = s.post(f"/workflow-executions/wf_1%2Fexec_1/{verb}", {})
        assert answer.status == 404 and answer.json == {"detail": "Workflow execution not found"}, answer


def test_timed_out_run():
    s = server()
    s.put_workflow("slow", {"config": {"timeout": 0.2}, "actions": [{"ref": "work", "action": "acme.never", "queue": "none"}]})
    body = ended(start("slow"))
    assert body["status"] == "TIMED_OUT" and "WORKFLOW_EXECUTION_TIMED_OUT" in types(body), body


def test_lists():
    s = server()
    s.put_workflow("listed", FAILS)
    ids = []
    for _ in range(7):
        ids.append(start("listed"))
        time.sleep(0.002)  # runs of one millisecond have no order among each other
    ended(ids[-1])
    newest = s.get("/workflow-executions?workflow_id=listed")
    assert [row["id"] for row in newest.json] == ids[::-1] and "x-next-cursor" not in newest.headers
    assert all(list(row) == HEAD for row in newest.json)
    assert newest.json[0] == {k: v for k, v in read(ids[-1]).items() if k in HEAD}
    seen, cursor = [], ""
    while True:
        page = s.get(f"/workflow-executions?workflow_id=listed&limit=3{cursor}")
        seen += [row["id"] for row in page.json]
        if "x-next-cursor" not in page.headers:
            break
        cursor = "&cursor=" + page.headers["x-next-cursor"]
    assert seen == ids[::-1]
    assert len(s.get("/workflow-executions?workflow_id=listed&trigger=manual").json) == 7
    assert len(s.get("/workflow-executions?workflow_id=listed&trigger=manual&trigger=webhook").json) == 7
    assert s.get("/workflow-executions?workflow_id=listed&trigger=webhook,scheduled").json == []
    assert s.get("/workflow-executions?workflow_id=nothing").json == []
    assert s.get("/workflow-executions?user_id=nobody").json == []
    for query in ("limit=0", "limit=many", "trigger=never", "cursor=zzz", "workflow_id=a%20b", "workspace_id=x"):
        answer = s.get("/workflow-executions?" + query)
        assert answer.status == 422 and answer.json["detail"][0]["loc"] == ["query", query.split("=")[0]], answer


def test_pages_of_a_history():
    execution = start("greet", {"name": "Ada"})
    whole = ended(execution)
    joined, cursor, pages = [], "", 0
    while True:
        page = server().get(f"/workflow-executions/{execution.replace('/', '%2F')}?limit=2{cursor}")
        assert list(page.json) == list(whole)
        joined += page.json["events"]
        pages += 1
        if "x-next-cursor" not in page.headers:
            break
        cursor = "&cursor=" + page.headers["x-next-cursor"]
    assert joined == whole["events"] and pages > 3


def test_a_history_too_large_for_one_part():
    s = server()
    count = 1500
    s.put_workflow("wide", {"actions": [{"ref": f"step_{i}", "action": "core.noop"} for i in range(count)], "returns": 1})
    execution = start("wide")
    eventually(lambda: s.get("/workflow-executions?workflow_id=wide").json[0]["status"] == "COMPLETED")

    def whole():  # past the harness, which would hold thousands of events against their schema
        with urllib.request.urlopen(f"http://127.0.0.1:{s.port}/workflow-executions/{execution}", timeout=20) as answer:
            assert answer.headers["Transfer-Encoding"] == "chunked" and answer.headers["Content-Type"] == "application/json"
            return answer.read()
    text = whole()
    body = json.loads(text)
    assert len(text) > 2 << 20 and list(body) == HEAD + ["events", "interaction_states"]
    assert len(body["events"]) == 3 * count + 2 and body["history_length"] == 3 * count + 2
    assert {e["event_group"]["action_ref"] for e in body["events"] if e["event_group"]} == {f"step_{i}" for i in range(count)}
    assert len(read(execution, "/compact")["events"]) == count
    # A client that leaves in the middle hurts nobody.
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", s.port), timeout=20) as leaving:
            leaving.sendall(f"GET /workflow-executions/{execution} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert leaving.recv(1000)
    assert whole() == text


def test_starts_that_are_refused():
    s = server()
    for name in ("missing", "wf_1", "01900000-0000-7000-8000-000000000000", "a b", ""):
        answer = s.post("/workflow-executions", {"workflow_id": name})
        assert answer.status == 404 and answer.json == {"detail": "Invalid workflow ID"}, answer
    answer = s.post("/workflow-executions", {"workflow_id": "greet", "inputs": {"name": 3}})
    assert answer.status == 400 and list(answer.json["detail"]) == ["type", "message", "detail"], answer
    assert answer.json["detail"]["type"] == "TracecatValidationError" and "name" in answer.json["detail"]["detail"]
    js = {"Content-Type": "application/json"}
    for body, place in (({}, "workflow_id"), ({"workflow_id": 1}, "workflow_id"), ([], "body"), ("{", "body"), ("", "body"),
                        ({"workflow_id": "greet", "inputs": "x"}, "inputs"), ('{"a":"\ud800"}'.encode("utf-8", "surrogatepass"), "body")):
        answer = s.post("/workflow-executions", body, headers=js)
        assert answer.status == 422, answer
        assert [list(f) for f in answer.json["detail"]] == [["loc", "msg", "type"]], answer
        assert answer.json["detail"][0]["loc"][-1] == place, answer
    # As that system, members that are not known are left alone.
    assert s.post("/workflow-executions", {"workflow_id": "fails", "dispatch_type": "push"}).status == 200
    assert s.get("/workflow-executions/a/b/c/d").json == {"detail": "There is nothing at this path."}


def test_ids_survive_a_restart():
    with Server() as s:
        s.put_workflow("greet", GREET)
        execution = start("greet", {"name": "Ada"}, s)
        eventually(lambda: read(execution, s=s)["status"] == "COMPLETED")
        before, compact = read(execution, s=s), read(execution, "/compact", s=s)
        s.restart()
        assert read(execution, s=s) == before and read(execution, "/compact", s=s) == compact
        assert start(execution.split("/")[0], {"name": "Bob"}, s)


def test_tokens_and_workspaces():
    with Server() as s:
        s.stop()
        token = subprocess.run([BINARY, "token", "create", "--data", s.data, "--user", "ada"], check=True,
                               capture_output=True, text=True).stdout.split()[-1]
        s.start()
        answer = s.get("/workflow-executions")
        assert answer.status == 401 and list(answer.json) == ["detail"], answer
        key = {"x-tracecat-service-key": token}
        assert s.get("/workflow-executions", headers=key).json == []
        assert s.get("/workflow-executions", headers={"Authorization": "Bearer " + token}).status == 200
        s.call("PUT", "/api/workflows/greet", GREET, headers={"Authorization": "Bearer " + token})
        answer = s.post("/workflow-executions", {"workflow_id": "greet", "inputs": {"name": "Ada"}}, headers=key)
        assert answer.status == 200, answer
        body = s.get("/workflow-executions/" + answer.json["wf_exec_id"], headers=key).json
        role = body["events"][0]["role"]
        assert role["type"] == "user" and UUID4.match(role["user_id"]) and role["access_level"] == 0, role
        for user in ("current", role["user_id"], "ada"):
            assert len(s.get(f"/workflow-executions?user_id={user}", headers=key).json) == 1, user
        assert s.get(f"/workflow-executions?workspace_id={role['workspace_id']}", headers=key).status == 200
        assert s.get(f"/workflow-executions?workspace_id={role['user_id']}", headers=key).status == 403


def test_the_workflow_api_takes_every_form_of_an_execution_id():
    server = SERVER
    server.put_workflow("every-form", {"actions": [{"ref": "a", "action": "core.noop"}]})
    plain = server.run("every-form")["execution_id"]
    printed = server.get(f"/workflow-executions/{plain}").json["id"]
    assert EXECUTION.match(printed), printed
    for form in (plain, printed, printed.replace("/", "%2F"), printed.replace("/", "%252F")):
        assert server.get(f"/api/executions/{form}").json["execution_id"] == plain, form
        for rest in ("logs", "events", "tasks", "explain", "state"):
            answer = server.get(f"/api/executions/{form}/{rest}")
            assert answer.status == 200, (form, rest, answer)
        assert server.post(f"/api/executions/{form}/replay").json["matches"] is True
        assert server.post(f"/api/executions/{form}/cancel").status == 400
    for form in ("wf_1/exec_", printed.split("/")[0], printed.split("/")[1], "exec_1/wf_1"):
        assert server.get(f"/api/executions/{form}").status == 404, form


def test_the_workflow_api_takes_every_form_of_a_workflow_id():
    server = SERVER
    server.put_workflow("any-form", {"actions": [{"ref": "a", "action": "core.noop"}]})
    started = server.post("/workflow-executions", {"workflow_id": "any-form", "inputs": {}})
    assert started.status == 200, started
    form = started.json["wf_id"]
    assert form.startswith("wf_")
    assert server.get(f"/api/workflows/{form}").json["workflow_id"] == "any-form"
    versions = server.get(f"/api/workflows/{form}/versions").json
    assert versions["workflow_id"] == "any-form" and len(versions["versions"]) == 1, versions
    assert server.get(f"/api/executions?workflow_id={form}").json["total"] == 1
    changed = server.call("PUT", f"/api/workflows/{form}", {"title": "other", "actions": [{"ref": "a", "action": "core.noop"}]})
    assert changed.status == 200 and changed.json["workflow_id"] == "any-form" and changed.json["version"] == 2, changed
    assert server.get(f"/api/workflows/{form}").json["version"] == 2
    assert server.call("DELETE", f"/api/workflows/{form}").status == 200
    assert server.get("/api/workflows/any-form").status == 404


if __name__ == "__main__":
    try:
        main(sys.modules[__name__])
    finally:
        if SERVER:
            SERVER.close()
