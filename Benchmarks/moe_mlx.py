#!/usr/bin/env python3
"""Measures a model of random weights with mlx-lm: decode rates at some contexts, and the rate of a prompt.

usage: moe_mlx.py CONFIG.json CONTEXT... --prompt N

The configuration has `quantization` as config.json has it. Prints one JSON object. mlx runs where its default device is: the
graphics processor of a Mac, else the CPU.
"""

import argparse
import json
import pathlib
import time
from contextlib import redirect_stdout
from io import StringIO

import mlx.core as mx
from mlx.utils import tree_map
from mlx_lm.models.cache import make_prompt_cache
from mlx_lm.utils import _get_classes, quantize_model

DECODED = 16


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=pathlib.Path)
    parser.add_argument("contexts", type=int, nargs="+")
    parser.add_argument("--prompt", type=int, required=True, metavar="N")
    options = parser.parse_args()
    config = json.loads(options.config.read_text())
    quantization = config.pop("quantization")
    model_class, arguments_class = _get_classes(config)
    model = model_class(arguments_class.from_dict(config))
    model.update(tree_map(lambda value: value.astype(mx.bfloat16), model.parameters()))
    with redirect_stdout(StringIO()):
        model, _ = quantize_model(model, config, quantization["group_size"], quantization["bits"])
    mx.eval(model.parameters())
    vocabulary = config["vocab_size"]

    def tokens(count: int) -> mx.array:
        return mx.array([[(index * 7919 + 13) % vocabulary for index in range(count)]])

    def seconds(input: mx.array, cache: list[object]) -> float:
        start = time.perf_counter()
        mx.eval(model(input, cache=cache)[:, -1])
        return time.perf_counter() - start

    # The first run compiles kernels.
    seconds(tokens(16), make_prompt_cache(model))
    found = {"device": str(mx.default_device()), "decode": {}}
    found["prefill"] = options.prompt / seconds(tokens(options.prompt), make_prompt_cache(model))
    for context in options.contexts:
        cache = make_prompt_cache(model)
        seconds(tokens(max(context, 1)), cache)
        times = sorted(seconds(tokens(1), cache) for _ in range(DECODED))
        found["decode"][context] = 1 / times[DECODED // 2]
    print(json.dumps(found))


main()
