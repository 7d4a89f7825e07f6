"""Publishing to a real Kafka broker: what arrives, in which form, and what happens when the broker does not play along."""

import json
import subprocess
import sys
import threading
import time

from harness import BINARY, Server, eventually, main
from kafka_broker import Broker, free_port, need_kafka

TOPIC = "reprise.events"
CHAIN = {"actions": [
    {"ref": "a", "action": "core.transform.reshape", "args": {"value": "${{ TRIGGER.n }}"}},
    {"ref": "b", "action": "core.transform.reshape", "args": {"value": "${{ ACTIONS.a.result + 1 }}"}, "depends_on": ["a"]}],
    "returns": "${{ ACTIONS.b.result }}"}


def stream(server):
    return server.get("/api/info").json["stream"]


def metric(server, name):
    for line in server.get("/metrics").body.decode().splitlines():
        if line.startswith(name + " "):
            return float(line.split(" ")[1])
    raise AssertionError(f"no metric {name}")


def all_out(server, timeout=60):
    def done():
        now = stream(server)
        return now if now["state"] == "publishing" and now["lag"] == 0 else None
    try:
        return eventually(done, timeout, "the lag's return to 0")
    except AssertionError:
        print(stream(server), server.stderr()[-2000:], file=sys.stderr)
        raise


def publisher(broker, *options, **more):
    return Server("--kafka-brokers", broker.bootstrap, *options, **more)


