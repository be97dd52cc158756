"""Measures what the endpoint engine's client takes of the processor, and what hostile servers get it to read.

usage: endpoint_client_cost.py --resident PROGRAM [--tokens N] [--seconds N]

  --tokens N   tokens of a streamed answer, 2 ms apart
  --seconds N  how long a server is silent before its first token, and how long a hostile server may go on

The server is a stand-in on loopback that counts words as tokens, so that no model is needed. The processor time is the
worker's, from /proc, so this runs on Linux.
"""

import argparse
import json
import os
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def event(text="", finish=None):
    return b"data: " + json.dumps({"choices": [{"index": 0, "text": text, "finish_reason": finish}]}).encode() + b"\n\n"


class Server(socketserver.ThreadingTCPServer):
    """Answers like a server of the OpenAI API, and then as `mode` says."""

    allow_reuse_address = True
    daemon_threads = True
    mode, seconds, sent = "good", 3, 0

    def handle_error(self, request, address):
        pass  # The client hangs up on hostile answers.


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def head(self, status=200, **more):
        self.send_response(status)
        for name, value in ({"Content-Type": "text/event-stream", "Connection": "close"} | more).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def write(self, data):
        self.server.sent += len(data)
        self.wfile.write(data)

    def forever(self, data):
        end = time.monotonic() + self.server.seconds
        while time.monotonic() < end:
            self.write(data)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        words, count = len(body.get("prompt", "").split()), body["max_tokens"]
        if "logprobs" in body:
            self.head(Content_Type="application/json")
            return self.write(json.dumps({"choices": [{"text": " a" * count, "finish_reason": "length"}]}).encode())
        mode = self.server.mode
        if mode == "silent":
            self.head()
            time.sleep(self.server.seconds)
        elif mode == "silent, no head":
            time.sleep(self.server.seconds)
        if mode == "comments":
            self.head()
            return self.forever(b": keepalive\n\n" * 5_000)
        if mode == "empty events":
            self.head()
            return self.forever(b"data: {\"choices\": []}\n\n" * 3_000)
        if mode == "gzip":
            self.head(Content_Encoding="gzip")
            packer = zlib.compressobj(9, zlib.DEFLATED, 31)
            self.write(packer.compress(b": a\n\n" * 1_000_000))
            return self.forever(packer.compress(b": a\n\n" * 1_000_000) + packer.flush(zlib.Z_SYNC_FLUSH))
        if mode == "headers":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            return self.forever(b"X-More: and more\r\n" * 3_000)
        if mode == "chunk extensions":
            self.head(Transfer_Encoding="chunked")
            return self.forever(b"1;" + b"x" * 60_000 + b"\r\n:\r\n")
        if mode == "401 Basic":
            self.head(401, WWW_Authenticate='Basic realm="a"', Content_Length="0")
            return
        if mode != "silent":
            self.head()
        for token in range(count):
            if mode == "tokens":
                time.sleep(0.002)
            self.write(event(" a", "length" if token == count - 1 else None))
        usage = {"choices": [], "usage": {"prompt_tokens": words, "completion_tokens": count}}
        self.write(b"data: " + json.dumps(usage).encode() + b"\n\ndata: [DONE]\n\n")


class Worker:
    def __init__(self, program, url, folder):
        settings = {
            "targets": [{"folder": "", "url": url}], "api": "completions", "keepsServers": False, "startSeconds": 60,
            "requestSeconds": 60,
        }
        command = [program, "engine", "endpoint-worker", json.dumps(settings)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        self.ask(op="load", model=folder)

    def ask(self, **request):
        self.process.stdin.write(json.dumps({"id": 1} | request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def processor_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mib(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) >> 10

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--resident", required=True)
    parser.add_argument("--tokens", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=8)
    options = parser.parse_args()
    server = Server(("127.0.0.1", 0), Handler)
    server.seconds = options.seconds
    threading.Thread(target=server.serve_forever, daemon=True).start()
    modes = [
        ("silent", 1), ("silent, no head", 1), ("tokens", options.tokens), ("comments", 1), ("empty events", 1),
        ("gzip", 1), ("headers", 1), ("chunk extensions", 1), ("401 Basic", 1),
    ]
    print("| server | seconds | processor time, s | per token, µs | MiB sent | peak memory, MiB | outcome |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | --- |")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "config.json").write_text('{"max_position_embeddings": 100000, "vocab_size": 1000}')
        for mode, tokens in modes:
            server.mode = "good"
            worker = Worker(options.resident, f"http://127.0.0.1:{server.server_address[1]}", folder)
            server.mode, server.sent = mode, 0
            before, began = worker.processor_seconds(), time.monotonic()
            answer = worker.ask(op="generate", prompt=[1] * 16, max_tokens=tokens, may_vary_prompt=True)
            seconds, used = time.monotonic() - began, worker.processor_seconds() - before
            outcome = answer.get("error") or answer.get("declined") or "ended"
            print(
                f"| {mode} | {seconds:.1f} | {used:.2f} | {used / tokens * 1e6:.0f} | {server.sent / 2**20:.1f} "
                f"| {worker.memory_mib()} | {str(outcome)[:150]} |", flush=True)
            server.mode = "good"
            worker.process.kill()
            worker.process.wait()


main()
