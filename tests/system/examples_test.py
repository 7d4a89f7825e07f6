"""The examples, run as their READMEs say."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request

from harness import Server, eventually, main

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples")


def put(server, name, *path):
    with open(os.path.join(EXAMPLES, *path), "rb") as file:
        answer = server.call("PUT", f"/api/workflows/{name}", file.read(), headers={"Content-Type": "application/yaml"})
    assert answer.status in (200, 201), answer


class IncidentWorker:
    def __init__(self, server):
        self.process = subprocess.Popen([sys.executable, os.path.join(EXAMPLES, "incident", "worker.py"), f"http://127.0.0.1:{server.port}"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def triage(server, alerts):
    put(server, "incident_failed", "incident", "failed.yaml")
    put(server, "triage", "incident", "triage.yaml")
    return server.post("/api/workflows/triage/execute", {"inputs": alerts}).json["execution_id"]


def ended(server, run):
    def check():
        status = server.get(f"/api/executions/{run}").json
        return status if status["status"] not in ("pending", "running", "paused") else None
    return eventually(check, what=f"the end of {run}")


def alerts():
    with open(os.path.join(EXAMPLES, "incident", "alerts.json"), encoding="utf-8") as file:
        return json.load(file)


def question(server):
    def check():
        pending = server.get("/api/interactions?status=pending").json["interactions"]
        return pending[0] if pending else None
    return eventually(check, what="a question in the inbox")


def test_incident_approved():
    with Server() as s, IncidentWorker(s):
        run = triage(s, alerts())
        asked = question(s)
        assert asked["message"] == "Isolate 2 hosts?", asked
        answer = s.post(f"/api/interactions/{asked['interaction_id']}/answer", {"data": {"isolate": "yes"}})
        assert answer.status == 422, answer
        assert s.post(f"/api/interactions/{asked['interaction_id']}/answer", {"data": {"isolate": True}}).status == 200
        result = ended(s, run)
        assert result["status"] == "completed", result
        assert result["result"] == {"looked_at": 3, "isolated": ["db-2 is isolated", "hr-7 is isolated"]}, result
        assert s.post(f"/api/executions/{run}/replay").json["matches"]


def test_incident_refused():
    with Server() as s, IncidentWorker(s):
        run = triage(s, alerts())
        assert s.post(f"/api/interactions/{question(s)['interaction_id']}/answer", {"data": {"isolate": False}}).status == 200
        result = ended(s, run)
        assert result["status"] == "completed" and result["result"] == {"looked_at": 3, "isolated": None}, result


def test_incident_failed():
    with Server() as s, IncidentWorker(s):
        run = triage(s, {"alerts": [{"id": 1, "host": "unknown", "severity": 9}]})
        assert ended(s, run)["status"] == "failed"

        def handled():
            runs = s.get("/api/executions?workflow_id=incident_failed").json["executions"]
            return runs[0]["execution_id"] if runs else None
        handler = ended(s, eventually(handled, what="the error handler"))
        assert handler["status"] == "completed" and handler["result"] == run, handler
        log = s.get(f"/api/executions/{handler['execution_id']}/logs").body
        assert b"Incident triage failed: " in log and b"no such host" in log, log


def test_nightly():
    with Server() as s:
        put(s, "region", "nightly", "region.yaml")
        put(s, "report", "nightly", "report.yaml")
        answer = s.call("PUT", "/api/schedules/nightly", {"workflow_id": "report", "cron": "0 2 * * *", "timezone": "Europe/Berlin",
                                                          "overlap": "skip", "catchup_window": 3600})
        assert answer.status in (200, 201), answer
        assert s.post("/api/schedules/nightly/trigger").status in (200, 202)

        def started():
            runs = s.get("/api/executions?workflow_id=report").json["executions"]
            return runs[0]["execution_id"] if runs else None
        result = ended(s, eventually(started, what="the report"))
        assert result["status"] == "completed" and result["result"]["failed"] == 1, result
        reports = result["result"]["reports"]
        assert [r.get("sales") for r in reports] == [120, 80, 95, None] and reports[3]["is_error"] is True, reports


def test_event_page():
    with Server() as s:
        page = subprocess.Popen([sys.executable, os.path.join(EXAMPLES, "event-page", "serve.py"), "0", f"http://127.0.0.1:{s.port}"],
                                stdout=subprocess.PIPE, text=True)
        try:
            url = page.stdout.readline().strip()
            with urllib.request.urlopen(url, timeout=10) as answer:
                html = answer.read().decode()
            assert "new EventSource(" in html and len(html.splitlines()) < 60
            with urllib.request.urlopen(url + "api/events/schemas", timeout=10) as answer:
                assert "reprise.execution.completed.v1" in json.load(answer)["schemas"]
            stream = urllib.request.urlopen(url + "api/events/stream?type=reprise.execution.*", timeout=10)
            assert stream.headers["Content-Type"] == "text/event-stream"
            put(s, "timer", "timer", "timer.yaml")
            s.post("/api/workflows/timer/execute", {})
            lines = iter(stream.readline, b"")
            assert next(line for line in lines if line.startswith(b"event: ")) == b"event: reprise.execution.started.v1\n"
            stream.close()
            try:
                urllib.request.urlopen(url + "api/events/stream?type=x", timeout=10)
                raise AssertionError("a wrong type must be refused")
            except urllib.error.HTTPError as refused:
                assert refused.code == 422
        finally:
            page.kill()
            page.wait()


if __name__ == "__main__":
    main(sys.modules[__name__])
