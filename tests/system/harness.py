"""A real `reprise serve` process and a plain HTTP client for it. Every answer is held against the server's OpenAPI document."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from answer_check import AnswerCheck

BINARY = os.environ.get("REPRISE_BINARY") or os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "release", "reprise")


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:400]!r}"


class Server:
    """Starts on a free port, if `listen` names none; `data` is kept across restart() and kill()."""

    checks = {}  # by binary: all servers of one build have one document

    def __init__(self, *options, data=None, env=None, listen="127.0.0.1:0"):
        self.folder = None
        if data is None:
            self.folder = tempfile.mkdtemp(prefix="reprise-test-")
            data = os.path.join(self.folder, "store")
        self.data, self.options, self.env, self.listen = data, list(options), env, listen
        self.process, self.port = None, 0
        self.start()

    def start(self, expect_ready=True):
        environment = dict(os.environ)
        environment.update(self.env or {})
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [BINARY, "serve", "--data", self.data, "--listen", self.listen, *self.options],
            stdout=subprocess.PIPE, stderr=self.errors, env=environment)
        line = self.process.stdout.readline().decode()
        if "listening on" not in line:
            if not expect_ready:
                return self.process.wait(20)
            raise AssertionError(f"the server did not start: {line!r} {self.stderr()}")
        self.port = int(line.rsplit(":", 1)[1])
        return 0

    def stderr(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, timeout=60):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def restart(self):
        code = self.stop()
        assert code == 0, (code, self.stderr())
        self.start()

    def close(self):
        if self.process.poll() is None:
            self.kill()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def call(self, method, path, body=None, headers=None, timeout=20):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            headers = dict(headers or {})
            if isinstance(body, (dict, list)):
                body = json.dumps(body)
                headers.setdefault("Content-Type", "application/json")
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = Answer(response.status, dict((k.lower(), v) for k, v in response.getheaders()), response.read())
        finally:
            connection.close()
        fault = self.answer_check().fault(method, path, answer)
        assert fault is None, fault
        return answer

    def answer_check(self):
        if BINARY not in Server.checks:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/openapi.json", timeout=20) as response:
                Server.checks[BINARY] = AnswerCheck(json.load(response))
        return Server.checks[BINARY]

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.call("POST", path, body, **more)

    def put_workflow(self, name, definition, expect=(200, 201)):
        answer = self.call("PUT", f"/api/workflows/{name}", definition)
        assert answer.status in expect, answer
        return answer

    def run(self, name, inputs=None, wait=30):
        answer = self.post(f"/api/workflows/{name}/execute?wait={wait}", {"inputs": inputs or {}}, timeout=wait + 20)
        assert answer.status == 200, answer
        return answer.json

    def raw(self, data, timeout=20):
        """Sends bytes as they are; returns all that comes until the server closes or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as s:
            s.sendall(data)
            out = b""
            try:
                while True:
                    piece = s.recv(65536)
                    if not piece:
                        break
                    out += piece
            except (socket.timeout, ConnectionResetError):
                pass
            return out


class Worker(threading.Thread):
    """An external worker on a thread; `handle(task)` returns the result entry's members."""

    def __init__(self, server, handle, queues=("default",), actions=None, worker_id="worker", max=10, lease_ms=30000):
        super().__init__(daemon=True)
        self.server, self.handle = server, handle
        self.request = {"worker_id": worker_id, "queues": list(queues), "max": max, "wait_ms": 500, "lease_ms": lease_ms}
        if actions:
            self.request["actions"] = actions
        self.stopped = threading.Event()
        self.outcomes = []
        self.start()

    def run(self):
        results = []
        while not self.stopped.is_set():
            try:
                answer = self.server.post("/api/tasks/poll", dict(self.request, results=results))
                if answer.status != 200:
                    time.sleep(0.02)
                    continue
                self.outcomes += answer.json["outcomes"]
                results = [dict(self.handle(t), task_token=t["task_token"]) for t in answer.json["tasks"]]
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.02)  # the server is away; the results are sent again

    def stop(self):
        self.stopped.set()
        self.join(15)


SHARED = []  # at most one


def server():
    """One server for all tests of a suite that leave it as it was; main() ends it."""
    if not SHARED:
        SHARED.append(Server())
    return SHARED[0]


def eventually(check, timeout=60, what="condition"):
    end = time.time() + timeout
    while time.time() < end:
        value = check()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come true within {timeout} s")


def main(module):
    """Runs every function test_* of the module; prints each; the exit code says whether all passed."""
    import traceback
    wanted = sys.argv[1:]
    failed = []
    tests = [(n, f) for n, f in vars(module).items() if n.startswith("test_") and callable(f) and (not wanted or n in wanted)]
    for name, test in tests:
        begin = time.time()
        try:
            test()
            print(f"ok      {name} ({time.time() - begin:.1f} s)", flush=True)
        except Exception:  # a failed test must not hide the others
            traceback.print_exc()
            print(f"FAILED  {name}", flush=True)
            failed.append(name)
    for shared in SHARED:
        shared.close()
    print(f"{len(tests) - len(failed)} passed, {len(failed)} failed")
    sys.exit(1 if failed or not tests else 0)
