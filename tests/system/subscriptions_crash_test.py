"""Webhooks out under kill -9: a receiver that fails half the time, a server that is killed at random under a mixed load.

After a dedupe by webhook-id what was received is what the store holds, no more and no less, and the events of each execution
came in order. REPRISE_WEBHOOK_KILLS (8) and REPRISE_CRASH_SEED choose how often and which sequence.
"""

import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time

from harness import BINARY, Server, Worker, eventually
from webhook_receiver import FAST, SECRET, Receiver, firsts, ids, numbers_in_order, put, read, signed

KILLS = int(os.environ.get("REPRISE_WEBHOOK_KILLS", "8"))
SEED = int(os.environ.get("REPRISE_CRASH_SEED", str(random.randrange(1 << 30))))
TYPES = ["reprise.execution.*", "reprise.task.*"]
OPTIONS = (*FAST, "--webhook-timeout-ms", "400")

SHORT = {"actions": [{"ref": "a", "action": "core.noop"}, {"ref": "b", "action": "core.noop", "depends_on": ["a"]}]}
WORK = {"config": {"timeout": 0}, "actions": [
    {"ref": "one", "action": "acme.work", "retry_policy": {"max_attempts": 0}},
    {"ref": "two", "action": "core.noop", "depends_on": ["one"], "start_delay": 0.2}]}
FAMILY = {"config": {"timeout": 0}, "actions": [
    {"ref": "kid", "action": "core.workflow.execute", "args": {"workflow_id": "short"}},
    {"ref": "each", "action": "core.noop", "for_each": "${{ for var.x in FN.range(0, 5) }}"}]}


class Load(threading.Thread):
    def __init__(self, server, seed):
        super().__init__(daemon=True)
        self.server, self.random, self.stopped = server, random.Random(seed), threading.Event()
        self.start()

    def run(self):
        while not self.stopped.is_set():
            try:
                self.server.post(f"/api/workflows/{self.random.choice(['short', 'work', 'family'])}/execute", {})
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.05)  # the server is away
            time.sleep(self.random.uniform(0.1, 0.4))  # the failing receiver has to keep up


def flaky(seed):
    """500s, time-outs and dropped connections for half of what comes."""
    chance, lock = random.Random(seed), threading.Lock()

    def answer(_):
        with lock:
            draw = chance.random()
        if draw < 0.5:
            return 200
        if draw < 0.8:
            return 500
        if draw < 0.85:
            time.sleep(0.6)
            return 200  # nobody waits for it any more: it counts as received, and comes again
        return None

    return answer


def runs_of(server):
    runs, cursor = [], ""
    while True:
        page = server.get(f"/api/executions?limit=100&cursor={cursor}").json
        runs += page["executions"]
        cursor = page["next_cursor"]
        if not cursor:
            return runs


def stored(server):
    """Every event of every execution, by its public id."""
    events = {}
    for run in runs_of(server):
        for event in server.get(f"/api/executions/{run['execution_id']}/events?limit=10000").json["events"]:
            if event["type"].split(".")[1] in ("execution", "task"):
                events[event["id"]] = event
    return events


def main():
    print(f"seed {SEED}, {KILLS} kills", flush=True)
    chance = random.Random(SEED)
    with Receiver(flaky(SEED)) as r, Receiver() as steady:
        s = Server("--outbound-allowed-hosts", f"127.0.0.1:{r.port},127.0.0.1:{steady.port}", *OPTIONS)
        with s:
            for name, definition in (("short", SHORT), ("work", WORK), ("family", FAMILY)):
                s.put_workflow(name, definition)
            put(s, "flaky", r.url, types=TYPES)
            put(s, "steady", steady.url, types=TYPES)
            put(s, "elsewhere", "https://example.com/", types=["reprise.workflow.deleted.v1"])
            worker = Worker(s, lambda task: {"result": 1}, lease_ms=1000)
            loads = [Load(s, SEED + i) for i in range(2)]
            for kill in range(KILLS):
                time.sleep(chance.uniform(0.5, 2.5))
                s.kill()
                time.sleep(chance.uniform(0, 0.3))
                s.start()
                print(f"  kill {kill + 1}: {len(r.all())} deliveries, {len(set(ids(r.taken())))} events taken", flush=True)
            time.sleep(1)
            for load in loads:
                load.stopped.set()
                load.join(30)
            eventually(lambda: not [e for e in runs_of(s) if e["status"] not in ("completed", "failed", "cancelled")],
                       timeout=300, what="the end of all runs")
            worker.stop()
            for name in ("flaky", "steady"):
                eventually(lambda: read(s, name)["lag"] == 0, timeout=400, what=f"the end of {name}'s lag")
            events = stored(s)
            for which, receiver in (("flaky", r), ("steady", steady)):
                taken = receiver.taken()
                got = set(ids(taken))
                assert got - events.keys() == set(), ("invented", list(got - events.keys())[:5])
                assert events.keys() - got == set(), ("missing", list(events.keys() - got)[:5])
                assert numbers_in_order(firsts(taken)) and numbers_in_order(firsts(receiver.all())), which
                for delivery in receiver.all():
                    assert json.loads(delivery["body"]) == events[delivery["headers"]["webhook-id"]], delivery
                    assert delivery["headers"]["webhook-signature"] == signed(SECRET, delivery["headers"], delivery["body"])
                print(f"  {which}: {len(events)} events, {len(taken)} taken of {len(receiver.all())} deliveries", flush=True)
            assert len(r.all()) > 1.5 * len(events), "the receiver fails half the time"
            assert s.stop() == 0, s.stderr()
            for words in (("rebuild",), ("replay", "--all")):
                done = subprocess.run([BINARY, *words, "--data", s.data], capture_output=True, text=True)
                assert done.returncode == 0, done
    print("ok")


if __name__ == "__main__":
    main()
    sys.exit(0)
