"""An independent look at a topic: every record of it, read from the beginning without a group."""

import json
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition


def partition_count(bootstrap, topic, properties=None):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "looks", **(properties or {})})
    try:
        about = consumer.list_topics(topic, timeout=15).topics[topic]
        return 0 if about.error else len(about.partitions)
    finally:
        consumer.close()


def records(bootstrap, topic, timeout=60, properties=None):
    """All records that are there now, those of a partition in order. `properties` are the client's, as for security."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "reads", "enable.auto.commit": False,
                         "enable.partition.eof": True, "fetch.message.max.bytes": 64 << 20, **(properties or {})})
    end = time.time() + timeout
    found, open_partitions = [], set(range(partition_count(bootstrap, topic, properties)))
    consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for p in open_partitions])
    try:
        while open_partitions:
            assert time.time() < end, f"the topic was not read to its end within {timeout} s"
            for message in consumer.consume(1000, 1):
                if message.error() is None:
                    found.append(message)
                elif message.error().code() == KafkaError._PARTITION_EOF:
                    open_partitions.discard(message.partition())
                elif not message.error().retriable():
                    raise KafkaException(message.error())
        return found
    finally:
        consumer.close()


def events(bootstrap, topic, timeout=60, properties=None):
    return [json.loads(r.value()) for r in records(bootstrap, topic, timeout, properties)]


def check_order(found):
    """Of each execution the first occurrences come in order, from its first event on, without a gap. Returns the ids."""
    last, seen = {}, set()
    for event in found:
        if event["id"] in seen:
            continue
        seen.add(event["id"])
        run, number = event["id"].rsplit("/", 1)
        assert int(number) == last.get(run, 0) + 1, (event["id"], "after", last.get(run, 0))
        last[run] = int(number)
    return seen


def store_ids(server):
    """The ids of all events of all executions of the store, over HTTP."""
    ids, cursor = set(), ""
    while True:
        page = server.get(f"/api/executions?limit=100&cursor={cursor}").json
        for run in page["executions"]:
            after = 0
            while after is not None:
                answer = server.get(f"/api/executions/{run['execution_id']}/events?after={after}&limit=10000").json
                ids |= {event["id"] for event in answer["events"]}
                after = answer["next_after"]
        cursor = page["next_cursor"]
        if not cursor:
            return ids


def check_complete(found):
    """Every place of every partition of the feed, from its first on, is there: so are events of no execution."""
    places = {tuple(int(n) for n in event["sequence"].split(":")) for event in found}
    for partition in {p for p, _ in places}:
        positions = sorted(n for p, n in places if p == partition)
        assert positions == list(range(1, len(positions) + 1)), (partition, positions[:10], positions[-10:])
    return places


def check_topic(server, found):
    """What the topic holds is what the store holds: nothing lost, nothing invented, in order. Returns how often events came twice."""
    seen = check_order(found)
    check_complete(found)
    of_runs = {event["id"] for event in found if event["source"].startswith("/executions/")}
    stored = store_ids(server)
    assert of_runs == stored, (len(of_runs), len(stored), sorted(of_runs ^ stored)[:5])
    return len(found) - len(seen)
