"""kill -9 at random moments under a mixed load; nothing acknowledged may be lost, nothing applied twice.

REPRISE_CRASH_KILLS (10) and REPRISE_CRASH_SEED choose how often and which sequence.
"""

import http.client
import os
import random
import subprocess
import sys
import threading
import time

from harness import BINARY, Server, Worker, eventually

KILLS = int(os.environ.get("REPRISE_CRASH_KILLS", "10"))
SEED = int(os.environ.get("REPRISE_CRASH_SEED", str(random.randrange(1 << 30))))
FINAL = {"completed", "failed", "cancelled"}

BUILT_IN = {"actions": [
    {"ref": "a", "action": "core.transform.reshape", "args": {"value": "${{ TRIGGER.n }}"}},
    {"ref": "b", "action": "core.transform.reshape", "args": {"value": "${{ ACTIONS.a.result + 1 }}"}, "depends_on": ["a"]},
    {"ref": "c", "action": "core.transform.reshape", "args": {"value": "${{ ACTIONS.b.result * 2 }}"}, "depends_on": ["b"]}],
    "returns": "${{ ACTIONS.c.result }}"}
EXTERNAL = {"config": {"timeout": 0}, "actions": [
    {"ref": "one", "action": "acme.work", "args": {"n": "${{ TRIGGER.n }}"}},
    {"ref": "two", "action": "acme.work", "args": {"n": "${{ ACTIONS.one.result.n }}"}, "depends_on": ["one"]},
    {"ref": "three", "action": "acme.work", "args": {"n": "${{ ACTIONS.two.result.n }}"}, "depends_on": ["two"]}],
    "returns": "${{ ACTIONS.three.result.n }}"}
MIXED = {"config": {"timeout": 0}, "actions": [
    {"ref": "left", "action": "acme.work", "args": {"n": "${{ TRIGGER.n }}"}},
    {"ref": "right", "action": "core.noop", "start_delay": 0.3},
    {"ref": "flaky", "action": "acme.flaky", "args": {"n": "${{ TRIGGER.n }}"},
     "retry_policy": {"max_attempts": 0, "initial_interval": 0.05, "max_interval": 0.1}},
    {"ref": "join", "action": "core.transform.reshape", "depends_on": ["left", "right", "flaky"],
     "args": {"value": "${{ ACTIONS.left.result.n + ACTIONS.flaky.result.n }}"}}],
    "returns": "${{ ACTIONS.join.result }}"}
LOOP = {"config": {"timeout": 0}, "actions": [
    {"ref": "each", "action": "acme.work", "for_each": "${{ for var.x in FN.range(TRIGGER.n, TRIGGER.n + 12) }}",
     "args": {"n": "${{ var.x }}"}, "retry_policy": {"max_attempts": 0}},
    {"ref": "flaky", "action": "acme.flaky", "for_each": "${{ for var.x in [1, 2, 3] }}", "args": {"n": "${{ var.x }}"},
     "retry_policy": {"max_attempts": 0, "initial_interval": 0.05, "max_interval": 0.1}},
    {"ref": "flat", "action": "core.transform.reshape", "depends_on": ["each", "flaky"],
     "for_each": ["${{ for var.r in ACTIONS.each.result }}", "${{ for var.i in FN.range(0, 99) }}"],
     "args": {"value": "${{ var.r.n - var.i }}"}}],
    "returns": "${{ ACTIONS.flat.result }}"}

ASK = {"config": {"timeout": 0}, "actions": [
    {"ref": "one", "action": "acme.work", "args": {"n": "${{ TRIGGER.n }}"}, "interaction": {"type": "response"},
     "retry_policy": {"max_attempts": 0}},
    {"ref": "two", "action": "core.interact.response", "depends_on": ["one"],
     "interaction": {"type": "approval", "required_approvers": 2, "message": "${{ ACTIONS.one.interaction }}"}},
    {"ref": "brief", "action": "core.interact.response", "interaction": {"type": "response", "timeout": 0.5}},
    {"ref": "end", "action": "core.noop", "depends_on": ["brief", "brief.error"], "join_strategy": "any"}],
    "returns": "${{ TRIGGER.n + ACTIONS.one.interaction - ACTIONS.two.interaction }}"}
