"""Writes what mlx-lm holds for published models and for the tiny ones of `make families`: tensors, parameters, caches.

Usage: python make-memory-golden.py > ../Fixtures/memory-golden.json
Needs: mlx-lm 0.32.2, mlx 0.32.4 (CPU).

Arrays are never computed, since mlx knows their shapes before, so that a model of any size takes no memory.
"""

import copy
import json
import pathlib
import re
import sys
from contextlib import redirect_stdout
from io import StringIO

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_flatten, tree_map_with_path
from mlx_lm.models.cache import ArraysCache, make_prompt_cache
from mlx_lm.models.switch_layers import QuantizedSwitchLinear, SwitchLinear
from mlx_lm.utils import _get_classes, quantize_model
from published_models import PUBLISHED

sys.path.append(str(pathlib.Path(__file__).parents[3] / "scripts"))
from families.configurations import FAMILIES, variants  # noqa: E402

TOKENS = (40, 2048)
"""Fewer than any window, and a multiple of the steps in which mlx-lm's caches grow."""
DTYPES = {mx.uint32: "U32", mx.uint8: "U8", mx.bfloat16: "BF16", mx.float32: "F32"}


def build(config):
    model_class, arguments_class = _get_classes(config)
    return model_class(arguments_class.from_dict(copy.deepcopy(config)))


def remembered(cache):
    """Bytes in single precision: keys and values without the room to grow, and states."""
    if isinstance(cache, ArraysCache):
        return cache.nbytes
    return sum(array.nbytes for array in cache.keys_and_values())


def cache_bytes(model, tokens):
    caches = make_prompt_cache(model)
    for length in (tokens - 1, 1):
        model(mx.zeros((1, length), dtype=mx.int32), cache=caches)
    if tokens == TOKENS[-1]:
        assert all(remembered(cache) == cache.nbytes for cache in caches)
    return sum(remembered(cache) for cache in caches)


def folded(tensors):
    """[name, type, shape, layers] of each tensor, with one entry for layers whose tensors are alike."""
    found = {}
    for name, dtype, shape in tensors:
        layer = re.search(r"\.layers\.(\d+)\.", name)
        key = (re.sub(r"\.layers\.\d+\.", ".layers.*.", name), dtype, tuple(shape))
        found.setdefault(key, []).append(int(layer[1]) if layer else 0)
    return [[name, dtype, list(shape), layers if "*" in name else []] for (name, dtype, shape), layers in found.items()]


def converted(config):
    """The model in the precision that conversion gives."""
    model = build(config)
    text = config.get("text_config", config)
    if config["model_type"].startswith("gemma3") and text.get("tie_word_embeddings", True):
        # Weights without a head decide that the embedding is the head.
        getattr(model, "language_model", model).sanitize({})
    keeps = getattr(model, "cast_predicate", lambda _: True)
    model.update(
        tree_map_with_path(lambda name, array: array.astype(mx.bfloat16) if keeps(name) else array, model.parameters())
    )
    return model


def per_token(model, config, size):
    """The sum of what computing one token needs of each array."""
    text = config.get("text_config", config)
    modules = dict(model.named_modules())
    is_tied = not any(name.endswith("lm_head") for name in modules)

    def share(name, array):
        path = name.rpartition(".")[0]
        owner = modules[path]
        if isinstance(owner, (SwitchLinear, QuantizedSwitchLinear)):
            chosen = next(text[key] for key in ("num_experts_per_tok", "top_k_experts") if text.get(key))
            return size(array) * chosen // array.shape[0]
        if isinstance(owner, (nn.Embedding, nn.QuantizedEmbedding)) and not (is_tied and "per_layer" not in path):
            return size(array) // array.shape[0]
        return size(array)

    return sum(share(name, array) for name, array in tree_flatten(model.parameters()))


def stored(config, is_quantized):
    """Parameters in all and per token, and the tensors as mlx-lm stores them, perhaps in 4 bits."""
    model = converted(config)
    facts = {
        "parameters": sum(array.size for _, array in tree_flatten(model.parameters())),
        "active_parameters": per_token(model, config, lambda array: array.size),
    }
    if is_quantized:
        with redirect_stdout(StringIO()):
            model, _ = quantize_model(model, copy.deepcopy(config), 64, 4, quant_predicate=lambda *_: True)
        facts["quantization"] = {"group_size": 64, "bits": 4}
    facts["bytes_per_token"] = per_token(model, config, lambda array: array.nbytes)
    tensors = [(name, DTYPES[array.dtype], array.shape) for name, array in tree_flatten(model.parameters())]
    return facts | {"tensors": folded(tensors)}


def models():
    for name, config in PUBLISHED.items():
        yield name, config, stored(config, is_quantized=True)
    for family in FAMILIES:
        for variant in variants(family):
            yield f"{family}/{variant.name}", variant.config, stored(variant.config, is_quantized=False)


def main():
    entries = []
    for name, config, facts in models():
        entry = {"config": config, **facts}
        entry["bytes"] = [cache_bytes(build(config), tokens) for tokens in TOKENS]
        print(name, entry["bytes"], facts["parameters"], facts["active_parameters"], facts["bytes_per_token"], file=sys.stderr)
        entries.append(f"{json.dumps(name)}: {json.dumps(entry, separators=(',', ':'))}")
    print('{"tokens": ' + json.dumps(TOKENS) + ',\n"models": {\n' + ",\n".join(entries) + "\n}}")


if __name__ == "__main__":
    main()
