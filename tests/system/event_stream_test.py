"""Server-sent events: resuming exactly whatever ends the server or the client, filters, heartbeats, many and slow readers.

REPRISE_STREAM_KILLS (5) says how often the server is killed under load.
"""

import json
import os
import random
import socket
import subprocess
import sys
import time

from event_load import Load, all_ended, register
from harness import BINARY, Server, eventually, main
from kafka_broker import free_port
from sse_client import SseClient, in_order, stored

KILLS = int(os.environ.get("REPRISE_STREAM_KILLS", "5"))


def same_set(client, server, query="", timeout=120):
    """The client gets every event of the store that its filter lets through, once, and in order."""
    def check():
        return len(client.messages) >= len(stored(server, query))
    try:
        eventually(check, timeout=timeout, what="all events")
    except AssertionError:
        pass
    ids, expected = client.ids(), [e["id"] for e in stored(server, query)]
    assert len(ids) == len(set(ids)), f"{len(ids) - len(set(ids))} came twice"
    missing, invented = set(expected) - set(ids), set(ids) - set(expected)
    assert not missing and not invented, (len(expected), sorted(missing)[:3], sorted(invented)[:3])
    assert in_order(ids)


def test_from_now_on():
    with Server() as s:
        register(s)
        s.run("steps", {"n": 1})
        client = SseClient(s, "/api/events/stream")
        assert client.ready.wait(60)
        assert client.head["content-type"] == "text/event-stream" and client.retry == 1000
        assert client.head["x-accel-buffering"] == "no" and "no-transform" in client.head["cache-control"]
        run = s.run("steps", {"n": 2})["execution_id"]
        expected = s.get(f"/api/executions/{run}/events").json["events"]
        eventually(lambda: len(client.messages) == len(expected), what="the events")
        assert [data for _, _, data in client.messages] == expected
        assert [kind for _, kind, _ in client.messages] == [e["type"] for e in expected]
        # The id is a cursor of the feed.
        middle = client.messages[2][0]
        assert s.get(f"/api/events?cursor={middle}").json["events"] == expected[3:]
        client.stop()


def test_resumes_after_any_message():
    with Server() as s:
        register(s)
        for n in range(3):
            s.run("loop")
        whole = SseClient(s, "/api/events/stream?cursor=")
        same_set(whole, s)
        whole.stop()
        for at in range(0, len(whole.messages), 5):
            client = SseClient(s, "/api/events/stream?cursor=", last_id=whole.messages[at][0])
            expected = set(whole.ids()[at + 1:])
            eventually(lambda: len(client.messages) >= len(expected), what="the rest")
            time.sleep(0.02)
            assert set(client.ids()) == expected and len(client.ids()) == len(expected)
            client.stop()


def test_one_run():
    with Server() as s:
        register(s)
        run = s.post("/api/workflows/work/execute", {"inputs": {"n": 1}}).json["execution_id"]
        path = f"/api/executions/{run}/events/stream"
        client = SseClient(s, path)
        tasks = SseClient(s, path + "?type=reprise.task.*")
        eventually(lambda: len(client.messages) >= 2, what="the first events")
        s.post(f"/api/executions/{run}/cancel", {})
        client.join(60)
        assert not client.is_alive() and client.statuses[-1] == 204, client.statuses  # it need not come back
        events = s.get(f"/api/executions/{run}/events").json["events"]
        assert [data for _, _, data in client.messages] == events
        assert [int(i) for i, _, _ in client.messages] == list(range(1, len(events) + 1))
        tasks.join(60)
        assert [d for _, _, d in tasks.messages] == [e for e in events if e["type"].startswith("reprise.task.")]
        rest = SseClient(s, path + "?after=2")
        rest.join(60)
        assert [data for _, _, data in rest.messages] == events[2:]
        assert s.get("/api/executions/01890a5d-ac96-774b-bcce-b302099a8057/events/stream").status == 404


