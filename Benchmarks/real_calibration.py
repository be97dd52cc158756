#!/usr/bin/env python3
"""Compares a model with copies of itself, many times, and counts what the promotion rule makes of it on this machine.

usage: real_calibration.py RESIDENT STATE [--null N] [--planted-5 N] [--planted-10 N] [--equal N] [--resume]
         [--count N] [--busy 0|1|2] [--beside DIR...] [--publish]

STATE/models has the model. Each comparison is `resident compare` of two copies, then `resident promote --dry-run`,
whose exit code says whether it would have promoted. A third of each kind runs on the quiet machine, a third beside one
busy process, a third beside two, which are started for it.

  --null        both models are the same
  --planted-5   the resident's worker waits for 5 % of its time after each answer (Tests/Calibration)
  --planted-10  the same for 10 %
  --equal       byte-equal copies, by `resident calibrate --real`; a win counts, since equal tensors never promote

The copies of the first three kinds differ in the last bit of one element of one norm, in another element each time: so
tensors differ and nothing else does, and each comparison is the first challenge of its resident. All of them are in
the database DIR/real.sqlite, those of --equal in DIR/calibration.sqlite.

DIR/comparisons.jsonl gets a line before and after each comparison, the second with the load averages and the processors
that other programs took meanwhile. --resume goes on after an end at any point: a comparison that was cut off is measured
again with other copies. --count N stops after N comparisons, --busy B takes only those beside B busy processes:

  while real_calibration.py RESIDENT STATE --null 300 --resume --count 1 --busy 0; do sleep 60; done

--beside names folders of other machines: what was measured there is not measured again, and the table is of all of them.

DIR/table.md is written at each end. When nothing is left, or without --count, or with --publish, both databases are
exported to DIR/results, which is verified. The exit code is 0 if comparisons were measured, 1 if the dataset does not
verify, 2 if the last comparison failed, and with --count 3 if nothing was left to measure.
"""

import argparse
import dataclasses
import fcntl
import os
import pathlib
import shutil
import signal
import sys
import time

import machine_load
from calibration_program import ROOT, Failure, Program
from calibration_table import BUSY, KINDS, table
from journal import Journal
from model_copies import Copies

FAILURES_IN_A_ROW = 3
NOTHING_LEFT = 3


@dataclasses.dataclass(frozen=True)
class Job:
    kind: str
    number: int

    @property
    def busy(self):
        return self.number % len(BUSY)

    @property
    def names(self):
        return {"kind": self.kind, "number": self.number, "condition": BUSY[self.busy]}


def schedule(counts):
    """The kinds evenly mixed, so that whatever changes over the hours changes for all of them."""
    jobs = [Job(kind, number) for kind, count in counts.items() for number in range(count)]
    return sorted(jobs, key=lambda job: ((job.number + 0.5) / counts[job.kind], job.kind))


def recover(program, journal):
    """Writes the line of a comparison that was measured and judged when the script was ended before it could."""
    lines = journal.read()
    if not lines or "begins" not in lines[-1]:
        return
    begun = lines[-1]
    if "draw" in begun:
        # A win is judged by the files that were measured.
        program.copies.draw(begun["draw"])
    try:
        shown = program.recovered(begun["begins"])
    except Failure as failure:
        shown = {"error": str(failure)}
    if shown:
        names = {name: begun[name] for name in ("kind", "number", "condition")}
        journal.add(names | shown | {"recovered": True})


def measure(program, jobs, journal, options):
    """Measures jobs in their order; returns whether the last one was measured."""
    deadline = time.monotonic() + options.seconds_limit
    failures = 0
    for index, job in enumerate(jobs):
        if time.monotonic() >= deadline:
            print(f"time is over; {len(jobs) - index} comparisons are left", file=sys.stderr)
            break
        draw = options.begun_elsewhere + program.sessions()
        program.copies.draw(draw)
        # Written back now, and not while it is measured.
        os.sync()
        if job.kind != "equal":
            journal.add(job.names | {"begins": program.next_comparison(), "draw": draw})
        row, usage = job.names, machine_load.Usage()
        try:
            with machine_load.running(BUSY[job.busy]):
                row |= program.compare_equal() if job.kind == "equal" else program.compare(job.kind, job.busy > 0)
            failures = 0
        except Failure as failure:
            row["error"] = str(failure)
            failures += 1
        journal.add(row | {"load": usage.read()})
        print(f"{index + 1} of {len(jobs)}: {row}", file=sys.stderr, flush=True)
        if failures == FAILURES_IN_A_ROW:
            raise Failure(f"{failures} comparisons in a row failed: {row['error']}")
    return failures == 0


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
    parser.add_argument("--count", type=int, metavar="N", help="end after that many comparisons")
    parser.add_argument("--busy", type=int, choices=range(len(BUSY)), help="only those beside so many processes")
    parser.add_argument("--publish", action="store_true", help="export and verify, whatever is left")
    parser.add_argument("--out", type=pathlib.Path, metavar="DIR", help="default: STATE/real-calibration")
    parser.add_argument("--beside", type=pathlib.Path, nargs="+", default=[], metavar="DIR",
                        help="folders of other machines whose comparisons count")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--print", action="store_true", dest="print_only", help="print the table without measuring")
    options = parser.parse_args()
    options.out = (options.out or options.state / "real-calibration").resolve()
    options.resident, options.envelope = options.resident.resolve(), options.envelope.resolve()
    elsewhere = [Journal(folder / "comparisons.jsonl") for folder in options.beside if folder.resolve() != options.out]
    options.elsewhere = [row for journal in elsewhere for row in journal.comparisons()]
    # Other copies than there, where each comparison that was begun had its own.
    options.begun_elsewhere = sum("begins" in line or "comparison" in line for journal in elsewhere
                                  for line in journal.read())
    return options


def calibrate(options, journal):
    """Returns the exit code."""
    library = options.out / "library"
    # What an end by force left there may be half changed.
    shutil.rmtree(library, ignore_errors=True)
    library.mkdir()
    status = 0
    try:
        program = Program(options, Copies(options.state / "models" / options.model, options.model, library))
        recover(program, journal)
        counts = {kind: getattr(options, kind.replace("-", "_")) for kind in KINDS}
        done = {Job(row["kind"], row["number"]) for row in options.elsewhere + journal.comparisons()}
        left = [job for job in schedule(counts) if job not in done]
        chosen = [job for job in left if options.busy in (None, job.busy)][:options.count]
        try:
            status = 0 if measure(program, chosen, journal, options) else 2
        except KeyboardInterrupt:
            status = 130
        except Failure as failure:
            print(failure, file=sys.stderr)
            status = 2
        text = table(options.elsewhere + journal.comparisons())
        (options.out / "table.md").write_text(text + "\n")
        print(text, flush=True)
        is_done = len(left) == len(chosen) and status == 0
        if (options.publish or options.count is None or is_done) and not program.publish():
            return status or 1
    finally:
        shutil.rmtree(library, ignore_errors=True)
    return NOTHING_LEFT if options.count and not chosen else status


def main():
    options = parse()
    journal = Journal(options.out / "comparisons.jsonl")
    if options.print_only:
        print(table(options.elsewhere + journal.comparisons()))
        return 0
    options.out.mkdir(parents=True, exist_ok=True)
    with open(options.out / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.exit(f"another calibration runs in {options.out}")
        if (done := journal.comparisons()) and not options.resume:
            sys.exit(f"{options.out} has {len(done)} comparisons; give --resume to go on, or another --out")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            return calibrate(options, journal)
        except Failure as failure:
            sys.exit(str(failure))


if __name__ == "__main__":
    sys.exit(main())
