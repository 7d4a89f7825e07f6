"""A broker that is away for a while, under as much load as the machine bears: runs go on as fast as before, memory does not grow with
what waits, and afterwards all of it goes out.

REPRISE_OUTAGE_SECONDS (10) is how long. Only with 120 or more is the speed held against its bound: less says nothing on a busy machine.
"""

import os
import statistics
import sys
import time

from harness import Server, eventually, main
from kafka_broker import Broker, need_kafka
from run_load import measure, resident_mb

SECONDS = max(8, int(os.environ.get("REPRISE_OUTAGE_SECONDS", "10")))
LONG = SECONDS >= 120
TOPIC = "reprise.events"
THREE = {"actions": [
    {"ref": "a", "action": "core.transform.reshape", "args": {"value": "${{ TRIGGER.n }}"}},
    {"ref": "b", "action": "core.transform.reshape", "depends_on": ["a"], "args": {"value": {"of": "${{ ACTIONS.a.result }}"}}},
    {"ref": "c", "action": "core.transform.reshape", "depends_on": ["b"], "args": {"value": "${{ ACTIONS.b.result.of }}"}}],
    "returns": "${{ ACTIONS.c.result }}"}
GROWTH_MB = 100  # what waits is some hundred megabytes in ten seconds, and gigabytes in two minutes
# What has been seen may go: a topic of many gigabytes is not what this is about.
BRIEF = ("log.retention.bytes=67108864", "log.segment.bytes=16777216", "log.retention.check.interval.ms=1000",
         "log.initial.task.delay.ms=1000", "file.delete.delay.ms=1000")


def stream(server):
    return server.get("/api/info").json["stream"]


def all_out(server, timeout):
    def done():
        now = stream(server)
        return now["state"] == "publishing" and now["lag"] == 0
    try:
        eventually(done, timeout, "the lag's return to 0")
    except AssertionError:
        print(stream(server), server.stderr()[-2000:], file=sys.stderr)
        raise


def loaded(server, seconds):
    return measure(server, "three", seconds, inputs={"n": "customer 7"})


def without_publishing(seconds):
    with Server() as s:
        s.put_workflow("three", THREE)
        return loaded(s, seconds)


def in_topic(broker):
    from confluent_kafka import Consumer, TopicPartition
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "counts"})
    try:
        partitions = consumer.list_topics(TOPIC, timeout=30).topics[TOPIC].partitions
        return sum(consumer.get_watermark_offsets(TopicPartition(TOPIC, p), 30)[1] for p in partitions)
    finally:
        consumer.close()


def test_an_outage_costs_the_engine_nothing_but_lag():
    short = max(5, SECONDS // 4)
    off = without_publishing(short)
    print(f"  without publishing: {off}", flush=True)
    with Broker(*BRIEF) as broker, Server("--kafka-brokers", broker.bootstrap) as s:
        s.put_workflow("three", THREE)
        all_out(s, 60)
        up = loaded(s, short)
        print(f"  with a broker: {up}", flush=True)
        all_out(s, 600)
        broker.kill()
        down = loaded(s, SECONDS)
        lag, ratio = stream(s)["lag"], down.per_second / up.per_second
        memory = down.memory + [resident_mb(s)]
        quarters = [statistics.median(memory[len(memory) * q // 4:len(memory) * (q + 1) // 4]) for q in range(4)]
        print(f"  {SECONDS} s without the broker: {down}; {ratio:.2f} of the runs with it; memory by quarters "
              f"{', '.join(f'{q:.0f}' for q in quarters)} MB", flush=True)
        assert stream(s)["state"] == "waiting" and lag > 0, stream(s)
        assert quarters[3] - quarters[0] < GROWTH_MB, memory
        begin = time.monotonic()
        broker.start()
        all_out(s, 60 + 10 * SECONDS)
        print(f"  {lag} events waited, and were out {time.monotonic() - begin:.0f} s after the broker's start; "
              f"{resident_mb(s):.0f} MB", flush=True)
        assert in_topic(broker) >= stream(s)["published"] > lag
        if LONG:
            assert ratio >= 0.95, (up.runs, down.runs)


if __name__ == "__main__":
    need_kafka()
    main(sys.modules[__name__])
