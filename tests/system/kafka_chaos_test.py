"""kill -9 of the broker and of the server, apart and together, under a mixed load: a reader of the topic sees every event of the store,
those of each execution in order, and none that the store does not have.

REPRISE_KAFKA_KILLS (4) and REPRISE_CRASH_SEED choose how often and which sequence.
"""

import os
import random
import sys
import time

import crash_test as crash
from harness import Server, Worker, eventually
from kafka_broker import Broker, need_kafka

KILLS = int(os.environ.get("REPRISE_KAFKA_KILLS", "4"))
TOPIC = "reprise.events"
WORKFLOWS = (("built", crash.BUILT_IN), ("ext", crash.EXTERNAL), ("mixed", crash.MIXED), ("loop", crash.LOOP), ("ask", crash.ASK),
             ("family", crash.FAMILY), ("twig", crash.TWIG), ("chain", crash.CHAIN), ("ill", crash.ILL), ("cure", crash.CURE))


def kill_once(chance, server, broker):
    """Which of the two died; both run again afterwards."""
    what = chance.choice(["broker", "server", "both", "both"])
    if what == "broker":
        broker.kill()
        time.sleep(chance.uniform(0, 0.5))
        broker.start()
    elif what == "server":
        server.kill()
        server.start()
    else:
        dying = [(broker.kill, broker.start), (server.kill, server.start)]
        chance.shuffle(dying)
        for kill, _ in dying:
            kill()
            time.sleep(chance.choice([0, chance.uniform(0, 0.3)]))
        chance.shuffle(dying)
        for _, start in dying:
            start()
            time.sleep(chance.choice([0, chance.uniform(0, 0.3)]))
    return what


def quiet(server):
    """Nothing happens any more, and all that happened is out."""
    def look():
        stream = server.get("/api/info").json["stream"]
        return (stream["published"], stream["state"]) if stream["lag"] == 0 else None
    first = look()
    time.sleep(1.5)
    return first is not None and first[1] == "publishing" and first == look()


def main():
    import kafka_reader
    print(f"seed {crash.SEED}, {KILLS} kills (REPRISE_CRASH_SEED={crash.SEED} repeats the sequence)", flush=True)
    chance = random.Random(crash.SEED)
    begin = time.time()
    with Broker() as broker, Server("--kafka-brokers", broker.bootstrap) as server:
        for name, definition in WORKFLOWS:
            server.put_workflow(name, definition)
        loads = [crash.Load(server, crash.SEED + i) for i in range(2)]
        workers = [Worker(server, crash.handle, worker_id=f"w{i}", lease_ms=1500) for i in range(2)]
        people = crash.People(server, crash.SEED + 100)
        deaths = []
        for kill in range(KILLS):
            time.sleep(chance.uniform(0.05, 1.5))
            deaths.append(kill_once(chance, server, broker))
            if (kill + 1) % 10 == 0:
                print(f"  {kill + 1} kills, {time.time() - begin:.0f} s", flush=True)
        time.sleep(0.5)
        for load in loads:
            load.stop()
        for run in set().union(*(load.paused for load in loads)):
            assert server.post(f"/api/executions/{run}/resume").status in (200, 400)
        eventually(lambda: not [r for status in ("pending", "running")
                                for r in server.get(f"/api/executions?status={status}&limit=1").json["executions"]],
                   600, "the end of every run that is not paused")
        for each in [*workers, people]:
            each.stop()
        try:
            eventually(lambda: quiet(server), 300, "the lag's return to 0")
        except AssertionError:
            print(server.get("/api/info").json["stream"], server.stderr()[-3000:], file=sys.stderr)
            raise
        found = kafka_reader.events(broker.bootstrap, TOPIC, 300)
        twice = kafka_reader.check_topic(server, found)
        started = sum(len(load.started) for load in loads)
        print(f"  {', '.join(f'{deaths.count(d)} x {d}' for d in sorted(set(deaths)))}; {started} runs were acknowledged, "
              f"{len(found) - twice} events are in the topic, {twice} of them twice", flush=True)
        assert started > 0 and len(found) > started
        assert server.stop() == 0
    print(f"{KILLS} kills survived in {time.time() - begin:.0f} s\n1 passed, 0 failed")


if __name__ == "__main__":
    need_kafka()
    main()
