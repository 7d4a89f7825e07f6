"""A client of server-sent events that comes back with Last-Event-ID, as a browser's EventSource does."""

import http.client
import json
import threading
import time


class SseClient(threading.Thread):
    """Follows `path` of `server` on a thread, across restarts of it. `messages` holds (id, event, data as JSON)."""

    def __init__(self, server, path, last_id=None, token=None, reconnect=True):
        super().__init__(daemon=True)
        self.server, self.path, self.last_id, self.token = server, path, last_id, token
        self.reconnect = reconnect
        self.messages, self.comments, self.statuses, self.head = [], 0, [], {}
        self.connects = 0
        self.retry = None
        self.ready, self.stopped = threading.Event(), threading.Event()
        self.connection = None
        self.start()

    def run(self):
        while not self.stopped.is_set():
            try:
                self.follow()
            except (OSError, http.client.HTTPException, ValueError, AttributeError):
                pass  # the server went away
            if not self.reconnect or (self.statuses and self.statuses[-1] != 200):
                return
            time.sleep(0.02)

    def follow(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        self.connection = connection
        headers = {"Accept": "text/event-stream"}
        if self.last_id:
            headers["Last-Event-ID"] = self.last_id
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        try:
            connection.request("GET", self.path, headers=headers)
            response = connection.getresponse()
            self.statuses.append(response.status)
            self.connects += 1
            self.head = {name.lower(): value for name, value in response.getheaders()}
            if response.status != 200:
                self.body = response.read()
                self.ready.set()
                return
            self.read(response)
        finally:
            connection.close()

    def read(self, response):
        message = {}
        while not self.stopped.is_set():
            line = response.readline()
            if not line:
                return
            line = line.decode().rstrip("\n")
            if line.startswith(":"):
                self.comments += 1
            elif line:
                name, _, value = line.partition(": ")
                if name == "retry":
                    self.retry = int(value)
                message[name] = value
            else:
                if message.get("id"):
                    self.last_id = message["id"]
                if "data" in message:
                    self.messages.append((message["id"], message["event"], json.loads(message["data"])))
                message = {}
                self.ready.set()

    def ids(self):
        return [data["id"] for _, _, data in list(self.messages)]

    def stop(self):
        self.stopped.set()
        connection = self.connection
        if connection and connection.sock:
            try:
                connection.sock.shutdown(2)
            except OSError:
                pass
        self.join(10)


def stored(server, query="", token=None):
    """Every event of the store, by NDJSON."""
    headers = {"Accept": "application/x-ndjson"}
    if token:
        headers["Authorization"] = "Bearer " + token
    answer = server.get("/api/events" + query, headers=headers, timeout=60)
    assert answer.status == 200, answer
    return [json.loads(line) for line in answer.body.splitlines()]


def in_order(ids):
    """Whether the events of each execution stand in their order, and none twice."""
    last = {}
    for event in ids:
        execution, _, number = event.partition("/")
        if int(number) <= last.get(execution, 0):
            return False
        last[execution] = int(number)
    return True
