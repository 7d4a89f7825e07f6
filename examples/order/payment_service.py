#!/usr/bin/env python3
"""A payment service that is not always there: it answers 503 to the first two tries of each order.

usage: payment_service.py [PORT]        (default 9099; 0 picks one)

Cards that start with 0000 are declined with 402. An order is charged once, however often it is asked for.
"""
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAILING_TRIES = 2
tries, charges, lock = {}, {}, threading.Lock()


def charge(order):
    """Gives status and body of the answer."""
    order_id, card = str(order["order_id"]), str(order["card"])
    with lock:
        tries[order_id] = tries.get(order_id, 0) + 1
        if tries[order_id] <= FAILING_TRIES:
            return 503, {"error": f"out of order, try {tries[order_id]}"}
        if card.startswith("0000"):
            return 402, {"error": "card declined"}
        known = charges.setdefault(order_id, {"charge_id": f"ch_{len(charges) + 1}", "amount": order["amount"]})
        return 201, known


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/charges":
            status, answer = 404, {"error": "not found"}
        else:
            try:
                status, answer = charge(json.loads(body))
            except (ValueError, KeyError, TypeError) as problem:
                status, answer = 400, {"error": str(problem)}
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 9099), Handler)
    print(f"payment service on http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