FAMILY = {"config": {"timeout": 0}, "actions": [
    {"ref": "kids", "action": "core.workflow.execute", "for_each": "${{ for var.x in FN.range(TRIGGER.n, TRIGGER.n + 3) }}",
     "args": {"workflow_id": "ext", "trigger_inputs": {"n": "${{ var.x }}"}, "batch_size": 2}},
    {"ref": "one", "action": "core.workflow.execute", "args": {"workflow_id": "mixed", "trigger_inputs": {"n": "${{ TRIGGER.n }}"}}}],
    "returns": "${{ FN.sum(ACTIONS.kids.result) + ACTIONS.one.result }}"}


TWIG = {"config": {"timeout": 0}, "actions": [
    {"ref": "again", "action": "core.workflow.continue_as_new", "run_if": "${{ TRIGGER.left > 0 }}",
     "args": {"trigger_inputs": {"n": "${{ TRIGGER.n }}", "left": "${{ TRIGGER.left - 1 }}"}}}],
    "returns": "${{ TRIGGER.n }}"}
CHAIN = {"config": {"timeout": 0}, "actions": [
    {"ref": "twig", "action": "core.workflow.execute",
     "args": {"workflow_id": "twig", "trigger_inputs": {"n": "${{ TRIGGER.n }}", "left": 4}}},
    {"ref": "ill", "action": "core.workflow.execute", "args": {"workflow_id": "ill", "wait_strategy": "detach"}}],
    "returns": "${{ ACTIONS.twig.result }}"}
ILL = {"error_handler": "cure", "actions": [{"ref": "bad", "action": "core.fail", "args": {"message": "bad"}, "start_delay": 0.05}]}
CURE = {"actions": [{"ref": "of", "action": "core.transform.reshape", "args": {"value": "${{ TRIGGER.orig_wf_exec_id }}"}}],
        "returns": "${{ ACTIONS.of.result }}"}


def runs_of(server, query):
    """All runs of a list, page by page."""
    runs, cursor = [], ""
    while True:
        page = server.get(f"/api/executions?{query}&limit=100&cursor={cursor}").json
        runs += page["executions"]
        cursor = page["next_cursor"]
        if not cursor:
            return runs


def check_wanted(server):
    """What a run wanted once was started once, and every failure has its handler."""
    wanted = set()
    for workflow in ("ext", "mixed", "twig", "ill", "cure"):
        for run in runs_of(server, f"workflow_id={workflow}"):
            first = server.get(f"/api/executions/{run['execution_id']}/events?limit=2").json["events"]
            if first[1]["type"] != "reprise.execution.origin.v1":
                continue  # started by the load itself
            why = first[1]["data"]
            key = (why["kind"], why["execution_id"], why["ref"], why["attempt"], why["continues"])
            assert key not in wanted, ("wanted once and started twice", key)
            wanted.add(key)
    handled = {key[1] for key in wanted if key[0] == "error_handler"}
    failed = {run["execution_id"] for run in runs_of(server, "workflow_id=ill&status=failed")}
    assert handled == failed, (len(handled), len(failed))
    print(f"  {len(wanted)} runs were wanted by others, {len(handled)} of them for a failure", flush=True)
    assert wanted and handled


class People(threading.Thread):
    """Answers what the inbox shows; remembers which answers were acknowledged."""

    def __init__(self, server, seed):
        super().__init__(daemon=True)
        self.server, self.random, self.stopped = server, random.Random(seed), threading.Event()
        self.taken = []  # (interaction id, type, user)
        self.start()

    def run(self):
        while not self.stopped.is_set():
            try:
                for asked in self.server.get("/api/interactions?status=pending,idle&limit=50").json["interactions"]:
                    self.answer(asked)
                time.sleep(0.02)
            except (OSError, http.client.HTTPException, ValueError, KeyError):
                time.sleep(0.02)

    def answer(self, asked):
        user = self.random.choice(["ada", "bob", "eve"])
        answer = self.server.post(f"/api/interactions/{asked['interaction_id']}/answer", {"data": 5, "user": user})
        assert answer.status in (200, 409, 503), answer
        if answer.status == 200:
            self.taken.append((asked["interaction_id"], asked["type"], user))

    def stop(self):
        self.stopped.set()
        self.join(30)


