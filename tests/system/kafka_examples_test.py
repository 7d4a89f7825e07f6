"""The examples that have to do with Kafka, as their READMEs say."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from harness import BINARY, Server, eventually, main
from kafka_broker import Broker, free_port, need_kafka

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
FOLDER = os.path.join(TOP, "examples", "kafka-consumer")
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


class Readme:
    """The commands of an example's README, run in a folder that looks like the project's; only the ports are others."""

    def __init__(self, example):
        with open(os.path.join(TOP, "examples", example, "README.md"), encoding="utf-8") as file:
            block = "".join(line[4:] for line in file if line.startswith("    "))
        self.kafka_port, self.port = free_port(), free_port()
        for documented, ours in (("127.0.0.1:9092", self.kafka_port), ("127.0.0.1:8080", self.port)):
            assert documented in block, (documented, block)
            block = block.replace(documented, f"127.0.0.1:{ours}")
        self.commands = block.replace("\\\n", "").splitlines()
        self.environment = dict(os.environ, REPRISE_KAFKA_PORT=str(self.kafka_port), REPRISE_KAFKA_DATA="build/kafka",
                                REPRISE_LISTEN=f"127.0.0.1:{self.port}", REPRISE_SERVER=f"http://127.0.0.1:{self.port}")
        self.folder = tempfile.mkdtemp(prefix="reprise-readme-")
        os.makedirs(os.path.join(self.folder, "build", "release"))
        for name, target in (("scripts", os.path.join(TOP, "scripts")), ("examples", os.path.join(TOP, "examples")),
                             ("build/release/reprise", os.path.abspath(BINARY))):
            os.symlink(target, os.path.join(self.folder, name))
        self.behind = []

    def run(self, command):
        """What a command prints."""
        done = subprocess.run(["bash", "-c", command], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, (command, done)
        return done.stdout

    def until(self, command, enough):
        """The same, again and again: a reader of the README waits too."""
        def look():
            said = self.run(command)
            return said if enough(said) else None
        return eventually(look, 60, f"what was expected of `{command}`")

    def run_behind(self, command):
        """A command that ends in &; the first line that it prints."""
        assert command.endswith("&"), command
        self.behind.append(subprocess.Popen(["bash", "-c", "exec " + command[:-1]], cwd=self.folder, env=self.environment,
                                            stdout=subprocess.PIPE, text=True))
        return self.behind[-1].stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.behind:
            process.kill()
            process.wait()
            process.stdout.close()
        self.run("scripts/kafka clean")
        shutil.rmtree(self.folder, ignore_errors=True)


def test_orders_from_a_topic():
    with Readme("orders-topic") as readme:
        start_broker, serve, put_workflow, order, put_source, no_order, show, dead_letters, runs = readme.commands
        assert readme.run(start_broker).strip() == f"127.0.0.1:{readme.kafka_port}"
        assert "listening on" in readme.run_behind(serve)
        assert json.loads(readme.run(put_workflow))["workflow_id"] == "take-order"
        readme.run(order)
        readme.run(put_source)
        readme.run(no_order)
        shown = readme.until(show, lambda said: sum(p["records"] for p in json.loads(said)["partitions"]) == 2)
        assert json.loads(shown)["refused"] == 1 and json.loads(shown)["state"] == "running", shown
        refused = readme.until(dead_letters, lambda said: "an apple, please" in said)
        assert "JSON" in refused and refused.count("\n") == 1, refused
        found = json.loads(readme.until(runs, lambda said: "completed" in said))["executions"]
        assert [(run["workflow_id"], run["result"]) for run in found] == [("take-order", {"order": 1, "items": 1})], found


if __name__ == "__main__":
    need_kafka()
    main(sys.modules["__main__"])
