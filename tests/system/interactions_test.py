"""Interactions against the real server: the inbox, answers on both surfaces, approvals by users and groups, restarts."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading

from harness import BINARY, Server, Worker, eventually, main

UUID4 = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")


def ask(interaction, **more):
    """One action that asks; the run's result is all that is known of it."""
    return {"config": {"timeout": 0}, "returns": "${{ ACTIONS.ask }}",
            "actions": [dict({"ref": "ask", "action": "core.interact.response", "interaction": interaction}, **more)]}


RESPONSE = ask({"type": "response", "message": "Deploy ${{ TRIGGER.what }}?",
                "schema": {"type": "object", "required": ["go"], "properties": {"go": {"type": "boolean"}}}})
TWO = ask({"type": "approval", "required_approvers": 2, "approve_if": "${{ ACTIONS.ask.interaction.ok }}"})
OPS = ask({"type": "approval", "approver_groups": ["ops", "leads"]})
BRIEF = {"config": {"timeout": 0}, "returns": "${{ ACTIONS.ask.error }}", "actions": [
    {"ref": "ask", "action": "core.interact.response", "interaction": {"type": "response", "timeout": 0.3}},
    {"ref": "late", "action": "core.noop", "depends_on": ["ask.error"]}]}
WORK = ask({"type": "response"}, action="acme.prepare", args={"me": "${{ FN.get_interaction() }}"})
WORK["actions"][0]["action"] = "acme.prepare"

SERVER = None


def server():
    global SERVER
    if SERVER is None:
        SERVER = Server()
        for name, definition in (("deploy", RESPONSE), ("two", TWO), ("ops", OPS), ("brief", BRIEF), ("work", WORK)):
            SERVER.put_workflow(name, definition)
    return SERVER


def begin(s, workflow, inputs=None, **more):
    answer = s.post(f"/api/workflows/{workflow}/execute", {"inputs": inputs or {}}, **more)
    assert answer.status == 200, answer
    return answer.json["execution_id"]


def inbox(s, **filters):
    query = "&".join(f"{k}={v}" for k, v in filters.items())
    answer = s.get("/api/interactions?" + query)
    assert answer.status == 200, answer
    return answer.json["interactions"]


def question(s, execution, status="pending", **more):
    """The run's interaction, once it has that status."""
    def look():
        answer = s.get(f"/api/interactions?limit=1000&status={status}", **more)
        return next((i for i in answer.json["interactions"] if i["execution_id"] == execution), None)
    return eventually(look, what=f"a {status} interaction of {execution}")


def ended(s, execution, **more):
    return s.get(f"/api/executions/{execution}?wait=20", **more).json


def answer(s, interaction, data, **more):
    return s.post(f"/api/interactions/{interaction['interaction_id']}/answer", {"data": data}, **more)


def test_a_response_from_question_to_result():
    s = server()
    run = begin(s, "deploy", {"what": "v2"})
    asked = question(s, run)
    assert UUID4.match(asked["interaction_id"]), asked
    assert asked["message"] == "Deploy v2?" and asked["type"] == "response" and asked["workflow_id"] == "deploy", asked
    assert asked["data"] is None and asked["approved"] is None and asked["answers"] == [], asked
    assert s.get(f"/api/interactions/{asked['interaction_id']}").json == asked
    assert s.get(f"/api/executions/{run}").json["current_node"] == "ask"

    taken = answer(s, asked, {"go": True})
    assert taken.status == 200, taken
    assert taken.json["status"] == "completed" and taken.json["data"] == {"go": True}, taken
    body = ended(s, run)
    assert body["status"] == "completed", body
    assert body["result"] == {"result": None, "result_typename": "NoneType", "interaction": {"go": True},
                              "interaction_id": asked["interaction_id"], "interaction_type": "response"}, body
    again = answer(s, asked, {"go": True})
    assert again.status == 409 and again.json["error_code"] == "INTERACTION_CLOSED", again
    assert s.get(f"/api/interactions/{asked['interaction_id']}").json["status"] == "completed"
    assert any(f"waits for an answer to interaction {asked['interaction_id']}" in line["message"] for line in body["logs"]), body
    assert s.post(f"/api/executions/{run}/replay").json["matches"] is True


