"""Load from kept connections: as many runs as the server can do, counted by the second, and its memory meanwhile."""

import json
import os
import re
import select
import socket
import time

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unread = b""

    def ask(self, request):
        self.socket.sendall(request)

    def take(self):
        """The answer, once it is there as a whole."""
        piece = self.socket.recv(1 << 16)
        assert piece, "the server closed a connection"
        self.unread += piece
        head = self.unread.find(b"\r\n\r\n")
        if head < 0:
            return None
        length = LENGTH.search(self.unread, 0, head + 2)
        assert length, self.unread[:300]
        end = head + 4 + int(length[1])
        if len(self.unread) < end:
            return None
        answer, self.unread = self.unread[:end], self.unread[end:]
        return answer


def request(workflow, inputs):
    body = json.dumps({"inputs": inputs})
    return (f"POST /api/workflows/{workflow}/execute?wait=30 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


def resident_mb(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def processor_seconds(server):
    with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as stat:
        user, system = stat.read().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


class Measured:
    """Runs that completed in each second, the resident memory at its end, and what the server took of the processors in all."""

    def __init__(self, seconds):
        self.runs, self.memory, self.took, self.processor = [0] * seconds, [], 0.0, 0.0

    @property
    def per_second(self):
        return sum(self.runs) / self.took

    def __str__(self):
        return f"{self.per_second:.0f} runs/s, {1e6 * self.processor / sum(self.runs):.0f} µs of a processor each"


def measure(server, workflow, seconds, connections=64, inputs=None):
    """Every run has to complete: whatever else comes ends the test."""
    said = request(workflow, inputs or {})
    asking = {}
    epoll = select.epoll()
    found = Measured(seconds)
    try:
        for _ in range(connections):
            connection = Connection(server.port)
            asking[connection.socket.fileno()] = connection
            epoll.register(connection.socket, select.EPOLLIN)
            connection.ask(said)
        begin, processor = time.monotonic(), processor_seconds(server)
        while (gone := time.monotonic() - begin) < seconds:
            if len(found.memory) < int(gone):
                found.memory.append(resident_mb(server))
            for ready, _ in epoll.poll(1):
                answer = asking[ready].take()
                if answer is None:
                    continue
                assert answer.startswith(b"HTTP/1.1 200 ") and b'"status":"completed"' in answer, answer
                found.runs[int(gone)] += 1
                asking[ready].ask(said)
        found.took, found.processor = time.monotonic() - begin, processor_seconds(server) - processor
        return found
    finally:
        for connection in asking.values():
            connection.socket.close()
        epoll.close()
