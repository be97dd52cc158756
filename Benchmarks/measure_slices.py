#!/usr/bin/env python3
"""Measures five pairs of lanes in rounds that have slices and whole requests, on a quiet and on a busy machine.

usage: measure_slices.py RESIDENT STATE [--megabytes N] [--threads N] [--quiet-parts N] [--busy-parts N] [--count N]
         [--condition NAME] [--seconds-limit S] [--print]

Each part is a comparison of eight rounds: uniform 4-bit against one of five lanes of the same weights, which are made in
STATE/lanes if they are not there. They are lanes of SmolLM2-135M, which fit the last cache of some processors; with
--megabytes lanes of a random model whose uniform 4-bit lane has that size. --quiet-parts of them (12) are measured for each
pair on the quiet machine, then --busy-parts (6) beside one busy process, two busy processes and a compile of the project's
kernels, in turn over the pairs. Both tables of slices_against_requests.py end it. Rounds are in STATE/slices/slices.sqlite,
with --megabytes and --threads in STATE/slices-megabytes-N-threads-N/slices.sqlite; what was measured is not measured again,
so it can be ended at any point, and run in pieces by --count, --condition and --seconds-limit. The exit code is 2 if the
last part failed, and with --count 3 if nothing was left to measure.

A row of the tables whose condition is "with other programs" is of parts in which these took a quarter of a processor.
"""

import argparse
import fcntl
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import machine_load
import slices_against_requests
from journal import Journal

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parent
MODEL = "smollm2-135m"
RESIDENT_LANE = "uniform-4-bit-g64"
# How each is made of the dequantized weights, which is a lane itself.
LANES = {
    RESIDENT_LANE: ["uniform", "--bits", "4", "--group-size", "64"],
    "uniform-8-bit-g64": ["uniform", "--bits", "8", "--group-size", "64"],
    "mxfp4": ["mxfp4"],
    "mxfp8": ["mxfp8"],
    "nvfp4": ["nvfp4"],
}
REFERENCE = "bf16"
CANDIDATES = [lane for lane in [*LANES, REFERENCE] if lane != RESIDENT_LANE]
NOTHING_LEFT = 3
FAILURES_IN_A_ROW = 3


def schedule(quiet_parts, busy_parts):
    """Parts as (candidate, condition, number). Those of the quiet machine take turns over the candidates, so that each
    has as many wherever it is ended."""
    parts = [(lane, "quiet", number) for number in range(quiet_parts) for lane in CANDIDATES]
    for number in range(busy_parts):
        lane = CANDIDATES[number % len(CANDIDATES)]
        parts += [(lane, condition, number) for condition in machine_load.CONDITIONS if condition != "quiet"]
    return parts


class Lanes:
    """The lanes of one model, in a library of their own."""

    def __init__(self, options):
        self.resident, self.library = options.resident, options.database.with_name("library")
        self.library.mkdir(parents=True, exist_ok=True)
        source, self.model, self.folder = options.state / "models" / MODEL, MODEL, options.state / "lanes"
        if options.megabytes:
            self.model = f"random-{options.megabytes}-megabytes"
            self.folder = options.state / "lanes" / self.model
            source = self.random(source, options.megabytes)
        reference = self.made(REFERENCE, source, ["bf16"])
        for lane, arguments in LANES.items():
            self.made(lane, reference, arguments)

    def random(self, tokenizer, megabytes):
        folder = self.folder / "source"
        if not folder.exists():
            print(f"making {folder}", file=sys.stderr, flush=True)
            subprocess.run([sys.executable, FOLDER / "random_checkpoint.py", tokenizer, str(megabytes * 1_000_000), folder],
                           check=True)
        return folder

    def made(self, lane, source, arguments):
        folder = self.folder / lane
        if not folder.exists():
            self.folder.mkdir(exist_ok=True)
            print(f"making {folder}", file=sys.stderr, flush=True)
            subprocess.run([self.resident, "models", "quantize", source, "--lane", *arguments, "--out", folder],
                           check=True, stdout=subprocess.DEVNULL)
        link = self.library / self.name(lane)
        if not link.is_symlink():
            link.symlink_to(folder.resolve(), target_is_directory=True)
        return folder

    def name(self, lane):
        return f"{self.model}-{lane}"


