"""Subscriptions against the real server and a real receiver: signatures, order, retries, rotation, replay, addresses inside."""

import base64
import json
import sys
import time

from harness import Server, eventually, main
from webhook_receiver import CHAIN, FAST, OTHER, SECRET, Receiver, events_of, firsts, ids, numbers_in_order, put, read, serve, signed


def test_delivery_is_signed_and_in_order():
    with Receiver() as r, serve(r) as s:
        made = put(s, "all", r.url, types=["reprise.execution.*", "reprise.task.*"])
        assert made["state"] == "active" and "secret" not in made and made["workflow_id"] is None, made
        runs = [s.run("chain")["execution_id"] for _ in range(5)]
        expected = [e["id"] for run in runs for e in events_of(s, run)]
        eventually(lambda: len(r.taken()) >= len(expected), what="deliveries")
        assert sorted(ids(r.taken())) == sorted(expected) and numbers_in_order(ids(r.taken()))
        by_id = {e["id"]: e for run in runs for e in events_of(s, run)}
        for d in r.taken():
            assert d["path"] == "/hook" and d["headers"]["content-type"] == "application/cloudevents+json", d
            assert d["headers"]["webhook-signature"] == signed(SECRET, d["headers"], d["body"]), d
            assert abs(int(d["headers"]["webhook-timestamp"]) - time.time()) < 60, d
            assert json.loads(d["body"]) == by_id[d["headers"]["webhook-id"]], d
        shown = eventually(lambda: (lambda b: b if b["lag"] == 0 and b["delivered"] == len(expected) else None)(
            read(s, "all")))
        assert shown["last_error"] is None and shown["last_success_at"] and shown["failing_since"] is None, shown
        metrics = eventually(lambda: (lambda m: m if f'{{outcome="delivered"}} {len(expected)}' in m else None)(
            s.get("/metrics").body.decode()), what="the metrics")
        assert 'reprise_webhook_subscriptions{state="active"} 1' in metrics, metrics


def test_only_what_is_wanted():
    with Receiver() as r, serve(r) as s:
        s.put_workflow("other", CHAIN)
        put(s, "some", r.url, types=["reprise.execution.completed.v1"], workflow_id="other")
        s.run("chain")
        run = s.run("other")["execution_id"]
        s.run("chain")
        expected = [e["id"] for e in events_of(s, run, {"reprise.execution.completed.v1"})]
        eventually(lambda: r.taken(), what="a delivery")
        eventually(lambda: read(s, "some")["lag"] == 0)
        assert ids(r.taken()) == expected, ids(r.taken())
        # It changes its mind.
        put(s, "some", r.url, status=200, types=["reprise.execution.started.v1"])
        run = s.run("chain")["execution_id"]
        eventually(lambda: len(r.taken()) == 2, what="another delivery")
        assert ids(r.taken())[1] == run + "/1", ids(r.taken())


def test_a_drawn_secret_is_told_once():
    with Receiver() as r, serve(r) as s:
        made = put(s, "drawn", r.url, secret=None)
        secret = made["secret"]
        assert len(base64.b64decode(secret[len("whsec_"):])) == 32, secret
        assert "secret" not in read(s, "drawn") and "secret" not in put(s, "drawn", r.url, status=200, secret=None)
        s.run("chain")
        first = eventually(lambda: r.taken(), what="a delivery")[0]
        assert first["headers"]["webhook-signature"] == signed(secret, first["headers"], first["body"]), first
        # No event and no list has it.
        everything = s.get("/api/subscriptions").body + b"".join(d["body"] for d in r.taken())
        assert secret.encode() not in everything and secret[6:].encode() not in everything


def test_rotation():
    with Receiver() as r, serve(r) as s:
        put(s, "turn", r.url, types=["reprise.execution.started.v1"])
        rotated = s.post("/api/subscriptions/turn/rotate", {"secret": OTHER})
        assert rotated.status == 200 and "secret" not in rotated.json, rotated
        s.run("chain")
        first = eventually(lambda: r.taken(), what="a delivery")[0]
        both = [signed(secret, first["headers"], first["body"]) for secret in (OTHER, SECRET)]
        assert first["headers"]["webhook-signature"].split(" ") == both, (first, both)
        drawn = s.post("/api/subscriptions/turn/rotate").json["secret"]
        s.restart()
        s.run("chain")
        last = eventually(lambda: (lambda t: t[1] if len(t) > 1 else None)(r.taken()), what="a delivery")
        assert last["headers"]["webhook-signature"].split(" ")[0] == signed(drawn, last["headers"], last["body"])
        assert len(last["headers"]["webhook-signature"].split(" ")) == 3


