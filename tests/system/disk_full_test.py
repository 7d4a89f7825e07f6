"""A full disk (a small tmpfs): clear 503s, nothing acknowledged lost, service again once there is room."""

import os
import subprocess
import sys
import tempfile
import time

from harness import Server, eventually, main

ECHO = {"actions": [{"ref": "echo", "action": "core.transform.reshape", "args": {"value": "${{ TRIGGER.n }}"}}],
        "returns": "${{ ACTIONS.echo.result }}"}


def test_disk_full():
    folder = tempfile.mkdtemp(prefix="reprise-full-")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", folder], capture_output=True)
    if mounted.returncode != 0:
        os.rmdir(folder)
        if os.environ.get("CI"):
            raise AssertionError("CI must be able to mount a tmpfs: " + mounted.stderr.decode())
        print("SKIPPED: a tmpfs cannot be mounted here (root is needed)")
        sys.exit(77)
    try:
        with Server(data=os.path.join(folder, "store")) as s:
            s.put_workflow("echo", ECHO)
            acknowledged, refused = {}, 0
            for n in range(20):
                answer = s.post("/api/workflows/echo/execute", {"inputs": {"n": n}})
                assert answer.status == 200, answer
                acknowledged[answer.json["execution_id"]] = n
            ballast = os.path.join(folder, "ballast")
            with open(ballast, "wb") as f:
                try:
                    while True:
                        f.write(b"x" * 65536)
                        f.flush()
                except OSError:
                    pass
            padding = "p" * 20000
            for n in range(100, 500):
                answer = s.post("/api/workflows/echo/execute", {"inputs": {"n": n, "padding": padding}})
                if answer.status == 200:
                    acknowledged[answer.json["execution_id"]] = n
                else:
                    assert answer.status == 503, answer
                    assert answer.json["error_code"] and answer.json["detail"], answer
                    assert int(answer.headers["retry-after"]) >= 1, answer.headers
                    assert "/store" not in answer.body.decode() and ".sst" not in answer.body.decode(), answer
                    refused += 1
                    if refused > 20:
                        break
            assert refused > 0, "the disk was never full"
            assert s.get("/healthz").status == 200
            os.remove(ballast)

            def serves():
                return s.post("/api/workflows/echo/execute", {"inputs": {"n": -1}}).status == 200
            eventually(serves, 30, "service once there is room")
            for run, n in acknowledged.items():
                body = s.get(f"/api/executions/{run}").json
                assert body["status"] == "completed" and body["result"] == n, body
            time.sleep(0.2)
            s.kill()
            s.start()
            for run, n in acknowledged.items():
                assert s.get(f"/api/executions/{run}").json["result"] == n
                assert s.post(f"/api/executions/{run}/replay").json["matches"] is True
            print(f"  {len(acknowledged)} acknowledged, {refused} refused")
    finally:
        subprocess.run(["umount", folder])
        os.rmdir(folder)


if __name__ == "__main__":
    main(sys.modules[__name__])
