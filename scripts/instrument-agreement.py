#!/usr/bin/env python3
"""Computes perplexity and KL divergence from mlx-lm's logits and compares them with `resident engine divergence`.

usage: instrument-agreement.py RESIDENT REFERENCE_FOLDER [LANE_FOLDER...] [--tokens N] [--keep FOLDER]

Reads the evaluation text that ships with the program in windows of 512 tokens that overlap by one, and computes over the
whole vocabulary in double precision. --keep caches logits in FOLDER, window by window: mlx's CPU backend takes some minutes
per model. Exits with 1 if a figure differs by 0.5 % or more. Needs mlx-lm 0.32.2 and mlx[cpu].
"""

import argparse
import json
import pathlib
import subprocess
import sys

import mlx.core as mx
import numpy as np

from mlx_lm.utils import dequantize_model

from conformance import load_in_float32

LENGTH, STRIDE = 512, 511
TEXT = pathlib.Path(__file__).resolve().parent.parent / "Sources/Lanes/Resources/evaluation.txt"


def windows(count):
    first_scored, start = 1, 0
    while first_scored < count:
        end = min(start + LENGTH, count)
        yield start, end, first_scored
        first_scored, start = end, start + STRIDE


def log_probabilities(folder, count, keep):
    model, tokenizer = load_in_float32(folder)
    # The same values, but mlx's CPU backend multiplies unquantized weights far faster.
    model = dequantize_model(model)
    ids = tokenizer.encode(TEXT.read_text(), add_special_tokens=False)[:count]
    rows = []
    for start, end, first_scored in windows(len(ids)):
        kept = keep and pathlib.Path(keep) / f"{pathlib.Path(folder).name}-{start}-{end}.npy"
        if kept and kept.exists():
            rows.append(np.load(kept))
            continue
        logits = np.array(model(mx.array([ids[start:end]]))[0].astype(mx.float32))
        rows.append(logits[first_scored - 1 - start : end - 1 - start])
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            np.save(kept, rows[-1])
    logits = np.concatenate(rows).astype(np.float64)
    largest = logits.max(axis=1, keepdims=True)
    return ids, logits - largest - np.log(np.exp(logits - largest).sum(axis=1, keepdims=True))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tokens", type=int, default=2000)
    parser.add_argument("--cache", default="/tmp/resident-references")
    parser.add_argument("resident")
    parser.add_argument("reference")
    parser.add_argument("--keep")
    parser.add_argument("lanes", nargs="*")
    options = parser.parse_intermixed_args()
    ids, reference = log_probabilities(options.reference, options.tokens, options.keep)
    right = np.array(ids[1:])
    failed = False
    for lane in options.lanes:
        _, own = log_probabilities(lane, options.tokens, options.keep)
        rows = np.arange(len(right))
        theirs = {
            "perplexity": np.exp(-own[rows, right].mean()),
            "kl": (np.exp(reference) * (reference - own)).sum(axis=1).mean(),
            "top1": (reference.argmax(axis=1) == own.argmax(axis=1)).mean(),
        }
        command = [options.resident, "engine", "divergence", "--model", lane, "--reference", options.reference]
        command += ["--cache", options.cache, "--max-tokens", str(options.tokens), "--json"]
        command += ["--window", str(LENGTH), "--stride", str(STRIDE)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        ours = {
            "perplexity": found["perplexity"]["value"],
            "kl": found["kl_nats"]["mean"],
            "top1": found["top1_agreement"],
        }
        for name in theirs:
            difference = abs(ours[name] / theirs[name] - 1)
            failed |= difference >= 0.005
            print(f"{lane} {name}: {ours[name]:.6f} against {theirs[name]:.6f}, {difference:.4%} apart")
    return failed


if __name__ == "__main__":
    sys.exit(main())