class Load(threading.Thread):
    """One client: starts runs, remembers what was acknowledged, cancels and pauses some."""

    def __init__(self, server, seed):
        super().__init__(daemon=True)
        self.server, self.random, self.stopped = server, random.Random(seed), threading.Event()
        self.started, self.finished, self.cancelled, self.paused = {}, {}, set(), set()
        self.keyed = {}
        self.start()

    def run(self):
        n = 0
        while not self.stopped.is_set():
            n += 1
            try:
                self.one(n)
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.02)

    def one(self, n):
        kind = self.random.choice(["built", "built", "ext", "ext", "mixed", "loop", "ask", "family", "chain"])
        body = {"inputs": {"n": n}}
        headers = {}
        key = None
        if self.random.random() < 0.2:
            key = f"{id(self)}-{n}"
            headers["Idempotency-Key"] = key
        wait = "?wait=1" if self.random.random() < 0.3 else ""
        answer = self.server.post(f"/api/workflows/{kind}/execute{wait}", body, headers=headers)
        if answer.status != 200:
            assert answer.status in (503,), answer
            time.sleep(0.01)
            return
        run = answer.json
        self.started[run["execution_id"]] = (kind, n)
        if key:
            self.keyed[key] = (kind, body, run["execution_id"])
        if run["status"] in FINAL and "result" in run:
            self.finished[run["execution_id"]] = (run["status"], run["result"])
        draw = self.random.random()
        if draw < 0.1:
            a = self.server.post(f"/api/executions/{run['execution_id']}/cancel")
            if a.status == 200:
                self.cancelled.add(run["execution_id"])
        elif draw < 0.2:
            a = self.server.post(f"/api/executions/{run['execution_id']}/pause")
            if a.status == 200:
                self.paused.add(run["execution_id"])

    def stop(self):
        self.stopped.set()
        self.join(30)


def handle(task):
    if task["action"] == "acme.flaky" and task["attempt"] < 2:
        return {"error": {"message": "not yet", "type": "Flaky"}}
    return {"result": {"n": task["args"]["n"]}, "logs": [{"level": "INFO", "message": f"did {task['ref']}"}]}


def expected(kind, n):
    return {"built": (n + 1) * 2, "ext": n, "mixed": 2 * n, "loop": [n] * 12, "ask": n, "family": 5 * n + 3,
            "chain": n}[kind]


