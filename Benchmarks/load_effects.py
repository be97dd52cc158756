#!/usr/bin/env python3
"""Shows how far byte-equal copies of one model seem to differ in speed, by where their weights stand.

usage: load_effects.py RESIDENT MODEL [--copies 5] [--sessions 20] [--pairs 32] [--placements NAME...]

In a session a copy of the folder MODEL meets copy 0, both in fresh workers of the native engine; they decode in slices
that take turns, the order of each two pairs drawn and mirrored. A session's value is the median of its pairs'
log-ratios, above zero if the copy is slower. Placements:

  cached    weights in the page cache, whose pages this script holds: a file keeps its place from load to load
  dropped   weights in the page cache, of which the engine drops what it can before each load
  memory    weights in memory of the worker's own, at an offset that is drawn for each load: the engine's default

Printed for each: the mean of every copy with its standard error over sessions, the deviation between copies beyond
what sessions explain (random effects, one-way analysis of variance), the chance of so much by luck (permutations of
sessions), and the deviation of sessions.
"""

import argparse
import contextlib
import json
import math
import mmap
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

# By name: what `load` is asked for, and whether the pages of the files are held.
PLACEMENTS = {"cached": ("file", True), "dropped": ("file", False), "memory": ("memory", False)}
CONTEXT_TOKENS = 1024
PROMPT_TOKENS = 32
SLICE_SECONDS = 0.035
PERMUTATIONS = 9999


