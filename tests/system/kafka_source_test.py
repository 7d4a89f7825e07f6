"""Sources against the real server and a real broker: runs started and interactions answered by records, dead letters, what
is in the way. Over kill -9: kafka_source_chaos_test.py."""

import json
import subprocess
import sys
import time

from harness import BINARY, Server, eventually, main
from kafka_broker import Broker, need_kafka

need_kafka()

from confluent_kafka import Consumer, KafkaException, TopicPartition  # noqa: E402
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions  # noqa: E402
from source_rig import (TICK, consume, dealt_with, ended, events_of, in_state, make_topic, produce, put, read,  # noqa: E402
                        records_of, runs, serve)

broker = None


def kafka():
    """One broker for all tests but those that kill it."""
    global broker
    if broker is None:
        broker = Broker("auto.create.topics.enable=false", "log.retention.check.interval.ms=300",
                        "log.initial.task.delay.ms=100", "file.delete.delay.ms=100")
    return broker


def test_starts_runs():
    b = kafka()
    make_topic(b, "orders", 3)
    produce(b, "orders", *[{"n": n} for n in range(3)])
    with serve(b) as s:
        made = put(s, "orders", "orders", {"workflow_id": "strict"}, start="earliest")
        assert made["dead_letter_topic"] == "orders.dead-letter" and made["max_in_flight"] == 1000, made
        assert made["kafka"] == {"brokers": None, "topic": "orders", "start": "earliest", "properties": {}}, made
        assert made["target"] == {"workflow_id": "strict", "inputs": "value"}, made
        found = ended(s, "strict", 3)
        assert sorted(r["result"]["n"] for r in found.values()) == [0, 1, 2], found
        assert all(r["result"]["who"] == "nobody" for r in found.values()), found
        dealt_with(s, "orders", 3)
        source = in_state(s, "orders", "running")
        assert len(source["partitions"]) == 3 and records_of(source) == 3 and source["refused"] == 0, source
        eventually(lambda: all(p["lag"] == 0 and p["end"] == p["position"] for p in read(s, "orders")["partitions"]))
        # Where a run came from stands in it, and it replays.
        places = set()
        for execution in found:
            first, origin = events_of(s, execution)[:2]
            assert first["data"]["trigger"] == "kafka", first
            assert origin["type"] == "reprise.execution.origin.v1" and origin["data"]["kind"] == "kafka", origin
            assert origin["data"]["name"] == "orders" and origin["data"]["ref"].startswith("orders/"), origin
            places.add(origin["data"]["ref"])
            assert s.post(f"/api/executions/{execution}/replay").json["matches"]
        assert len(places) == 3, places
        listed = s.get("/workflow-executions?trigger=kafka").json
        assert len(listed) == 3 and s.get("/workflow-executions?trigger=manual").json == [], listed
        # A restart reads on and starts nothing twice.
        s.restart()
        produce(b, "orders", *[{"n": n} for n in range(3, 50)])
        found = ended(s, "strict", 50)
        assert sorted(r["result"]["n"] for r in found.values()) == list(range(50)), found
        assert read(s, "orders")["last_error"] is None


