#!/usr/bin/env python3
"""Writes the inputs of Fuzz/corpus/readers: a byte that chooses the reader, and a small file that it accepts.

usage: make-fuzz-corpus.py, in the folder of the project
"""
import json
import pathlib
import struct

FOLDER = pathlib.Path("Fuzz/corpus/readers")
SAFETENSORS, GGUF, INDEX, JSON = range(4)


def safetensors(header, data):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def gguf(values, tensors):
    """Version 3 (ggml/docs/gguf.md): counts, then metadata, then tensors."""
    def text(value):
        return struct.pack("<Q", len(value)) + value.encode()

    body = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(values))
    for name, value in values.items():
        if isinstance(value, str):
            body += text(name) + struct.pack("<I", 8) + text(value)
        else:
            body += text(name) + struct.pack("<II", 4, value)
    for name, shape, kind, offset in tensors:
        body += text(name) + struct.pack("<I", len(shape)) + b"".join(struct.pack("<Q", size) for size in shape)
        body += struct.pack("<IQ", kind, offset)
    return body + b"\0" * (-len(body) % 32) + b"\0" * 64


def main():
    inputs = {
        "safetensors-plain": (SAFETENSORS, safetensors(
            {"a": {"dtype": "F32", "shape": [2, 4], "data_offsets": [0, 32]}}, b"\0" * 32)),
        "safetensors-quantized": (SAFETENSORS, safetensors(
            {"__metadata__": {"format": "mlx"}, "a.weight": {"dtype": "U32", "shape": [1, 4], "data_offsets": [0, 16]},
             "a.scales": {"dtype": "BF16", "shape": [1, 1], "data_offsets": [16, 18]},
             "a.biases": {"dtype": "BF16", "shape": [1, 1], "data_offsets": [18, 20]}}, b"\0" * 20)),
        "gguf-plain": (GGUF, gguf(
            {"general.architecture": "llama", "llama.block_count": 1, "llama.embedding_length": 4},
            [("token_embd.weight", [4, 4], 0, 0)])),
        "gguf-empty": (GGUF, gguf({}, [])),
        "json-nested": (JSON, b'{"a": [1, -2.5e3, "\\u00e9\\n", {"b": null}, true]}'),
    }
    for number, entry in enumerate(sorted(pathlib.Path("results/index").glob("*.json"))):
        inputs[f"index-{number}"] = (INDEX, entry.read_bytes())
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (reader, file) in inputs.items():
        (FOLDER / name).write_bytes(bytes([reader]) + file)


main()