def test_wrong_input_is_named():
    with Server() as s, Server() as other:
        register(s)
        run = s.run("steps", {"n": 1})["execution_id"]
        foreign = other.get("/api/events").json["next_cursor"]
        of_run = f"/api/executions/{run}/events/stream"
        for path, last_id, part in (
                ("/api/events/stream", "7", "Last-Event-ID: the cursor is not one that this server has given"),
                ("/api/events/stream", foreign, "Last-Event-ID: the cursor belongs to another store"),
                ("/api/events/stream?cursor=x", None, "cursor: the cursor is not one"),
                ("/api/events/stream?type=task.*", None, 'type: the pattern "task.*" matches no event type'),
                (of_run, "x", "Last-Event-ID must be the id of an event of this execution"),
                (of_run, "99", "Event 99 does not exist"),
                (of_run + "?after=-1", None, "after must be an integer"),
                (of_run + "?type=x", None, "type: the pattern")):
            answer = s.get(path, headers={"Last-Event-ID": last_id} if last_id else {})
            assert answer.status == 422 and part in answer.json["detail"], (path, last_id, answer)


def test_heartbeats():
    with Server("--stream-heartbeat-s", "1") as s:
        register(s)
        quiet = SseClient(s, "/api/events/stream?type=reprise.schedule.*")
        of_run = s.post("/api/workflows/work/execute", {"inputs": {"n": 1}}).json["execution_id"]
        run = SseClient(s, f"/api/executions/{of_run}/events/stream")
        assert quiet.ready.wait(60)
        first = quiet.last_id
        s.run("steps", {"n": 1})
        eventually(lambda: quiet.comments >= 3 and run.comments >= 2, what="heartbeats")
        # They move the cursor on, so that what the filter leaves out is not read again.
        end = s.get(f"/api/events?cursor={first}").json["next_cursor"]
        eventually(lambda: quiet.last_id == end, what="the cursor at the end")
        assert quiet.messages == [] and end != first
        for client in (quiet, run):
            client.stop()


def test_many_subscribers():
    with Server() as s:
        register(s)
        filters = ["", "?type=reprise.execution.*", "?workflow_id=loop", "?type=*.completed.v1&workflow_id=steps"]
        clients = []
        for n in range(240):
            query = filters[n % len(filters)]
            start = ("&" if query else "?") + "cursor="
            clients.append((SseClient(s, "/api/events/stream" + query + start), query))
        loads = [Load(s, pause=0.01) for _ in range(2)]
        time.sleep(4)
        for load in loads:
            load.stop()
        all_ended(s)
        for client, query in clients:
            same_set(client, s, query)
        eventually(lambda: metric(s, "reprise_stream_subscribers") == 240, what="all subscribers")
        with open(f"/proc/{s.process.pid}/status", encoding="ascii") as status:
            threads = int(next(line for line in status if line.startswith("Threads:")).split()[1])
        assert threads < 40, threads
        for client, _ in clients:
            client.stopped.set()


class SlowReader:
    """A socket with small buffers, read only when asked."""

    def __init__(self, server, path, last_id=None):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect(("127.0.0.1", server.port))
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())


def metric(server, name):
    for line in server.get("/metrics").body.decode().splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    raise AssertionError(name)


