"""core.http_request and core.http_poll against a real HTTP service."""

import http.server
import json
import sys
import threading

from harness import Server, main


class Service:
    """Answers GET /count/<n>/<name> with {"state": "pending"} n times, then with {"state": "done"}; GET /status/<code>;
    redirects GET /moved/<host:port>/<path> to there; GET /bytes/ with a body and headers that are no UTF-8."""

    def __init__(self):
        service = self
        self.seen, self.peers = {}, set()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                _, kind, value, *rest = self.path.split("/")
                service.peers.add(self.client_address)
                service.seen[self.path] = service.seen.get(self.path, 0) + 1
                status, body = 200, {"path": self.path}
                if kind == "count":
                    body = {"state": "pending" if service.seen[self.path] <= int(value) else "done"}
                if kind == "accept":
                    status = 202 if service.seen[self.path] <= int(value) else 200
                if kind == "status":
                    status = int(value)
                data = b"a\xff" if kind == "bytes" else json.dumps(body).encode()
                self.send_response(302 if kind == "moved" else status)
                if kind == "moved":
                    self.send_header("Location", f"http://{value}/" + "/".join(rest))
                if kind == "bytes":
                    self.send_header("X-\xfe", "one")
                    self.send_header("X-\xff", "two")
                    self.send_header("X-Value", "b\xff")
                self.send_header("Content-Type", "text/plain" if kind == "bytes" else "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


SERVICE = Service()


def run(action, args, allowed=True, retry=None):
    with Server(*(["--outbound-allowed-hosts", SERVICE.host] if allowed else [])) as s:
        return run_on(s, action, args, retry)


def run_on(s, action, args, retry=None):
    task = {"ref": "call", "action": action, "args": {"method": "GET", **args}}
    if retry:
        task["retry_policy"] = retry
    s.put_workflow("call", {"actions": [task], "returns": "${{ ACTIONS.call.result }}"})
    return s.run("call")


def test_request():
    ended = run("core.http_request", {"url": f"http://{SERVICE.host}/plain/1?a=b"})
    assert ended["status"] == "completed", ended
    assert ended["result"]["status_code"] == 200 and ended["result"]["data"]["path"] == "/plain/1?a=b", ended


def test_what_is_no_utf8_is_shown_as_far_as_it_can_be():
    ended = run("core.http_request", {"url": f"http://{SERVICE.host}/bytes/1"})
    assert ended["status"] == "completed" and ended["result"]["data"] == "a\ufffd", ended
    headers = ended["result"]["headers"]
    assert headers["x-value"] == "b\ufffd" and len([name for name in headers if name.startswith("x-")]) == 1, headers


def test_a_failing_status_is_retried_and_fails():
    ended = run("core.http_request", {"url": f"http://{SERVICE.host}/status/500"},
                retry={"max_attempts": 3, "initial_interval": 0.01})
    assert ended["status"] == "failed" and "HTTP 500" in ended["error"], ended
    assert SERVICE.seen["/status/500"] == 3, SERVICE.seen


def test_an_address_inside_is_refused():
    ended = run("core.http_request", {"url": f"http://{SERVICE.host}/never/1"}, allowed=False)
    assert ended["status"] == "failed" and "outbound_allowed_hosts" in ended["error"], ended
    assert "/never/1" not in SERVICE.seen


def test_a_redirect_inside_is_refused_over_a_kept_connection_too():
    def call(s, url):
        return run_on(s, "core.http_request", {"url": url, "follow_redirects": True}, retry={"max_attempts": 1})

    other = Service()
    with Server("--outbound-allowed-hosts", f"{SERVICE.host},{other.host}") as s:
        moved = f"http://{SERVICE.host}/moved/{other.host}/secret/1"
        refused = call(s, moved)
        assert refused["status"] == "failed" and "outbound_allowed_hosts" in refused["error"], refused
        assert call(s, f"http://{other.host}/plain/1")["status"] == "completed"
        again = call(s, moved)  # the connection of the call before is open still
        assert again["status"] == "failed" and "outbound_allowed_hosts" in again["error"], again
    assert list(other.seen) == ["/plain/1"], other.seen


def test_a_redirect_to_the_same_server_is_followed():
    ended = run("core.http_request", {"url": f"http://{SERVICE.host}/moved/{SERVICE.host}/plain/3", "follow_redirects": True})
    assert ended["status"] == "completed" and ended["result"]["data"]["path"] == "/plain/3", ended


def test_calls_keep_connections():
    service = Service()
    with Server("--outbound-allowed-hosts", service.host) as s:
        for _ in range(3):
            assert run_on(s, "core.http_request", {"url": f"http://{service.host}/plain/4", "follow_redirects": True})["status"] == "completed"
    assert len(service.peers) == 1, service.peers


def test_poll_until_the_condition_is_quiet():
    ended = run("core.http_poll", {"url": f"http://{SERVICE.host}/count/2/a", "poll_interval": 0.02,
                                   "poll_condition": "lambda x: x['data']['state'] != 'done'"})
    assert ended["status"] == "completed" and ended["result"]["data"]["state"] == "done", ended
    assert SERVICE.seen["/count/2/a"] == 3, SERVICE.seen


def test_poll_on_status_codes():
    ended = run("core.http_poll", {"url": f"http://{SERVICE.host}/accept/2/b", "poll_interval": 0.02, "poll_retry_codes": [202]})
    assert ended["status"] == "completed" and ended["result"]["status_code"] == 200, ended
    assert SERVICE.seen["/accept/2/b"] == 3, SERVICE.seen


def test_poll_ends():
    ended = run("core.http_poll", {"url": f"http://{SERVICE.host}/count/99/c", "poll_interval": 0.01, "poll_max_attempts": 4,
                                   "poll_condition": "lambda x: x['data']['state'] != 'done'"})
    assert ended["status"] == "failed" and "after 4 requests" in ended["error"], ended
    assert SERVICE.seen["/count/99/c"] == 4, SERVICE.seen


def test_poll_needs_a_reason_to_go_on():
    ended = run("core.http_poll", {"url": f"http://{SERVICE.host}/plain/2"})
    assert ended["status"] == "failed" and "poll_condition" in ended["error"], ended


if __name__ == "__main__":
    main(sys.modules[__name__])