class Load(threading.Thread):
    """Starts runs until stop(); counts those that were acknowledged."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.count, self.stopped = server, 0, threading.Event()
        self.start()

    def run(self):
        while not self.stopped.is_set():
            self.server.run("chain", {"n": self.count})
            self.count += 1

    def stop(self):
        self.stopped.set()
        self.join(30)
        return self.count


def test_every_event_arrives_as_cloudevents_and_a_restart_goes_on():
    import kafka_reader
    with Broker() as broker, publisher(broker) as s:
        s.put_workflow("chain", CHAIN)
        for n in range(20):
            s.run("chain", {"n": n})
        now = all_out(s)
        assert now["kind"] == "kafka" and now["topic"] == TOPIC and now["last_success"], now
        records = kafka_reader.records(broker.bootstrap, TOPIC)
        found = [json.loads(r.value()) for r in records]
        assert kafka_reader.check_topic(s, found) == 0
        assert now["published"] == len(found) == metric(s, "reprise_stream_published_total"), (now, len(found))
        assert metric(s, "reprise_stream_lag_events") == 0 and metric(s, "reprise_stream_publishing") == 1
        for record, event in zip(records, found):
            assert record.headers() == [("content-type", b"application/cloudevents+json; charset=UTF-8")], record.headers()
            assert record.key().decode() == event["partitionkey"] == event["id"].split("/")[0], (record.key(), event)
            assert set(event) == {"specversion", "id", "source", "type", "time", "datacontenttype", "subject", "partitionkey",
                                  "sequence", "data"}, event
            assert event["specversion"] == "1.0" and event["datacontenttype"] == "application/json", event
            assert event["subject"] == "chain" and event["type"].startswith("reprise."), event
        where = {}
        for record in records:
            where.setdefault(record.key(), set()).add(record.partition())
        assert all(len(partitions) == 1 for partitions in where.values()), where
        assert len(set().union(*where.values())) > 1, "all in one partition"
        # What one run's events say over HTTP is what the topic has.
        run = found[-1]["partitionkey"]
        over_http = s.get(f"/api/executions/{run}/events?limit=1000").json["events"]
        assert [e for e in found if e["partitionkey"] == run] == over_http

        s.restart()
        s.run("chain", {"n": 99})
        all_out(s)
        again = kafka_reader.events(broker.bootstrap, TOPIC)
        assert kafka_reader.check_topic(s, again) == 0, "an orderly restart published something twice"
        assert len(again) > len(found)


def test_an_existing_store_is_published_from_its_first_event():
    import kafka_reader
    with Broker() as broker, Server() as s:
        s.put_workflow("chain", CHAIN)
        for n in range(30):
            s.run("chain", {"n": n})
        assert s.get("/api/info").json["stream"] is None
        s.options = ["--kafka-brokers", broker.bootstrap, "--kafka-partitions", "3", "--kafka-topic", "other.topic"]
        s.restart()
        all_out(s)
        assert kafka_reader.partition_count(broker.bootstrap, "other.topic") == 3
        assert kafka_reader.check_topic(s, kafka_reader.events(broker.bootstrap, "other.topic")) == 0


def test_a_broker_that_is_away_is_only_lag():
    import kafka_reader
    with Broker() as broker, publisher(broker) as s:
        s.put_workflow("chain", CHAIN)
        loads = [Load(s) for _ in range(4)]
        eventually(lambda: stream(s)["published"] > 100, what="the first events")
        broker.kill()
        eventually(lambda: stream(s)["state"] == "waiting", what="the outage's notice")
        before = sum(load.count for load in loads)
        eventually(lambda: sum(load.count for load in loads) > before + 200, 120, "work during the outage")
        away = stream(s)
        assert away["lag"] > 1000 and away["errors"] > 0 and away["last_error"]["message"], away
        broker.start()
        eventually(lambda: stream(s)["state"] == "publishing", 60, "the broker's return")
        for load in loads:
            load.stop()
        all_out(s)
        kafka_reader.check_topic(s, kafka_reader.events(broker.bootstrap, TOPIC))
        warnings = [line for line in s.stderr().splitlines() if "do not go out" in line]
        assert 0 < len(warnings) < 5, warnings


def test_a_broker_that_cannot_be_reached_at_the_start_is_a_warning():
    import kafka_reader
    with Broker(start=False) as broker, publisher(broker) as s:
        s.put_workflow("chain", CHAIN)
        s.run("chain", {"n": 1})
        eventually(lambda: "Connection refused" in s.stderr(), what="the reason in the log")
        eventually(lambda: "Connection refused" in (stream(s)["last_error"] or {"message": ""})["message"], what="the reason")
        now = stream(s)
        assert now["state"] == "connecting" and now["lag"] > 0, now
        shown = subprocess.run([BINARY, "show", "--stream", "--table", "--server", f"http://127.0.0.1:{s.port}"],
                               capture_output=True, text=True)
        assert shown.returncode == 0 and "connecting" in shown.stdout and "Connection refused" in shown.stdout, shown
        broker.start()
        all_out(s)
        kafka_reader.check_topic(s, kafka_reader.events(broker.bootstrap, TOPIC))
        s.restart()
        assert stream(s)["lag"] == 0, "the lag is not known before the broker answers"


def test_a_wrong_password_is_a_warning_and_secrets_are_not_shown():
    import kafka_reader
    port = free_port()
    sasl = free_port()
    with Broker(f"listeners=CLIENTS://127.0.0.1:{port},CONTROLLER://127.0.0.1:{port + 1},LOCKED://127.0.0.1:{sasl}",
                f"advertised.listeners=CLIENTS://127.0.0.1:{port},LOCKED://127.0.0.1:{sasl}",
                "listener.security.protocol.map=CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT,LOCKED:SASL_PLAINTEXT",
                "sasl.enabled.mechanisms=PLAIN",
                "listener.name.locked.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
                'user_ada="right-word";', port=port) as broker:
        properties = ["--kafka-property", "security.protocol=sasl_plaintext", "--kafka-property", "sasl.mechanism=PLAIN",
                      "--kafka-property", "sasl.username=ada"]
        shown = subprocess.run([BINARY, "config", *properties, "--kafka-property", "sasl.password=wrong-word"],
                               capture_output=True, text=True)
        assert "sasl.username=ada" in shown.stdout and "wrong-word" not in shown.stdout + shown.stderr, shown
        with Server("--kafka-brokers", f"127.0.0.1:{sasl}", *properties, "--kafka-property", "sasl.password=wrong-word") as s:
            eventually(lambda: "uthentication" in s.stderr(), what="the reason in the log")
            assert stream(s)["state"] == "connecting", stream(s)
            s.put_workflow("chain", CHAIN)
            s.run("chain", {"n": 1})
            assert s.stop() == 0
            assert "wrong-word" not in s.stderr()
            secret = s.data + ".properties"
            with open(secret, "w", encoding="utf-8") as file:
                file.write("# of the broker\nsasl.password = right-word\n")
            s.options = ["--kafka-brokers", f"127.0.0.1:{sasl}", *properties, "--kafka-properties", secret]
            s.start()
            all_out(s)
            kafka_reader.check_topic(s, kafka_reader.events(broker.bootstrap, TOPIC))


def test_a_topic_that_is_not_ours_is_refused_with_what_to_do():
    from confluent_kafka import Producer
    with Broker() as broker, publisher(broker, "--kafka-partitions", "2") as s:
        s.put_workflow("chain", CHAIN)
        all_out(s)
        s.options = ["--kafka-brokers", broker.bootstrap, "--kafka-partitions", "5"]
        s.restart()
        eventually(lambda: stream(s)["state"] == "refused", what="the refusal")
        message = stream(s)["last_error"]["message"]
        assert "has 2 partitions and kafka_partitions says 5: set it to 2" in message, message
        assert s.run("chain", {"n": 1})["status"] == "completed"
        assert message in s.stderr()

        foreign = Producer({"bootstrap.servers": broker.bootstrap})
        foreign.produce("orders", b"not an event", key=b"k")
        assert foreign.flush(20) == 0
        s.options = ["--kafka-brokers", broker.bootstrap, "--kafka-topic", "orders"]
        s.restart()
        eventually(lambda: stream(s)["state"] == "refused", what="the refusal")
        message = stream(s)["last_error"]["message"]
        assert "holds records that are no events of Reprise" in message and "name another topic" in message, message
        assert s.run("chain", {"n": 2})["status"] == "completed"
        assert stream(s)["published"] == 0


def test_a_record_that_the_topic_does_not_take_holds_up_what_follows_and_is_not_lost():
    import kafka_reader
    from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic
    with Broker() as broker:
        admin = AdminClient({"bootstrap.servers": broker.bootstrap})
        admin.create_topics([NewTopic(TOPIC, 2, 1, config={"max.message.bytes": "20000"})])[TOPIC].result(20)
        with publisher(broker) as s:
            s.put_workflow("chain", CHAIN)
            all_out(s)
            s.run("chain", {"n": 1, "big": "x" * 50_000})
            s.run("chain", {"n": 2})
            eventually(lambda: (stream(s)["last_error"] or {"message": ""})["message"].find("max.message.bytes") > 0,
                       what="the reason")
            assert stream(s)["lag"] > 0
            change = ConfigResource(ConfigResource.Type.TOPIC, TOPIC, set_config={"max.message.bytes": "1000000"})
            admin.alter_configs([change])[change].result(20)
            all_out(s)
            kafka_reader.check_topic(s, kafka_reader.events(broker.bootstrap, TOPIC))


def test_a_topic_made_anew_gets_everything_again():
    import kafka_reader
    from confluent_kafka.admin import AdminClient
    with Broker() as broker, publisher(broker) as s:
        s.put_workflow("chain", CHAIN)
        s.run("chain", {"n": 1})
        all_out(s)
        assert s.stop() == 0
        admin = AdminClient({"bootstrap.servers": broker.bootstrap})
        admin.delete_topics([TOPIC])[TOPIC].result(20)
        s.start()
        s.run("chain", {"n": 2})
        all_out(s)
        kafka_reader.check_topic(s, kafka_reader.events(broker.bootstrap, TOPIC))


def test_wrong_settings_are_refused_at_the_start():
    for options, reason in (
            (["--kafka-property", "no.such=1"], "no.such"),
            (["--kafka-property", "acks=1"], "acks cannot be set"),
            (["--kafka-property", "linger.ms"], "key=value"),
            (["--kafka-property", "linger.ms=many"], "linger.ms"),
            (["--kafka-properties", "/nowhere/file"], "/nowhere/file"),
            (["--kafka-topic", "a b"], "letters"),
            (["--kafka-partitions", "many"], "whole number")):
        done = subprocess.run([BINARY, "serve", "--data", "/nowhere/store", "--kafka-brokers", "127.0.0.1:1", *options],
                              capture_output=True, text=True, timeout=20)
        assert done.returncode == 2 and reason in done.stderr, (options, done)


if __name__ == "__main__":
    need_kafka()
    main(sys.modules["__main__"])
