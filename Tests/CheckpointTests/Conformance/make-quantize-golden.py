"""Writes the results of mx.quantize and mx.dequantize for small arrays, as bit patterns in hexadecimal.

Usage: python make-quantize-golden.py > ../Fixtures/quantize-golden.json
Needs: mlx 0.32.4 (CPU), numpy.
"""

import json

import mlx.core as mx
import numpy as np

COLUMNS = 128
BITS = (2, 3, 4, 5, 6, 8)
GROUP_SIZES = (32, 64, 128)
TYPES = {"F32": mx.float32, "F16": mx.float16, "BF16": mx.bfloat16}


def rows():
    random = np.random.default_rng(20261123)
    normal = random.standard_normal((8, COLUMNS))
    outlier = normal[0] * 0.01
    outlier[[5, 70]] = 100
    yield normal[1]
    yield np.zeros(COLUMNS)
    yield np.full(COLUMNS, 3.7)
    yield np.full(COLUMNS, -3.7)
    yield -np.abs(normal[2]) - 1
    yield np.abs(normal[3]) + 5
    yield normal[4] * 1e-7
    yield normal[4] * 1e-8
    yield outlier
    yield -outlier
    yield random.integers(-3, 4, COLUMNS) / 2.0
    yield 1 + normal[5] * 1e-3
    yield normal[6] * np.repeat(10.0 ** random.uniform(-8, 3, 4), 32)
    yield np.clip(normal[7] * 3e4, -65504, 65504)
    yield np.where(random.random(COLUMNS) < 0.5, -0.0, 1e-9)


def hexadecimal(array):
    """The elements' bits as one text, most significant digit first, without separators."""
    kind = {1: np.uint8, 2: np.uint16, 4: np.uint32}[array.dtype.size]
    bits = np.array(array.view({1: mx.uint8, 2: mx.uint16, 4: mx.uint32}[array.dtype.size])).astype(kind)
    return "".join(f"{value:0{2 * array.dtype.size}x}" for value in bits.reshape(-1))


def affine():
    values = mx.array(np.stack(list(rows())).astype(np.float32))
    for name, dtype in TYPES.items():
        weights = values.astype(dtype)
        cases = []
        for bits in BITS:
            for group_size in GROUP_SIZES:
                codes, scales, biases = mx.quantize(weights, group_size, bits)
                case = {"bits": bits, "group_size": group_size}
                case |= {"codes": hexadecimal(codes), "scales": hexadecimal(scales), "biases": hexadecimal(biases)}
                if group_size == 32:
                    exact = mx.dequantize(
                        codes[:1], scales[:1].astype(mx.float32), biases[:1].astype(mx.float32), group_size, bits)
                    case["first_row"] = hexadecimal(exact)
                cases.append(case)
        yield {"type": name, "rows": weights.shape[0], "weights": hexadecimal(weights), "cases": cases}


def microscaling():
    """Every code under scales from smallest to largest, dequantized to float32."""
    for mode, group_size, bits, scales in (
        ("mxfp4", 32, 4, [0, 1, 100, 127, 128, 200, 251, 252]),
        ("mxfp8", 32, 8, [127] * 8 + [0] * 8 + [1] * 8 + [245] * 8),
        ("nvfp4", 16, 4, [0, 1, 7, 8, 56, 126, 129, 254]),
    ):
        count = len(scales) * group_size
        codes = np.arange(count) % (1 << bits)
        if bits == 8:
            codes[codes & 0x7F == 0x7F] = 0
            words = codes.astype(np.uint8)
        else:
            words = (codes[::2] | codes[1::2] << 4).astype(np.uint8)
        packed = mx.array(words.reshape(1, -1)).view(mx.uint32)
        scale_array = mx.array(np.array([scales], np.uint8))
        values = mx.dequantize(
            packed, scale_array, group_size=group_size, bits=bits, mode=mode, dtype=mx.float32)
        yield {
            "mode": mode, "bits": bits, "group_size": group_size, "codes": hexadecimal(packed),
            "scales": hexadecimal(scale_array), "values": hexadecimal(values),
        }


def microscaling_quantized():
    """The rows of affine quantization, and values near the limits between codes."""
    edges = np.array([0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5, 6])
    near = np.concatenate([edges * factor for factor in (1, 1.004, 0.996, -1, -1.004, -0.996)] + [np.zeros(80)])
    values = mx.array(np.stack([*rows(), near, near * 448 / 6, near * 2**0.5]).astype(np.float32))
    for name, dtype in TYPES.items():
        weights = values.astype(dtype)
        cases = []
        for mode in ("mxfp4", "mxfp8", "nvfp4"):
            codes, scales = mx.quantize(weights, mode=mode)
            cases.append({"mode": mode, "codes": hexadecimal(codes), "scales": hexadecimal(scales)})
        yield {"type": name, "rows": weights.shape[0], "weights": hexadecimal(weights), "cases": cases}


if __name__ == "__main__":
    sections = {
        "affine": list(affine()),
        "microscaling": list(microscaling()),
        "microscaling_quantized": list(microscaling_quantized()),
    }
    print(json.dumps({"columns": COLUMNS} | sections, indent=0))
