"""What the suites of sources share: records written and read, servers with workflows for them, and waiting for what comes."""

import json
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from harness import Server, eventually

TICK = {"actions": [{"ref": "a", "action": "core.noop"}],
        "returns": {"trigger": "${{ TRIGGER }}", "type": "${{ ENV.workflow.trigger_type }}"}}
STRICT = {"entrypoint": {"expects": {"n": {"type": "int"}, "who": {"type": "str", "default": "nobody"}}},
          "actions": [{"ref": "a", "action": "core.noop"}], "returns": "${{ TRIGGER }}"}
ASKS = {"config": {"timeout": 0}, "actions": [
    {"ref": "ask", "action": "core.interact.response",
     "interaction": {"type": "response", "message": "which?"}}],
    "returns": "${{ ACTIONS.ask.interaction }}"}


def make_topic(b, name, partitions=1, **config):
    admin = AdminClient({"bootstrap.servers": b.bootstrap})
    admin.create_topics([NewTopic(name, partitions, 1, config={k.replace("_", "."): v for k, v in config.items()})])[name].result(20)


def produce(b, topic, *records):
    """(value, key, headers, partition): a value alone stands for itself; dicts are sent as JSON."""
    producer = Producer({"bootstrap.servers": b.bootstrap, "linger.ms": 1})
    for record in records:
        value, key, headers, partition = (record + (None,) * 4)[:4] if isinstance(record, tuple) else (record, None, None, None)
        value = json.dumps(value) if isinstance(value, (dict, list)) else value
        more = {} if partition is None else {"partition": partition}
        if headers is not None:
            more["headers"] = headers
        producer.produce(topic, value, key, **more)
    assert producer.flush(30) == 0


def consume(b, topic, count, timeout=60):
    """The first records of a topic of one partition."""
    consumer = Consumer({"bootstrap.servers": b.bootstrap, "group.id": "test", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, 0)])
    found, end = [], time.time() + timeout
    while len(found) < count and time.time() < end:
        message = consumer.poll(0.2)
        if message is not None and message.error() is None:
            found.append(message)
    consumer.close()
    return found


def serve(b, *options, **more):
    # Sources alone: nothing is published.
    s = Server("--kafka-brokers", b.bootstrap, *options, env={"REPRISE_KAFKA_TOPIC": ""}, **more)
    for name, definition in (("tick", TICK), ("strict", STRICT), ("asks", ASKS)):
        s.put_workflow(name, definition)
    return s


def put(s, name, topic, target=None, status=201, dead_letter_topic=None, max_in_flight=None, **kafka_members):
    body = {"kafka": dict({"topic": topic}, **kafka_members), "target": target or {"workflow_id": "tick"}}
    if dead_letter_topic:
        body["dead_letter_topic"] = dead_letter_topic
    if max_in_flight:
        body["max_in_flight"] = max_in_flight
    answer = s.call("PUT", f"/api/sources/{name}", body)
    assert answer.status == status, answer
    return answer.json


def read(s, name):
    answer = s.get(f"/api/sources/{name}")
    assert answer.status == 200, answer
    return answer.json


def in_state(s, name, state, timeout=60):
    def look():
        source = read(s, name)
        return source if source["state"] == state else None
    return eventually(look, timeout, f"{name} {state}")


def records_of(source):
    return sum(p["records"] for p in source["partitions"])


def dealt_with(s, name, count, timeout=60):
    def look():
        source = read(s, name)
        assert records_of(source) <= count, source
        return source if records_of(source) == count else None
    return eventually(look, timeout, f"{count} records of {name}")


def runs(s, workflow):
    """All runs of a workflow, by id."""
    found, cursor = {}, ""
    while True:
        page = s.get(f"/api/executions?workflow_id={workflow}&limit=100{cursor}").json
        found.update({e["execution_id"]: e for e in page["executions"]})
        if not page["next_cursor"]:
            return found
        cursor = "&cursor=" + page["next_cursor"]


def ended(s, workflow, count, timeout=60):
    def look():
        found = runs(s, workflow)
        assert len(found) <= count, len(found)
        return found if len(found) == count and all(r["status"] == "completed" for r in found.values()) else None
    return eventually(look, timeout, f"{count} runs of {workflow}")


def events_of(s, execution):
    return s.get(f"/api/executions/{execution}/events").json["events"]