def test_retries_keep_the_order():
    count = {}

    def answer(delivery):
        each = delivery["headers"]["webhook-id"]
        count[each] = count.get(each, 0) + 1
        return 200 if count[each] > 2 else (500, 404, 302, None)[hash(each) % 4]

    with Receiver(answer) as r, serve(r) as s:
        put(s, "flaky", r.url, types=["reprise.execution.*", "reprise.task.*"])
        runs = [s.run("chain")["execution_id"] for _ in range(4)]
        expected = [e["id"] for run in runs for e in events_of(s, run)]
        eventually(lambda: len(r.taken()) >= len(expected), timeout=60, what="deliveries")
        assert sorted(ids(r.taken())) == sorted(expected) and numbers_in_order(ids(r.taken()))
        assert len(r.all()) == 3 * len(expected), "each is tried until it is taken, and not again"
        assert numbers_in_order(firsts(r.all()))
        shown = eventually(lambda: (lambda b: b if b["lag"] == 0 else None)(read(s, "flaky")))
        # libcurl tries again by itself where a kept connection turns out to be closed.
        assert len(expected) < shown["failed"] <= 2 * len(expected) and shown["last_error"]["message"], shown
        assert shown["failing_since"] is None and shown["attempts"] == 0, shown


def test_one_that_fails_holds_up_its_lane_alone():
    poison = {}

    def answer(delivery):
        run = delivery["headers"]["webhook-id"].split("/")[0]
        return 500 if poison.setdefault("run", run) == run else 200  # the first that comes

    with Receiver(answer) as r, serve(r) as s:
        put(s, "lanes", r.url, types=["reprise.execution.started.v1", "reprise.execution.completed.v1"])
        first = s.run("chain")["execution_id"]
        eventually(lambda: r.all(), what="the first")
        runs = [s.run("chain")["execution_id"] for _ in range(20)]
        # All but those of its own partition arrive.
        taken = eventually(lambda: (lambda t: t if len(t) >= 24 else None)(r.taken()), what="the other lanes")
        assert not any(i.startswith(poison["run"]) for i in ids(taken))
        shown = eventually(lambda: (lambda b: b if b["failing_since"] else None)(read(s, "lanes")))
        assert shown["state"] == "active" and shown["lag"] > 0 and shown["attempts"] > 0, shown
        assert shown["last_error"]["status"] == 500 and "answered HTTP 500" in shown["last_error"]["message"], shown
        blocked, poison["run"] = poison["run"], ""
        assert blocked == first
        eventually(lambda: len(r.taken()) == 42, what="all of them")
        assert sorted(i for i in ids(r.taken()) if i.startswith(blocked)) and numbers_in_order(ids(r.taken()))
        assert {i.split("/")[0] for i in ids(r.taken())} == {blocked, *runs}


def test_more_than_a_window_holds():
    loop = {"actions": [{"ref": "each", "action": "core.noop", "for_each": "${{ for var.x in FN.range(0, 200) }}"}]}
    with Receiver(lambda d: time.sleep(0.002) or 200) as r, serve(r) as s:
        s.put_workflow("loop", loop)
        put(s, "slow", r.url, types=["reprise.task.*", "reprise.execution.*"])
        runs = [s.run("loop")["execution_id"] for _ in range(2)]
        expected = [e["id"] for run in runs for e in events_of(s, run)]
        assert len(expected) > 400, len(expected)
        eventually(lambda: len(r.taken()) >= len(expected), what="deliveries")
        assert sorted(ids(r.taken())) == sorted(expected) and numbers_in_order(ids(r.taken()))
        eventually(lambda: read(s, "slow")["lag"] == 0)


