"""Sources over kill -9 of server and broker: each record has its effect once, whatever dies when.

    REPRISE_KAFKA_KILLS=30   how often they are killed (8)
    REPRISE_KAFKA_SEED=N     the kills of an earlier run again
"""

import json
import os
import random
import subprocess
import sys
import threading
import time

from harness import BINARY, eventually, main
from kafka_broker import Broker, need_kafka

need_kafka()

from confluent_kafka import Producer  # noqa: E402
import kafka_reader  # noqa: E402
from source_rig import dealt_with, ended, in_state, make_topic, produce, put, read, records_of, runs, serve  # noqa: E402

KILLS = int(os.environ.get("REPRISE_KAFKA_KILLS", "8"))
BURST = 1_000  # records for each kill: enough that some are under way at the next, few enough that all runs can be looked at


def test_once_only_over_kills():
    """A producer numbers its records while server and broker are killed: at the end one run for each number."""
    seed = int(os.environ.get("REPRISE_KAFKA_SEED") or random.randrange(1 << 30))
    print(f"seed {seed}, {KILLS} kills", flush=True)
    chance = random.Random(seed)
    with Broker("auto.create.topics.enable=false", "group.initial.rebalance.delay.ms=0") as b, serve(b) as s:
        make_topic(b, "load", 4)
        put(s, "load", "load", start="earliest", max_in_flight=200)
        stop, written, bursts = threading.Event(), [], threading.Semaphore(1)

        def write():
            # Idempotent: what the broker confirmed is there once.
            producer = Producer({"bootstrap.servers": b.bootstrap, "enable.idempotence": True, "linger.ms": 5,
                                 "reconnect.backoff.max.ms": 500, "message.timeout.ms": 300000})
            number = 0
            while not stop.is_set():
                for _ in range(BURST if bursts.acquire(blocking=False) else 0):
                    # Every tenth is one that cannot be used.
                    producer.produce("load", json.dumps({"n": number}) if number % 10 else f"bad {number}", str(number),
                                     on_delivery=lambda e, m, n=number: written.append((n, e)))
                    number += 1
                producer.poll(0.05)
            assert producer.flush(120) == 0
        writer = threading.Thread(target=write)
        writer.start()
        try:
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.2, 2.0))
                which = chance.choice(("server", "server", "broker", "both"))
                if which in ("server", "both"):
                    s.kill()
                if which in ("broker", "both"):
                    b.kill()
                    b.start()
                if which in ("server", "both"):
                    s.start()
                bursts.release()
        finally:
            stop.set()
            writer.join(150)
        assert not writer.is_alive() and all(error is None for _, error in written), written[:3]
        good = sorted(n for n, _ in written if n % 10)
        bad = sorted(n for n, _ in written if n % 10 == 0)
        assert len(good) + len(bad) == len(written) == max(good + bad) + 1

        def lacking():
            source = read(s, "load")
            started = s.get("/api/executions?workflow_id=tick&limit=1").json["total"]
            done = records_of(source) >= len(written) and started >= len(good)
            return "" if done else f"{len(written)} records were written, {started} of {len(good)} runs began: {source}"
        try:
            eventually(lambda: not lacking(), 240, "all records")
        except AssertionError:
            raise AssertionError(f"{lacking()}\n{s.stderr()}") from None
        source = read(s, "load")
        found = ended(s, "tick", len(good), timeout=120)
        numbers = sorted(r["result"]["trigger"]["n"] for r in found.values())
        assert numbers == good, (len(numbers), len(set(numbers)), len(good))
        assert records_of(source) == len(written) and source["refused"] == len(bad), source
        # A letter may be written twice, when the server dies before its position moves; none is missing.
        letters = {l.key().decode() for l in kafka_reader.records(b.bootstrap, "load.dead-letter")}
        assert letters == {str(n) for n in bad}, (len(letters), len(bad))
        print(f"{len(written)} records, {len(good)} runs, {len(bad)} refused", flush=True)
        before = read(s, "load")
        assert s.stop() == 0
        for arguments in (["replay", "--all"], ["rebuild"]):
            done = subprocess.run([BINARY, *arguments, "--data", s.data], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=300)
            assert done.returncode == 0, done
        s.start()
        after = in_state(s, "load", "running")
        keep = ("records", "refused", "position", "partition")
        assert [{k: p[k] for k in keep} for p in after["partitions"]] == [{k: p[k] for k in keep} for p in before["partitions"]]
        assert after["recent_refusals"] == before["recent_refusals"] and after["refused"] == before["refused"]
        assert len(runs(s, "tick")) == len(good)


def test_answers_once_over_kills():
    """A record that is read again, because the server died after its answer and before its position, is no second answer."""
    chance = random.Random(random.randrange(1 << 30))
    with Broker("auto.create.topics.enable=false") as b, serve(b) as s:
        make_topic(b, "answers")
        put(s, "answers", "answers", {"interaction": True}, start="earliest")
        asked = [s.post("/api/workflows/asks/execute", {}).json["execution_id"] for _ in range(200)]
        questions, cursor = {}, ""
        while len(questions) < len(asked):
            page = s.get("/api/interactions?status=pending&limit=100" + cursor).json
            questions.update({i["execution_id"]: i["interaction_id"] for i in page["interactions"]})
            cursor = "&cursor=" + page["next_cursor"] if page["next_cursor"] else ""
        produce(b, "answers", *[{"interaction_id": questions[e], "data": n} for n, e in enumerate(asked)])
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.01, 0.4))
            s.kill()
            s.start()
        source = dealt_with(s, "answers", len(asked), timeout=60)
        assert source["refused"] == 0, source["recent_refusals"]
        found = ended(s, "asks", len(asked), timeout=60)
        assert [found[e]["result"] for e in asked] == list(range(len(asked)))


if __name__ == "__main__":
    main(sys.modules[__name__])
