#!/usr/bin/env python3
"""Makes a tiny checkpoint of random weights for every model family and lane, with mlx-lm's own classes.

usage: make-families.py OUT [--quick | --golden FOLDER] [--seed N] [--only FAMILY]

Writes OUT/FAMILY/VARIANT-LANE, named and laid out as mlx-lm saves converted models. With --golden it also writes
FOLDER/FAMILY.json: what mlx-lm answers in float32 on the processor, after loading the folder again and processing a
prompt at once and in pieces, which must agree. With --quick it makes only what CI tests of each family: a mixed lane,
and one with experts in mxfp4. Needs mlx-lm 0.32.2 and mlx[cpu]; `make families` installs them.
"""

import argparse
import copy
import json
import pathlib
import shutil
import sys
import time
from contextlib import redirect_stdout
from importlib.metadata import version
from io import StringIO

import mlx.core as mx
import mlx.nn as nn
from families import oracle
from families.configurations import FAMILIES, variants
from families.weights import draw
from mlx_lm.models.switch_layers import SwitchLinear
from mlx_lm.utils import _get_classes, quantize_model, save_config, save_model
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

SEED = 18
AGREEMENT = 1e-3
GOLDEN = "Tests/NativeEngineTests/Golden/families"
# What the mixed lanes give matrices in turn; None is the lane's own 4 bits.
MIXTURE = [
    {"group_size": 32, "bits": 8},
    None,
    {"group_size": 64, "bits": 6, "mode": "affine"},
    {"group_size": 32, "bits": 4, "mode": "mxfp4"},
    {"group_size": 64, "bits": 3},
    False,
    None,
    {"group_size": 32, "bits": 5, "mode": "affine"},
    {"group_size": 32, "bits": 8, "mode": "mxfp8"},
    {"group_size": 64, "bits": 2},
    {"group_size": 16, "bits": 4, "mode": "nvfp4"},
]


def build(family, variant, seed):
    """The model as mlx-lm builds it from the configuration, with drawn weights."""
    model_class, arguments_class = _get_classes(variant.config)
    model = model_class(arguments_class.from_dict(copy.deepcopy(variant.config)))
    if family.startswith("gemma3") and variant.tied:
        # Here the weights decide, not the configuration, whether there is a head.
        getattr(model, "language_model", model).sanitize({})
    draw(model, family, variant, seed)
    model.eval()
    return model


def mixture(model):
    """Gives matrices the mixture's entries in turn, and routers what their family asks for."""
    own = getattr(model, "quant_predicate", None)
    turn = iter(range(1 << 30))

    def predicate(path, module):
        asked = own(path, module) if own else True
        if isinstance(asked, dict):
            return asked
        entry = MIXTURE[next(turn) % len(MIXTURE)]
        if isinstance(entry, dict) and module.weight.shape[-1] % entry["group_size"]:
            return True
        return True if entry is None else copy.copy(entry)

    return predicate


def quantized(model, config, lane):
    """The model in the lane, and its configuration as mlx-lm's conversion writes it."""
    if lane == "bf16":
        return model, config
    if lane.startswith("mixed"):
        refused = []
        choose = mixture(model)

        def predicate(path, module):
            entry = choose(path, module)
            if entry is False:
                refused.append(path)
            return entry

        model, config = quantize_model(model, config, 64, 4, quant_predicate=predicate)
        config["quantization"] |= {path: False for path in refused}
        if lane == "mixed-bare":
            config["quantization"] = {bare(key): value for key, value in config["quantization"].items()}
        return model, config
    if lane == "mxfp4-experts":
        # As a published checkpoint whose experts are mxfp4 becomes when the rest of it is quantized.
        nn.quantize(model, 32, 4, mode="mxfp4", class_predicate=lambda _, module: isinstance(module, SwitchLinear))
        config = config | {"quantization": {"group_size": 32, "bits": 4, "mode": "mxfp4"}}
        return quantize_model(model, config, 32, 8)
    return quantize_model(model, config, int(lane.removeprefix("4bit-g")), 4)


def bare(path):
    return path.removeprefix("language_model.").removeprefix("model.")


def byte_tokenizer():
    """One token per byte, so that the folder is complete."""
    symbols = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({symbol: index for index, symbol in enumerate(symbols)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def make(family, variant, lane, folder, seed):
    shutil.rmtree(folder, ignore_errors=True)
    with redirect_stdout(StringIO()):
        model, config = quantized(build(family, variant, seed), copy.deepcopy(variant.config), lane)
    save_model(folder, model)
    save_config(config, folder / "config.json")
    byte_tokenizer().save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}\n')


def chosen(family, is_quick):
    """The family's variants and lanes, in the order in which they are made."""
    pairs = [(variant, lane) for variant in variants(family) for lane in variant.lanes]
    if not is_quick:
        return pairs
    return [
        next(pair for pair in pairs if pair[1].startswith(kind))
        for kind in ("mixed", "mxfp4")
        if any(lane.startswith(kind) for _, lane in pairs)
    ]


def write_golden(file, family, seed, entries):
    recipe = f"scripts/make-families.py .resident/families --seed {seed} --only {family} --golden {GOLDEN}"
    head = {
        "recipe": recipe,
        "made_by": {name: version(name) for name in ("mlx", "mlx-lm")},
        "seed": seed,
        "prompt_tokens": oracle.PROMPT,
        "positions": oracle.POSITIONS,
        "greedy_prompt_tokens": oracle.GREEDY_PROMPT,
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in head.items()]
    entries = [f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in entries.items()]
    lines.append('"checkpoints": {\n' + ",\n".join(entries) + "\n}")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path)
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--quick", action="store_true")
    extent.add_argument("--golden", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", choices=FAMILIES, action="append")
    options = parser.parse_args()
    mx.set_default_device(mx.cpu)
    failures = []
    for family in options.only or FAMILIES:
        started = time.monotonic()
        entries = {}
        for variant, lane in chosen(family, options.quick):
            name = f"{variant.name}-{lane}"
            folder = options.out / family / name
            make(family, variant, lane, folder, options.seed)
            size = (folder / "model.safetensors").stat().st_size
            print(f"{family}/{name}: {size / 1000:.0f} kB", end="", flush=True)
            if options.golden:
                entries[name], seen = oracle.answer(folder, options.seed)
                print(", " + ", ".join(f"{key} {value:.3g}" for key, value in seen.items()), end="")
                if not seen["chunks"] < AGREEMENT or seen["gap"] < AGREEMENT:
                    failures.append(f"{family}/{name}")
            print(flush=True)
        if options.golden:
            write_golden(options.golden / f"{family}.json", family, options.seed, entries)
        print(f"{family}: {time.monotonic() - started:.0f} s", flush=True)
    if failures:
        sys.exit(f"pieces differ from the whole, or greedy choices are not clear: {', '.join(failures)}")


if __name__ == "__main__":
    main()
