"""Writes a shape as an MLX model folder, tensor by tensor, in files of a limited size."""

import dataclasses
import json
import math
import pathlib
import shutil
import struct

import numpy as np
from random_models.formats import Array, Format, bfloat16_bits
from random_models.shape import Shape
from random_models.tensors import Matrix, Tensor

TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "generation_config.json")
TYPE_BYTES = {"U32": 4, "U8": 1, "BF16": 2, "F32": 4}
FILE_BYTES = 5_000_000_000
"""What published folders have at most in one file."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """A tensor of a safetensors header."""

    name: str
    type: str
    shape: tuple[int, ...]

    @property
    def byte_count(self) -> int:
        return math.prod(self.shape) * TYPE_BYTES[self.type]


def write_folder(shape: Shape, tokenizer: pathlib.Path, folder: pathlib.Path) -> None:
    """The folder must not exist. The tokenizer's files are copied from another model folder."""
    folder.mkdir(parents=True)
    config = shape.config() | {"quantization": quantization(shape), "torch_dtype": "bfloat16"}
    config |= {"bos_token_id": 1, "eos_token_id": 2}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    for name in TOKENIZER_FILES:
        shutil.copy(tokenizer / name, folder / name)
    files = divided(list(shape.tensors()))
    names = ["model.safetensors"]
    if len(files) > 1:
        names = [f"model-{index + 1:05}-of-{len(files):05}.safetensors" for index in range(len(files))]
    for name, tensors in zip(names, files, strict=True):
        write_file(folder / name, tensors)
    if len(files) > 1:
        weights = {
            entry.name: name
            for name, tensors in zip(names, files, strict=True)
            for tensor in tensors
            for entry in entries(tensor)
        }
        index = {"metadata": {"total_size": sum(map(byte_count, shape.tensors()))}, "weight_map": weights}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")


def quantization(shape: Shape) -> dict[str, object]:
    """The format of most matrices, or of the experts, and by path those of others."""
    matrices = [tensor for tensor in shape.tensors() if isinstance(tensor, Matrix)]
    common = next((matrix.format for matrix in matrices if matrix.experts), shape.matrices)

    def entry(format_: Format) -> dict[str, object]:
        return {"group_size": format_.group, "bits": format_.bits, "mode": format_.mode}

    return entry(common) | {matrix.path: entry(matrix.format) for matrix in matrices if matrix.format != common}


def entries(tensor: Tensor) -> list[Entry]:
    if not isinstance(tensor, Matrix):
        return [Entry(tensor.name, tensor.type, tensor.shape)]
    *outer, columns = tensor.shape
    groups = columns // tensor.format.group
    words = Entry(f"{tensor.path}.weight", "U32", (*outer, columns * tensor.format.bits // 32))
    if tensor.format.mode != "affine":
        return [words, Entry(f"{tensor.path}.scales", "U8", (*outer, groups))]
    return [words, *(Entry(f"{tensor.path}.{part}", "BF16", (*outer, groups)) for part in ("scales", "biases"))]


def byte_count(tensor: Tensor) -> int:
    return sum(entry.byte_count for entry in entries(tensor))


def divided(tensors: list[Tensor]) -> list[list[Tensor]]:
    """In files of at most `FILE_BYTES`."""
    files: list[list[Tensor]] = [[]]
    size = 0
    for tensor in tensors:
        if files[-1] and size + byte_count(tensor) > FILE_BYTES:
            files.append([])
            size = 0
        files[-1].append(tensor)
        size += byte_count(tensor)
    return files


def write_file(path: pathlib.Path, tensors: list[Tensor]) -> None:
    with path.open("wb") as out:
        out.write(header([entry for tensor in tensors for entry in entries(tensor)]))
        for tensor in tensors:
            for values in drawn(tensor):
                out.write(np.ascontiguousarray(values).data)


def drawn(tensor: Tensor) -> list[Array]:
    """The values of each entry."""
    if isinstance(tensor, Matrix):
        parts = tensor.format.folder_tensors(tensor.draw())
        return [parts[entry.name.rpartition(".")[2]][1] for entry in entries(tensor)]
    values = tensor.draw()
    return [bfloat16_bits(values) if tensor.type == "BF16" else values]


def header(items: list[Entry]) -> bytes:
    listing: dict[str, object] = {"__metadata__": {"format": "mlx"}}
    offset = 0
    for entry in items:
        end = offset + entry.byte_count
        listing[entry.name] = {"dtype": entry.type, "shape": entry.shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(listing, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text
