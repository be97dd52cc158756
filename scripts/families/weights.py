"""Random weights that are the same on every machine: each is a hash of the seed, the tensor's name and its index.

The number at index i of a tensor is output i of SplitMix64, whose state starts as the seed XOR the 64-bit FNV-1a hash
of "FAMILY/VARIANT/TENSOR": its upper 24 bits, spread evenly over the tensor's range. Ranges are chosen so that no part
can be left out: norms, biases, sinks and decays are far from 1 and 0, attention has clear maxima, routers decide, and
logits spread over several units.
"""

import math

import mlx.core as mx
import numpy as np
from mlx.utils import tree_flatten, tree_unflatten

MASK = (1 << 64) - 1
STEP = 0x9E3779B97F4A7C15
HEAD = 3.0
"""The standard deviation of the logits, about."""


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 & MASK
    return value


def split_mix(state, count):
    """The next `count` outputs."""
    with np.errstate(over="ignore"):
        mixed = np.uint64(state) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(STEP)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def units(state, count):
    """Numbers in 0..<1 with 24 bits."""
    return (split_mix(state, count) >> np.uint64(40)).astype(np.float64) / (1 << 24)


# By a part of the name, the first that fits.
VECTORS = [
    ("sinks", (2.0, 7.0)),
    ("A_log", (-3.0, 1.5)),
    ("dt_bias", (-3.0, 1.0)),
    (".D", (0.5, 1.5)),
    ("e_score_correction_bias", (-0.3, 0.3)),
    ("expert_bias", (-0.3, 0.3)),
    ("layer_scalar", (0.6, 1.2)),
    ("per_expert_scale", (0.5, 1.5)),
    ("router.scale", (0.5, 1.5)),
    ("conv1d.weight", (-0.9, 0.9)),
    ("conv.conv.weight", (-1.0, 1.0)),
    ("conv1d.bias", (-0.3, 0.3)),
    ("conv.conv.bias", (-0.3, 0.3)),
]
# The output's standard deviation for inputs of 1.
GAINS = [
    (("q_proj", "k_proj", "q_b_proj", "kv_a_proj_with_mqa", "embed_q"), 1.4),
    (("mlp.gate.", "router.", "block_sparse_moe.gate.", "feed_forward.gate.", "mixer.gate."), 2.0),
    (("o_proj", "out_proj", "down_proj", "fc2.", "w2.", "per_layer_projection."), 1.5),
]


def is_norm(name):
    return any(part in name for part in ("norm", "layernorm")) and name.endswith("weight") and "proj" not in name


def bounds(name, shape, variant, offset_norms, inner_norm):
    for part, found in (variant.ranges | dict(VECTORS)).items():
        if part in name:
            return found
    if is_norm(name):
        low, high = (0.5, 1.5) if inner_norm else (0.3, 1.7)
        return (low - 1, high - 1) if offset_norms else (low, high)
    if name.endswith("bias"):
        return -0.4, 0.4
    if "embed_tokens_per_layer" in name:
        deviation = 2 / math.sqrt(shape[-1])
    elif "embed_tokens" in name or "embeddings" in name:
        deviation = HEAD / math.sqrt(shape[-1]) if variant.tied else 1.0
    elif "lm_head" in name:
        deviation = HEAD / math.sqrt(shape[-1])
    else:
        gain = next((gain for parts, gain in GAINS if any(part in name for part in parts)), 1.0)
        deviation = gain / math.sqrt(shape[-1])
    limit = deviation * math.sqrt(3)
    return -limit, limit


FINAL_NORMS = ("model.norm.weight", "embedding_norm.weight", "norm_f.weight")


def draw(model, family, variant, seed):
    """Fills the model in the precision that conversion gives: bf16, and float32 where the model asks for it."""
    keeps = getattr(model, "cast_predicate", lambda _: True)
    drawn = []
    for name, old in tree_flatten(model.parameters()):
        state = seed ^ fnv1a(f"{family}/{variant.name}/{name}")
        final = name.endswith(FINAL_NORMS)
        low, high = bounds(name, old.shape, variant, family.startswith("gemma3"), not final)
        numbers = low + units(state, old.size) * (high - low)
        if final:
            # Of either sign, since with tied embeddings a positive one makes a model repeat its last token for ever.
            shift = 1.0 if family.startswith("gemma3") else 0.0
            signs = np.where(split_mix(state ^ STEP, old.size) >> np.uint64(63), -1.0, 1.0)
            numbers = (numbers + shift) * signs - shift
        array = mx.array(numbers.reshape(old.shape).astype(np.float32))
        drawn.append((name, array.astype(mx.bfloat16) if keeps(name) else array))
    model.update(tree_unflatten(drawn))
    mx.eval(model.parameters())
