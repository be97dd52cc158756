#!/usr/bin/env python3
"""Measures the native engine against the fastest llama.cpp for this machine, in alternation.

Prints a Markdown table on standard output and progress on standard error. `make bench-engine` calls it.
"""

import argparse
import datetime
import fnmatch
import os
import pathlib
import platform
import subprocess
import sys

from engine_bench import agreement, lanes, libraries, report
from engine_bench.catalogue import NOTES, REAL_MODEL, Catalogue
from engine_bench.engines import OurEngine, Workload
from engine_bench.machine import processor_name
from engine_bench.pairing import measure
from engine_bench.places import Places
from engine_bench.processes import BenchmarkError
from engine_bench.rows import Effort, Result, Row
from engine_bench.shapes import SHAPES

ROOT = pathlib.Path(__file__).resolve().parent.parent
INTERRUPTED = 130


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="also write the rows with every repetition")
    parser.add_argument(
        "--rows",
        action="append",
        metavar="PATTERN",
        help="measure rows whose name contains this; * and ? match as in a shell; may be given several times",
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=[REAL_MODEL, *(shape.name for shape in SHAPES)],
        help="measure this model's rows; may be given several times (default: all models)",
    )
    parser.add_argument("--list", action="store_true", help="print the names of all rows and measure nothing")
    parser.add_argument("--pairs", type=int, metavar="N", help=f"pairs per row (default: {report.ENOUGH_PAIRS})")
    parser.add_argument("--quick", action="store_true", help="3 pairs per row and one round of scouting")
    parser.add_argument(
        "--source-build",
        action="store_true",
        help=f"also compile {libraries.SOURCE_BUILD.package} for this processor: takes minutes, once",
    )
    parser.add_argument("--resident", type=pathlib.Path, metavar="FILE", default=ROOT / ".build/release/resident")
    parser.add_argument("--state", type=pathlib.Path, metavar="DIR", default=ROOT / ".resident")
    parser.add_argument("--environment", type=pathlib.Path, metavar="DIR", default=ROOT / ".venv-bench")
    arguments = parser.parse_args()
    if arguments.pairs is not None and arguments.pairs < 1:
        parser.error("--pairs must be positive")
    return arguments


def select(rows: list[Row], patterns: list[str] | None, models: list[str] | None) -> list[Row]:
    rows = [row for row in rows if not models or row.model in models]
    if not patterns:
        return [row for row in rows if row.is_default]
    chosen = [row for row in rows if any(fnmatch.fnmatch(row.name, f"*{pattern}*") for pattern in patterns)]
    if not chosen:
        raise BenchmarkError(f"no row is named like {' or '.join(patterns)}; --list prints all names")
    return chosen


def describe(places: Places) -> dict[str, object]:
    """The machine, the program and the time that the figures are for."""
    reading = OurEngine(places).read(lanes.model_folder(places, lanes.IMPORTED), Workload(1, 1, 1), Effort(1, 1))
    return {
        "git_sha": revision(places.root),
        "timestamp": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "chip": processor_name(),
        "cores": os.cpu_count(),
        "os": f"{platform.system()} {platform.release()}",
        "instruction_set": reading.instruction_set,
    }


def revision(root: pathlib.Path) -> str:
    """The commit, with `+` if the checkout has changes; empty outside of git."""
    command = ["git", "describe", "--always", "--abbrev=12", "--exclude=*", "--dirty=+"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def bench(arguments: argparse.Namespace) -> None:
    places = Places(ROOT, arguments.state.resolve(), arguments.resident.resolve(), arguments.environment.absolute())
    pair_count = arguments.pairs or (3 if arguments.quick else report.ENOUGH_PAIRS)
    if arguments.list:
        for row in Catalogue(places, []).rows():
            print(row.name + ("" if row.is_default else "  (only when named)"))
        return
    rows = select(list(Catalogue(places, []).rows()), arguments.rows, arguments.only)
    places.require_resident()
    available = libraries.install(places, arguments.source_build)
    names = {row.name for row in rows}
    rows = [row for row in Catalogue(places, available).rows() if row.name in names]
    agreements = {
        shape.title: agreement.check(places, available, shape)
        for shape in SHAPES
        if any(row.model == shape.name for row in rows)
    }
    context = describe(places)
    print(
        f"{context['chip']}, {context['cores']} cores, {context['os']}; resident {context['git_sha']} "
        f"({context['instruction_set']}); {context['timestamp']}; {pair_count} pairs a row\n\n{report.HEADER}",
        flush=True,
    )
    results: list[Result] = []
    for row in rows:
        results.append(measure(row, pair_count, scouting_rounds=1 if arguments.quick else 2))
        print(report.table_line(results[-1]), flush=True)
        if arguments.json:
            report.write_json(arguments.json, results, context)
    lines = [f"{title}: {found}." for title, found in agreements.items() if found]
    print("\n" + "\n".join([NOTES, *(f"\n{line}" for line in lines + report.warnings(results, pair_count))]))


def main() -> int:
    arguments = parse_arguments()
    try:
        bench(arguments)
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; rows that were finished are above", file=sys.stderr)
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
