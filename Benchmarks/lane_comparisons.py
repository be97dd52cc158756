#!/usr/bin/env python3
"""Compares lanes of a model with its uniform 4-bit lane through one envelope and prints what each comparison showed.

usage: lane_comparisons.py RESIDENT LANES_FOLDER [--envelope FILE] [--only NAME] [--condition CONDITION] [--print]

LANES_FOLDER is what scripts/lane-table.py made. CONDITION is what runs beside the comparisons (machine_load.py); those of each
condition are kept in a database of their own there. --print prints the last one of each lane without measuring again.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

import machine_load
from slices_against_requests import print_table

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODEL = "smollm2-135m"
RESIDENT_LANE = "uniform-4-bit-g64"
# By folder, as the tables name them.
CANDIDATES = {
    "mixed-5.0-bits": "mixed 5.0 bits", "distilled-4-bit-g64": "distilled 4-bit g64", "mxfp4": "mxfp4",
    "uniform-8-bit-g64": "uniform 8-bit g64",
}
SPEED = ("lane", "64 + 64 tokens", "512 + 128", "1,024 + 64", "time to first token")
QUALITY = ("lane", "KL divergence", "perplexity", "choice, 1,000 items", "its flips, McNemar's p", "peak memory")
OUTCOME = ("lane", "outcome", "ended for", "rounds", "time")
QUERY = """SELECT document, recorded_at_s - started_at_s AS seconds FROM verdicts JOIN sessions ON number = session
ORDER BY verdicts.id"""


def interval(effect, scale, digits):
    ends = effect.get("interval") or {}
    lower, upper = (ends.get(end) for end in ("lower", "upper"))
    shown = ["-∞" if lower is None else f"{lower * scale:.{digits}f}", "∞" if upper is None else f"{upper * scale:.{digits}f}"]
    return f" [{shown[0]}, {shown[1]}]"


def probability(value):
    return f"{value:.3f}" if value >= 0.0005 else "< 0.001"


def effects_of(verdict):
    rules = {(rule["metric"], rule.get("cell")): rule for rule in verdict["guardrails"] + verdict["objectives"]}
    return lambda metric, cell=None: (rules.get((metric, cell)) or {}).get("effect") or {}


def speed_of(verdict):
    effect = effects_of(verdict)

    def ratio(metric, cell=None):
        found = effect(metric, cell)
        return f"× {found['ratio']:.3f}" + interval(found, 1, 3) if "ratio" in found else "not measured"

    return [
        *(ratio("cumulative_tokens_per_second", cell) for cell in ("short-prompt", "medium-prompt", "long-prompt")),
        ratio("first_token_latency_ms"),
    ]


def quality_of(verdict):
    effect = effects_of(verdict)

    def nats(metric, cell):
        found = effect(metric, cell)
        return f"{found['difference']:+.3f}" + interval(found, 1, 3) if "difference" in found else "not measured"

    choice, memory = effect("accuracy", "choice"), effect("peak_memory_bytes")
    return [
        nats("kl_divergence_nats", "divergence"),
        nats("perplexity", "text"),
        f"{choice['difference'] * 100:+.1f} pp" + interval(choice, 100, 1) if "difference" in choice else "not measured",
        f"{choice['flips']['flipped']}, {probability(choice['mcnemar_p'])}" if "flips" in choice else "",
        f"× {memory['ratio']:.2f}" if "ratio" in memory else "not measured",
    ]


def outcome_of(verdict):
    rounds = min(tally["used"] for tally in verdict["blocks"])
    minutes, seconds = divmod(round(verdict["seconds"]), 60)
    return [verdict["outcome"], (verdict.get("stopped_for") or "").replace("_", " "), str(rounds), f"{minutes} min {seconds} s"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("resident", type=pathlib.Path)
    parser.add_argument("lanes", type=pathlib.Path)
    parser.add_argument("--envelope", type=pathlib.Path, default=ROOT / "envelopes/lane-ab.json")
    parser.add_argument("--only", help="compare only lanes whose name contains this")
    parser.add_argument("--condition", choices=machine_load.CONDITIONS, default="quiet")
    parser.add_argument("--print", action="store_true", dest="print_only")
    options = parser.parse_args()

    library = options.lanes / "library"
    library.mkdir(exist_ok=True)
    for lane in [RESIDENT_LANE, "bf16", *CANDIDATES]:
        link = library / f"{MODEL}-{lane}"
        if not link.is_symlink():
            link.symlink_to((options.lanes / lane).resolve(), target_is_directory=True)
    database = options.lanes / f"lane-comparisons-{options.condition.replace(' ', '-')}.sqlite"
    environment = os.environ | {"RESIDENT_MODELS": str(library), "RESIDENT_DB": str(database)}

    def run(*arguments, **how):
        return subprocess.run([options.resident.resolve(), *arguments], check=True, env=environment, **how)

    chosen = [] if options.print_only else [lane for lane in CANDIDATES if (options.only or "") in lane]
    for lane in chosen:
        with machine_load.running(options.condition):
            run("compare", f"{MODEL}-{lane}", "--against", f"{MODEL}-{RESIDENT_LANE}", "--envelope", options.envelope,
                "--environment", "isolated" if options.condition == "quiet" else "under-load", stdout=sys.stderr)

    rows = json.loads(run("query", QUERY, "--format", "json", capture_output=True, text=True).stdout)
    verdicts = [json.loads(row["document"]) | {"seconds": row["seconds"]} for row in rows]
    latest = {verdict["subject"]["candidate"]["model"]: verdict for verdict in verdicts}
    shown = {name: latest[f"{MODEL}-{lane}"] for lane, name in CANDIDATES.items() if f"{MODEL}-{lane}" in latest}
    for columns, cells, texts in ((SPEED, speed_of, 1), (QUALITY, quality_of, 1), (OUTCOME, outcome_of, 3)):
        print_table(columns, [[name, *cells(verdict)] for name, verdict in shown.items()], texts)
        print()


if __name__ == "__main__":
    main()
