#!/usr/bin/env python3
"""Compares the native engine with mlx-lm (float32, CPU) on the same model folders.

usage: conformance.py [--golden FILE] RESIDENT MODEL_FOLDER...

For each folder: greedy tokens of five prompts; logits of a 128-token text, processed at once and token by token; the effect
of rounded activations on the perplexity of 1,024 tokens; and decode rates in alternation. Exits with 1 if tokens differ,
logits differ by 0.02 or more, perplexity changes by 0.1 % or more, or the median ratio of decode rates is below 5. With
--golden it also writes what the tests compare with. Needs mlx-lm 0.32.2 and mlx[cpu]; `make conformance` installs them.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import mlx.core as mx
import numpy as np
from mlx.utils import tree_map
from mlx_lm import load
from mlx_lm.generate import generate_step

PROMPTS = [
    "The capital of France is",
    "def fibonacci(n):\n    ",
    "Once upon a time, in a small village by the sea,",
    "Water boils at a temperature of",
    "List three colours:\n1.",
]
TEXT = (
    "A registry names the model that answers under each role. It changes only when a candidate has been measured "
    "against the resident, on the same machine, under the same load, with the same prompts. Numbers without their "
    "regime are refused: 512 prompt tokens and 64 decoded ones are another measurement than 64 and 512. "
)
DECODED = 64
LOGIT_TOKENS = 128
LIMIT = 0.02
LONG_TOKENS = 1024
PERPLEXITY_LIMIT = 0.001
ROOT = pathlib.Path(__file__).resolve().parent.parent


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def greedy(model, tokens, count):
    steps = generate_step(mx.array(tokens), model, max_tokens=count, sampler=lambda x: mx.argmax(x, axis=-1))
    return [int(token) for token, _ in steps]


def load_in_float32(folder):
    model, tokenizer = load(folder)
    is_half = lambda a: a.dtype in (mx.float16, mx.bfloat16)
    model.update(tree_map(lambda a: a.astype(mx.float32) if is_half(a) else a, model.parameters()))
    return model, tokenizer


def compare(resident, folder, golden):
    model, tokenizer = load_in_float32(folder)
    failures = []
    entry = {"greedy": [], "logits": {}}
    for prompt in PROMPTS:
        ids = tokenizer.encode(prompt, add_special_tokens=False)
        theirs = greedy(model, ids, DECODED)
        command = ("engine", "generate", "--model", folder, "--prompt", prompt, "--max-tokens", str(DECODED))
        ours = json.loads(run(resident, *command, "--ignore-end", "--json"))
        agree = ours["tokens"] == theirs and ours["prompt_tokens"] == ids
        print(f"  greedy {len(theirs)} tokens of {prompt[:30]!r}: {'equal' if agree else 'DIFFERENT'}")
        if not agree:
            failures.append(prompt)
        entry["greedy"].append({"prompt": prompt, "prompt_tokens": ids, "tokens": theirs})

    ids = tokenizer.encode(TEXT * 3, add_special_tokens=False)[:LOGIT_TOKENS]
    reference = np.array(model(mx.array([ids]))[0].astype(mx.float32))
    for way, flags in [("at once", []), ("token by token", ["--one-by-one"])]:
        difference = float(np.abs(logits(resident, folder, ids, *flags) - reference).max())
        print(f"  logits of {len(ids)} tokens {way}: largest difference {difference:.5f} (limit {LIMIT})")
        if not difference < LIMIT:
            failures.append(f"logits {way}")
    long_text = "".join(sorted(path.read_text() for path in (ROOT / "docs").glob("*.md")))
    if not perplexity_holds(resident, folder, tokenizer.encode(long_text, add_special_tokens=False)[:LONG_TOKENS]):
        failures.append("perplexity")
    columns = [0, 1, 2, 17, 198, 1000, 9999, 49151]
    entry["logits"] = {
        "tokens": ids,
        "columns": columns,
        "values": [[round(float(v), 4) for v in row[columns]] for row in reference],
        "largest": [[int(row.argmax()), round(float(row.max()), 4)] for row in reference],
    }
    golden[pathlib.Path(folder).name] = entry
    return failures


def logits(resident, folder, ids, *flags):
    with tempfile.TemporaryDirectory() as scratch:
        out = f"{scratch}/logits.npy"
        tokens = ",".join(map(str, ids))
        run(resident, "engine", "logits", "--model", folder, "--tokens", tokens, "--out", out, *flags)
        return np.load(out)


def perplexity_holds(resident, folder, ids):
    """Whether rounded activations keep the perplexity of the project's own documentation within the limit."""
    found = {}
    for precision in ("float32", "fixed16"):
        rows = logits(resident, folder, ids, "--one-by-one", "--activation-precision", precision)[:-1].astype(np.float64)
        largest = rows.max(axis=1, keepdims=True)
        sums = np.log(np.exp(rows - largest).sum(axis=1)) + largest[:, 0]
        found[precision] = float(np.exp(np.mean(sums - rows[np.arange(len(rows)), ids[1:]])))
    change = found["fixed16"] / found["float32"] - 1
    print(
        f"  perplexity of {len(ids)} tokens: {found['float32']:.4f} with activations in float32, "
        f"{found['fixed16']:.4f} in fixed16: {change:+.5%} (limit {PERPLEXITY_LIMIT:.1%})"
    )
    return abs(change) < PERPLEXITY_LIMIT


def print_mlx_rate(folder):
    """In float32, which is faster here: half precision takes mlx's CPU backend several seconds per token."""
    model = load_in_float32(folder)[0]
    start = None
    for index, _ in enumerate(generate_step(mx.array(list(range(100, 116))), model, max_tokens=25)):
        if index == 0:
            start = time.perf_counter()
    print(24 / (time.perf_counter() - start))


def decode_ratio(resident, folder):
    ratios = []
    for _ in range(5):
        # In a separate process: mlx's idle threads would take a core from the native engine.
        theirs = float(run(sys.executable, __file__, "--mlx-rate", resident, folder))
        bench = ("--prompt-tokens", "16", "--decode-tokens", "64", "--depth", "16", "--repetitions", "1", "--json")
        ours = json.loads(run(resident, "engine", "bench", "--model", folder, *bench))
        [ours] = [row["tokens_per_second"][0] for row in ours["results"] if row["decode_tokens"]]
        ratios.append(ours / theirs)
        print(f"  decode: {ours:.1f} tokens/s against {theirs:.1f} of mlx-lm")
    median = statistics.median(ratios)
    print(f"  decode ratio: median {median:.1f} ({min(ratios):.1f} … {max(ratios):.1f}) of {len(ratios)} pairs")
    return [] if median >= 5 else ["decode ratio"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--golden")
    parser.add_argument("--mlx-rate", action="store_true", help="print only mlx-lm's decode rate of the folder")
    parser.add_argument("resident")
    parser.add_argument("folders", nargs="+")
    options = parser.parse_args()
    if options.mlx_rate:
        return print_mlx_rate(options.folders[0])
    golden = {}
    failures = []
    for folder in options.folders:
        # First, while this process has no mlx threads that would take a core from the native engine.
        print(folder)
        failures += decode_ratio(options.resident, folder)
    for folder in options.folders:
        print(folder)
        failures += compare(options.resident, folder, golden)
    if options.golden:
        lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in golden.items())
        pathlib.Path(options.golden).write_text("{" + lines + "}\n")
    print("all equal" if not failures else f"FAILED: {failures}")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