def test_what_is_wrong_with_an_answer():
    s = server()
    asked = question(s, begin(s, "deploy", {"what": "v3"}))
    url = f"/api/interactions/{asked['interaction_id']}/answer"
    for body, code, words in (({"data": {"go": "yes"}}, 422, ["data/go", '"boolean"', 'found "yes"']),
                              ({"data": {}}, 422, ["go"]),
                              ({}, 422, ["data is missing"]),
                              ({"data": {"go": True}, "colour": 1}, 422, ["colour"]),
                              ({"data": {"go": True}, "user": ""}, 422, ["user"]),
                              ("[]", 422, ["object"])):
        refused = s.post(url, body, headers={"Content-Type": "application/json"})
        assert refused.status == code, (body, refused)
        assert all(word in refused.json["detail"] for word in words), (body, refused)
    assert s.post(url, "{", headers={"Content-Type": "application/json"}).status == 400
    for unknown in ("11111111-1111-4111-8111-111111111111", "nonsense"):
        for refused in (s.get(f"/api/interactions/{unknown}"), s.post(f"/api/interactions/{unknown}/answer", {"data": 1})):
            assert refused.status == 404 and refused.json["error_code"] == "INTERACTION_NOT_FOUND", refused
    assert question(s, asked["execution_id"])["answers"] == []
    assert s.get("/api/interactions?status=open").status == 422
    assert s.get("/api/interactions?limit=0").status == 422
    assert s.get("/api/interactions?cursor=x").status == 422


