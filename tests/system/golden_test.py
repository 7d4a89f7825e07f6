"""Stores of earlier versions: replay equal, rebuild to the same rows, and go on. See tests/golden/README.md."""

import glob
import os
import subprocess
import sys
import tarfile
import tempfile

from harness import BINARY, Server, Worker, eventually, main

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden")
ARCHIVES = sorted(glob.glob(os.path.join(GOLDEN, "*.tar.gz")))


def reprise(*arguments):
    done = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, (arguments, done.returncode, done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout


def each_store(check):
    assert ARCHIVES, "there is no golden store"
    for archive in ARCHIVES:
        with tempfile.TemporaryDirectory(prefix="reprise-golden-") as folder:
            with tarfile.open(archive) as tar:
                tar.extractall(folder)
            check(os.path.join(folder, "store"), os.path.basename(archive))


def test_every_run_replays_equal():
    each_store(lambda store, name: reprise("replay", "--all", "--data", store))


def test_a_rebuild_gives_rows_that_replay_equal():
    def check(store, name):
        reprise("rebuild", "--data", store)
        reprise("replay", "--all", "--data", store)
    each_store(check)


def test_what_waited_goes_on():
    def check(store, name):
        with Server(data=store) as server:
            waiting = [r["execution_id"] for status in ("running", "paused")
                       for r in server.get(f"/api/executions?status={status}&limit=100").json["executions"]]
            assert waiting, f"{name}: nothing waits in it"
            for run in waiting:
                if server.get(f"/api/executions/{run}").json["status"] == "paused":
                    assert server.post(f"/api/executions/{run}/resume").status == 200
            asked = server.get("/api/interactions?status=pending").json["interactions"]
            for question in asked:
                answer = server.post(f"/api/interactions/{question['interaction_id']}/answer", {"data": {"yes": True}, "user": "zoe"})
                assert answer.status == 200, answer
            waiting = [run for run in waiting if run not in {q["execution_id"] for q in asked}]
            taken = []
            worker = Worker(server, lambda task: taken.append(task["execution_id"]) or {"result": None})
            eventually(lambda: set(taken) >= set(waiting), what=f"{name}: its queued tasks are handed out")
            worker.stop()
            for run in waiting:
                server.post(f"/api/executions/{run}/cancel")
            assert server.stop() == 0, server.stderr()
        reprise("replay", "--all", "--data", store)
    each_store(check)


if __name__ == "__main__":
    main(sys.modules[__name__])