def test_many_that_want_nothing():
    with Receiver() as r, serve(r) as s:
        for i in range(300):
            put(s, f"idle{i}", "https://example.com/", types=["reprise.workflow.deleted.v1"])
        put(s, "one", r.url, types=["reprise.execution.completed.v1"])
        runs = [s.run("chain")["execution_id"] for _ in range(20)]
        eventually(lambda: len(r.taken()) == 20)
        s.kill()
        s.start()
        runs += [s.run("chain")["execution_id"] for _ in range(20)]
        eventually(lambda: {i.split("/")[0] for i in ids(r.taken())} == set(runs), what="the rest")
        for name in ("idle0", "idle299", "one"):
            eventually(lambda: read(s, name)["lag"] == 0, what=name)
            assert read(s, name)["last_error"] is None


def test_gone_disables_at_once_and_resume_goes_on():
    gone = [True]
    with Receiver(lambda d: 410 if gone[0] else 200) as r, Receiver() as watcher, serve(
            r, "--outbound-allow-private", "true") as s:
        put(s, "watch", watcher.url, types=["reprise.subscription.*"])
        put(s, "gone", r.url, types=["reprise.execution.completed.v1"])
        run = s.run("chain")["execution_id"]
        shown = eventually(lambda: (lambda b: b if b["state"] == "disabled" else None)(read(s, "gone")))
        assert "410" in shown["reason"] and shown["failing_since"], shown
        assert len(r.all()) == 1, r.all()
        told = eventually(lambda: [json.loads(d["body"]) for d in watcher.taken()
                                   if b"subscription.disabled" in d["body"]], what="the event")
        assert told[0]["type"] == "reprise.subscription.disabled.v1" and told[0]["subject"] == "gone", told
        assert told[0]["data"] == {"reason": shown["reason"], "failing_since": shown["failing_since"]}, told
        assert told[0]["source"] == "/subscriptions/" + shown["subscription_id"], told
        assert not any(SECRET.encode() in d["body"] for d in watcher.all())
        s.restart()
        assert read(s, "gone")["state"] == "disabled"
        s.run("chain")
        time.sleep(0.5)
        assert len(r.all()) == 1, "it is left alone"
        gone[0] = False
        assert s.post("/api/subscriptions/gone/resume").json["state"] == "active"
        eventually(lambda: len(r.taken()) == 2, what="what it missed")
        assert ids(r.taken())[0].startswith(run) or ids(r.taken())[1].startswith(run)


def test_given_up_after_the_time():
    with Receiver(lambda d: 503) as r, serve(r, "--webhook-give-up-ms", "5000") as s:
        put(s, "down", r.url, types=["reprise.execution.completed.v1"])
        s.run("chain")
        shown = eventually(lambda: (lambda b: b if b["state"] == "disabled" else None)(read(s, "down")))
        elapsed = time.time() - r.all()[0]["time"]
        assert 4.5 < elapsed < 20, elapsed
        assert "503" in shown["reason"] and len(r.all()) >= 4, shown
        gaps = [b["time"] - a["time"] for a, b in zip(r.all(), r.all()[1:])]
        assert min(gaps[:3]) < 0.3 and max(gaps) > 0.25, gaps
        quiet = len(r.all())
        time.sleep(1)
        assert len(r.all()) == quiet


def test_retry_after_is_honoured():
    begun = []

    def answer(_):
        begun.append(time.time())
        return (429, {"Retry-After": "2"}) if len(begun) == 1 else 200

    with Receiver(answer) as r, serve(r) as s:
        put(s, "busy", r.url, types=["reprise.execution.completed.v1"])
        s.run("chain")
        eventually(lambda: r.taken(), what="the delivery")
        assert 1.9 < begun[1] - begun[0] < 20, begun


def test_a_slow_receiver_times_out():
    slow = [True]

    def answer(_):
        if slow[0]:
            time.sleep(1)
        return 200

    with Receiver(answer) as r, serve(r, "--webhook-timeout-ms", "200") as s:
        put(s, "slow", r.url, types=["reprise.execution.completed.v1"])
        s.run("chain")
        shown = eventually(lambda: (lambda b: b if b["last_error"] else None)(read(s, "slow")))
        assert shown["last_error"]["status"] is None and "within 200 ms" in shown["last_error"]["message"], shown
        slow[0] = False
        eventually(lambda: read(s, "slow")["delivered"] == 1)