def test_start_at_the_end_and_whole_records():
    b = kafka()
    make_topic(b, "whole")
    produce(b, "whole", {"n": "before"})
    with serve(b) as s:
        put(s, "whole", "whole", {"workflow_id": "tick", "inputs": "record"})
        source = in_state(s, "whole", "running")
        assert source["partitions"][0]["position"] == 1, source
        produce(b, "whole", ('[1, 2.50, "\\u00e4"]', "the key", [("h", "one"), ("h", "two"), ("raw", b"\xff\x00")]),
                (None, "gone"), ('"text"', b"\xfe"))
        found = ended(s, "tick", 3)
        triggers = sorted((r["result"]["trigger"] for r in found.values()), key=lambda t: t["offset"])
        assert all(r["result"]["type"] == "kafka" for r in found.values()), found
        first = triggers[0]
        assert time.time() - 60 < time.mktime(time.strptime(first["timestamp"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
        assert {k: v for k, v in first.items() if k != "timestamp"} == {
            "topic": "whole", "partition": 0, "offset": 1, "key": "the key", "value": [1, 2.5, "ä"],
            "headers": {"h": "two", "raw": {"base64": "/wA="}}}, first
        assert triggers[1]["value"] is None and triggers[1]["key"] == "gone" and triggers[1]["headers"] == {}, triggers
        assert triggers[2]["value"] == "text" and triggers[2]["key"] == {"base64": "/g=="}, triggers


def test_dead_letters():
    b = kafka()
    make_topic(b, "mixed")
    bad = [("not json", "k1", [("trace", "t1")]), ("[1]", None), (None, "tombstone"), ({"n": "x"},), ({"n": 1, "m": 2},),
           (b"\xff\xfe", b"\xff")]
    produce(b, "mixed", {"n": 1}, *bad, {"n": 2})
    with serve(b) as s:
        put(s, "mixed", "mixed", {"workflow_id": "strict"}, start="earliest", dead_letter_topic="letters")
        source = dealt_with(s, "mixed", 8)
        refused = source["refused"]
        good = ended(s, "strict", 8 - refused)
        assert {r["result"]["n"] for r in good.values()} >= {1, 2}, good
        letters = consume(b, "letters", refused)
        assert len(letters) == refused >= 5 and source["partitions"][0]["refused"] == refused, source
        for letter in letters:
            headers = dict(letter.headers())
            assert headers["reprise-source"] == b"mixed" and headers["reprise-topic"] == b"mixed", headers
            assert headers["reprise-partition"] == b"0" and headers["reprise-reason"], headers
        by_offset = {int(dict(l.headers())["reprise-offset"]): l for l in letters}
        assert by_offset[1].key() == b"k1" and by_offset[1].value() == b"not json", by_offset
        assert by_offset[1].headers()[0] == ("trace", b"t1"), by_offset[1].headers()
        reasons = {o: dict(l.headers())["reprise-reason"].decode() for o, l in by_offset.items()}
        assert "not JSON" in reasons[1] and "must be a JSON object" in reasons[2], reasons
        assert "has no value" in reasons[3] and "'n' must be int" in reasons[4] and "not JSON" in reasons[6], reasons
        assert by_offset[3].value() is None and by_offset[3].key() == b"tombstone", by_offset[3]
        assert by_offset[6].value() == b"\xff\xfe" and by_offset[6].key() == b"\xff", by_offset[6]
        newest = source["recent_refusals"][0]
        assert newest["offset"] == 6 and newest["topic"] == "mixed" and newest["reason"] == reasons[6], newest
        told = [e for e in s.get("/api/events?limit=1000&type=reprise.source.refused.v1").json["events"]]
        assert [e["data"]["offset"] for e in told] == sorted(by_offset), told
        assert told[0]["subject"] == "mixed" and told[0]["source"].startswith("/sources/"), told[0]
        metrics = s.get("/metrics").body.decode()
        assert f'reprise_source_refused_total{{workspace="default",source="mixed"}} {refused}' in metrics, metrics
        assert 'reprise_source_records_total{workspace="default",source="mixed"} 8' in metrics


def test_answers_interactions():
    b = kafka()
    make_topic(b, "answers")
    with serve(b) as s:
        put(s, "answers", "answers", {"interaction": True})
        in_state(s, "answers", "running")
        asked = [s.post("/api/workflows/asks/execute", {}).json["execution_id"] for _ in range(3)]

        def pending():
            found = s.get("/api/interactions?status=pending").json["interactions"]
            return {i["execution_id"]: i["interaction_id"] for i in found} if len(found) == 3 else None
        questions = eventually(pending)
        produce(b, "answers",
                {"interaction_id": questions[asked[0]], "data": {"n": 1}, "user": "ada"},
                {"interaction_id": questions[asked[1]], "execution_id": asked[1], "data": "two"},
                {"interaction_id": questions[asked[2]], "execution_id": asked[0], "data": "of another run"},
                {"interaction_id": questions[asked[0]], "data": {"n": "again"}},
                {"interaction_id": "00000000-0000-4000-8000-000000000000", "data": 1},
                {"interaction_id": "x", "data": 1}, {"interaction_id": questions[asked[2]]},
                {"interaction_id": questions[asked[2]], "data": None, "more": 1})
        source = dealt_with(s, "answers", 8)
        assert source["refused"] == 6, source
        reasons = {r["offset"]: r["reason"] for r in source["recent_refusals"]}
        assert set(reasons) == {2, 3, 4, 5, 6, 7} and "no interaction" in reasons[4], reasons
        assert "must be a UUID" in reasons[5] and "data is missing" in reasons[6] and "'more'" in reasons[7], reasons
        results = [eventually(lambda: (lambda r: r if r["status"] == "completed" else None)(
            s.get("/api/executions/" + e).json))["result"] for e in asked[:2]]
        assert results == [{"n": 1}, "two"], results
        assert s.get("/api/executions/" + asked[2]).json["status"] == "running"
        answered = [e for e in events_of(s, asked[0]) if e["type"] == "reprise.interaction.answered.v1"]
        assert len(answered) == 1 and answered[0]["data"]["user"] == "ada", answered
        assert len(consume(b, "answers.dead-letter", 6)) == 6


def test_what_is_in_the_way():
    b = kafka()
    with serve(b) as s:
        put(s, "late", "late-topic", start="earliest")
        waits = in_state(s, "late", "waiting")
        assert waits["last_error"] == "the topic late-topic does not exist" and waits["last_error_at"], waits
        make_topic(b, "late-topic")
        in_state(s, "late", "running")
        produce(b, "late-topic", {"n": 1})
        ended(s, "tick", 1)
        # A workflow that is gone holds the records back.
        s.call("DELETE", "/api/workflows/tick")
        produce(b, "late-topic", {"n": 2}, {"n": 3})
        waits = in_state(s, "late", "waiting")
        assert "no workflow tick" in waits["last_error"] and records_of(waits) == 1, waits
        s.put_workflow("tick", TICK)
        dealt_with(s, "late", 3)
        ended(s, "tick", 3)
        # Partitions that are added are read from their beginning.
        admin = AdminClient({"bootstrap.servers": b.bootstrap})
        admin.create_partitions([NewPartitions("late-topic", 3)])["late-topic"].result(20)
        eventually(lambda: _try(lambda: produce(b, "late-topic", ({"n": 4}, None, None, 2))), 20)
        ended(s, "tick", 4)
        assert len(read(s, "late")["partitions"]) == 3


def _try(f):
    try:
        f()
        return True
    except KafkaException:
        return False


def test_pause_resume_change_delete():
    b = kafka()
    make_topic(b, "steered")
    make_topic(b, "other")
    with serve(b) as s:
        put(s, "x", "steered")
        in_state(s, "x", "running")
        paused = s.post("/api/sources/x/pause", {"reason": "a holiday"}).json
        assert paused["paused"] and paused["state"] == "paused" and paused["pause_reason"] == "a holiday", paused
        assert s.post("/api/sources/x/pause", {"reason": "another"}).json["pause_reason"] == "a holiday"
        produce(b, "steered", *[{"n": n} for n in range(20)])
        time.sleep(0.7)
        assert runs(s, "tick") == {} and records_of(read(s, "x")) == 0
        s.restart()
        time.sleep(0.5)
        assert read(s, "x")["state"] == "paused" and runs(s, "tick") == {}
        resumed = s.post("/api/sources/x/resume").json
        assert not resumed["paused"] and resumed["pause_reason"] is None, resumed
        ended(s, "tick", 20)
        dealt_with(s, "x", 20)
        # Another target keeps the position; the same body changes nothing; another topic begins anew.
        again = put(s, "x", "steered", {"workflow_id": "tick", "inputs": "record"}, status=200)
        assert again["partitions"][0]["position"] == 20, again
        same = put(s, "x", "steered", {"workflow_id": "tick", "inputs": "record"}, status=200)
        assert same["updated_at"] == again["updated_at"], (same, again)
        produce(b, "steered", {"n": 20})
        found = ended(s, "tick", 21)
        assert [r["result"]["trigger"]["offset"] for r in found.values() if "offset" in r["result"]["trigger"]] == [20]
        moved = put(s, "x", "other", status=200)
        assert moved["partitions"] == [] and moved["created_at"] == again["created_at"], moved
        in_state(s, "x", "running")
        produce(b, "other", {"n": 1})
        ended(s, "tick", 22)
        assert s.call("DELETE", "/api/sources/x").json == {"name": "x", "deleted": True}
        for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/pause"), ("POST", "/resume")):
            answer = s.call(method, "/api/sources/x" + path)
            assert answer.status == 404 and answer.json["error_code"] == "NOT_FOUND", (path, answer)
        produce(b, "other", {"n": 2})
        time.sleep(0.7)
        assert len(runs(s, "tick")) == 22
        # Made anew it reads from the beginning, and its runs are others.
        put(s, "x", "other", start="earliest")
        ended(s, "tick", 24)
        for n in range(3):
            put(s, f"y{n}", "other")
        page = s.get("/api/sources?limit=3").json
        assert [x["name"] for x in page["sources"]] == ["x", "y0", "y1"] and page["next_cursor"] == "y1", page
        page = s.get("/api/sources?limit=3&cursor=y1").json
        assert [x["name"] for x in page["sources"]] == ["y2"] and page["next_cursor"] is None, page


def test_in_flight_is_bounded():
    b = kafka()
    make_topic(b, "many", 2)
    produce(b, "many", *[{"n": n} for n in range(1000)])
    with serve(b) as s:
        put(s, "many", "many", start="earliest", max_in_flight=7)
        found = ended(s, "tick", 1000, timeout=240)
        assert sorted(r["result"]["trigger"]["n"] for r in found.values()) == list(range(1000))


def test_records_that_retention_took():
    b = kafka()
    make_topic(b, "short", segment_ms="200", retention_ms="300", segment_bytes="1048576")
    with serve(b) as s:
        put(s, "short", "short", start="earliest")
        in_state(s, "short", "running")
        produce(b, "short", {"n": 0})
        ended(s, "tick", 1)
        s.post("/api/sources/short/pause")
        low = 0
        for n in range(1, 60):  # until the broker has dropped what the source has not read
            produce(b, "short", {"n": n})
            time.sleep(0.3)
            consumer = Consumer({"bootstrap.servers": b.bootstrap, "group.id": "test"})
            low, high = consumer.get_watermark_offsets(TopicPartition("short", 0), 10)
            consumer.close()
            if low > 1:
                break
        assert low > 1, "retention has dropped nothing"
        # No more of them, lest the source finds a second gap.
        change = ConfigResource(ConfigResource.Type.TOPIC, "short", set_config={"retention.ms": "-1"})
        admin = AdminClient({"bootstrap.servers": b.bootstrap})
        admin.alter_configs([change])[change].result(20)
        s.post("/api/sources/short/resume")

        def look():
            source = read(s, "short")
            return source if source["lost"] else None
        source = eventually(look, 30, "the jump")
        move = source["recent_moves"][0]
        assert move["from"] == 1 and move["to"] == 1 + source["lost"] and move["partition"] == 0, source
        assert "were gone before they were read" in source["last_error"], source
        produce(b, "short", {"n": "after"})
        eventually(lambda: any(r["result"]["trigger"]["n"] == "after" for r in runs(s, "tick").values() if r["result"]))


def test_bad_input():
    b = kafka()
    with serve(b) as s:
        def refused(status, text, name="bad", **body):
            answer = s.call("PUT", f"/api/sources/{name}", body)
            assert answer.status == status and text in answer.json["detail"], (body, answer)
        target = {"workflow_id": "tick"}
        refused(422, "kafka/topic is missing", target=target)
        refused(422, "kafka/topic must be 1 to 249 characters", kafka={"topic": "a b"}, target=target)
        refused(422, "kafka/topic must be", kafka={"topic": 5}, target=target)
        refused(422, "target is missing", kafka={"topic": "t"})
        refused(422, "either workflow_id or interaction", kafka={"topic": "t"},
                target={"workflow_id": "tick", "interaction": True})
        refused(422, "target/interaction must be true", kafka={"topic": "t"}, target={"interaction": False})
        refused(422, "target/inputs must be value or record", kafka={"topic": "t"}, target=dict(target, inputs="all"))
        refused(422, "kafka/start must be earliest or latest", kafka={"topic": "t", "start": "now"}, target=target)
        refused(422, "'group' is not a known member", kafka={"topic": "t", "group": "g"}, target=target)
        refused(422, "dead_letter_topic must be another topic", kafka={"topic": "t"}, target=target, dead_letter_topic="t")
        refused(422, "max_in_flight must be", kafka={"topic": "t"}, target=target, max_in_flight=0)
        refused(422, "--kafka-allowed-brokers", kafka={"topic": "t", "brokers": "10.0.0.1:9092"}, target=target)

        def property_refused(text, **properties):
            refused(422, text, kafka={"topic": "t", "properties": {k.replace("_", "."): v for k, v in properties.items()}},
                    target=target)
        property_refused("kafka/properties/sasl.password must be a reference", sasl_password="secret")
        property_refused("kafka/properties/ssl.key.pem must be a reference", ssl_key_pem="${{ SECRETS.a }}")
        property_refused("is none that a source may set", plugin_library_paths="/tmp/x.so")
        property_refused("is none that a source may set", sasl_kerberos_kinit_cmd="touch /tmp/x")
        property_refused("is none that a source may set", ssl_ca_location="/etc/passwd")
        property_refused("is none that a source may set", group_id="mine")
        property_refused("must not be a template", client_id="${{ SECRETS.a.B }}")
        property_refused("kafka/properties:", security_protocol="morse")
        refused(404, "no workflow nothing", kafka={"topic": "t"}, target={"workflow_id": "nothing"})
        assert s.get("/api/sources").json["sources"] == []
        # A secret that has no value is said, not shown.
        put(s, "secret", "t", properties={"security.protocol": "sasl_plaintext", "sasl.mechanism": "PLAIN",
                                          "sasl.username": "u", "sasl.password": "${{ SECRETS.kafka.PASSWORD }}"})
        waits = in_state(s, "secret", "waiting")
        assert "SECRETS.kafka.PASSWORD has no value" in waits["last_error"], waits
        assert waits["kafka"]["properties"]["sasl.password"] == "${{ SECRETS.kafka.PASSWORD }}", waits
    with Server() as s:
        s.put_workflow("tick", TICK)
        answer = s.call("PUT", "/api/sources/x", {"kafka": {"topic": "t"}, "target": target})
        assert answer.status == 422 and "--kafka-brokers" in answer.json["detail"], answer


def test_command_line():
    b = kafka()
    make_topic(b, "by-hand")
    with serve(b) as s:
        def reprise(*arguments, code=0):
            done = subprocess.run([BINARY, "source", *arguments, "--server", f"http://127.0.0.1:{s.port}"],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20)
            assert done.returncode == code, (arguments, done)
            return (done.stdout if code == 0 else done.stderr).decode()
        out = reprise("put", "x", "--table", "--topic", "by-hand", "--workflow", "strict", "--property", "client.id=mine")
        assert "by-hand" in out and "strict" in out, out
        in_state(s, "x", "running")
        produce(b, "by-hand", {"n": 1}, "nonsense")
        dealt_with(s, "x", 2)
        assert "running" in reprise("list", "--table")
        out = reprise("show", "x", "--table")
        assert "by-hand/0/1" in out and "not JSON" in out, out
        assert json.loads(reprise("show", "x", "--json"))["kafka"]["properties"] == {"client.id": "mine"}
        assert "paused" in reprise("pause", "x", "--reason", "lunch", "--table")
        reprise("resume", "x")
        assert "is deleted" in reprise("delete", "x")
        reprise("show", "x", code=1)
        reprise("put", "x", "--topic", "by-hand", code=2)
        assert "either --workflow or --interactions" in reprise("put", "x", "--topic", "by-hand", code=2)


def test_broker_away():
    with Broker("auto.create.topics.enable=false") as b, serve(b) as s:
        make_topic(b, "away")
        put(s, "away", "away")
        in_state(s, "away", "running")
        b.kill()
        waits = in_state(s, "away", "waiting", timeout=40)
        assert waits["last_error"], waits
        b.start()
        in_state(s, "away", "running", timeout=40)
        produce(b, "away", {"n": 1})
        ended(s, "tick", 1)


if __name__ == "__main__":
    try:
        main(sys.modules[__name__])
    finally:
        if broker is not None:
            broker.close()