def test_two_concurrent_answers_one_is_taken():
    s = server()
    for _ in range(20):
        asked = question(s, begin(s, "deploy", {"what": "race"}))
        together, codes = threading.Barrier(4), []

        def race():
            together.wait()
            codes.append(answer(s, asked, {"go": True}).status)
        threads = [threading.Thread(target=race) for _ in range(4)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        assert sorted(codes) == [200, 409, 409, 409], codes
        assert ended(s, asked["execution_id"])["status"] == "completed"


def test_an_approval_of_two_users_and_a_rejection():
    s = server()
    asked = question(s, begin(s, "two"))
    url = f"/api/interactions/{asked['interaction_id']}/answer"
    first = s.post(url, {"data": {"ok": 1}, "user": "ada"})
    assert first.status == 200 and first.json["status"] == "pending" and first.json["answers"][0]["user"] == "ada", first
    again = s.post(url, {"data": {"ok": 1}, "user": "ada"})
    assert again.status == 409 and again.json["error_code"] == "ALREADY_ANSWERED", again
    second = s.post(url, {"data": {"ok": 1}, "user": "bob"})
    assert second.json["status"] == "completed" and second.json["approved"] is True, second
    assert second.json["answered_by"] == "bob", second
    assert ended(s, asked["execution_id"])["status"] == "completed"

    asked = question(s, begin(s, "two"))
    rejected = answer(s, asked, {"ok": False, "why": "no"})
    assert rejected.status == 200 and rejected.json["approved"] is False, rejected
    body = ended(s, asked["execution_id"])
    assert body["status"] == "failed" and "rejected" in body["error"], body
    assert s.post(f"/api/executions/{asked['execution_id']}/replay").json["matches"] is True


def test_nobody_answers():
    s = server()
    run = begin(s, "brief")
    body = ended(s, run)
    assert body["status"] == "completed", body
    assert body["result"]["message"] == "Timeout waiting for response" and body["result"]["type"] == "TimeoutError", body
    late = answer(s, question(s, run, "timed_out"), 1)
    assert late.status == 409 and "timed out" in late.json["detail"], late


def test_an_early_answer_is_kept():
    s = server()
    run = begin(s, "work")
    asked = question(s, run, "idle")
    assert answer(s, asked, "early").json["status"] == "idle"
    assert answer(s, asked, "late").status == 409
    given = []
    worker = Worker(s, lambda task: given.append(task["args"]) or {"result": 7}, actions=["acme.prepare"])
    body = ended(s, run)
    worker.stop()
    assert body["status"] == "completed" and body["result"]["interaction"] == "early" and body["result"]["result"] == 7, body
    assert given == [{"me": {"interaction_id": asked["interaction_id"], "execution_id": run, "action_ref": "ask"}}], given


def test_pause_resume_cancel():
    s = server()
    run = begin(s, "deploy", {"what": "p"})
    asked = question(s, run)
    assert s.post(f"/api/executions/{run}/pause").status == 200
    explained = s.get(f"/api/executions/{run}/explain").json["open"][0]
    assert explained["kind"] == "person" and explained["interaction_id"] == asked["interaction_id"], explained
    assert explained["may_answer"] == "anybody", explained
    assert answer(s, asked, {"go": False}).status == 200
    assert ended(s, run)["status"] == "completed"
    run = begin(s, "deploy", {"what": "c"})
    asked = question(s, run)
    assert s.post(f"/api/executions/{run}/cancel").status == 200
    assert question(s, run, "cancelled")["ended_at"] is not None
    refused = answer(s, asked, {"go": False})
    assert refused.status == 409 and "ended before it was answered" in refused.json["detail"], refused
    state = s.get(f"/api/executions/{run}/state").json
    assert state["interactions"][0]["status"] == "cancelled" and state["timers"] == [], state


def test_pages_of_the_inbox():
    with Server() as s:
        s.put_workflow("deploy", RESPONSE)
        s.put_workflow("two", TWO)
        runs = [begin(s, "deploy" if i % 2 else "two", {"what": str(i)}) for i in range(25)]
        assert answer(s, question(s, runs[3]), {"go": True}).status == 200
        for filters, wanted in (({"status": "pending"}, [r for r in runs if r != runs[3]]), ({}, runs),
                                ({"workflow_id": "two", "status": "pending,completed"}, runs[0::2]),
                                ({"status": "completed"}, [runs[3]]), ({"status": "idle"}, [])):
            query, seen, cursor = "&".join(f"{k}={v}" for k, v in filters.items()), [], None
            while True:
                page = s.get(f"/api/interactions?limit=4&{query}" + (f"&cursor={cursor}" if cursor else "")).json
                seen += [i["execution_id"] for i in page["interactions"]]
                cursor = page["next_cursor"]
                if cursor is None:
                    break
                assert len(page["interactions"]) == 4, page
            # Those of one millisecond are in the order of their ids.
            assert sorted(seen) == sorted(wanted), (filters, seen)
            times = [i["created_at"] for i in inbox(s, limit=100, **filters)]
            assert times == sorted(times, reverse=True), times
        other = s.get("/api/interactions?limit=4&status=pending").json["next_cursor"]
        assert s.get(f"/api/interactions?limit=4&cursor={other}").status == 422  # of another filter


def test_workflow_executions():
    s = server()
    started = s.post("/workflow-executions", {"workflow_id": "two", "inputs": {}}).json["wf_exec_id"]
    printed = started.replace("/", "%2F")
    full = eventually(lambda: next(iter(s.get(f"/workflow-executions/{printed}").json["interaction_states"].items()), None))
    interaction = full[0]
    assert full[1] == {"type": "approval", "action_ref": "ask", "status": "pending", "data": None}, full
    row = s.get(f"/workflow-executions/{printed}/compact").json["events"][0]
    assert row["status"] == "STARTED" and row["close_time"] is None, row
    url = f"/workflow-executions/{started}/interactions/{interaction}"
    for body, code in (("{}", 422), ("[]", 422), ("{", 422)):
        assert s.post(url, body, headers={"Content-Type": "application/json"}).status == code, body
    missing = s.post(f"/workflow-executions/{printed}/interactions/11111111-1111-4111-8111-111111111111", {"data": 1})
    assert missing.status == 404 and missing.json == {"detail": "Interaction not found"}, missing
    other = s.post("/workflow-executions", {"workflow_id": "two", "inputs": {}}).json["wf_exec_id"].replace("/", "%2F")
    assert s.post(f"/workflow-executions/{other}/interactions/{interaction}", {"data": 1}).status == 404
    taken = s.post(url, {"data": {"ok": True}, "more": 1})
    assert taken.status == 200 and taken.json == {"message": "success", "detail": {"ok": True}}, taken
    assert s.post(url, {"data": {"ok": True}}).status == 409  # nobody is known: the same nobody
    assert s.post(f"/api/interactions/{interaction}/answer", {"data": {"ok": 2}, "user": "bob"}).status == 200
    assert s.post(f"/workflow-executions/{printed}/interactions/{interaction}", {"data": 1}).status == 409

    body = eventually(lambda: (lambda b: b if b["status"] == "COMPLETED" else None)(s.get(f"/workflow-executions/{printed}").json))
    assert body["interaction_states"] == {
        interaction: {"type": "approval", "action_ref": "ask", "status": "completed", "data": {"ok": 2}}}, body
    updates = [e for e in body["events"] if "UPDATE" in e["event_type"]]
    assert [e["event_type"][19:] for e in updates] == ["UPDATE_ACCEPTED", "UPDATE_ACCEPTED", "UPDATE_COMPLETED"], updates
    group = updates[2]["event_group"]
    assert group["event_id"] == updates[1]["event_id"] and group["udf_key"] == "core.interact.response", group
    assert (group["udf_namespace"], group["udf_name"], group["action_ref"]) == ("core.interact", "response", "ask"), group
    assert group["action_input"] == {"interaction_id": interaction, "execution_id": body["id"], "action_ref": "ask",
                                     "data": {"ok": 2}}, group
    assert group["action_result"] == {"ok": 2} and updates[0]["event_group"]["action_result"] is None, updates
    scheduled = next(e for e in body["events"] if e["event_type"] == "ACTIVITY_TASK_SCHEDULED")["event_group"]
    assert scheduled["action_input"]["interaction_context"]["interaction_id"] == interaction, scheduled
    compact = s.get(f"/workflow-executions/{printed}/compact").json
    assert compact["interaction_states"] == body["interaction_states"], compact
    assert compact["events"][0]["status"] == "COMPLETED" and compact["events"][0]["close_time"], compact
    page = s.get(f"/workflow-executions/{printed}?limit=2")
    assert page.json["interaction_states"] == body["interaction_states"] and len(page.json["events"]) <= 2, page


def test_users_and_groups():
    folder = tempfile.mkdtemp(prefix="reprise-test-")
    data = os.path.join(folder, "store")
    os.makedirs(data)
    tokens = {}
    for user, groups in (("ada", ["ops"]), ("bob", ["dev"]), ("eve", ["leads", "dev"])):
        flags = [f for g in groups for f in ("--group", g)]
        made = subprocess.run([BINARY, "token", "create", "--data", data, "--user", user, *flags], capture_output=True,
                              text=True, check=True)
        tokens[user] = {"Authorization": "Bearer " + made.stdout.strip()}
    viewer = subprocess.run([BINARY, "token", "create", "--data", data, "--user", "vic", "--role", "viewer"],
                            capture_output=True, text=True, check=True).stdout.strip()
    with Server(data=data) as s:
        for name, definition in (("ops", OPS), ("two", TWO)):
            assert s.call("PUT", f"/api/workflows/{name}", definition, headers=tokens["ada"]).status in (200, 201)
        asked = question(s, begin(s, "ops", headers=tokens["bob"]), headers=tokens["bob"])
        assert asked["approver_groups"] == ["ops", "leads"], asked
        refused = answer(s, asked, 1, headers=tokens["bob"])
        assert refused.status == 403 and "'ops' or 'leads'" in refused.json["detail"], refused
        assert answer(s, asked, 1, headers={"Authorization": "Bearer " + viewer}).status == 403
        assert answer(s, asked, 1).status == 401
        named = s.post(f"/api/interactions/{asked['interaction_id']}/answer", {"data": 1, "user": "ada"}, headers=tokens["eve"])
        assert named.status == 422 and "open servers" in named.json["detail"], named
        there = s.post(f"/workflow-executions/{asked['execution_id']}/interactions/{asked['interaction_id']}", {"data": 1},
                       headers=tokens["bob"])
        assert there.status == 403, there
        taken = answer(s, asked, 1, headers=tokens["eve"])
        assert taken.status == 200 and taken.json["answered_by"] == "eve", taken
        # Two users, not two answers.
        asked = question(s, begin(s, "two", headers=tokens["ada"]), headers=tokens["ada"])
        assert answer(s, asked, {"ok": 1}, headers=tokens["ada"]).status == 200
        assert answer(s, asked, {"ok": 1}, headers=tokens["ada"]).status == 409
        assert answer(s, asked, {"ok": 1}, headers=tokens["bob"]).json["status"] == "completed"
        assert ended(s, asked["execution_id"], headers=tokens["ada"])["status"] == "completed"
    shutil.rmtree(folder, ignore_errors=True)


def test_restart_while_pending_and_kill_after_an_answer():
    with Server() as s:
        for name, definition in (("deploy", RESPONSE), ("two", TWO), ("brief", ask({"type": "response", "timeout": 1.5}))):
            s.put_workflow(name, definition)
        asked = [question(s, begin(s, "deploy", {"what": str(i)})) for i in range(10)]
        half = question(s, begin(s, "two"))
        assert answer(s, half, {"ok": 1}).status == 200
        timed = begin(s, "brief")
        question(s, timed, "pending,timed_out")
        s.restart()
        pending = {i["execution_id"] for i in inbox(s, status="pending", limit=100)}
        assert pending - {timed} == {each["execution_id"] for each in [*asked, half]}, pending
        assert s.post(f"/api/interactions/{half['interaction_id']}/answer", {"data": {"ok": 1}, "user": "bob"}).status == 200
        for each in asked[:5]:
            assert answer(s, each, {"go": True}).status == 200
        s.kill()
        s.start()
        for each in asked[:5]:
            assert answer(s, each, {"go": False}).status == 409
            body = ended(s, each["execution_id"])
            assert body["status"] == "completed" and body["result"]["interaction"] == {"go": True}, body
        for each in asked[5:]:
            assert answer(s, each, {"go": False}).status == 200
        assert ended(s, half["execution_id"])["status"] == "completed"
        assert "Timeout waiting for response" in ended(s, timed)["error"]
        for each in [*asked, half]:
            assert s.post(f"/api/executions/{each['execution_id']}/replay").json["matches"] is True
        before = inbox(s, limit=100)
        assert s.stop() == 0
        subprocess.run([BINARY, "rebuild", "--data", s.data], check=True, capture_output=True)
        s.start()
        assert inbox(s, limit=100) == before


def test_reprise_answer():
    s = server()
    address = f"http://127.0.0.1:{s.port}"
    asked = question(s, begin(s, "deploy", {"what": "cli"}))
    run = lambda *more: subprocess.run([BINARY, "answer", *more, "--server", address], capture_output=True, text=True)
    wrong = run(asked["interaction_id"], "--data", "{go: true}")
    assert wrong.returncode == 2 and "must be JSON" in wrong.stderr, wrong
    wrong = run(asked["interaction_id"], "--data", '{"go": 1}')
    assert wrong.returncode != 0 and "data/go" in wrong.stderr, wrong
    shown = subprocess.run([BINARY, "show", asked["execution_id"], "--table", "--server", address], capture_output=True, text=True)
    assert asked["interaction_id"] in shown.stdout, shown
    good = run(asked["interaction_id"], "--data", '{"go": true}', "--json")
    assert good.returncode == 0 and json.loads(good.stdout)["status"] == "completed", good
    asked = question(s, begin(s, "two"))
    good = run(asked["interaction_id"], "--data", '{"ok": 1}', "--user", "ada", "--table")
    assert good.returncode == 0 and good.stdout == f"{asked['interaction_id']} is pending\n", good
    missing = run("11111111-1111-4111-8111-111111111111", "--data", "1")
    assert missing.returncode == 1 and "no interaction" in missing.stderr, missing


def test_faults_of_definitions():
    s = server()
    for interaction, words in (({"type": "response", "schema": {"type": "objekt"}}, "/actions/0/interaction/schema/type"),
                               ({"type": "response", "schema": {"$ref": "#"}}, "refers to itself"),
                               ({"type": "approval", "required_approvers": 0}, "from 1 to 1000"),
                               ({"type": "nonsense"}, "'response' or 'approval'")):
        refused = s.call("PUT", "/api/workflows/faulty", ask(interaction))
        assert refused.status == 422 and words in refused.body.decode(), (interaction, refused)
    bare = s.call("PUT", "/api/workflows/faulty", {"actions": [{"ref": "a", "action": "core.interact.response"}]})
    assert bare.status == 422 and "needs an 'interaction'" in bare.body.decode(), bare


if __name__ == "__main__":
    try:
        main(sys.modules[__name__])
    finally:
        if SERVER:
            SERVER.close()