def test_pause_resume_and_restart():
    with Receiver() as r, serve(r) as s:
        put(s, "rest", r.url, types=["reprise.execution.completed.v1"])
        runs = [s.run("chain")["execution_id"]]
        eventually(lambda: read(s, "rest")["delivered"] == 1)
        paused = s.post("/api/subscriptions/rest/pause", {"reason": "a holiday"}).json
        assert paused["state"] == "paused" and paused["reason"] == "a holiday", paused
        runs += [s.run("chain")["execution_id"] for _ in range(3)]
        time.sleep(0.3)
        assert len(r.taken()) == 1
        eventually(lambda: read(s, "rest")["lag"] > 0)
        s.restart()
        runs += [s.run("chain")["execution_id"] for _ in range(3)]
        time.sleep(0.5)
        assert len(r.taken()) == 1
        assert s.post("/api/subscriptions/rest/resume").json["state"] == "active"
        eventually(lambda: len(r.taken()) == 7, what="what came meanwhile")
        s.restart()
        runs.append(s.run("chain")["execution_id"])
        eventually(lambda: len(r.taken()) >= 8)
        time.sleep(0.3)
        assert sorted(i.split("/")[0] for i in ids(r.taken())) == sorted(runs), "each once: all ends were orderly"


def test_replay_and_from():
    with Receiver() as r, serve(r) as s:
        early = [s.run("chain")["execution_id"] for _ in range(3)]
        made = put(s, "late", r.url, types=["reprise.execution.completed.v1"])
        first = made["cursor"]
        late = [s.run("chain")["execution_id"] for _ in range(3)]
        eventually(lambda: len(r.taken()) == 3)
        eventually(lambda: read(s, "late")["lag"] == 0)
        assert sorted(i.split("/")[0] for i in ids(r.taken())) == sorted(late)
        moved = s.post("/api/subscriptions/late/replay", {"cursor": first})
        assert moved.status == 200 and moved.json["cursor"] == first, moved
        eventually(lambda: len(r.taken()) == 6, what="again from the cursor")
        eventually(lambda: read(s, "late")["lag"] == 0)
        assert sorted(ids(r.taken())[3:]) == sorted(ids(r.taken())[:3])
        s.post("/api/subscriptions/late/replay", {"cursor": "begin"})
        eventually(lambda: len(r.taken()) == 12, what="again from the begin")
        assert sorted(i.split("/")[0] for i in ids(r.taken())[6:]) == sorted(early + late)
        s.restart()
        eventually(lambda: read(s, "late")["lag"] == 0)
        put(s, "whole", r.url, types=["reprise.execution.completed.v1"], **{"from": "begin"})
        eventually(lambda: len(r.taken()) == 18, what="from the begin")
        time.sleep(0.3)
        assert len(r.taken()) == 18, len(r.taken())


def test_inside_addresses_are_refused():
    with Receiver() as r, Server(*FAST) as s:
        s.put_workflow("chain", CHAIN)
        for name, url in (("literal", r.url), ("named", f"http://localhost:{r.port}/"),
                          ("six", f"http://[::1]:{r.port}/"), ("mapped", f"http://[::ffff:127.0.0.1]:{r.port}/"),
                          ("link", "http://169.254.169.254/latest"), ("number", f"http://2130706433:{r.port}/")):
            put(s, name, url, types=["reprise.execution.completed.v1"])
        s.run("chain")
        for name in ("literal", "named", "six", "mapped", "link", "number"):
            shown = eventually(lambda: (lambda b: b if b["last_error"] else None)(read(s, name)), what=name)
            assert "is an address inside" in shown["last_error"]["message"], shown
            assert shown["last_error"]["status"] is None, shown
        assert not r.all()

    # A redirect is an answer like any other: nobody goes where it points.
    with Receiver() as inside, Receiver(lambda d: (302, {"Location": inside.url})) as r, serve(r) as s:
        put(s, "redirected", r.url, types=["reprise.execution.completed.v1"])
        s.run("chain")
        shown = eventually(lambda: (lambda b: b if b["last_error"] else None)(read(s, "redirected")))
        assert shown["last_error"]["status"] == 302 and not inside.all(), shown


if __name__ == "__main__":
    main(sys.modules[__name__])
