#!/usr/bin/env python3
"""Compares a model with copies of itself, many times, and counts what the promotion rule makes of it on this machine.

usage: real_calibration.py RESIDENT STATE [--null N] [--planted-5 N] [--planted-10 N] [--equal N] [--resume]

STATE/models has the model. Each comparison is `resident compare` of two copies, then `resident promote --dry-run`,
whose exit code says whether it would have promoted. A third of each kind runs on the quiet machine, a third beside one
busy process, a third beside two.

  --null        both models are the same
  --planted-5   the resident's worker waits for 5 % of its time after each answer (Tests/Calibration)
  --planted-10  the same for 10 %
  --equal       byte-equal copies, by `resident calibrate --real`; a win counts, since equal tensors never promote

The copies of the first three kinds differ in the last bit of one element of one norm, in another element each time: so
tensors differ and nothing else does, and each comparison is the first challenge of its resident. All of them are in
the database DIR/real.sqlite, those of --equal in DIR/calibration.sqlite; both are exported to DIR/results, which is
verified at the end. DIR/comparisons.jsonl gets a line after each; --resume goes on where it ends.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import shlex
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from model_copies import Copies

ROOT = pathlib.Path(__file__).resolve().parent.parent
WAITING_WORKER = ROOT / "Tests/Calibration/waiting_worker.py"
CONDITIONS = ("quiet", "beside one busy process", "beside two busy processes")
# With the time that the resident's worker waits, as a share of its own.
KINDS = {"null": 0.0, "planted-5": 0.05, "planted-10": 0.1, "equal": 0.0}
OUTCOMES = {0: "promote", 10: "hold", 11: "reject", 12: "inconclusive"}
FAILURES_IN_A_ROW = 3


class Failure(Exception):
    """A comparison that was not measured or not judged."""


@dataclasses.dataclass(frozen=True)
class Job:
    kind: str
    number: int

    @property
    def busy(self):
        return self.number % len(CONDITIONS)


def schedule(counts):
    """The kinds evenly mixed, so that whatever changes over the hours changes for all of them."""
    jobs = [Job(kind, number) for kind, count in counts.items() for number in range(count)]
    return sorted(jobs, key=lambda job: ((job.number + 0.5) / counts[job.kind], job.kind))


@contextlib.contextmanager
def busy_processes(count):
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        if processes:
            time.sleep(0.5)
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


class Program:
    """The program under test with a library, registry and databases of its own."""

    def __init__(self, options, copies):
        self.options, self.copies = options, copies
        out = options.out
        self.results, self.registry = out / "results", out / "registry.json"
        self.database, self.calibration = out / "real.sqlite", out / "calibration.sqlite"
        self.environment = os.environ | {
            "RESIDENT_MODELS": str(copies.library), "RESIDENT_DB": str(self.database),
            "RESIDENT_REGISTRY": str(self.registry),
        }
        self.environment.pop("RESIDENT_WORKER", None)
        if not self.registry.exists():
            self.run("registry", "create", f"default={copies.resident}")

    def run(self, *arguments, good=(0,), worker=None):
        """Its exit code and output. If this script is ended, it is ended as by Ctrl-C, and closes its database."""
        environment = self.environment | ({"RESIDENT_WORKER": str(worker)} if worker else {})
        process = subprocess.Popen(
            [self.options.resident, *map(str, arguments)], cwd=ROOT, env=environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            output, errors = process.communicate()
        except BaseException:
            process.send_signal(signal.SIGINT)
            process.communicate()
            raise
        if process.returncode not in good:
            raise Failure(f"{arguments[0]}: exit code {process.returncode}: {(errors or output).strip()[-500:]}")
        return process.returncode, output

    def waiting_worker(self, share):
        """The script that RESIDENT_WORKER names; None without an effect."""
        if not share:
            return None
        command = [sys.executable, WAITING_WORKER, "--model", f"/{self.copies.resident}", "--slow", share, "--",
                   self.options.resident]
        script = self.copies.library / f".worker-{share}"
        script.write_text(f"#!/bin/sh\nexec {shlex.join(map(str, command))} \"$@\"\n")
        script.chmod(0o755)
        return script

    def compare(self, job):
        """Measures and judges; returns what the comparison showed."""
        start = time.monotonic()
        _, output = self.run(
            "compare", self.copies.candidate, "--role", "default", "--envelope", self.options.envelope,
            "--environment", "under-load" if job.busy else "isolated", *self.threads, "--json",
            worker=self.waiting_worker(KINDS[job.kind]))
        seconds = time.monotonic() - start
        verdict, number = (json.loads(output)[name] for name in ("verdict", "comparison"))
        code = self.judge(number, self.database)
        if OUTCOMES[code] != verdict["outcome"] or verdict["challenge"]["number"] != 1:
            raise Failure(f"comparison {number}: exit code {code}, {verdict['outcome']}, {verdict['challenge']}")
        blocks = min(verdict["blocks"], key=lambda tally: tally["used"])
        effect = verdict["objectives"][0]["effect"] or {}
        return {
            "comparison": number, "promoted": code == 0, "outcome": OUTCOMES[code],
            "stopped_for": verdict["stopped_for"], "rounds": blocks["used"], "void": blocks["void"],
            "seconds": round(seconds, 1), "ratio": effect.get("ratio"), "interval": effect.get("interval"),
        }

    def compare_equal(self, _):
        """The same with a byte-equal copy that the program makes itself."""
        start = time.monotonic()
        _, output = self.run(
            "calibrate", "--real", "--model", self.copies.resident, "--comparisons", 1, "--envelope",
            self.options.envelope, *self.threads, "--json")
        seconds = time.monotonic() - start
        result = json.loads(output)["results"][0]
        # Recorded for the dataset: equal tensors are inconclusive, whatever was measured.
        code = self.judge(result["comparison"], self.calibration)
        return {
            "comparison": result["comparison"], "promoted": result["stopped_for"] == "win", "outcome": OUTCOMES[code],
            "stopped_for": result["stopped_for"], "rounds": result["blocks"], "void": 0, "seconds": round(seconds, 1),
        }

    def judge(self, comparison, database):
        return self.run(
            "promote", "--comparison", comparison, "--role", "default", "--dry-run", "--db", database, good=OUTCOMES)[0]

    @property
    def threads(self):
        return ("--threads", self.options.threads) if self.options.threads else ()

    def sessions(self):
        """How many were begun, unfinished ones too: each had copies of its own."""
        count = 0
        for database in (self.database, self.calibration):
            if database.exists():
                with contextlib.closing(sqlite3.connect(database)) as connection:
                    count += connection.execute("SELECT ifnull(max(number), 0) FROM sessions").fetchone()[0]
        return count

    def publish(self):
        """Exports what the dataset lacks; returns whether `verify` accepts the whole of it."""
        for database in (self.database, self.calibration):
            if database.exists():
                self.run("export", "--out", self.results, "--db", database)
        if not self.results.exists():
            return True
        code, output = self.run("verify", self.results, good=(0, 1, 2))
        print(output.strip().splitlines()[-1] if code == 0 else output, file=sys.stderr)
        return code == 0


def measure(program, jobs, done, options):
    """Measures what is left, and appends a line after each comparison."""
    left = [job for job in jobs if job not in done]
    deadline = time.monotonic() + options.seconds_limit
    failures = 0
    with open(options.out / "comparisons.jsonl", "a") as lines:
        for index, job in enumerate(left):
            if time.monotonic() >= deadline:
                print(f"time is over; {len(left) - index} comparisons are left", file=sys.stderr)
                return
            row = {"kind": job.kind, "number": job.number, "condition": CONDITIONS[job.busy]}
            program.copies.draw(program.sessions())
            try:
                with busy_processes(job.busy):
                    row |= (program.compare_equal if job.kind == "equal" else program.compare)(job)
                failures = 0
            except Failure as failure:
                row["error"] = str(failure)
                failures += 1
            lines.write(json.dumps(row) + "\n")
            lines.flush()
            os.fsync(lines.fileno())
            print(f"{index + 1} of {len(left)}: {json.dumps(row)}", file=sys.stderr, flush=True)
            if failures == FAILURES_IN_A_ROW:
                raise Failure(f"{failures} comparisons in a row failed: {row['error']}")


def read_rows(out):
    """The comparisons that were measured; one that failed is to be measured again."""
    file = out / "comparisons.jsonl"
    rows = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    return [row for row in rows if "error" not in row]


def counted(values):
    """How often each occurs, in words."""
    values = [str(value).replace("_", " ") for value in values]
    return ", ".join(f"{values.count(value)} {value}" for value in sorted(set(values), key=values.count, reverse=True))


def table(rows):
    lines = [
        "| condition | effect | comparisons | promoted | outcomes | ended for | rounds, median | seconds, median |",
        "| --- | --- | ---: | ---: | --- | --- | ---: | ---: |",
    ]
    for kind in KINDS:
        of_kind = [row for row in rows if row["kind"] == kind]
        for condition in (*CONDITIONS, "all"):
            chosen = [row for row in of_kind if condition in (row["condition"], "all")]
            if chosen:
                cells = (
                    condition, kind.replace("-", " ") + (" %" if KINDS[kind] else ""), len(chosen),
                    sum(row["promoted"] for row in chosen), counted(row["outcome"] for row in chosen),
                    counted(row["stopped_for"] for row in chosen),
                    f"{statistics.median(row['rounds'] for row in chosen):g}",
                    f"{statistics.median(row['seconds'] for row in chosen):.0f}",
                )
                lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("resident", type=pathlib.Path, metavar="RESIDENT")
    parser.add_argument("state", type=pathlib.Path, metavar="STATE")
    for kind in KINDS:
        parser.add_argument(f"--{kind}", type=int, default=0, metavar="N")
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--envelope", type=pathlib.Path, default=ROOT / "Benchmarks/calibration-envelope.json")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--seconds-limit", type=float, default=float("inf"), metavar="S",
                        help="begin no comparison after that many seconds")
    parser.add_argument("--out", type=pathlib.Path, metavar="DIR", help="default: STATE/real-calibration")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--print", action="store_true", dest="print_only", help="print the table without measuring")
    options = parser.parse_args()
    options.out = (options.out or options.state / "real-calibration").resolve()
    options.resident, options.envelope = options.resident.resolve(), options.envelope.resolve()
    return options


def main():
    options = parse()
    if options.print_only:
        print(table(read_rows(options.out)))
        return 0
    options.out.mkdir(parents=True, exist_ok=True)
    done = read_rows(options.out)
    if done and not options.resume:
        sys.exit(f"{options.out} has {len(done)} comparisons; give --resume to go on, or another --out")
    counts = {kind: getattr(options, kind.replace("-", "_")) for kind in KINDS}
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    status = 0
    with tempfile.TemporaryDirectory(prefix="library-", dir=options.out) as library:
        try:
            copies = Copies(options.state / "models" / options.model, options.model, pathlib.Path(library))
            program = Program(options, copies)
            try:
                measure(program, schedule(counts), {Job(row["kind"], row["number"]) for row in done}, options)
            except KeyboardInterrupt:
                status = 130
            except Failure as failure:
                print(failure, file=sys.stderr)
                status = 2
            print(table(read_rows(options.out)), flush=True)
            if not program.publish():
                status = status or 1
        except Failure as failure:
            sys.exit(str(failure))
    return status


if __name__ == "__main__":
    sys.exit(main())
