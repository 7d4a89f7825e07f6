"""Webhooks against the real server and the real `reprise webhook`: who may call, what becomes TRIGGER, waiting, rotation."""

import json
import os
import subprocess
import sys
import time

from harness import BINARY, Server, eventually, main

ECHO = {"triggers": [{"type": "webhook", "args": {"headers": ["X-Event"]}}],
        "actions": [{"ref": "a", "action": "core.noop"}],
        "returns": {"trigger": "${{ TRIGGER }}", "type": "${{ ENV.workflow.trigger_type }}"}}
STRICT = {"entrypoint": {"expects": {"n": {"type": "int"}, "s": {"type": "str", "default": "d"}}},
          "actions": [{"ref": "a", "action": "core.noop"}], "returns": "${{ TRIGGER }}"}
FAILS = {"actions": [{"ref": "boom", "action": "core.fail", "args": {"message": "it broke"}}]}
WAITS = {"config": {"timeout": 0}, "actions": [{"ref": "work", "action": "acme.work"}]}
WORKFLOWS = {"echo": ECHO, "strict": STRICT, "fails": FAILS, "waits": WAITS}


def reprise(*arguments, code=0):
    done = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=20)
    assert done.returncode == code, (arguments, done)
    return done


def webhook(s, what, workflow, *more, code=0):
    done = reprise("webhook", what, "--data", s.data, workflow, *more, code=code)
    return json.loads(done.stdout)["path"] if code == 0 and "--json" in more else done


def serve(*options):
    s = Server(*options)
    paths = {}
    for name, definition in WORKFLOWS.items():
        s.put_workflow(name, definition)
        paths[name] = webhook(s, "create", name, "--json")
    eventually(lambda: all(s.post(path).status != 401 for path in paths.values()), what="the webhooks file being read")
    return s, paths


def wait(s, path, body=None, **more):
    return s.post(path + "/wait" + more.pop("query", ""), body, **more)


def test_what_becomes_trigger():
    s, paths = serve()
    with s:
        answer = wait(s, paths["echo"], {"a": [1, {"b": None}], "query": "forged", "headers": 7}, query="?x=1&y=2&x=3",
                      headers={"x-event": "push", "Authorization": "Bearer nonsense"})
        assert answer.status == 200, answer
        assert answer.json == {"type": "webhook", "trigger": {
            "a": [1, {"b": None}], "query": {"x": ["1", "3"], "y": "2"}, "headers": {"X-Event": "push"}}}, answer
        trigger = lambda body, kind: wait(s, paths["echo"], body, headers={"Content-Type": kind}).json["trigger"]  # noqa: E731
        assert trigger("[1, 2]", "application/json")["body"] == [1, 2]
        assert trigger("hi", "text/plain; charset=utf-8")["body"] == "hi"
        assert trigger("a=1&b=%C3%A4+x", "application/x-www-form-urlencoded")["b"] == "ä x"
        assert wait(s, paths["echo"]).json["trigger"] == {"query": {}, "headers": {}}
        answer = wait(s, paths["strict"], {"n": 1}, query="?x=1")
        assert answer.json == {"n": 1, "s": "d", "query": {"x": "1"}, "headers": {}}, answer
        answer = s.post(paths["strict"], {"n": "x"})
        assert answer.status == 400 and answer.json["detail"]["type"] == "TracecatValidationError", answer
        assert "'n' must be int" in answer.json["detail"]["detail"], answer
        for body, kind, status in (("{", "application/json", 422), ("\xff", "text/plain", 422), ("<a/>", "text/xml", 200),
                                   ("<a/>", "application/xml", 415)):
            answer = s.post(paths["echo"], body.encode("latin-1"), headers={"Content-Type": kind})
            assert answer.status == status, (body, kind, answer)


def test_the_run_is_one_of_the_list():
    s, paths = serve()
    with s:
        started = s.post(paths["echo"], {"a": 1})
        assert started.status == 200 and started.json["payload"] == {"a": 1}, started
        run = started.json["wf_exec_id"]
        by = lambda trigger: [r["id"] for r in s.get(f"/workflow-executions?trigger={trigger}").json]  # noqa: E731
        assert run in by("webhook") and run not in by("manual") and run not in by("scheduled")
        s.run("echo")
        assert len(by("manual")) == 1
        body = eventually(lambda: (lambda b: b if b["status"] == "COMPLETED" else None)(s.get(
            "/workflow-executions/" + run).json))
        assert body["events"][0]["role"]["service_id"] == "tracecat-runner", body["events"][0]
        for form in (run.split("/")[0],):
            assert s.post(f"/webhooks/{form}/{paths['echo'].rsplit('/', 1)[1]}").status == 200


