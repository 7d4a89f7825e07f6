"""SECRETS.name.KEY: the action gets the value, and no byte of it is ever stored, logged or shown."""

import http.server
import json
import os
import sys
import tempfile
import threading

from harness import Server, Worker, eventually, main

VALUE = "plant3d-v4lue"


class Echo:
    """Answers with everything that it was sent."""

    def __init__(self):
        echo = self
        self.seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
                echo.seen.append((self.path, dict(self.headers), body))
                data = json.dumps({"path": self.path, "headers": dict(self.headers), "body": body}).encode()
                self.send_response(200 if "fail" not in self.path else 418)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.send_header("X-Echo", self.headers.get("X-Key", ""))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


ECHO = Echo()


def folder_of(**values):
    folder = tempfile.mkdtemp(prefix="reprise-secrets-")
    os.makedirs(os.path.join(folder, "default", "mail"))
    for key, value in values.items():
        with open(os.path.join(folder, "default", "mail", key), "w") as file:
            file.write(value + "\n")
    return folder


def serve(folder, **more):
    return Server("--secrets", folder, "--outbound-allowed-hosts", ECHO.host, **more)


def call(path="/"):
    return {"ref": "call", "action": "core.http_request", "args": {
        "method": "POST", "url": "http://" + ECHO.host + path, "params": {"k": "${{ SECRETS.mail.KEY }}"},
        "headers": {"X-Key": "${{ SECRETS.mail.KEY }}", "X-Price": "$5"}, "payload": {"token": "Bearer ${{ SECRETS.mail.KEY }}"}}}


def files_with(data, value):
    found = []
    for base, _, files in os.walk(data):
        for name in files:
            with open(os.path.join(base, name), "rb") as file:
                if value.encode() in file.read():
                    found.append(os.path.join(base, name))
    return found


def everything_shown(server):
    """All that the server tells of all its runs, as one text."""
    text = ""
    for run in server.get("/api/executions?limit=100").json["executions"]:
        path = f"/api/executions/{run['execution_id']}"
        for part in ("", "/logs", "/events?limit=1000", "/state", "/explain", "/tasks"):
            text += server.get(path + part).body.decode()
        text += server.get(f"/workflow-executions/{run['execution_id']}").body.decode()
        text += server.get(f"/workflow-executions/{run['execution_id']}/compact").body.decode()
    return text + server.get("/metrics").body.decode() + server.get("/api/info").body.decode()


def test_a_service_gets_it_and_the_store_does_not():
    with serve(folder_of(KEY=VALUE)) as s:
        s.put_workflow("call", {"actions": [call(), {"ref": "next", "action": "core.transform.reshape", "depends_on": ["call"],
                                                     "args": {"value": "${{ ACTIONS.call.result.data }}"}}]})
        ended = s.run("call")
        assert ended["status"] == "completed", ended
        path, headers, body = ECHO.seen[-1]
        assert headers["X-Key"] == VALUE and headers["X-Price"] == "$5" and VALUE in path and json.loads(body)["token"] == "Bearer " + VALUE
        # What the service sent back holds the reference in place of the value.
        data = ended["result"]["ACTIONS"]["call"]["result"]["data"]
        assert data["headers"]["X-Key"] == "${{ SECRETS.mail.KEY }}", data
        s.put_workflow("failing", {"actions": [call("/fail")]})
        assert s.run("failing")["status"] == "failed"
        assert VALUE not in everything_shown(s)
        s.kill()  # the log holds everything as it was written, before any compression
        assert files_with(s.data, "SECRETS.mail.KEY"), "the events should name the reference"
        assert not files_with(s.data, VALUE)
        assert VALUE not in s.stderr()


def test_a_worker_gets_it_and_what_it_says_is_cleaned():
    with serve(folder_of(KEY=VALUE)) as s:
        s.put_workflow("work", {"config": {"timeout": 0}, "actions": [
            {"ref": "one", "action": "acme.one", "args": {"key": "${{ SECRETS.mail.KEY }}", "n": "${{ TRIGGER.n }}"},
             "retry_policy": {"max_attempts": 2, "initial_interval": 0.01}}], "returns": "${{ ACTIONS.one.result }}"})
        seen = []

        def handle(task):
            seen.append(task["args"])
            if task["attempt"] == 1:
                return {"error": {"message": f"{VALUE} was refused", "type": VALUE}, "logs": [{"level": "INFO", "message": f"key {VALUE}"}]}
            return {"result": {"echo": task["args"]["key"]}, "metadata": {"key": VALUE}, "logs": [{"level": "INFO", "message": f"again {VALUE}"}]}

        worker = Worker(s, handle)
        ended = s.run("work", {"n": "$ ${{ SECRETS.mail.KEY }}"})
        worker.stop()
        assert ended["result"] == {"echo": "${{ SECRETS.mail.KEY }}"}, ended
        # What a caller writes is no reference, whatever it looks like.
        assert seen[0] == {"key": VALUE, "n": "$ ${{ SECRETS.mail.KEY }}"}, seen
        assert VALUE not in everything_shown(s)
        s.kill()
        assert not files_with(s.data, VALUE)


def test_a_missing_value_fails_the_attempt_and_one_that_comes_later_is_taken():
    folder = folder_of(OTHER="x")
    with serve(folder) as s:
        s.put_workflow("call", {"actions": [dict(call(), retry_policy={"max_attempts": 1})]})
        ended = s.run("call")
        assert ended["status"] == "failed" and "SECRETS.mail.KEY has no value" in ended["error"], ended
        s.put_workflow("work", {"config": {"timeout": 0}, "actions": [
            {"ref": "one", "action": "acme.one", "args": {"key": "${{ SECRETS.mail.KEY }}"},
             "retry_policy": {"max_attempts": 0, "initial_interval": 0.2, "max_interval": 0.2}}]})
        worker = Worker(s, lambda task: {"result": None})
        run = s.post("/api/workflows/work/execute", {}).json["execution_id"]
        eventually(lambda: b"SECRETS.mail.KEY has no value" in s.get(f"/api/executions/{run}/events?limit=1000").body, what="the failed attempt")
        with open(os.path.join(folder, "default", "mail", "KEY"), "w") as file:
            file.write(VALUE)
        eventually(lambda: s.get(f"/api/executions/{run}").json["status"] == "completed", what="the run with its secret")
        worker.stop()


def test_variables_of_the_environment():
    with Server("--secrets-environment-prefix", "TEST_SECRET_", "--outbound-allowed-hosts", ECHO.host,
                env={"TEST_SECRET_mail__KEY": VALUE}) as s:
        s.put_workflow("call", {"actions": [call()]})
        assert s.run("call")["status"] == "completed"
        assert ECHO.seen[-1][1]["X-Key"] == VALUE


def test_it_is_refused_where_it_would_be_written_down():
    with serve(folder_of(KEY=VALUE)) as s:
        for action in ({"ref": "a", "action": "core.transform.reshape", "args": {"value": "${{ SECRETS.mail.KEY }}"}},
                       {"ref": "a", "action": "acme.x", "args": {"value": "${{ FN.uppercase(SECRETS.mail.KEY) }}"}},
                       {"ref": "a", "action": "acme.x", "run_if": "${{ SECRETS.mail.KEY }}"}):
            answer = s.call("PUT", "/api/workflows/w", {"actions": [action]})
            assert answer.status in (400, 422) and b"secret" in answer.body.lower(), answer


if __name__ == "__main__":
    main(sys.modules[__name__])