def compare(options, lanes, candidate, condition):
    """Measures a part; returns its number in the database."""
    environment = os.environ | {
        "RESIDENT_MODELS": str(lanes.library), "RESIDENT_DB": str(options.database),
        "RESIDENT_REGISTRY": str(options.database.with_name("registry.json")),
    }
    environment.pop("RESIDENT_WORKER", None)
    with machine_load.running(condition):
        result = subprocess.run(
            [options.resident, "compare", lanes.name(candidate), "--against", lanes.name(RESIDENT_LANE), "--envelope",
             options.envelope, "--environment", "isolated" if condition == "quiet" else "under-load", "--json",
             *(["--threads", str(options.threads)] if options.threads else [])],
            cwd=ROOT, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL,
            preexec_fn=machine_load.end_with_parent(signal.SIGINT))
    if result.returncode:
        raise RuntimeError(result.stderr.strip()[-500:])
    return json.loads(result.stdout)["comparison"]


def measure(options, lanes, parts, journal):
    """Measures parts in their order; returns whether the last one was measured."""
    deadline = time.monotonic() + options.seconds_limit
    failures = 0
    for index, (candidate, condition, number) in enumerate(parts):
        if time.monotonic() >= deadline:
            break
        usage, start = machine_load.Usage(), time.monotonic()
        row = {"candidate": candidate, "condition": condition, "number": number}
        try:
            row["comparison"] = compare(options, lanes, candidate, condition)
            failures = 0
        except RuntimeError as error:
            row["error"] = str(error)
            failures += 1
        journal.add(row | {"seconds": round(time.monotonic() - start, 1), "load": usage.read()})
        print(f"{index + 1} of {len(parts)}: {row}", file=sys.stderr, flush=True)
        if failures == FAILURES_IN_A_ROW:
            break
    return failures == 0


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("resident", type=pathlib.Path, metavar="RESIDENT")
    parser.add_argument("state", type=pathlib.Path, metavar="STATE")
    parser.add_argument("--megabytes", type=int, metavar="N", help="of the 4-bit lane of a random model")
    parser.add_argument("--threads", type=int, metavar="N", help="of each worker (default: one per physical core)")
    parser.add_argument("--quiet-parts", type=int, default=12, metavar="N", help="for each pair (default: 12)")
    parser.add_argument("--busy-parts", type=int, default=6, metavar="N", help="for each condition (default: 6)")
    parser.add_argument("--count", type=int, metavar="N", help="end after that many parts")
    parser.add_argument("--condition", choices=machine_load.CONDITIONS, help="only parts under that condition")
    parser.add_argument("--seconds-limit", type=float, default=float("inf"), metavar="S",
                        help="begin no part after that many seconds")
    parser.add_argument("--envelope", type=pathlib.Path, metavar="FILE",
                        help="default: slices-envelope.json, with --megabytes large-slices-envelope.json")
    parser.add_argument("--draws", type=int, default=1000, help="of the bootstrap (default: 1000)")
    parser.add_argument("--print", action="store_true", dest="print_only", help="print the tables without measuring")
    options = parser.parse_args()
    options.resident, options.state = options.resident.resolve(), options.state.resolve()
    shipped = "large-slices-envelope.json" if options.megabytes else "slices-envelope.json"
    options.envelope = (options.envelope or FOLDER / shipped).resolve()
    folder = "slices"
    for name in ("megabytes", "threads"):
        if value := getattr(options, name):
            folder += f"-{name}-{value}"
    options.database = options.state / folder / "slices.sqlite"
    return options


def main():
    options = parse()
    folder = options.database.parent
    folder.mkdir(parents=True, exist_ok=True)
    journal = Journal(folder / "comparisons.jsonl")
    status = 0
    if not options.print_only:
        with open(folder / "lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                sys.exit(f"another measurement runs in {folder}")
            done = {(row["candidate"], row["condition"], row["number"]) for row in journal.comparisons()}
            left = [part for part in schedule(options.quiet_parts, options.busy_parts)
                    if part not in done and options.condition in (None, part[1])][:options.count]
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            try:
                lanes = Lanes(options)
                status = 0 if measure(options, lanes, left, journal) else 2
                if options.count and not left:
                    status = NOTHING_LEFT
            except KeyboardInterrupt:
                status = 130
    if options.database.exists():
        slices_against_requests.report([options.database], options.draws)
    return status


if __name__ == "__main__":
    sys.exit(main())
