"""Measures how far the rates of the mlx and endpoint engines are from those of what they measure, in alternation.

usage: engine_overhead.py --resident PROGRAM [--gguf FOLDER] [--mlx FOLDER] [--tokens N] [--pairs N] [--starts N]

  --gguf FOLDER  a model folder with its GGUF file: the endpoint engine's decode rate against the timings of
                 llama.cpp's server (wheel xllamacpp) for the same requests
  --mlx FOLDER   a model folder: the mlx worker's decode rate against mlx_lm.benchmark's loop, one repetition of each in
                 alternation; both in one process and with the same weights, since weights elsewhere in memory are read
                 at another rate

Both rates are (tokens - 1) / (last token - first token). --pairs pairs are measured after each of --starts starts. The
interval is for the median of all pairs' ratios, from order statistics, and covers it with 95 % at least. Run it with the
interpreter that has the packages.
"""

import argparse
import json
import math
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROMPT = [504, 3575, 282, 4649, 314, 7042, 30, 378, 2988, 314, 260, 1070, 2420, 282, 260, 905]


class Worker:
    """A worker over the line protocol."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        self.count = 0

    def ask(self, **request):
        self.count += 1
        self.process.stdin.write(json.dumps({"id": self.count} | request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            sys.exit(f"error: {request['op']}: {answer['error']}")
        return answer["result"]

    def generate(self, tokens):
        result = self.ask(op="generate", prompt=PROMPT, max_tokens=tokens, may_vary_prompt=True)
        times = result["token_ns"]
        return (len(times) - 1) / (times[-1] - times[0]) * 1e9, result

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def interval(values):
    """The order statistics that enclose the median with a probability of 95 % at least, by the sign test."""
    values, count, out, tail = sorted(values), len(values), 0, 0.5 ** len(values)
    while tail <= 0.025:
        out += 1
        tail += math.comb(count, out) * 0.5 ** count
    return (values[out - 1], values[count - out]) if out else (-math.inf, math.inf)


def report(name, pairs):
    ratios = [100 * (own / other - 1) for own, other in pairs]
    low, high = interval(ratios)
    print(
        f"| {name} | {statistics.median(p[0] for p in pairs):.2f} | {statistics.median(p[1] for p in pairs):.2f} "
        f"| {statistics.median(ratios):+.2f} % | {low:+.2f} … {high:+.2f} % | {min(ratios):+.2f} … {max(ratios):+.2f} % "
        f"| {len(pairs)} |",
        flush=True,
    )


def told(own, other):
    print(f"{own:.2f} and {other:.2f} tokens/s: {100 * (own / other - 1):+.2f} %", file=sys.stderr, flush=True)
    return own, other


def endpoint(options):
    """Pairs of the endpoint engine's rate and the server's, from one start of the server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    gguf = next(Path(options.gguf).glob("*.gguf"))
    command = [sys.executable, str(ROOT / "scripts/llama-server.py"), "--model", str(gguf), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            time.sleep(0.2)
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
        settings = {
            "targets": [{"folder": "", "url": f"http://127.0.0.1:{port}"}], "api": "completions",
            "keepsServers": False, "startSeconds": 60, "requestSeconds": 300,
        }
        worker = Worker([options.resident, "engine", "endpoint-worker", json.dumps(settings)])
        worker.ask(op="load", model=str(Path(options.gguf).resolve()), context_length=1024)
        worker.generate(options.tokens)
        pairs = []
        for _ in range(options.pairs):
            own, result = worker.generate(options.tokens)
            # The server leaves out the first token as well: its clock starts there.
            pairs.append(told(own, result["server_decode_tokens_per_second"]))
        worker.close()
    finally:
        server.terminate()
        server.wait()
    return pairs


def mlx(options):
    """Pairs of the mlx worker's rate and mlx_lm.benchmark's, from one load of the model."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    sys.path.insert(0, str(ROOT / "Sources/MLXEngine/Resources"))
    import mlx.core as mx
    from mlx_lm import stream_generate
    from mlx_worker import Engine

    engine = Engine()
    engine.load({"model": options.mlx, "context_length": 1024})
    # mlx_lm.benchmark lets no token end the text.
    engine.tokenizer._eos_token_ids = set()

    def worker():
        times = engine.generate({"prompt": PROMPT, "max_tokens": options.tokens})["token_ns"]
        return (len(times) - 1) / (times[-1] - times[0]) * 1e9

    def reference():
        responses = stream_generate(
            engine.model, engine.tokenizer, PROMPT, max_tokens=options.tokens, prefill_step_size=2048)
        for response in responses:
            pass
        # The loop leaves a step unfinished, which would be computed during the next repetition.
        mx.synchronize(engine.stream)
        # The rate counts the first token, but its clock starts after it.
        return response.generation_tps * (options.tokens - 1) / options.tokens

    worker(), reference()
    pairs = []
    for index in range(options.pairs):
        if index % 2 == 0:
            own = worker()
            pairs.append(told(own, reference()))
        else:
            theirs = reference()
            pairs.append(told(worker(), theirs))
    return pairs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--resident", required=True)
    parser.add_argument("--gguf")
    parser.add_argument("--mlx")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--starts", type=int, default=3)
    options = parser.parse_args()
    print("| what | ours, tokens/s (median) | theirs | ratio (median of pairs) | interval | range | pairs |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    kinds = (
        (endpoint, options.gguf, "endpoint engine, llama.cpp's server"),
        (mlx, options.mlx, "mlx engine, mlx_lm.benchmark's loop"),
    )
    for measure, folder, name in kinds:
        if folder:
            pairs = [pair for _ in range(options.starts) for pair in measure(options)]
            report(f"{name}, {options.tokens} tokens", pairs)


main()
