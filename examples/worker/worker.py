#!/usr/bin/env python3
"""A worker for the acme.* actions: takes tasks, and gives their results with the next poll, in one round trip.

usage: worker.py [URL]          (default REPRISE_SERVER or http://127.0.0.1:8080; REPRISE_TOKEN holds the token where one is needed)
"""
import json
import os
import sys
import time
import urllib.error
import urllib.request

URL = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("REPRISE_SERVER", "http://127.0.0.1:8080")
ACTIONS = {
    "acme.greet": lambda args: {"text": f"hello, {args['name']}"},
    "acme.shout": lambda args: {"text": args["text"].upper() + "!"},
}


def poll(results):
    """Hands in results and waits for the next tasks."""
    body = {"worker_id": f"acme-{os.getpid()}", "actions": ["acme.*"], "max": 10, "wait_ms": 20000, "results": results}
    headers = {"Content-Type": "application/json"}
    if token := os.environ.get("REPRISE_TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(f"{URL}/api/tasks/poll", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["tasks"]


def carry_out(task):
    result = {"task_token": task["task_token"]}
    try:
        result["result"] = ACTIONS[task["action"]](task["args"])
    except Exception as problem:  # whatever goes wrong in an action is the task's failure, not the worker's
        result["error"] = {"message": str(problem), "type": type(problem).__name__, "retryable": False}
    return result


def main():
    results = []
    while True:
        try:
            tasks = poll(results)
        except urllib.error.HTTPError as problem:
            if problem.code < 500 and problem.code != 429:
                raise
            time.sleep(1)
        except OSError:  # the server is away: what was not handed in is handed in again
            time.sleep(1)
        else:
            results = [carry_out(task) for task in tasks]


if __name__ == "__main__":
    main()
