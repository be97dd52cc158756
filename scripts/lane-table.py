#!/usr/bin/env python3
"""Makes lanes of a model, measures each against the unquantized reference and prints one table.

usage: lane-table.py RESIDENT MODEL_FOLDER LANES_FOLDER [--draws N] [--only NAME]

Lanes that the folder already has are not made again; the reference is MODEL_FOLDER dequantized to bf16. Divergence and
perplexity are over the evaluation text that ships with the program. With --draws, N mixed lanes of the same size follow
whose 8-bit layers are drawn at random.
"""

import argparse
import json
import pathlib
import subprocess

LANES = {
    "uniform 4-bit g64": ["uniform", "--bits", "4", "--group-size", "64"],
    "uniform 8-bit g64": ["uniform", "--bits", "8", "--group-size", "64"],
    "mixed 5.0 bits": ["mixed", "--target-bits", "5.0"],
    "distilled 4-bit g64": ["distilled", "--bits", "4", "--group-size", "64", "--from-quantized"],
    "mxfp4": ["mxfp4"],
    "mxfp8": ["mxfp8"],
    "nvfp4": ["nvfp4"],
}
COLUMNS = (
    "lane", "bits a weight", "KL, nats/token", "median", "99th percentile", "top-1", "perplexity", "decode, tokens/s",
    "GB/s decoded",
)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("resident")
    parser.add_argument("model")
    parser.add_argument("lanes", type=pathlib.Path)
    parser.add_argument("--draws", type=int, default=0)
    parser.add_argument("--only", help="measure only lanes whose name contains this")
    options = parser.parse_args()

    def run(*arguments):
        return subprocess.run([options.resident, *map(str, arguments)], check=True, capture_output=True, text=True).stdout

    def made(name, source, arguments):
        folder = options.lanes / name.replace(" ", "-")
        if not folder.exists():
            run("models", "quantize", source, "--lane", *arguments, "--out", folder)
        return folder

    reference = made("bf16", options.model, ["bf16"])
    lanes = dict(LANES)
    for seed in range(1, options.draws + 1):
        lanes[f"random 5.0 bits, draw {seed}"] = ["mixed", "--target-bits", "5.0", "--draw", str(seed)]
    print("| " + " | ".join(COLUMNS) + " |")
    print("| --- |" + " ---: |" * (len(COLUMNS) - 1), flush=True)
    for name, arguments in {"bf16 (the reference)": None, **lanes}.items():
        if options.only and options.only not in name:
            continue
        folder = made(name, reference, arguments) if arguments else reference
        size = json.loads(run("models", "inspect", folder, "--json"))
        found = json.loads(
            run("engine", "divergence", "--model", folder, "--reference", reference, "--threads", 2, "--cache",
                options.lanes / "references", "--json"))
        bench = json.loads(
            run("engine", "bench", "--model", folder, "--threads", 2, "--prompt-tokens", 16, "--decode-tokens", 64,
                "--depth", 16, "--repetitions", 3, "--json"))
        [rates] = [sorted(row["tokens_per_second"]) for row in bench["results"] if row["decode_tokens"]]
        rate = rates[len(rates) // 2]
        kl = found["kl_nats"]
        perplexity = found["perplexity"]
        cells = (
            name, f"{size['bits_per_weight']:.2f}", f"{kl['mean']:.4f} ± {kl['standard_error']:.4f}",
            f"{kl['median']:.4f}", f"{kl['p99']:.3f}", f"{found['top1_agreement']:.1%}",
            f"{perplexity['value']:.2f} ± {perplexity['standard_error']:.2f}", f"{rate:.0f}",
            f"{rate * size['bytes'] / 1e9:.1f}",
        )
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
