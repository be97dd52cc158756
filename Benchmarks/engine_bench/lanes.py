"""Lanes: our model folder and llama.cpp's nearest files for each, made if they are missing."""

import dataclasses
import pathlib

from engine_bench.libraries import note
from engine_bench.machine import last_level_cache_bytes
from engine_bench.places import Places
from engine_bench.processes import BenchmarkError, run

# Above the eight caches that are needed, so that rounding and what happens to stay cached do not matter.
CACHE_MULTIPLE = 8.8


@dataclasses.dataclass(frozen=True)
class Lane:
    """`gguf_types` are llama.cpp's nearest types; the fastest of them is the opponent."""

    name: str
    folder: str
    quantize_arguments: tuple[str, ...]
    gguf_types: tuple[str, ...]


IMPORTED = Lane("4-bit g32", "smollm2-135m", (), ("Q4_1",))
LANES = (
    IMPORTED,
    Lane(
        "4-bit g64",
        "smollm2-135m-4bit-g64",
        ("--lane", "uniform", "--bits", "4", "--group-size", "64"),
        ("Q4_0", "Q4_1"),
    ),
    Lane("8-bit g64", "smollm2-135m-8bit-g64", ("--lane", "uniform", "--bits", "8", "--group-size", "64"), ("Q8_0",)),
    Lane("bf16", "smollm2-135m-bf16", ("--lane", "bf16"), ("BF16", "F16")),
)


def model_folder(places: Places, lane: Lane) -> pathlib.Path:
    """The lane's model folder, imported or quantized first if it is missing."""
    folder = places.models / lane.folder
    if folder.is_dir():
        return folder
    note(f"making {folder}")
    if lane == IMPORTED:
        run([places.resident, "models", "import", weights(places), "--out", folder])
    else:
        source = model_folder(places, IMPORTED)
        run([places.resident, "models", "quantize", source, *lane.quantize_arguments, "--out", folder])
    return folder


def gguf_file(places: Places, lane: Lane, type_name: str) -> pathlib.Path:
    """The file for llama.cpp: the fetched one for the imported lane, else one with every matrix in one type."""
    if lane == IMPORTED:
        return weights(places)
    target = places.cache / f"SmolLM2-135M-Instruct.pure.{type_name}.gguf"
    if not target.is_file():
        note(f"making {target}")
        places.cache.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        converter = places.sources / "opponents" / "convert_gguf.py"
        run([places.python, converter, weights(places), type_name, partial])
        partial.rename(target)
    return target


def weights(places: Places) -> pathlib.Path:
    if not places.weights.is_file():
        note(f"fetching {places.weights}")
        run([places.root / "scripts" / "fetch-weights", places.weights], cwd=places.root)
    return places.weights


def random_folder(places: Places) -> pathlib.Path:
    """A checkpoint of random weights, at least eight times the last-level cache."""
    cache = last_level_cache_bytes()
    if cache is None:
        raise BenchmarkError("this system does not tell the size of its last-level cache; leave the bandwidth rows out")
    minimum = int(cache * CACHE_MULTIPLE)
    target = places.cache / f"random-4bit-g64-{minimum >> 20}MiB"
    if not target.is_dir():
        note(f"making {target}")
        generator = places.sources / "random_checkpoint.py"
        run([places.python, generator, model_folder(places, IMPORTED), minimum, target])
    return target
