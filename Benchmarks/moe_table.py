#!/usr/bin/env python3
"""Measures mixtures of experts against a dense model of the same total size, on random weights, with the native engine.

usage: moe_table.py --resident FILE [--out FILE] [--json FILE] [--rounds N] [--mlx PYTHON]

Each shape is run as `resident fit` runs it to predict rates: real kernels over random weights, no tokenizer and no file.
All shapes are measured in turn, and the rounds after each other, so that a slow minute of the machine meets all of them.
With --mlx, an interpreter that has mlx-lm, each shape is measured by it as well. Writes a Markdown table and an SVG of the rates
over the bytes that a token reads.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
from typing import Any

from fit_shapes import dense, sparse

BITS = 4
LAYERS, HIDDEN, HEADS, KEY_VALUE_HEADS = 8, 2048, 16, 4
# Of all experts of a layer together, and of the dense network.
TOTAL_WIDTH = 16384
CONTEXTS = (0, 1024, 8192)
SEQUENCES = (1, 4, 8)
PROMPTS = (16, 512)
# Experts, and how many a token is routed to; a dense model has one.
MIXTURES = [(1, 1), (8, 2), (8, 4), (32, 2), (32, 4), (32, 8), (64, 4), (64, 8), (128, 2), (128, 4), (128, 8)]


def config(experts: int, picked: int) -> dict[str, Any]:
    sizes = {"layers": LAYERS, "hidden": HIDDEN, "heads": HEADS, "key_value_heads": KEY_VALUE_HEADS}
    if experts == 1:
        shape = dense("dense", BITS, "qwen3", width=TOTAL_WIDTH, **sizes)
    else:
        shape = sparse("sparse", BITS, experts, picked, width=TOTAL_WIDTH // experts, **sizes)
    return shape.config | {"max_position_embeddings": 2 * CONTEXTS[-1], "quantization": shape.quantization}


def name(experts: int, picked: int) -> str:
    return "dense" if experts == 1 else f"{picked} of {experts}"


def fit(resident: pathlib.Path, file: pathlib.Path, context: int, sequences: int, prompt: int) -> dict[str, Any]:
    sizes = {"--context": context, "--sequences": sequences, "--prompt": prompt}
    command = [str(resident), "fit", str(file), "--json"]
    command += [str(part) for pair in sizes.items() for part in pair]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        sys.exit(f"error: {' '.join(command)}: {answer.stderr}")
    model: dict[str, Any] = json.loads(answer.stdout)["models"][0]
    return model


def measure(resident: pathlib.Path, file: pathlib.Path) -> dict[str, Any]:
    """One round of one shape."""
    found: dict[str, Any] = {"decode": {}, "batch": {}, "prefill": {}}
    for context, prompt in zip(CONTEXTS[1:], PROMPTS, strict=True):
        model = fit(resident, file, context, 1, prompt)
        for speed in model["speeds"]:
            found["decode"].setdefault(speed["context"], []).append(speed["decode"]["tokens_per_s"])
        found["prefill"][prompt] = [model["speeds"][0]["prefill"]["tokens_per_s"]]
        found["limit"] = model["speeds"][0]["decode_limit_tokens_per_s"]
    for sequences in SEQUENCES[1:]:
        model = fit(resident, file, CONTEXTS[1], sequences, PROMPTS[0])
        found["batch"][sequences] = [model["speeds"][0]["decode"]["tokens_per_s"] * sequences]
    found |= {key: model[key] for key in ("weight_bytes", "bytes_per_token", "parameters", "active_parameters")}
    return found


def measure_by_mlx(python: str, file: pathlib.Path) -> dict[str, Any]:
    script = pathlib.Path(__file__).parent / "moe_mlx.py"
    command = [python, str(script), str(file), *map(str, CONTEXTS[:2]), "--prompt", str(PROMPTS[-1])]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        sys.exit(f"error: {' '.join(command)}: {answer.stderr[-2000:]}")
    found = json.loads(answer.stdout)
    return {
        "mlx_decode": {context: [found["decode"][str(context)]] for context in CONTEXTS[:2]},
        "mlx_prefill": {PROMPTS[-1]: [found["prefill"]]},
    }


def merge(old: dict[str, Any] | None, new: dict[str, Any]) -> dict[str, Any]:
    if old is None:
        return new
    for kind in ("decode", "batch", "prefill", "mlx_decode", "mlx_prefill"):
        for key, values in new.get(kind, {}).items():
            old[kind][key] += values
    return old


def table(found: dict[str, dict[str, Any]]) -> str:
    head = ["experts", "weights", "active", "read per token"]
    head += [f"decode at {context:,}" for context in CONTEXTS] + ["share of the limit"]
    head += [f"{count} sequences" for count in SEQUENCES[1:]] + [f"prompt of {prompt}" for prompt in PROMPTS]
    kinds = [kind for kind in ("mlx_decode", "mlx_prefill") if kind in next(iter(found.values()))]
    if kinds:
        head += [f"mlx decode at {context:,}" for context in CONTEXTS[:2]] + [f"mlx prompt of {PROMPTS[-1]}"]
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    for shape, one in found.items():
        decode = {context: statistics.median(values) for context, values in one["decode"].items()}
        cells = [
            shape,
            f"{one['weight_bytes'] / 1e6:,.0f} MB",
            f"{one['active_parameters'] / one['parameters'] * 100:.0f} %",
            f"{one['bytes_per_token'] / 1e6:,.0f} MB",
            *(f"{decode[context]:.1f}" for context in CONTEXTS),
            f"{decode[0] / one['limit'] * 100:.0f} %",
            *(f"{statistics.median(one['batch'][count]):.1f}" for count in SEQUENCES[1:]),
            *(f"{statistics.median(one['prefill'][prompt]):.0f}" for prompt in PROMPTS),
            *(f"{statistics.median(values):.1f}" for kind in kinds for values in one[kind].values()),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def mark(kind: int, x: float, y: float, colour: str) -> str:
    """A circle, a square or a triangle, so that nothing rests on colour."""
    if kind == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.8" fill="{colour}"/>'
    shape = [(-3.6, -3.6), (3.6, -3.6), (3.6, 3.6), (-3.6, 3.6)] if kind == 1 else [(0, -4.6), (4.4, 3.6), (-4.4, 3.6)]
    corners = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in shape)
    return f'<polygon points="{corners}" fill="{colour}"/>'


def picture(found: dict[str, dict[str, Any]]) -> str:
    """Speed-up over the dense model against the share of bytes that a token reads: decode, eight sequences, prompt."""
    dense = found["dense"]
    kinds = [
        ("decode, one sequence", "#0072b2", lambda one: statistics.median(one["decode"][0])),
        ("decode, eight sequences", "#e69f00", lambda one: statistics.median(one["batch"][SEQUENCES[-1]])),
        (f"prompt of {PROMPTS[-1]} tokens", "#009e73", lambda one: statistics.median(one["prefill"][PROMPTS[-1]])),
    ]
    width, height, left, bottom = 720, 420, 70, 60
    points = {
        label: sorted(
            (dense["bytes_per_token"] / one["bytes_per_token"], value(one) / value(dense)) for one in found.values()
        )
        for label, _, value in kinds
    }
    highest = max(max(x, y) for series in points.values() for x, y in series) * 1.05

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            left + (x - 0) / highest * (width - left - 20),
            height - bottom - y / highest * (height - bottom - 20),
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for tick in range(0, int(highest) + 1, max(1, int(highest) // 8)):
        (x, base), (start, y) = place(tick, 0), place(0, tick)
        parts.append(f'<text x="{x:.0f}" y="{base + 18:.0f}" text-anchor="middle">{tick}×</text>')
        parts.append(f'<text x="{start - 8:.0f}" y="{y + 4:.0f}" text-anchor="end">{tick}×</text>')
        parts.append(f'<line x1="{start:.0f}" y1="{y:.0f}" x2="{width - 20}" y2="{y:.0f}" stroke="#dddddd"/>')
    (x0, y0), (x1, y1) = place(0, 0), place(highest / 1.05, highest / 1.05)
    parts.append(
        f'<line x1="{x0:.0f}" y1="{y0:.0f}" x2="{x1:.0f}" y2="{y1:.0f}" stroke="#888888" stroke-dasharray="5 4"/>'
    )
    note_x, note_y = place(0.4, 0.15)
    parts.append(f'<text x="{note_x:.0f}" y="{note_y:.0f}" fill="#555555">as fast as its bytes say</text>')
    for index, (label, colour, _) in enumerate(kinds):
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in points[label]))
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [mark(index, *place(*point), colour) for point in points[label]]
        parts.append(mark(index, left + 16, 28 + 20 * index, colour))
        parts.append(f'<text x="{left + 28}" y="{32 + 20 * index}" fill="{colour}">{label}</text>')
    parts.append(
        f'<text x="{(left + width) / 2:.0f}" y="{height - 14}" text-anchor="middle">'
        "times fewer bytes of weights per token than the dense model</text>"
    )
    parts.append(
        f'<text x="18" y="{height / 2:.0f}" text-anchor="middle" transform="rotate(-90 18 {height / 2:.0f})">'
        "times the dense model's rate</text></svg>"
    )
    return "\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resident", type=pathlib.Path, required=True, metavar="FILE")
    parser.add_argument("--out", type=pathlib.Path, metavar="FILE", help="the SVG")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--mlx", metavar="PYTHON", help="an interpreter that has mlx-lm")
    options = parser.parse_args()
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        file = pathlib.Path(scratch) / "config.json"
        for number in range(options.rounds):
            for experts, picked in MIXTURES:
                shape = name(experts, picked)
                print(f"round {number + 1} of {options.rounds}: {shape}", file=sys.stderr, flush=True)
                file.write_text(json.dumps(config(experts, picked)))
                found[shape] = merge(
                    found.get(shape),
                    measure(options.resident, file) | (measure_by_mlx(options.mlx, file) if options.mlx else {}),
                )
    print(table(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")
    if options.out:
        options.out.write_text(picture(found))


if __name__ == "__main__":
    main()
