"""What can be asked of subscriptions, and what is refused: their API, the command line, and a rebuild that keeps them."""

import base64
import json
import subprocess
import sys

from harness import BINARY, Server, eventually, main
from webhook_receiver import SECRET, Receiver, put, read, serve, signed


def test_bad_input():
    with Server() as s:
        good = {"url": "https://example.com/hook", "types": ["reprise.*"]}
        for body, says in (
                ({}, "url is missing"),
                ({"url": "https://example.com"}, "types is missing"),
                ({**good, "url": 7}, "url must be a string, not 7"),
                ({**good, "url": "ftp://example.com/"}, "http or https URL"),
                ({**good, "url": "example.com/hook"}, "http or https URL"),
                ({**good, "url": "https://"}, "http or https URL"),
                ({**good, "url": "https://a b/"}, "http or https URL"),
                ({**good, "url": "https://user:pw@example.com/"}, "without user and password"),
                ({**good, "url": "https://example.com/#x"}, "without a fragment"),
                ({**good, "url": "https://example.com/" + "x" * 3000}, "url"),
                ({**good, "types": "reprise.*"}, "types must be a list of event type patterns"),
                ({**good, "types": []}, "one pattern at least"),
                ({**good, "types": ["reprise.*", 1]}, "types/1 must be a string, not 1"),
                ({**good, "types": ["reprise.nothing.*"]}, "types/0: the pattern \"reprise.nothing.*\" matches no"),
                ({**good, "types": ["reprise.*,reprise.*"]}, "types/0 must be one pattern"),
                ({**good, "types": ["*"] * 65}, "at most 64"),
                ({**good, "secret": "abc"}, "secret must be \"whsec_\""),
                ({**good, "secret": "whsec_" + base64.b64encode(b"x" * 23).decode()}, "24 to 64 bytes"),
                ({**good, "secret": "whsec_" + base64.b64encode(b"x" * 65).decode()}, "24 to 64 bytes"),
                ({**good, "secret": "whsec_!" + "A" * 40}, "secret must be \"whsec_\""),
                ({**good, "workflow_id": "a b"}, "workflow_id must be 1 to 128 characters"),
                ({**good, "from": "nowhere"}, "from: the cursor is not one"),
                ({**good, "retries": 3}, "'retries' is not a known member"),
        ):
            answer = s.call("PUT", "/api/subscriptions/x", body)
            assert answer.status == 422 and answer.json["error_code"] == "VALIDATION_ERROR", (body, answer)
            assert says in answer.json["detail"], (says, answer)
        assert s.call("PUT", "/api/subscriptions/x", "{", {"Content-Type": "application/json"}).status == 400
        assert s.call("PUT", "/api/subscriptions/a%20b", good).status == 422
        for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/pause"), ("POST", "/resume"), ("POST", "/rotate")):
            assert s.call(method, "/api/subscriptions/none" + path).status == 404, path
        assert s.post("/api/subscriptions/none/replay", {"cursor": "begin"}).status == 404
        assert s.call("PUT", "/api/subscriptions/x", good).status == 201
        for what, body, says in (("replay", {}, "cursor is missing"), ("replay", {"cursor": "x"}, "the cursor is not one"),
                                 ("replay", {"cursor": 1}, "cursor must be a string"),
                                 ("rotate", {"secret": "x"}, "secret must be"), ("pause", {"why": "x"}, "'why'"),
                                 ("resume", {"cursor": "begin"}, "'cursor'")):
            answer = s.post("/api/subscriptions/x/" + what, body)
            assert answer.status == 422 and says in answer.json["detail"], (what, answer)
        # The cursor of another store.
        with Server() as other:
            foreign = other.call("PUT", "/api/subscriptions/y", good).json["cursor"]
        answer = s.post("/api/subscriptions/x/replay", {"cursor": foreign})
        assert answer.status == 422 and "another store" in answer.json["detail"], answer
        assert s.get("/api/subscriptions?limit=0").status == 422 and s.get("/api/subscriptions?cursor=a%20b").status == 422


def test_pages_workspaces_and_deletion():
    with Server() as s:
        for i in range(5):
            put(s, f"s{i}", "https://example.com/", types=["*"])
        page = s.get("/api/subscriptions?limit=2").json
        assert [x["name"] for x in page["subscriptions"]] == ["s0", "s1"] and page["next_cursor"] == "s1", page
        page = s.get("/api/subscriptions?limit=10&cursor=s1").json
        assert [x["name"] for x in page["subscriptions"]] == ["s2", "s3", "s4"] and page["next_cursor"] is None, page
        assert s.call("DELETE", "/api/subscriptions/s3").json == {"name": "s3", "deleted": True}
        assert s.get("/api/subscriptions/s3").status == 404
        assert [x["name"] for x in s.get("/api/subscriptions").json["subscriptions"]] == ["s0", "s1", "s2", "s4"]
        again = put(s, "s3", "https://example.com/", types=["*"])
        assert again["delivered"] == 0 and again["state"] == "active", again


def test_rebuild_keeps_them():
    with Receiver() as r, serve(r) as s:
        put(s, "kept", r.url, types=["reprise.execution.completed.v1"])
        put(s, "resting", r.url, types=["reprise.execution.completed.v1"])
        s.post("/api/subscriptions/resting/pause")
        s.run("chain")
        eventually(lambda: len(r.taken()) == 1)
        eventually(lambda: read(s, "kept")["lag"] == 0)
        before = {name: read(s, name) for name in ("kept", "resting")}
        s.stop()
        done = subprocess.run([BINARY, "rebuild", "--data", s.data], capture_output=True, text=True)
        assert done.returncode == 0, done
        done = subprocess.run([BINARY, "replay", "--all", "--data", s.data], capture_output=True, text=True)
        assert done.returncode == 0, done
        s.start()
        after = {name: read(s, name) for name in ("kept", "resting")}
        assert after == before, (before, after)
        run = s.run("chain")["execution_id"]
        eventually(lambda: len(r.taken()) == 2)
        last = r.taken()[1]
        assert last["headers"]["webhook-id"].startswith(run)
        assert last["headers"]["webhook-signature"] == signed(SECRET, last["headers"], last["body"])


def test_command_line():
    with Receiver() as r, serve(r) as s:
        server = ("--server", f"http://127.0.0.1:{s.port}")

        def cli(*words):
            done = subprocess.run([BINARY, "subscription", *words, *server], capture_output=True, text=True)
            assert done.returncode == 0, done
            return done.stdout

        made = cli("put", "mine", "--url", r.url, "--type", "reprise.execution.*", "--type", "reprise.task.*")
        assert "whsec_" in made and "active" in made, made
        s.run("chain")
        eventually(lambda: r.taken())
        assert "mine" in cli("list") and json.loads(cli("show", "mine", "--json"))["state"] == "active"
        assert "paused" in cli("pause", "mine", "--reason", "x") and "active" in cli("resume", "mine")
        assert "whsec_" in cli("rotate", "mine")
        count = len(r.taken())
        cli("replay", "mine")
        eventually(lambda: len(r.taken()) > count)
        assert "is deleted" in cli("delete", "mine")
        done = subprocess.run([BINARY, "subscription", "show", "mine", *server], capture_output=True, text=True)
        assert done.returncode != 0 and "no subscription mine" in done.stderr, done


if __name__ == "__main__":
    main(sys.modules[__name__])
