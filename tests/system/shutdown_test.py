"""SIGTERM while clients are in the middle of something: what was accepted is answered, and nothing is started twice."""

import json
import socket
import sys
import threading
import time

from harness import Server, eventually, main

WAITS = {"actions": [{"ref": "a", "action": "acme.x"}]}
BODY = b'{"inputs":{}}'


def asked(server, sent):
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    connection.sendall(sent)
    return connection


def upload(path, body):
    return (f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(BODY)}\r\n\r\n").encode() + body


def test_who_waits_for_the_end_of_a_run_is_told_its_id():
    with Server() as s:
        s.put_workflow("waits", WAITS)
        found = []
        clients = [threading.Thread(target=lambda: found.append(s.post("/api/workflows/waits/execute?wait=30", {"inputs": {}})))
                   for _ in range(8)]
        for client in clients:
            client.start()
        eventually(lambda: s.get("/api/executions").json["total"] == 8, what="all runs started")
        begin = time.monotonic()
        assert s.stop() == 0
        assert time.monotonic() - begin < 10
        for client in clients:
            client.join()
        assert [(answer.status, answer.json["status"]) for answer in found] == [(200, "running")] * 8, found
        s.start()
        for answer in found:
            assert s.get(f"/api/executions/{answer.json['execution_id']}").json["status"] == "running"
        assert s.get("/api/executions").json["total"] == 8


def test_an_idle_server_stops_at_once():
    with Server() as s:
        for _ in range(3):
            begin = time.monotonic()
            assert s.stop() == 0
            taken = time.monotonic() - begin
            assert taken < 1, f"{taken:.1f} s: something waits for its turn instead of being woken"
            s.start()


def test_a_request_that_has_come_by_half_is_answered():
    with Server() as s:
        s.put_workflow("waits", WAITS)
        half = asked(s, upload("/api/workflows/waits/execute", BODY[:5]))
        time.sleep(0.3)
        stopping = threading.Thread(target=s.stop)
        stopping.start()
        time.sleep(0.5)
        half.sendall(BODY[5:])
        answer = half.recv(65536)
        stopping.join()
        assert s.process.returncode == 0
        assert answer.startswith(b"HTTP/1.1 503 "), answer
        assert answer.count(b"Retry-After: 1\r\n") == 1, answer
        assert json.loads(answer.split(b"\r\n\r\n", 1)[1])["error_code"] == "UNAVAILABLE", answer


def test_a_body_that_trickles_is_cut_off():
    with Server("--body-timeout-ms", "1500") as s:
        s.put_workflow("waits", WAITS)
        slow = asked(s, upload("/api/workflows/waits/execute", b""))
        slow.settimeout(0.3)
        begin, answer = time.monotonic(), b""
        for byte in BODY:
            try:
                slow.sendall(bytes([byte]))
                answer = slow.recv(65536)
                break
            except TimeoutError:
                continue
        assert answer.startswith(b"HTTP/1.1 408 "), answer
        assert 1.4 < time.monotonic() - begin < 3.5


if __name__ == "__main__":
    main(sys.modules[__name__])
