"""What mlx-lm answers for a folder, in float32: logits of a random prompt, and greedy tokens."""

import hashlib

import mlx.core as mx
import numpy as np
from mlx.utils import tree_flatten, tree_map
from mlx_lm.models.cache import make_prompt_cache
from mlx_lm.utils import load_model

from .weights import split_mix

PROMPT = 600
POSITIONS = (0, 1, 63, 64, 65, 299, 511, 512)
"""Positions of which 16 logits are kept; of the last one all are."""
COLUMNS = 16
GREEDY_PROMPT = 32
GREEDY = 48
CLEAR_GAP = 0.01
"""Greedy tokens are those of the first part of the prompt after which every choice is at least this clear."""
CHUNKS = (1, 6, 121, 1, 255, 216)


def prompt(seed, vocabulary):
    """Draw i is the upper half of output i of SplitMix64 times the vocabulary's size."""
    return [int(draw) * vocabulary >> 64 for draw in split_mix(seed, PROMPT)]


def columns(vocabulary):
    return [(index * vocabulary // COLUMNS + index * 7) % vocabulary for index in range(COLUMNS)]


def load_in_float32(folder):
    model, _ = load_model(folder)
    is_half = lambda array: array.dtype in (mx.float16, mx.bfloat16)
    model.update(tree_map(lambda array: array.astype(mx.float32) if is_half(array) else array, model.parameters()))
    mx.eval(model.parameters())
    return model


def logits(model, tokens, chunks):
    """With a cache, the prompt cut as given."""
    cache = make_prompt_cache(model)
    rows = []
    start = 0
    for count in chunks:
        out = model(mx.array([tokens[start : start + count]]), cache=cache)
        assert out.dtype == mx.float32
        rows.append(np.array(out[0]))
        start += count
    return np.concatenate(rows)


def greedy(model, tokens):
    """The tokens, and the smallest lead of a chosen token over the second."""
    cache = make_prompt_cache(model)
    found, gap = [], float("inf")
    pending = tokens
    while len(found) < GREEDY:
        row = np.array(model(mx.array([pending]), cache=cache)[0, -1])
        second, first = np.sort(row)[-2:]
        gap = min(gap, float(first - second))
        found.append(int(row.argmax()))
        pending = found[-1:]
    return found, gap


def clearest_greedy(model, tokens):
    best = (-1.0, 0, [])
    for start in range(0, PROMPT - GREEDY_PROMPT, GREEDY_PROMPT):
        found, gap = greedy(model, tokens[start : start + GREEDY_PROMPT])
        if len(set(found)) * 4 < GREEDY:
            continue
        best = max(best, (gap, start, found))
        if gap >= CLEAR_GAP:
            break
    return best


def short(number):
    return float(f"{float(number):.6g}")


def answer(folder, seed):
    """The golden of the folder, and what the person who makes it should see."""
    model = load_in_float32(folder)
    vocabulary = model(mx.array([[0]])).shape[-1]
    tokens = prompt(seed, vocabulary)
    whole = logits(model, tokens, [PROMPT])
    parts = logits(model, tokens, CHUNKS)
    gap, start, found = clearest_greedy(model, tokens)
    chosen = columns(vocabulary)
    golden = {
        "weights": digest(folder),
        "vocabulary": vocabulary,
        "columns": chosen,
        "sample": [[short(number) for number in whole[position][chosen]] for position in POSITIONS],
        "largest": [[int(whole[p].argmax()), short(whole[p].max())] for p in (*POSITIONS, PROMPT - 1)],
        "last": [short(number) for number in whole[-1]],
        "greedy": {"start": start, "smallest_gap": short(gap), "tokens": found},
    }
    seen = {
        "chunks": float(np.abs(whole - parts).max()),
        "spread": float(whole.std(axis=1).mean()),
        "distinct": len(set(found)),
        "gap": gap,
    }
    return golden, seen


def digest(folder):
    """A short hash of every tensor's name, type, shape and bytes, so that a checkpoint can be told from another."""
    hashed = hashlib.sha256()
    arrays = mx.load(str(folder / "model.safetensors"))
    for name, array in sorted(arrays.items()):
        hashed.update(f"{name} {array.dtype} {array.shape}".encode())
        hashed.update(np.array(array.view(mx.uint8)).tobytes())
    return hashed.hexdigest()[:16]
