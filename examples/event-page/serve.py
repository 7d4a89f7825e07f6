#!/usr/bin/env python3
"""Serves index.html, and hands its questions on to a Reprise server: serve.py [PORT] [REPRISE_URL]; token in REPRISE_TOKEN."""

import http.client
import http.server
import os
import sys
import urllib.error
import urllib.request

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
REPRISE = sys.argv[2] if len(sys.argv) > 2 else os.environ.get("REPRISE_SERVER", "http://127.0.0.1:8080")
PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "index.html")


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/":
            with open(PAGE, "rb") as page:
                return self.answer(200, {"Content-Type": "text/html; charset=utf-8"}, page)
        if not self.path.startswith("/api/events/"):
            return self.send_error(404)
        headers = {name: self.headers[name] for name in ("Accept", "Last-Event-ID") if name in self.headers}
        if token := os.environ.get("REPRISE_TOKEN"):
            headers["Authorization"] = "Bearer " + token
        try:
            with urllib.request.urlopen(urllib.request.Request(REPRISE + self.path, headers=headers)) as answer:
                self.answer(answer.status, {"Content-Type": answer.headers["Content-Type"]}, answer)
        except urllib.error.HTTPError as refused:
            self.answer(refused.code, {"Content-Type": refused.headers["Content-Type"]}, refused)
        except (OSError, http.client.HTTPException):
            self.close_connection = True  # one of the two has gone; the browser comes back

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        while piece := body.read1(65536) if hasattr(body, "read1") else body.read(65536):
            self.wfile.write(piece)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Page)
print(f"http://127.0.0.1:{server.server_port}/", flush=True)
server.serve_forever()
