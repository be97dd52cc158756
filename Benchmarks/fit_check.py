#!/usr/bin/env python3
"""Checks what `resident fit` predicts of models by their config.json with what a worker then takes and reaches.

usage: fit_check.py --resident FILE --state DIR [--only NAME ...] [--json FILE]

Makes each model of random weights with mlx-lm's own classes, one at a time. A prediction is made before the model is there,
and another one after, since other programs may slow down either; the model is measured between the two. Prints a Markdown
table. `make fit-check` calls it in the environment of the tests.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import mlx.core as mx
from engine_bench.places import Places
from engine_bench.worker import Worker
from fit_shapes import SHAPES, Shape
from mlx.utils import tree_map
from mlx_lm.utils import _get_classes, quantize_model, save_config, save_model

CONTEXTS = (0, 4096)
DECODED = 32
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")


def write_folder(shape: Shape, folder: pathlib.Path, tokenizer: pathlib.Path) -> None:
    model_class, arguments_class = _get_classes(shape.config)
    model = model_class(arguments_class.from_dict(dict(shape.config)))
    # Some classes make an output layer of its own and drop it when they read a checkpoint that has none.
    if shape.config["tie_word_embeddings"] and hasattr(model, "lm_head"):
        model.tie_word_embeddings = True
        model.pop("lm_head")
    mx.random.seed(24)
    model.update(tree_map(lambda value: value.astype(mx.bfloat16), model.parameters()))
    with redirect_stdout(StringIO()):
        model, config = quantize_model(model, dict(shape.config), shape.group, shape.bits)
        save_model(folder, model)
        save_config(config, folder / "config.json")
    for name in TOKENIZER_FILES:
        shutil.copy(tokenizer / name, folder / name)


def predict(places: Places, shape: Shape, file: pathlib.Path) -> dict[str, Any]:
    file.write_text(json.dumps(shape.config | {"quantization": shape.quantization}))
    command = [places.resident, "fit", file, "--context", CONTEXTS[-1] + DECODED + 1, "--json"]
    answer = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if answer.returncode:
        sys.exit(f"error: resident fit: {answer.stderr}")
    model: dict[str, Any] = json.loads(answer.stdout)["models"][0]
    return model


def measure(places: Places, folder: pathlib.Path, context: int, repetitions: int) -> tuple[list[float], int]:
    """Decode rates after a prompt of that many tokens, and the worker's peak memory in bytes."""
    prompt = [(index * 7919 + 13) % 49152 for index in range(max(context, 1))]
    rates = []
    with Worker(places) as worker:
        worker.ask("load", model=str(folder), context_length=CONTEXTS[-1] + DECODED + 1, weights="memory")
        for _ in range(repetitions):
            times = worker.ask("generate", prompt=prompt, max_tokens=DECODED + 1)["token_ns"]
            rates.append((len(times) - 1) * 1e9 / (times[-1] - times[0]))
        return rates[1:] or rates, worker.peak_memory_bytes


def check(places: Places, shape: Shape, scratch: pathlib.Path) -> dict[str, Any]:
    folder = scratch / shape.name
    folder.mkdir()
    before = predict(places, shape, scratch / "config.json")
    write_folder(shape, folder, places.models / "smollm2-135m")
    short, _ = measure(places, folder, CONTEXTS[0], repetitions=6)
    long, peak = measure(places, folder, CONTEXTS[1], repetitions=3)
    after = predict(places, shape, scratch / "config.json")
    shutil.rmtree(folder)
    found: dict[str, Any] = {
        "shape": shape.name,
        "weight_bytes": before["weight_bytes"],
        "memory": {"predicted": before["footprint"]["total"], "measured": peak},
    }
    for index, (context, rates) in enumerate(zip(CONTEXTS, (short, long), strict=True)):
        predicted = [model["speeds"][index]["decode"]["tokens_per_s"] for model in (before, after)]
        found[f"decode_at_{context}"] = {
            "predicted": statistics.mean(predicted),
            "predictions": predicted,
            "measured": statistics.median(rates),
            "rates": rates,
        }
    return found


def difference(pair: dict[str, Any]) -> str:
    return f"{(pair['predicted'] / pair['measured'] - 1) * 100:+.1f} %"


def row(found: dict[str, Any]) -> str:
    memory = found["memory"]
    cells = [
        found["shape"],
        f"{memory['predicted'] / 1e6:,.0f} MB",
        f"{memory['measured'] / 1e6:,.0f} MB",
        difference(memory),
    ]
    for context in CONTEXTS:
        decode = found[f"decode_at_{context}"]
        cells += [f"{decode['predicted']:.1f}", f"{decode['measured']:.1f}", difference(decode)]
    return "| " + " | ".join(cells) + " |"


HEADER = (
    "| shape | memory predicted | measured | off | tok/s at 0 predicted | measured | off "
    "| tok/s at 4,096 predicted | measured | off |\n| --- |" + " ---: |" * 9
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resident", type=pathlib.Path, required=True, metavar="FILE")
    parser.add_argument("--state", type=pathlib.Path, required=True, metavar="DIR")
    parser.add_argument("--only", nargs="*", metavar="NAME")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    options = parser.parse_args()
    root = pathlib.Path(__file__).resolve().parent.parent
    places = Places(root, options.state.resolve(), options.resident.resolve(), root)
    print(HEADER, flush=True)
    results = []
    for shape in SHAPES:
        if options.only and shape.name not in options.only:
            continue
        with tempfile.TemporaryDirectory(dir=options.state) as scratch:
            results.append(check(places, shape, pathlib.Path(scratch)))
        print(row(results[-1]), flush=True)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
