#!/usr/bin/env python3
"""Attacks the built program with the inputs of SECURITY.md and looks at what came of each.

usage: attack.py PROGRAM [--long] [--only PART]... [--json FILE]

The short form takes a minute or two. Needs Linux. Exit code 1 if anything gave way.
"""

import argparse
import json
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from attacks import batches, evidence, files, output, servers  # noqa: E402, F401 - importing a module lists its attacks
from attacks.listing import ATTACKS, LONG, NotDone  # noqa: E402
from fault_injection.workbench import Models  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--long", action="store_true", help="the attacks that take long as well")
    parser.add_argument("--only", action="append", help="attacks whose names contain this text")
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    if sys.platform != "linux":
        print("not done: the attacks need Linux")
        return 0
    program = arguments.program.resolve()
    # Programs run in folders of their own, where they would not find it.
    os.environ.setdefault("RESIDENT_DUCKDB", str(pathlib.Path(__file__).parents[2] / ".resident/tools/duckdb"))
    models = Models()
    rows = []
    try:
        for name, attack in ATTACKS.items():
            if arguments.only and not any(part in name for part in arguments.only):
                continue
            if name in LONG and not arguments.long:
                continue
            rows.append(run(name, attack, program, models))
    finally:
        models.close()
    failures = [row for row in rows if row["outcome"] == "GAVE WAY"]
    print(f"{len(rows)} attacks, {len(failures)} gave way")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n")
    return 1 if failures else 0


def run(name: str, attack, program: pathlib.Path, models: Models) -> dict:
    start = time.monotonic()
    try:
        outcome, note = "held", attack(program, models)
    except NotDone as reason:
        outcome, note = "not done", str(reason)
    except Exception as error:  # noqa: BLE001 - whatever ends an attack is a finding
        outcome, note = "GAVE WAY", f"{type(error).__name__}: {error}"[:600]
    seconds = round(time.monotonic() - start, 1)
    print(f"{outcome:8} {seconds:6.1f} s  {name}: {note}", flush=True)
    return {"attack": name, "outcome": outcome, "note": note, "seconds": seconds}


if __name__ == "__main__":
    sys.exit(main())
