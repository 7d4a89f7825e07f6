"""More tasks wait than the server holds in memory: every one is handed out, once, and a poll for other actions is not kept from its."""

import socket
import sys
import threading
import time

from harness import Server, eventually, main

TASKS = 30_000  # memory holds 20,000
WAITS = {"config": {"timeout": 0}, "actions": [{"ref": "a", "action": "long.a"}]}


def start_many(server, workflow, count):
    """Starts runs on one connection, pipelined."""
    request = (f"POST /api/workflows/{workflow}/execute HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
               "Content-Length: 2\r\n\r\n{}").encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as s, s.makefile("rb") as answers:
        for begin in range(0, count, 32):
            size = min(32, count - begin)
            s.sendall(request * size)
            for _ in range(size):
                assert answers.readline().startswith(b"HTTP/1.1 200")
                length = 0
                while (line := answers.readline()) != b"\r\n":
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                answers.read(length)


def poll(server, **more):
    answer = server.post("/api/tasks/poll", dict({"worker_id": "w", "max": 1000, "lease_ms": 3_600_000}, **more), timeout=60)
    assert answer.status == 200, answer
    return answer.json["tasks"]


def test_every_task_is_handed_out_once():
    with Server() as s:
        s.put_workflow("many", WAITS)
        s.put_workflow("other", {"config": {"timeout": 0}, "actions": [{"ref": "b", "action": "long.b"}]})
        starts = [threading.Thread(target=start_many, args=(s, "many", TASKS // 10)) for _ in range(10)]
        for thread in starts:
            thread.start()
        for thread in starts:
            thread.join()
        others = [s.post("/api/workflows/other/execute", {}).json["execution_id"] for _ in range(10)]
        ahead = [s.get(f"/api/executions/{run}/explain").json["open"][0] for run in others]
        assert all(o["ahead"] == 10_000 and "At least 10000 tasks are ahead of it." in o["sentence"] for o in ahead), ahead
        for run in others:
            begin = time.monotonic()
            tasks = poll(s, actions=["long.b"], max=1)
            assert [t["execution_id"] for t in tasks] == [run], tasks
            assert time.monotonic() - begin < 10
        assert poll(s, actions=["long.b"]) == []
        seen, empty = set(), 0
        while empty < (2 if len(seen) == TASKS else 20):  # what memory does not hold has to come from the disk
            tasks = poll(s, wait_ms=500)
            empty = 0 if tasks else empty + 1
            for task in tasks:
                assert task["execution_id"] not in seen, task
                seen.add(task["execution_id"])
        assert len(seen) == TASKS, len(seen)


def test_how_many_are_ahead():
    with Server() as s:
        s.put_workflow("few", WAITS)
        runs = [s.post("/api/workflows/few/execute", {}).json["execution_id"] for _ in range(10)]
        eventually(lambda: [s.get(f"/api/executions/{run}/explain").json["open"][0]["ahead"] for run in runs] == list(range(10)),
                   what="each behind the one before it")


if __name__ == "__main__":
    main(sys.modules[__name__])