def test_a_slow_reader_is_cut_off_and_comes_back():
    with Server("--stream-ring-mb", "1", "--write-timeout-ms", "60000") as s:
        register(s)
        slow = SlowReader(s, "/api/events/stream?cursor=")
        fast = SseClient(s, "/api/events/stream?cursor=")
        loads = [Load(s, names=("steps",), inputs={"more": "x" * 20000}) for _ in range(4)]
        eventually(lambda: metric(s, "reprise_stream_cut_off_total") >= 1, timeout=300, what="the cut")
        for load in loads:
            load.stop()
        eventually(lambda: metric(s, "reprise_stream_subscribers") == 1, what="one of the two")
        with open(f"/proc/{s.process.pid}/status", encoding="ascii") as status:
            resident = int(next(line for line in status if line.startswith("VmRSS:")).split()[1])
        assert resident < 600_000, resident
        # What was on its way it still gets, up to a whole message; then it goes on with the last id.
        slow.socket.settimeout(30)
        got = b""
        while True:
            piece = slow.socket.recv(1 << 16)
            got += piece
            if not piece or b"\r\n0\r\n\r\n" in got[-64:]:
                break
        ids = [line[4:].decode() for line in got.split(b"\n") if line.startswith(b"id: ")]
        data = [json.loads(line[6:]) for line in got.split(b"\n") if line.startswith(b"data: ") and line.endswith(b"}")]
        all_ended(s)
        rest = SseClient(s, "/api/events/stream", last_id=ids[-1])
        expected = {e["id"] for e in stored(s)}
        before = [e["id"] for e in data]
        eventually(lambda: len(before) + len(rest.messages) >= len(expected), timeout=60, what="the rest")
        assert len(before) + len(rest.ids()) == len(expected) and set(before) | set(rest.ids()) == expected
        same_set(fast, s)
        fast.stop()
        rest.stop()


def test_kill_9_with_clients_that_come_back():
    seed = int(os.environ.get("REPRISE_STREAM_SEED", str(random.randrange(1 << 30))))
    print(f"        seed {seed}, {KILLS} kills")
    choose = random.Random(seed)
    with Server() as s:
        register(s)
        queries = ["", "?type=reprise.execution.*", "?workflow_id=steps", "?type=reprise.task.completed.v1"]
        clients = [(SseClient(s, "/api/events/stream" + q + ("&" if q else "?") + "cursor="), q) for q in queries * 5]
        assert all(client.ready.wait(60) for client, _ in clients)
        loads = [Load(s) for _ in range(3)]
        for _ in range(KILLS):
            time.sleep(choose.uniform(0.3, 1.5))
            s.kill()
            time.sleep(choose.uniform(0, 0.3))
            s.start()
        time.sleep(0.5)
        eventually(lambda: sum(len(load.started) for load in loads) > 20, what="enough runs")
        for load in loads:
            load.stop()
        all_ended(s)
        for client, query in clients:
            same_set(client, s, query)
            assert client.connects > 1, "the client was never cut off"
        for client, _ in clients:
            client.stop()


def test_tail():
    with Server(listen=f"127.0.0.1:{free_port()}") as s:
        register(s)
        s.run("steps", {"n": 1})
        url = f"http://127.0.0.1:{s.port}"
        command = [BINARY, "tail", "--server", url, "--from-start", "--type", "reprise.execution.*", "--workflow-id", "steps"]
        tail = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        kinds = [json.loads(tail.stdout.readline())["type"] for _ in range(2)]
        assert kinds == ["reprise.execution.started.v1", "reprise.execution.completed.v1"], kinds
        # On the same port again: it goes on where it was.
        s.restart()
        s.run("steps", {"n": 2})
        kinds = [json.loads(tail.stdout.readline())["type"] for _ in range(2)]
        assert kinds == ["reprise.execution.started.v1", "reprise.execution.completed.v1"], kinds
        tail.terminate()
        tail.wait(60)
        table = subprocess.Popen(command + ["--table"], stdout=subprocess.PIPE, text=True)
        assert "execution.started" in table.stdout.readline()
        table.terminate()
        table.wait(60)
        for more, code, part in ((["--type", "task.*"], 2, "matches no event type"), (["--cursor", "x"], 2, "cursor")):
            wrong = subprocess.run([BINARY, "tail", "--server", url, *more], capture_output=True, text=True, timeout=60)
            assert wrong.returncode == code and part in wrong.stderr, wrong


if __name__ == "__main__":
    main(sys.modules[__name__])
