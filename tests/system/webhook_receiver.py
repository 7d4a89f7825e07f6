"""A receiver of webhooks that keeps what it is sent, a server that may call it, and looks at subscriptions."""

import base64
import hashlib
import hmac
import http.server
import threading
import time

from harness import Server

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(40, 80))).decode()
CHAIN = {"actions": [{"ref": "a", "action": "core.noop"}, {"ref": "b", "action": "core.noop", "depends_on": ["a"]}]}
FAST = ("--webhook-retry-first-ms", "50", "--webhook-retry-longest-ms", "400")


def signed(secret, headers, body):
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(base64.b64decode(secret[len("whsec_"):]), content, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


class Receiver:
    """A server that keeps what it is sent; `answer(delivery)` gives a status, (status, headers), or None to hang up."""

    def __init__(self, answer=lambda delivery: 200):
        self.answer, self.lock = answer, threading.Lock()
        self.deliveries = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # an answer is one packet, which nobody's Nagle delays

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {k.lower(): v for k, v in self.headers.items()}
                delivery = {"path": self.path, "headers": headers, "body": body, "time": time.time()}
                verdict = receiver.answer(delivery)
                status, more = verdict if isinstance(verdict, tuple) else (verdict, {})
                delivery["status"] = status
                with receiver.lock:
                    receiver.deliveries.append(delivery)
                if status is None:
                    self.close_connection = True
                    return
                try:
                    self.send_response(status)
                    for name, value in more.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", "2")
                    self.end_headers()
                    self.wfile.write(b"{}")
                except OSError:
                    self.close_connection = True

            def log_message(self, *_):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_):  # a client that was killed
                pass

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def taken(self):
        with self.lock:
            return [d for d in self.deliveries if d["status"] and 200 <= d["status"] < 300]

    def all(self):
        with self.lock:
            return list(self.deliveries)

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def serve(receiver, *options):
    s = Server("--outbound-allowed-hosts", f"127.0.0.1:{receiver.port}", *FAST, *options)
    s.put_workflow("chain", CHAIN)
    return s


def put(s, name, url, status=201, **body):
    answer = s.call("PUT", f"/api/subscriptions/{name}", {"url": url, "types": ["reprise.*"], "secret": SECRET, **body})
    assert answer.status == status, answer
    return answer.json


def read(s, name):
    answer = s.get(f"/api/subscriptions/{name}")
    assert answer.status == 200, answer
    return answer.json


def events_of(s, execution, types=None):
    events = s.get(f"/api/executions/{execution}/events?limit=10000").json["events"]
    return [e for e in events if types is None or e["type"] in types]


def ids(deliveries):
    return [d["headers"]["webhook-id"] for d in deliveries]


def firsts(deliveries):
    """The ids in the order of their first arrival."""
    return list(dict.fromkeys(ids(deliveries)))


def numbers_in_order(all_ids):
    """Whether the events of each execution are in order."""
    last = {}
    for each in all_ids:
        execution, number = each.rsplit("/", 1)
        if last.get(execution, 0) >= int(number):
            return False
        last[execution] = int(number)
    return True
