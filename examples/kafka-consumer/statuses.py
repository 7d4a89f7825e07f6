#!/usr/bin/python3
"""Keeps a table of all runs and their statuses from the topic of events: statuses.py BROKERS DATABASE [--topic T] [--until-end]

Events may come more than once. What has been seen is decided by the event's id: the number behind its slash counts the events of
its execution from 1, and those of one execution come in order, so whatever is not above the last number was seen before. Position
and table are one transaction of SQLite, so a crash at any moment loses nothing and counts nothing twice.
"""

import argparse
import json
import sqlite3
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

STATUS = {"reprise.execution.started.v1": "running", "reprise.execution.completed.v1": "completed",
          "reprise.execution.failed.v1": "failed", "reprise.execution.cancelled.v1": "cancelled",
          "reprise.execution.paused.v1": "paused", "reprise.execution.resumed.v1": "running",
          "reprise.execution.terminated.v1": "terminated", "reprise.execution.timed_out.v1": "timed_out",
          "reprise.execution.continued_as_new.v1": "continued"}
SCHEMA = """
create table if not exists runs (execution_id text primary key, workflow_id text, status text, last_event integer, changed text);
create table if not exists positions (partition integer primary key, next_offset integer);
"""


def apply(database, record):
    event = json.loads(record.value())
    if event["source"].startswith("/executions/"):
        run, number = event["id"].rsplit("/", 1)
        row = database.execute("select last_event, status from runs where execution_id = ?", (run,)).fetchone()
        if row is None or int(number) > row[0]:
            status = STATUS.get(event["type"], row[1] if row else "running")
            database.execute("insert or replace into runs values (?, ?, ?, ?, ?)",
                             (run, event["subject"], status, int(number), event["time"]))
    database.execute("insert or replace into positions values (?, ?)", (record.partition(), record.offset() + 1))


def main():
    parser = argparse.ArgumentParser(description="Keeps a table of run statuses from the topic of events.")
    parser.add_argument("brokers")
    parser.add_argument("database")
    parser.add_argument("--topic", default="reprise.events")
    parser.add_argument("--until-end", action="store_true", help="stop at the topic's present end")
    options = parser.parse_args()

    database = sqlite3.connect(options.database)
    database.executescript(SCHEMA)
    consumer = Consumer({"bootstrap.servers": options.brokers, "group.id": "statuses", "enable.auto.commit": False,
                         "enable.partition.eof": True})
    partitions = consumer.list_topics(options.topic, timeout=30).topics[options.topic].partitions
    stored = dict(database.execute("select partition, next_offset from positions"))
    # The position is the table's, not the group's: both are written together.
    consumer.assign([TopicPartition(options.topic, p, stored.get(p, OFFSET_BEGINNING)) for p in partitions])
    at_end = set()
    try:
        while not (options.until_end and len(at_end) == len(partitions)):
            records = consumer.consume(1000, 1.0)
            with database:
                for record in records:
                    if record.error() is None:
                        at_end.discard(record.partition())
                        apply(database, record)
                    elif record.error().code() == KafkaError._PARTITION_EOF:
                        at_end.add(record.partition())
                    elif not record.error().retriable():
                        raise KafkaException(record.error())
                    else:
                        time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    finally:
        consumer.close()
    for status, count in database.execute("select status, count(*) from runs group by status order by status"):
        print(f"{status}\t{count}")


if __name__ == "__main__":
    main()
