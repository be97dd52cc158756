"""Checks that a lane's arrays equal the result of mx.quantize for its source's weights.

Usage: python quantize-equality.py SOURCE_FOLDER LANE_FOLDER
Needs: mlx, numpy. A quantized source is dequantized in float32 and rounded once to the type of its scales. Exits with 1 if
any array differs in any bit.
"""

import json
import pathlib
import sys

import mlx.core as mx
import numpy as np


def load(folder):
    weights = {}
    for file in sorted(folder.glob("model*.safetensors")):
        weights.update(mx.load(str(file)))
    return json.loads((folder / "config.json").read_text()), weights


def dequantized(config, weights, path):
    """The weight without rounding, and the type in which it is quantized."""
    weight = weights[f"{path}.weight"]
    if f"{path}.scales" not in weights:
        return weight, weight.dtype
    layer = config["quantization"].get(path, config["quantization"])
    scales, biases = weights[f"{path}.scales"], weights.get(f"{path}.biases")
    options = {key: layer[key] for key in ("group_size", "bits")} | {"mode": layer.get("mode", "affine")}
    if biases is None:
        return mx.dequantize(weight, scales, **options, dtype=mx.float32), mx.bfloat16
    exact = mx.dequantize(weight, scales.astype(mx.float32), biases.astype(mx.float32), **options)
    return exact, scales.dtype


def same(left, right):
    bits = {1: mx.uint8, 2: mx.uint16, 4: mx.uint32}[left.dtype.size]
    return left.dtype == right.dtype and left.shape == right.shape and mx.array_equal(left.view(bits), right.view(bits))


def expected_lane(source_config, source, quantization):
    """Names and arrays of the lane, as MLX makes them."""
    for name, array in source.items():
        path, part = name.rsplit(".", 1)
        if part in ("scales", "biases") and f"{path}.scales" in source:
            continue
        weight, dtype = dequantized(source_config, source, path) if part == "weight" else (array, array.dtype)
        if quantization is None:
            yield name, weight.astype(mx.bfloat16)
            continue
        weight = weight.astype(dtype)
        layer = quantization.get(path, quantization)
        if part != "weight" or weight.ndim < 2 or layer is False or weight.shape[-1] % layer["group_size"]:
            yield name, weight
            continue
        parts = mx.quantize(weight, layer["group_size"], layer["bits"], layer.get("mode", "affine"))
        for suffix, array in zip(("weight", "scales", "biases"), parts):
            yield f"{path}.{suffix}", array


def main(source_folder, lane_folder):
    source_config, source = load(source_folder)
    config, lane = load(lane_folder)
    different = []
    checked = set()
    elements = 0
    for name, expected in expected_lane(source_config, source, config.get("quantization")):
        checked.add(name)
        if name not in lane or not same(expected, lane[name]):
            different.append(name)
        elements += expected.size
    extra = sorted(set(lane) - checked)
    print(f"{len(checked)} arrays, {elements} elements, {len(different)} differ: {different[:5]}, unexpected: {extra[:5]}")
    return bool(different or extra)


if __name__ == "__main__":
    sys.exit(main(*map(pathlib.Path, sys.argv[1:])))
