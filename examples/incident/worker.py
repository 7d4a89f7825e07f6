#!/usr/bin/env python3
"""Looks hosts up and isolates them, as far as this example goes: examples/incident/worker.py [SERVER]"""

import json
import os
import sys
import time
import urllib.request

SERVER = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("REPRISE_SERVER", "http://127.0.0.1:8080")


def call(path, body):
    request = urllib.request.Request(SERVER + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=70) as response:
        return json.load(response)


def carry_out(task):
    args = task["args"]
    if task["action"] == "acme.lookup":
        if args["host"] == "unknown":
            return {"error": {"message": "no such host", "type": "LookupError", "retryable": False}}
        return {"result": {"host": args["host"], "risk": args["severity"]}}
    return {"result": args["host"] + " is isolated"}


def main():
    results = []
    while True:
        try:
            answer = call("/api/tasks/poll", {"worker_id": "soc-1", "actions": ["acme.*"], "max": 10, "wait_ms": 30000, "results": results})
            results = [dict(carry_out(task), task_token=task["task_token"]) for task in answer["tasks"]]
        except OSError:
            time.sleep(0.5)  # the server is away; the results are sent again


if __name__ == "__main__":
    main()
