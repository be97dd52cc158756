"""Checks that an imported model folder has the same numbers as the GGUF file that it was imported from.

Usage: python import-equality.py FILE.gguf FOLDER
Needs: gguf, mlx, numpy. Dequantizes every tensor on both sides and prints the largest difference.
"""

import json
import pathlib
import sys

import gguf
import mlx.core as mx
import numpy as np

NAMES = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def path_of(name):
    parts = name.removesuffix(".weight").split(".")
    if parts[0] == "blk":
        return f"model.layers.{parts[1]}.{NAMES[parts[2]]}"
    return NAMES[parts[0]]


def uninterleave(rows, heads):
    """Rows of each head from (pair, half) order back to (half, pair) order."""
    shape = rows.shape
    return rows.reshape(heads, shape[0] // heads // 2, 2, -1).swapaxes(1, 2).reshape(shape)


def main(source, folder):
    config = json.loads((folder / "config.json").read_text())
    quantization = config["quantization"]
    weights = mx.load(str(folder / "model.safetensors"))
    heads = {"attn_q": config["num_attention_heads"], "attn_k": config["num_key_value_heads"]}
    worst = {}
    seen = set()
    for tensor in gguf.GGUFReader(source).tensors:
        expected = gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        kind = tensor.name.split(".")[-2]
        if kind in heads:
            expected = uninterleave(expected, heads[kind])
        path = path_of(tensor.name)
        weight = weights[f"{path}.weight"]
        seen.add(f"{path}.weight")
        if f"{path}.scales" in weights:
            seen |= {f"{path}.{part}" for part in ("scales", "biases")} & set(weights)
            layer = quantization.get(path, quantization)
            mode = layer.get("mode", "affine")
            parts = [weights[f"{path}.{part}"] for part in ("scales", "biases") if f"{path}.{part}" in weights]
            if mode == "affine":
                parts = [part.astype(mx.float32) for part in parts]
            weight = mx.dequantize(
                weight, *parts, group_size=layer["group_size"], bits=layer["bits"], mode=mode, dtype=mx.float32)
        else:
            # What no format holds is rounded once, to the type that is stored.
            expected = np.array(mx.array(expected).astype(weight.dtype).astype(mx.float32))
        found = np.array(weight.astype(mx.float32)).reshape(expected.shape)
        difference = float(np.abs(found - expected).max())
        kind = tensor.tensor_type.name
        count, largest = worst.get(kind, (0, 0.0))
        worst[kind] = (count + 1, max(largest, difference))
    for kind, (count, difference) in sorted(worst.items()):
        print(f"{kind}: {count} tensors, max difference {difference}")
    extra = set(weights) - seen
    print(f"tensors without a source: {sorted(extra)}")
    return bool(extra) or any(difference for _, difference in worst.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2])))
