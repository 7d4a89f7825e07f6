#!/usr/bin/env python3
"""Writes the inputs that the fuzzers start from: seeds.py FOLDER. They are the examples and the data of the unit tests, so that a fuzzer does not have
to find out by itself what a definition, an expression or a chunk looks like."""

import base64
import glob
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def text(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def raw_strings(*path):
    """The raw string literals of a C++ source."""
    return [body for _, body in re.findall(r'R"(\w*)\((.*?)\)\1"', text(*path), re.S)]


def definitions():
    for file in glob.glob(os.path.join(ROOT, "examples", "*", "*.yaml")):
        yield b"\x01" + open(file, "rb").read()
    for name in ("definition_plan.cpp", "definition_features.cpp", "scheduling_rules.cpp"):
        for body in raw_strings("tests", "workflow", name):
            if '"actions"' in body:
                yield b"\x00" + body.encode()


def expressions():
    for file in glob.glob(os.path.join(ROOT, "tests", "workflow", "expression_table", "*.txt")):
        for line in open(file, encoding="utf-8"):
            if not line.startswith(("#", "@")) and re.search(r"\s(=>|!!)\s", line):
                yield re.split(r"\s+(?:=>|!!)\s", line)[0].encode()


def lambdas():
    for name in ("lambda_test.cpp", "lambda_faults.cpp"):
        for body in re.findall(r'"(lambda (?:[^"\\]|\\.)*)"', text("tests", "workflow", name)):
            yield body.encode()


def chunks():
    for hexadecimal in re.findall(r'"([0-9a-f]{20,})"', text("tests", "events", "golden_chunks.inc")):
        yield bytes.fromhex(hexadecimal)


def json_texts():
    for file in glob.glob(os.path.join(ROOT, "examples", "*", "*.json")):
        yield open(file, "rb").read()
    for body in raw_strings("tests", "events", "json_test.cpp"):
        yield body.encode()


def requests():
    yield b"\x07GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    yield b"\x03POST /a%20b?c=d HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.0\r\n\r\n"
    yield b"\x01POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n"
    yield b"\x02OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def log_files():
    """Of RocksDB (db/log_format.h): records whole and in pieces, with zeros behind them."""
    def fragment(kind, payload):
        crc = crc32c(bytes([kind]) + payload)
        masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
        return masked.to_bytes(4, "little") + len(payload).to_bytes(2, "little") + bytes([kind]) + payload
    batch = (7).to_bytes(8, "little") + (1).to_bytes(4, "little") + b"\x01\x01k\x05value"
    one = fragment(1, batch)
    two = fragment(2, batch[:10]) + fragment(4, batch[10:])
    yield one + bytes(600)
    yield one + two + bytes(600)
    yield one + two[:-5] + bytes(600)


def event_streams():
    yield b": hello\nretry: 100\n\nid: 1\nevent: log\ndata: a\ndata: b\n\nid\r\ndata:c\r\n\r\n"


def records():
    yield b'\x03\x02keyab\x00\x01{"n": 1}'
    yield b'\x00\x00{"interaction_id": "01900000-0000-7000-8000-000000000000", "data": {"a": 1}, "user": "ada"}'


def worker_bodies():
    token = b'{"task_token": "abc", "result": {"n": 1}, "logs": [{"level": "INFO", "message": "m", "timestamp": "2026-01-01T00:00:00Z"}]}'
    yield b'{"results": [' + token + b', {"task_token": "x", "error": {"message": "m", "type": "T", "retryable": false}}]}'
    yield b'{"worker_id": "w", "queues": ["a"], "actions": ["x.*"], "max": 10, "wait_ms": 5, "lease_ms": 1000, "results": [' + token + b']}'
    yield b'{"leases": [{"task_token": "abc", "lease_ms": 1000, "progress": 0.5, "logs": []}]}'


def forms():
    yield b"\x00\x55name\nAda Lovelace\nname\n\xc3\xa4 & b=c\n\n"
    yield b"\x00\xaaa/b\n100%\n+\n\x00\n"
    yield b"\x01\x00a=1&b=x%20y+z&a=%C3%A4&c&&=&d=%F"
    yield b"\x01\x00%2f=%00&a=%FF"
    yield b'\x02\x01 {"a": 1} '
    yield b"\x02\x02[1]"
    yield b"\x02\x03a=1&b=2"
    yield b'\x02\x04hello "you"'
    yield b"\x02\x05PNG"
    yield b'\x03\x00n=12&wait=0.5&level=info&q=a\n'
    yield b'\x03\x00q=a&q=b&n=1&level=x\nrespond-async, wait="5"; x=y'
    yield b"\x03\x00wait=1e9&wait=2\nwait=99"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def opaque_words():
    """What tests/fuzz/opaque_words.cpp takes: the mark and the filter are the ones that stand there."""
    yield b"\x00" + base64url(bytes(range(250, 256)) + b"ab")
    yield b"\x00SGVsbG8h"
    yield b"\x01" + base64url(bytes(range(24)) + bytes.fromhex("0123456789abcdef"))
    yield b"\x02" + base64url(b"\x01" + b"8 bytes." + b"\x05")
    yield b"\x02" + base64url(b"\x01" + b"8 bytes." + b"\x05\x80\x01\x00\xff\xff\x03")
    yield b"\x02" + base64url(b"\x01" + b"another." + b"\x05")
    yield b"\x03" + bytes(range(28)) + b"\x03\x01B"
    yield b"\x04whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    yield b"\x04whsec_" + base64.b64encode(bytes(64))
    yield b"\x050000zik0zj"
    yield b"\x05wf_7N42dgm5tFLK9N8MT7fHC7/exec_2Wl6ZbrtvQ9xPqkMZ0yG1c"
    yield b"\x05wf_1%252fexec_2"
    yield b"\x0501900000-0000-7000-8000-00000000000A"
    yield b"\x06reprise.task.*,*.completed.v1"


SEEDS = {"codec": chunks, "definition": definitions, "event_stream": event_streams, "expression": expressions, "form": forms, "http_parser": requests,
         "json": json_texts, "lambda": lambdas, "log_end": log_files, "opaque_words": opaque_words, "source_record": records, "worker_body": worker_bodies}


def main():
    for name, seeds in SEEDS.items():
        folder = os.path.join(sys.argv[1], f"fuzz_{name}")
        os.makedirs(folder, exist_ok=True)
        written = sorted({s for s in seeds() if s})
        assert written, f"no seeds for {name}: the file that they come from has changed"
        for number, seed in enumerate(written):
            with open(os.path.join(folder, f"{number:04}"), "wb") as file:
                file.write(seed)
        print(f"{name}: {len(written)}")


if __name__ == "__main__":
    main()
