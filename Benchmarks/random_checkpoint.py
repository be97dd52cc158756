"""Writes a model folder of random weights (Llama layout, affine 4-bit groups of 64) that is larger than the machine's
caches.

usage: random_checkpoint.py TOKENIZER_FOLDER MINIMUM_BYTES TARGET_FOLDER

The tokenizer is copied from another model folder with the same vocabulary. The result depends on the arguments alone.
"""

import dataclasses
import json
import math
import pathlib
import random
import shutil
import struct
import sys
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

BITS, GROUP = 4, 64
VOCABULARY = 49152
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "generation_config.json")
CHUNK = 1 << 24


@dataclasses.dataclass(frozen=True)
class Shape:
    layers: int
    hidden: int = 2048
    intermediate: int = 5632
    heads: int = 32
    key_value_heads: int = 8
    head_dimension: int = 64

    def matrices(self) -> Iterator[tuple[str, int, int]]:
        """Name, rows and columns of each quantized matrix."""
        queries, keys = self.heads * self.head_dimension, self.key_value_heads * self.head_dimension
        yield "model.embed_tokens", VOCABULARY, self.hidden
        for layer in range(self.layers):
            path = f"model.layers.{layer}"
            yield f"{path}.self_attn.q_proj", queries, self.hidden
            yield f"{path}.self_attn.k_proj", keys, self.hidden
            yield f"{path}.self_attn.v_proj", keys, self.hidden
            yield f"{path}.self_attn.o_proj", self.hidden, queries
            yield f"{path}.mlp.gate_proj", self.intermediate, self.hidden
            yield f"{path}.mlp.up_proj", self.intermediate, self.hidden
            yield f"{path}.mlp.down_proj", self.hidden, self.intermediate

    def norms(self) -> Iterator[str]:
        yield "model.norm"
        for layer in range(self.layers):
            yield f"model.layers.{layer}.input_layernorm"
            yield f"model.layers.{layer}.post_attention_layernorm"

    @property
    def quantized_bytes(self) -> int:
        return sum(rows * columns * BITS // 8 + rows * columns // GROUP * 4 for _, rows, columns in self.matrices())

    @property
    def config(self) -> dict[str, object]:
        return {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "hidden_act": "silu",
            "hidden_size": self.hidden,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.key_value_heads,
            "head_dim": self.head_dimension,
            "intermediate_size": self.intermediate,
            "vocab_size": VOCABULARY,
            "max_position_embeddings": 8192,
            "rms_norm_eps": 1e-05,
            "rope_theta": 100000.0,
            "attention_bias": False,
            "mlp_bias": False,
            "tie_word_embeddings": True,
            "torch_dtype": "float16",
            "bos_token_id": 1,
            "eos_token_id": 2,
            "quantization": {"group_size": GROUP, "bits": BITS, "mode": "affine"},
        }


def smallest_shape(minimum_bytes: int) -> Shape:
    empty, one = Shape(0).quantized_bytes, Shape(1).quantized_bytes
    return Shape(layers=max(1, math.ceil((minimum_bytes - empty) / (one - empty))))


@dataclasses.dataclass(frozen=True)
class Tensor:
    name: str
    type: str
    shape: tuple[int, ...]

    @property
    def byte_count(self) -> int:
        return math.prod(self.shape) * {"U32": 4, "F16": 2}[self.type]


def tensors(shape: Shape) -> Iterator[Tensor]:
    for name, rows, columns in shape.matrices():
        yield Tensor(f"{name}.weight", "U32", (rows, columns * BITS // 32))
        yield Tensor(f"{name}.scales", "F16", (rows, columns // GROUP))
        yield Tensor(f"{name}.biases", "F16", (rows, columns // GROUP))
    for name in shape.norms():
        yield Tensor(f"{name}.weight", "F16", (shape.hidden,))


def header(items: list[Tensor]) -> bytes:
    entries: dict[str, object] = {"__metadata__": {"format": "mlx"}}
    offset = 0
    for tensor in items:
        end = offset + tensor.byte_count
        entries[tensor.name] = {"dtype": tensor.type, "shape": tensor.shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text


def write_repeated(out: BinaryIO, pattern: bytes, byte_count: int) -> None:
    out.write((pattern * (byte_count // len(pattern) + 1))[:byte_count])


def write_weights(path: pathlib.Path, shape: Shape) -> None:
    source = random.Random(0)
    # A code is 0 to 15 and its mean 7.5, so that a weight's mean is 0 and activations stay finite through all layers.
    scales = [source.uniform(0.5, 1.5) / (4.6 * math.sqrt(shape.hidden)) for _ in range(8191)]
    patterns = {
        "scales": struct.pack("<8191e", *scales),
        "biases": struct.pack("<8191e", *(-7.5 * scale for scale in scales)),
    }
    items = list(tensors(shape))
    with path.open("wb") as out:
        out.write(header(items))
        for tensor in items:
            suffix = tensor.name.rsplit(".", 1)[1]
            if tensor.type == "U32":
                for start in range(0, tensor.byte_count, CHUNK):
                    out.write(source.randbytes(min(CHUNK, tensor.byte_count - start)))
            else:
                write_repeated(out, patterns.get(suffix, struct.pack("<e", 1.0)), tensor.byte_count)


def main() -> None:
    if len(sys.argv) != 4:
        sys.exit("usage: random_checkpoint.py TOKENIZER_FOLDER MINIMUM_BYTES TARGET_FOLDER")
    tokenizer, minimum, target = pathlib.Path(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
    shape = smallest_shape(minimum)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".random-") as scratch:
        folder = pathlib.Path(scratch) / "model"
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps(shape.config, indent=2) + "\n")
        write_weights(folder / "model.safetensors", shape)
        for name in TOKENIZER_FILES:
            shutil.copy(tokenizer / name, folder / name)
        # The folder appears only when complete.
        folder.rename(target)


if __name__ == "__main__":
    main()
