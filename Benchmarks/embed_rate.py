#!/usr/bin/env python3
"""Texts per second of the native engine against sentence-transformers (torch, CPU), in alternation on the same texts.

usage: embed_rate.py RESIDENT MODEL_FOLDER [--threads 2] [--pairs 15] [--json FILE]

Rows: one short request alone, again and again, and batches of ragged texts. In each pair both sides embed the same texts, the
order drawn by seed and mirrored for the next pair; the ratio is the median over pairs, with its range. Our time is the whole
exchange with a worker, JSON and pipe included; theirs is `SentenceTransformer.encode` in this process. Both use the same number
of threads, and torch its own kernels. Exits with 1 if a median is below 2 for single requests or 1.3 for batches.
"""

import argparse
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import time

# Kernels that are forced for older processors would slow the opponent down.
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)

import torch
from sentence_transformers import SentenceTransformer

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIMITS = {"one short request": 2.0, "batch of 256 short texts": 1.3, "batch of 64 ragged texts": 1.3}


class Worker:
    def __init__(self, resident, folder, threads):
        self.process = subprocess.Popen([resident, "worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        self.ask({"op": "load", "model": str(folder), "threads": threads})

    def ask(self, request):
        self.process.stdin.write(json.dumps({"id": 1, **request}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            sys.exit(answer["error"])
        return answer["result"]

    def embed(self, texts):
        return self.ask({"op": "embed", "texts": texts})

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def texts():
    text = (ROOT / "Sources/Lanes/Resources/calibration.txt").read_text()
    sentences = [part.strip() for part in re.split(r"(?<=[.?!])\s+", text) if part.strip()]
    draw = random.Random(5)
    short = [" ".join(draw.choice(sentences).split()[:9]) for _ in range(256)]
    ragged = [" ".join(draw.choices(sentences, k=draw.choice([1, 1, 1, 2, 3, 5, 8]))) for _ in range(64)]
    return short, ragged


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("resident")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    theirs = SentenceTransformer(str(arguments.folder), device="cpu")
    worker = Worker(arguments.resident, arguments.folder.resolve(), arguments.threads)
    short, ragged = texts()
    encode = lambda texts: theirs.encode(texts, batch_size=len(texts), show_progress_bar=False)
    cases = {
        "one short request": (20, lambda side: [side([text]) for text in short[:20]]),
        "batch of 256 short texts": (256, lambda side: side(short)),
        "batch of 64 ragged texts": (64, lambda side: side(ragged)),
    }
    rows, is_met = [], True
    draw = random.Random(7)
    print(f"{arguments.folder.name}, {arguments.threads} threads, torch {torch.__version__}")
    print("| texts | ours, texts/s | sentence-transformers, texts/s | ratio: median (range) |")
    print("| --- | ---: | ---: | ---: |")
    for name, (count, work) in cases.items():
        sides = {"ours": lambda: work(worker.embed), "theirs": lambda: work(encode)}
        for side in sides.values():
            side()
        taken = {"ours": [], "theirs": []}
        order = ["ours", "theirs"]
        for pair in range(arguments.pairs):
            if pair % 2 == 0:
                draw.shuffle(order)
            for side in order if pair % 2 == 0 else reversed(order):
                taken[side].append(seconds(sides[side]))
        ratios = sorted(their / our for our, their in zip(taken["ours"], taken["theirs"]))
        ours, others = (count / statistics.median(taken[side]) for side in ("ours", "theirs"))
        median = statistics.median(ratios)
        is_met &= median >= LIMITS[name]
        print(f"| {name} | {ours:,.0f} | {others:,.0f} | {median:.2f} ({ratios[0]:.2f} … {ratios[-1]:.2f}) |", flush=True)
        rows.append({"texts": name, "count": count, "seconds": taken, "median_ratio": median})
    worker.close()
    if arguments.json:
        arguments.json.write_text(json.dumps({"threads": arguments.threads, "rows": rows}, indent=1) + "\n")
    sys.exit(0 if is_met else 1)


main()
