"""Models of random weights in published shapes, and the same weights for llama.cpp, made if they are missing."""

import dataclasses
import pathlib

from engine_bench import libraries
from engine_bench.lanes import IMPORTED, model_folder, weights
from engine_bench.libraries import note
from engine_bench.machine import last_level_cache_bytes
from engine_bench.places import Places
from engine_bench.processes import run

# What a token reads of the weights, as a multiple of the last-level cache: above the four that are needed.
CACHE_MULTIPLE = 4.4


@dataclasses.dataclass(frozen=True)
class PublishedShape:
    """`name` is that of random_models; `gguf_types` are the formats of its matrices in a GGUF file."""

    name: str
    title: str
    gguf_types: str


SHAPES = (
    PublishedShape("qwen3-30b-a3b", "Qwen3-30B-A3B", "Q4_0"),
    PublishedShape("gpt-oss-20b", "gpt-oss-20b", "MXFP4 and Q8_0"),
    PublishedShape("qwen3.5-9b", "Qwen3.5-9B", "Q4_0"),
    PublishedShape("gemma-3-4b", "Gemma 3 4B", "Q4_0"),
)


@dataclasses.dataclass(frozen=True)
class ShapeFiles:
    """The same weights for both sides."""

    folder: pathlib.Path
    gguf: pathlib.Path


def measured_files(places: Places, shape: PublishedShape) -> ShapeFiles:
    """A few layers of the published sizes, more where the last-level cache is large."""
    minimum = int((last_level_cache_bytes() or 0) * CACHE_MULTIPLE)
    return make(places, shape, f"{shape.name}-{minimum >> 20}MiB", "--bytes-per-token", minimum)


def tiny_files(places: Places, shape: PublishedShape) -> ShapeFiles:
    """The same kinds of layers in small sizes; the GGUF file is in single precision."""
    return make(places, shape, f"{shape.name}-tiny", "--tiny", "--exact")


def make(places: Places, shape: PublishedShape, name: str, *arguments: object) -> ShapeFiles:
    files = ShapeFiles(places.cache / name, places.cache / f"{name}.gguf")
    command: list[object] = [places.python, places.sources / "random_model.py", shape.name, *arguments]
    if not files.folder.is_dir():
        note(f"making {files.folder}")
        libraries.install_writer(places)
        run([*command, "--folder", files.folder, "--tokenizer", model_folder(places, IMPORTED)])
    if not files.gguf.is_file():
        note(f"making {files.gguf}")
        libraries.install_writer(places)
        run([*command, "--gguf", files.gguf, "--gguf-tokenizer", weights(places)])
    return files