def test_wrong_secret_and_unknown_workflow_are_alike():
    s, paths = serve()
    with s:
        secret = paths["echo"].rsplit("/", 1)[1]
        answers = [s.post(path, body) for body in (None, {"a": 1}) for path in (
            "/webhooks/echo/whk_wrong", "/webhooks/nothing/" + secret, "/webhooks/strict/" + secret,
            "/webhooks/echo/" + secret[:-1], "/webhooks/echo/" + secret + "/wait".replace("wait", "x"))]
        for answer in answers[:4] + answers[5:9]:
            assert answer.status == 401 and answer.json == {"detail": "Unauthorized webhook request"}, answer
        assert answers[4].status == 404 and list(answers[4].json) == ["detail"], answers[4]
        assert s.get(paths["echo"]).status == 405
        assert s.get("/workflow-executions?trigger=webhook&workflow_id=strict").json == []
        s.call("DELETE", "/api/workflows/echo")
        assert s.post(paths["echo"]).status == 404
        with open(os.path.join(s.data, "webhooks.json")) as file:
            assert secret not in file.read()


def test_waiting():
    s, paths = serve()
    with s:
        answer = wait(s, paths["fails"])
        assert answer.status == 424 and answer.json["detail"]["status"] == "FAILED", answer
        assert "it broke" in answer.json["detail"]["error"], answer
        begin = time.time()
        answer = wait(s, paths["waits"], query="?wait=1")
        assert answer.status == 202 and 0.9 < time.time() - begin < 15, answer
        assert s.get("/workflow-executions/" + answer.json["wf_exec_id"]).json["status"] == "RUNNING"
        assert wait(s, paths["waits"], query="?wait=x").status == 422
        s.post("/workflow-executions/" + answer.json["wf_exec_id"] + "/terminate", {"reason": "over"})


def test_tokens_guard_the_rest_only():
    s, paths = serve()
    with s:
        reprise("token", "create", "--data", s.data, "--user", "ada")
        eventually(lambda: s.get("/workflow-executions").status == 401, what="the principals being read")
        assert s.post(paths["echo"]).status == 200
        assert s.post("/workflow-executions", {"workflow_id": "echo"}).status == 401


def test_rotation():
    s, paths = serve()
    with s:
        kept = webhook(s, "rotate", "echo", "--keep", "3600", "--json")
        eventually(lambda: s.post(kept).status == 200, what="the new secret")
        assert s.post(paths["echo"]).status == 200
        last = webhook(s, "rotate", "echo", "--keep", "0", "--json")
        eventually(lambda: s.post(last).status == 200, what="the newest secret")
        assert s.post(kept).status == 401 and s.post(paths["echo"]).status == 200  # the first one's hour is not over
        webhook(s, "create", "echo", code=1)
        listed = json.loads(reprise("webhook", "list", "--data", s.data, "--json").stdout)
        assert [e["in_force"] for e in listed if e["workflow_id"] == "echo"] == [True, True], listed
        webhook(s, "delete", "echo")
        eventually(lambda: s.post(last).status == 401, what="the end of the webhook")
        assert s.post(paths["strict"], {"n": 1}).status == 200
        webhook(s, "delete", "echo", code=1)
        webhook(s, "rotate", "echo", code=1)
        s.restart()
        assert s.post(paths["strict"], {"n": 1}).status == 200


def test_an_answer_by_webhook():
    asking = {"config": {"timeout": 0}, "actions": [{"ref": "ask", "action": "core.interact.response", "interaction": {"type": "response"}}],
              "returns": "${{ ACTIONS.ask.interaction }}"}
    s, paths = serve()
    with s:
        for name in ("asking", "other"):
            s.put_workflow(name, asking)
            paths[name] = webhook(s, "create", name, "--json")
        eventually(lambda: s.post(paths["other"] + "/interactions/slack", {}).status == 422, what="the webhooks file being read")
        run = s.post(paths["asking"]).json["wf_exec_id"]
        asked = eventually(lambda: s.get("/api/interactions?status=pending").json["interactions"], what="the question")[0]
        body = {"interaction_id": asked["interaction_id"], "execution_id": run, "action_ref": "ask", "data": {"ok": True}}
        path = paths["asking"] + "/interactions/slack"
        assert s.post("/webhooks/asking/whk_wrong/interactions/slack", body).status == 401
        assert s.post(paths["other"] + "/interactions/slack", body).status == 404  # another workflow's secret
        for wrong in ({"action_ref": "nope"}, {"execution_id": "x"}, {"interaction_id": "x"}):
            assert s.post(path, {**body, **wrong}).status == 404, wrong
        for member in body:
            answer = s.post(path, {k: v for k, v in body.items() if k != member})
            assert answer.status == 422 and answer.json["detail"][0]["loc"] == ["body", member], answer
        answer = s.post(path, body)
        assert answer.status == 200 and answer.json == {"message": "Interaction processed successfully"}, answer
        assert s.post(path, body).status == 409
        ended = eventually(lambda: [r for r in s.get("/api/executions?status=completed&workflow_id=asking").json["executions"]],
                           what="the end")
        assert s.get(f"/api/executions/{ended[0]['execution_id']}").json["result"] == {"ok": True}


if __name__ == "__main__":
    main(sys.modules[__name__])
