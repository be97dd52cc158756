"""Writes random blocks of GGML types with the values that the gguf package computes from them, in hexadecimal.

Usage: python make-gguf-golden.py > ../Fixtures/gguf-golden.json
Needs: gguf 0.19.0, numpy.
"""

import json

import gguf
import numpy as np

TYPES = ("F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K", "MXFP4")
# Where half-precision factors stand in a block.
FACTORS = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
}


def blocks(name, kind, random):
    """Two blocks of random bytes with finite factors, or 64 floats."""
    if name in ("F16", "BF16"):
        values = random.standard_normal((1, 64)).astype(np.float32)
        return gguf.quants.quantize(values, kind) if name == "BF16" else values.astype(np.float16).view(np.uint8)
    _, size = gguf.GGML_QUANT_SIZES[kind]
    data = random.integers(0, 256, (2, size)).astype(np.uint8)
    for offset in FACTORS.get(name, []):
        data[:, offset : offset + 2] = random.standard_normal((2, 1)).astype(np.float16).view(np.uint8)
    if name == "MXFP4":
        data[:, 0] = [0, 130]
    return data.reshape(1, -1)


def cases():
    random = np.random.default_rng(20261127)
    for name in TYPES:
        kind = gguf.GGMLQuantizationType[name]
        data = blocks(name, kind, random)
        values = gguf.quants.dequantize(data.view(np.float16) if name == "F16" else data, kind).astype(np.float32)
        yield {"type": name, "number": int(kind), "data": data.tobytes().hex(),
               "values": "".join(f"{bits:08x}" for bits in values.reshape(-1).view(np.uint32))}


if __name__ == "__main__":
    print(json.dumps(list(cases()), indent=0))
