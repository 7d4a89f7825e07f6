"""The consumers of examples/kafka-consumer, as their README says."""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile

from harness import Server, eventually, main
from kafka_broker import Broker, need_kafka

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "kafka-consumer")
GOOD = {"actions": [{"ref": "a", "action": "core.noop"}]}
BAD = {"actions": [{"ref": "a", "action": "core.fail", "args": {"message": "no"}}]}
LONG = {"actions": [{"ref": "a", "action": "core.noop", "start_delay": 600}]}


def published(server):
    return eventually(lambda: (lambda s: s["state"] == "publishing" and s["lag"] == 0)(server.get("/api/info").json["stream"]),
                      60, "the lag's return to 0")


def statuses(broker, database):
    done = subprocess.run([sys.executable, os.path.join(FOLDER, "statuses.py"), broker.bootstrap, database, "--until-end"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    return dict(line.split("\t") for line in done.stdout.splitlines())


def test_the_table_of_statuses():
    with Broker() as broker, tempfile.TemporaryDirectory() as folder, Server("--kafka-brokers", broker.bootstrap) as s:
        for name, definition in (("good", GOOD), ("bad", BAD), ("long", LONG)):
            s.put_workflow(name, definition)
        for _ in range(5):
            s.run("good")
        s.run("bad")
        waiting = s.post("/api/workflows/long/execute", {"inputs": {}}).json["execution_id"]
        published(s)
        database = os.path.join(folder, "runs.db")
        assert statuses(broker, database) == {"completed": "5", "failed": "1", "running": "1"}
        assert s.post(f"/api/executions/{waiting}/cancel").status == 200
        s.run("good")
        published(s)
        assert statuses(broker, database) == {"completed": "6", "failed": "1", "cancelled": "1"}

        # Everything once more: the same table.
        with sqlite3.connect(database) as rows:
            before = rows.execute("select * from runs order by 1").fetchall()
            rows.execute("delete from positions")
        statuses(broker, database)
        with sqlite3.connect(database) as rows:
            assert rows.execute("select * from runs order by 1").fetchall() == before


def test_the_failures_in_the_shell():
    with Broker() as broker, Server("--kafka-brokers", broker.bootstrap) as s:
        s.put_workflow("good", GOOD)
        s.put_workflow("bad", BAD)
        s.run("good")
        published(s)
        shell = [os.path.join(FOLDER, "failures.sh"), broker.bootstrap]
        environment = dict(os.environ, UNTIL_END="1")
        none = subprocess.run(shell, env=environment, capture_output=True, text=True, timeout=60)
        assert none.returncode == 0 and none.stdout == "", none
        failed = [s.run("bad")["execution_id"] for _ in range(2)]
        published(s)
        some = subprocess.run(shell, env=environment, capture_output=True, text=True, timeout=60)
        assert some.returncode == 0, some
        assert sorted(json.loads(line)["partitionkey"] for line in some.stdout.splitlines()) == sorted(failed), some


if __name__ == "__main__":
    need_kafka()
    main(sys.modules["__main__"])
