"""SIGTERM while clients are in the middle of something: what was accepted is answered, and nothing is started twice."""

import json
import os
import socket
import statistics
import sys
import tempfile
import threading
import time

from harness import Server, eventually, main

WAITS = {"actions": [{"ref": "a", "action": "acme.x"}]}
BODY = b'{"inputs":{}}'


def asked(server, sent):
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    connection.sendall(sent)
    return connection


def head(path, length, more=""):
    return (f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{more}"
            f"Content-Length: {length}\r\n\r\n").encode()


def takes_nobody(server):
    try:
        asked(server, b"").close()
        return False
    except ConnectionRefusedError:
        return True


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
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder, Server(data=os.path.join(folder, "store")) as s:  # no disk is slow here
        taken = []
        for _ in range(7):
            begin = time.monotonic()
            assert s.stop() == 0
            taken.append(time.monotonic() - begin)
            s.start()
        assert statistics.median(taken) < 1, f"{taken}: something waits for its turn instead of being woken"


def test_a_request_that_has_come_by_half_is_answered():
    with Server() as s:
        s.put_workflow("waits", WAITS)
        half = asked(s, head("/api/workflows/waits/execute", len(BODY), "Expect: 100-continue\r\n"))
        assert half.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"  # it has been taken
        half.sendall(BODY[:5])
        stopping = threading.Thread(target=s.stop)
        stopping.start()
        eventually(lambda: takes_nobody(s), what="the beginning of the end")
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
        body = BODY + b" " * 60
        begin, answer = time.monotonic(), b""
        slow = asked(s, head("/api/workflows/waits/execute", len(body)))
        slow.settimeout(0.3)
        for byte in body:
            try:
                slow.sendall(bytes([byte]))
                answer = slow.recv(65536)
                break
            except TimeoutError:
                continue
        assert answer.startswith(b"HTTP/1.1 408 "), answer
        assert 1.4 < time.monotonic() - begin < 10


if __name__ == "__main__":
    main(sys.modules[__name__])
