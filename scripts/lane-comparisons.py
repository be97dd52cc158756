#!/usr/bin/env python3
"""Compares lanes of a model with its uniform 4-bit lane through one envelope and prints a row per comparison.

usage: lane-comparisons.py RESIDENT LANES_FOLDER [--envelope FILE] [--only NAME] [--print]

LANES_FOLDER is what lane-table.py made. The comparisons are kept in lane-comparisons.sqlite there; --print prints the last
one of each lane without measuring again.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

MODEL = "smollm2-135m"
RESIDENT_LANE = "uniform-4-bit-g64"
CANDIDATES = ["mixed-5.0-bits", "distilled-4-bit-g64", "mxfp4", "uniform-8-bit-g64"]
COLUMNS = (
    "lane", "64 + 64 tokens", "512 + 128", "1,024 + 64", "first token", "KL, nats a token", "perplexity, nats",
    "choice, 1,000 items", "its flips, McNemar p", "memory", "outcome",
)


def interval(effect, scale, digits):
    ends = effect.get("interval") or {}
    lower, upper = (ends.get(end) for end in ("lower", "upper"))
    shown = ["-∞" if lower is None else f"{lower * scale:.{digits}f}", "∞" if upper is None else f"{upper * scale:.{digits}f}"]
    return f" [{shown[0]}, {shown[1]}]"


def cells_of(verdict):
    rules = {(rule["metric"], rule.get("cell")): rule for rule in verdict["guardrails"] + verdict["objectives"]}

    def effect(metric, cell=None):
        return (rules.get((metric, cell)) or {}).get("effect") or {}

    def ratio(metric, cell=None):
        found = effect(metric, cell)
        return f"× {found['ratio']:.3f}" + interval(found, 1, 3) if "ratio" in found else "not measured"

    def nats(metric, cell):
        found = effect(metric, cell)
        return f"{found['difference']:+.4f}" + interval(found, 1, 4) if "difference" in found else "not measured"

    choice = effect("accuracy", "choice")
    memory = effect("peak_memory_bytes")
    return [
        *(ratio("cumulative_tokens_per_second", cell) for cell in ("short-prompt", "medium-prompt", "long-prompt")),
        ratio("first_token_latency_ms"),
        nats("kl_divergence_nats", "divergence"),
        nats("perplexity", "text"),
        f"{choice['difference'] * 100:+.1f} pp" + interval(choice, 100, 1) if "difference" in choice else "not measured",
        f"{choice['flips']['flipped']}, {choice['mcnemar_p']:.3f}" if "flips" in choice else "",
        f"× {memory['ratio']:.2f}" if "ratio" in memory else "not measured",
        verdict["outcome"],
    ]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("resident", type=pathlib.Path)
    parser.add_argument("lanes", type=pathlib.Path)
    parser.add_argument("--envelope", default="envelopes/lane-ab.json")
    parser.add_argument("--only", help="compare only lanes whose name contains this")
    parser.add_argument("--print", action="store_true", dest="print_only")
    options = parser.parse_args()

    library = options.lanes / "library"
    library.mkdir(exist_ok=True)
    for lane in [RESIDENT_LANE, "bf16", *CANDIDATES]:
        link = library / f"{MODEL}-{lane}"
        if not link.is_symlink():
            link.symlink_to((options.lanes / lane).resolve(), target_is_directory=True)
    environment = os.environ | {
        "RESIDENT_MODELS": str(library), "RESIDENT_DB": str(options.lanes / "lane-comparisons.sqlite"),
    }

    def run(*arguments, **how):
        return subprocess.run([options.resident.resolve(), *arguments], check=True, env=environment, **how)

    for lane in CANDIDATES:
        if options.only and options.only not in lane or options.print_only:
            continue
        run("compare", f"{MODEL}-{lane}", "--against", f"{MODEL}-{RESIDENT_LANE}", "--envelope", options.envelope,
            stdout=sys.stderr)

    print("| " + " | ".join(COLUMNS) + " |")
    print("| --- |" + " ---: |" * (len(COLUMNS) - 2) + " --- |")
    rows = json.loads(
        run("query", "SELECT document FROM verdicts ORDER BY id", "--format", "json", capture_output=True, text=True).stdout)
    verdicts = [json.loads(row["document"]) for row in rows]
    latest = {verdict["subject"]["candidate"]["model"]: verdict for verdict in verdicts}
    for lane in CANDIDATES:
        if verdict := latest.get(f"{MODEL}-{lane}"):
            print("| " + " | ".join([lane.replace("-", " "), *cells_of(verdict)]) + " |")


if __name__ == "__main__":
    main()