class Worker:
    """A worker with a model loaded, asked over the line protocol."""

    def __init__(self, program, folder, placement, threads):
        self.process = subprocess.Popen([program, "worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.count = 0
        try:
            self.read()
            loaded = self.ask(
                op="load", model=str(folder), threads=threads, context_length=CONTEXT_TOKENS, weights=placement)
            if loaded.get("weights_in", placement) != placement:
                sys.exit(f"the weights stand in {loaded['weights_in']}, not in {placement}")
        except BaseException:
            self.close()
            raise

    def read(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else sys.exit(f"the worker ended with status {self.process.wait()}")

    def ask(self, **request):
        self.count += 1
        self.process.stdin.write(json.dumps({"id": self.count} | request) + "\n")
        self.process.stdin.flush()
        answer = self.read()
        return answer["result"] if "result" in answer else sys.exit(f"{request['op']}: {answer['error']}")

    def begin(self, tokens):
        self.ask(op="begin", prompt=list(range(1, PROMPT_TOKENS + 1)), max_tokens=tokens)
        # The end of the prompt yields the first token.
        while not self.advance(PROMPT_TOKENS)["tokens"]:
            pass

    def advance(self, tokens):
        return self.ask(op="advance", tokens=tokens)

    def close(self):
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        self.process.wait()


@contextlib.contextmanager
def held_pages(folders, is_held):
    """Maps and reads all weight files, so that nothing can drop their pages from the cache."""
    with contextlib.ExitStack() as stack:
        for file in (file for folder in folders for file in sorted(folder.glob("*.safetensors")) if is_held):
            descriptor = os.open(file, os.O_RDONLY)
            stack.callback(os.close, descriptor)
            pages = stack.enter_context(mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ))
            for position in range(0, len(pages), mmap.PAGESIZE):
                pages[position]
        yield


def session(options, placement, folders, order, generator):
    """The median log-ratio of copy to copy 0 over pairs of slices."""
    workers = {}
    try:
        for side in order:
            workers[side] = Worker(options.resident, folders[side], placement, options.threads)
        own, other = workers["copy"], workers["zero"]
        # A request of each finds out how many tokens a slice has, and warms up.
        paces = []
        for worker in (other, own):
            worker.begin(17)
            paces.append(worker.advance(16)["elapsed_ns"] / 16)
        tokens = max(round(SLICE_SECONDS * 1e9 / max(paces)), 1)
        # A request has as many slices as the context has room for.
        slices_per_request = max(min((CONTEXT_TOKENS - PROMPT_TOKENS - 1) // tokens, options.pairs), 1)
        ratios, left, first = [], 0, True
        for pair in range(options.pairs):
            if left == 0:
                own.begin(slices_per_request * tokens + 1)
                other.begin(slices_per_request * tokens + 1)
                left = slices_per_request
            first = generator.random() < 0.5 if pair % 2 == 0 else not first
            times = {}
            for worker in (own, other) if first else (other, own):
                times[worker] = worker.advance(tokens)["elapsed_ns"]
            ratios.append(math.log(times[own] / times[other]))
            left -= 1
        return statistics.median(ratios)
    finally:
        for worker in workers.values():
            worker.close()


def measure(options, name, copies):
    """Values by copy, the copies' sessions in a drawn order."""
    placement, is_held = PLACEMENTS[name]
    generator = random.Random(f"{options.seed} {name}")
    values = [[] for _ in copies[1:]]
    with held_pages(copies, is_held):
        for number in range(options.sessions):
            for index in generator.sample(range(len(values)), len(values)):
                start = time.monotonic()
                folders = {"zero": copies[0], "copy": copies[index + 1]}
                value = session(options, placement, folders, generator.sample(sorted(folders), 2), generator)
                values[index].append(value)
                print(f"{name}, session {number + 1}, copy {index + 1}: {100 * value:+.2f} % "
                      f"({time.monotonic() - start:.1f} s)", file=sys.stderr, flush=True)
    return values


def components(values):
    """The variances between copies and of sessions, by the mean squares of a balanced one-way layout."""
    count = len(values[0])
    means = [statistics.fmean(copy) for copy in values]
    within = statistics.fmean(statistics.variance(copy) for copy in values)
    return statistics.variance(means) - within / count, within


def chance(values, seed):
    """The share of permutations of all sessions with at least as much between copies."""
    generator, count = random.Random(seed), len(values[0])
    everything = [value for copy in values for value in copy]

    def spread(flat):
        starts = range(0, len(flat), count)
        return statistics.pvariance([statistics.fmean(flat[start:start + count]) for start in starts])

    seen = spread(everything) * (1 - 1e-12)
    hits = sum(spread(generator.sample(everything, len(everything))) >= seen for _ in range(PERMUTATIONS))
    return (hits + 1) / (PERMUTATIONS + 1)


def row(name, values, seed):
    count = len(values[0])
    cells = [name]
    for copy in values:
        error = statistics.stdev(copy) / math.sqrt(count)
        cells.append(f"{100 * statistics.fmean(copy):+.2f} ± {100 * error:.2f}")
    between, within = components(values)
    deviations = [f"{100 * math.sqrt(max(variance, 0)):.2f}" for variance in (between, within)]
    cells += [deviations[0], f"{chance(values, seed):.4f}", deviations[1]]
    return "| " + " | ".join(cells) + " |"


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("resident", type=pathlib.Path, metavar="RESIDENT")
    parser.add_argument("model", type=pathlib.Path, metavar="MODEL")
    parser.add_argument("--copies", type=int, default=5, help="beside copy 0 (default: 5)")
    parser.add_argument("--sessions", type=int, default=20, help="per copy and placement (default: 20)")
    parser.add_argument("--pairs", type=int, default=32, help="of slices per session (default: 32)")
    parser.add_argument("--placements", nargs="+", choices=PLACEMENTS, default=list(PLACEMENTS), metavar="NAME")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="also write every session's value")
    options = parser.parse_args()
    if options.copies < 2 or options.sessions < 2 or options.pairs < 1:
        parser.error("at least two copies, two sessions and a pair are needed")
    options.resident = options.resident.resolve()
    return options


def main():
    options = parse()
    with tempfile.TemporaryDirectory(prefix=".load-effects-", dir=options.model.resolve().parent) as scratch:
        copies = [pathlib.Path(scratch) / f"copy-{number}" for number in range(options.copies + 1)]
        for copy in copies:
            shutil.copytree(options.model.resolve(), copy)
        # Pages that are not written yet cannot be dropped.
        os.sync()
        names = [f"copy {number}, %" for number in range(1, options.copies + 1)]
        columns = ["weights", *names, "between copies, %", "chance", "between sessions, %"]
        lines = ["| " + " | ".join(columns) + " |", "| --- |" + " ---: |" * (len(columns) - 1)]
        found = {}
        for name in options.placements:
            found[name] = measure(options, name, copies)
            lines.append(row(name, found[name], options.seed))
    print("\n".join(lines))
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