def main():
    print(f"seed {SEED}, {KILLS} kills (REPRISE_CRASH_SEED={SEED} repeats the sequence)", flush=True)
    chance = random.Random(SEED)
    begin = time.time()
    with Server() as server:
        for name, definition in (("built", BUILT_IN), ("ext", EXTERNAL), ("mixed", MIXED), ("loop", LOOP),
                                 ("ask", ASK), ("family", FAMILY), ("twig", TWIG), ("chain", CHAIN), ("ill", ILL),
                                 ("cure", CURE)):
            server.put_workflow(name, definition)
        ticking = {"workflow_id": "built", "every": 1, "inputs": {"n": 7}, "overlap": "allow", "catchup_window": 600}
        assert server.call("PUT", "/api/schedules/tick", ticking).status == 201
        loads = [Load(server, SEED + i) for i in range(4)]
        workers = [Worker(server, handle, worker_id=f"w{i}", lease_ms=1500) for i in range(2)]
        people = [People(server, SEED + 100 + i) for i in range(2)]
        for kill in range(KILLS):
            time.sleep(chance.uniform(0.05, 1.2))
            server.kill()
            server.start()
            if (kill + 1) % 10 == 0:
                print(f"  {kill + 1} kills, {sum(len(l.started) for l in loads)} runs acknowledged, "
                      f"{time.time() - begin:.0f} s", flush=True)
        eventually(lambda: server.get("/api/executions?workflow_id=cure&limit=1").json["total"], what="a failure and its handler")
        for load in loads:
            load.stop()
        assert server.post("/api/schedules/tick/pause").status == 200
        started = {k: v for l in loads for k, v in l.started.items()}
        finished = {k: v for l in loads for k, v in l.finished.items()}
        cancelled = set().union(*(l.cancelled for l in loads))
        paused = set().union(*(l.paused for l in loads))
        print(f"  {len(started)} runs were acknowledged, {len(finished)} of them with their end, "
              f"{len(cancelled)} cancels, {len(paused)} pauses", flush=True)
        assert started

        for run in paused:
            answer = server.post(f"/api/executions/{run}/resume")
            assert answer.status in (200, 400), answer

        def open_runs():
            return [r for status in ("pending", "running", "paused")
                    for r in server.get(f"/api/executions?status={status}&limit=100").json["executions"]]

        def all_ended():
            still = open_runs()
            for r in still:  # a pause whose answer was lost in a crash
                if r["status"] == "paused":
                    server.post(f"/api/executions/{r['execution_id']}/resume")
            return not still
        try:
            eventually(all_ended, 600, "the end of every run")
        except AssertionError:
            for r in open_runs()[:5]:
                print(server.get(f"/api/executions/{r['execution_id']}/explain").body.decode(), file=sys.stderr)
            raise
        for each in [*workers, *people]:
            each.stop()

        for run, (kind, n) in started.items():
            answer = server.get(f"/api/executions/{run}")
            assert answer.status == 200, ("acknowledged and gone", run, answer)
            body = answer.json
            assert body["status"] in FINAL, body
            if run in finished:
                assert (body["status"], body["result"]) == finished[run], (finished[run], body)
            if run in cancelled:
                assert body["status"] == "cancelled", body
            elif body["status"] == "completed":
                assert body["result"] == expected(kind, n), (kind, n, body["result"])
            else:
                assert body["status"] == "cancelled", body  # cancelled, and the answer lost
            events = server.get(f"/api/executions/{run}/events?limit=10000").json["events"]
            ids = [int(e["id"].rsplit("/", 1)[1]) for e in events]
            assert ids == list(range(1, len(ids) + 1)), ids
            done = [e["data"]["ref"] for e in events if e["type"] == "reprise.task.completed.v1"]
            assert len(done) == len(set(done)), ("a result was applied twice", run, done)
            children = [(e["data"]["ref"], e["data"]["attempt"], kind == "chain" and e["data"]["execution_id"])
                        for e in events if e["type"] == "reprise.task.child_started.v1"]
            assert len(children) == len(set(children)), ("a child was started twice", run, children)
        check_wanted(server)
        fired = server.get("/api/schedules/tick").json["counts"]["started"]
        scheduled = server.get("/workflow-executions?trigger=scheduled&limit=1000").json
        print(f"  the schedule started {fired} runs", flush=True)
        assert fired == len(scheduled) and fired > 0, (fired, len(scheduled))
        taken = [t for p in people for t in p.taken]
        print(f"  {len(taken)} answers of people were acknowledged", flush=True)
        assert taken
        # A response is answered once, an approval once by each user.
        once = [(i, "" if kind == "response" else user) for i, kind, user in taken]
        assert len(once) == len(set(once)), "an answer was taken twice"
        for interaction, _, user in taken:
            asked = server.get(f"/api/interactions/{interaction}").json
            assert user in [a["user"] for a in asked["answers"]], ("an answer was acknowledged and is lost", user, asked)
            assert asked["status"] in ("completed", "timed_out", "cancelled"), asked
        for key, (kind, body, run) in [kv for l in loads for kv in l.keyed.items()]:
            again = server.post(f"/api/workflows/{kind}/execute", body, headers={"Idempotency-Key": key})
            assert again.status == 200 and again.json["execution_id"] == run, (run, again)
        assert server.stop() == 0
        replay = subprocess.run([BINARY, "replay", "--all", "--data", server.data], capture_output=True, text=True)
        print("  " + replay.stdout.strip().splitlines()[-1], flush=True)
        assert replay.returncode == 0, replay.stdout[-3000:] + replay.stderr[-1000:]
    print(f"{KILLS} kills survived in {time.time() - begin:.0f} s\n1 passed, 0 failed")


if __name__ == "__main__":
    main()
