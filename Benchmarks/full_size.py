#!/usr/bin/env python3
"""Writes a full-size Qwen3-30B-A3B of random 4-bit weights (17 GB, once) and measures the native engine on it.

Prints load time from the disk, prefill and decode rates and peak memory as a Markdown table on standard output, progress
on standard error. The machine needs as much memory as the model has bytes. `make bench-full-size` calls it.
"""

import argparse
import datetime
import json
import os
import pathlib
import shutil
import statistics
import sys
import time
from typing import Any

from engine_bench import libraries
from engine_bench.bandwidth import Bandwidth
from engine_bench.lanes import IMPORTED, model_folder
from engine_bench.libraries import note
from engine_bench.machine import BusyClock, environment_class, foreign_cores, processor_name
from engine_bench.places import Places
from engine_bench.processes import BenchmarkError, run
from engine_bench.worker import Worker

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHAPE = "qwen3-30b-a3b"
MODEL_BYTES = 17_200_000_000
SPARE_BYTES = 2_000_000_000
PROMPT, DECODED = 512, 128


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write-only", action="store_true", help="write the model folder and measure nothing")
    parser.add_argument("--threads", type=int, metavar="N", default=2)
    parser.add_argument("--repetitions", type=int, metavar="N", default=5, help="after one that is not counted")
    parser.add_argument(
        "--weights",
        choices=("memory", "file"),
        default="memory",
        help="whether they stand in memory of the worker's own, or in the pages in which the system caches the file",
    )
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="also write all figures")
    parser.add_argument("--resident", type=pathlib.Path, metavar="FILE", default=ROOT / ".build/release/resident")
    parser.add_argument("--state", type=pathlib.Path, metavar="DIR", default=ROOT / ".resident")
    parser.add_argument("--environment", type=pathlib.Path, metavar="DIR", default=ROOT / ".venv-bench")
    return parser.parse_args()


def full_size_folder(places: Places) -> pathlib.Path:
    """Raises BenchmarkError without room on the disk."""
    folder = places.cache / f"{SHAPE}-full-size"
    if folder.is_dir():
        return folder
    places.cache.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(places.cache).free
    if free < MODEL_BYTES + SPARE_BYTES:
        raise BenchmarkError(f"{places.cache} has room for {free / 1e9:.1f} GB; the model takes {MODEL_BYTES / 1e9:.1f}")
    note(f"making {folder}: some minutes")
    libraries.make_environment(places)
    libraries.install_writer(places)
    generator = places.sources / "random_model.py"
    tokenizer = model_folder(places, IMPORTED)
    run([places.python, generator, SHAPE, "--full-size", "--folder", folder, "--tokenizer", tokenizer])
    return folder


def check_memory() -> None:
    try:
        lines = pathlib.Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return
    available = next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:"))
    if available < MODEL_BYTES + SPARE_BYTES:
        needed = (MODEL_BYTES + SPARE_BYTES) / 1e9
        raise BenchmarkError(f"{available / 1e9:.1f} GB of memory are available; the model needs {needed:.1f}")


def forget_pages(folder: pathlib.Path) -> None:
    """Drops the files from the system's cache, so that loading reads the disk; does nothing where that is unknown."""
    if not hasattr(os, "posix_fadvise"):
        return
    for path in folder.glob("*.safetensors"):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def measure(places: Places, folder: pathlib.Path, arguments: argparse.Namespace) -> dict[str, Any]:
    clock = BusyClock.now()
    forget_pages(folder)
    prompt = [(index * 7919 + 13) % 49152 for index in range(PROMPT)]
    with Worker(places) as worker:
        note("loading")
        start = time.perf_counter()
        loaded = worker.ask(
            "load",
            model=str(folder),
            threads=arguments.threads,
            context_length=PROMPT + DECODED + 1,
            weights=arguments.weights,
        )
        load_seconds = time.perf_counter() - start
        loaded_bytes = worker.peak_memory_bytes
        prefill, decode = [], []
        for index in range(arguments.repetitions + 1):
            times = worker.ask("generate", prompt=prompt, max_tokens=DECODED + 1)["token_ns"]
            rates = PROMPT * 1e9 / times[0], DECODED * 1e9 / (times[-1] - times[0])
            note(f"  prefill {rates[0]:.1f} tokens/s, decode {rates[1]:.1f} tokens/s" + ("" if index else " (warm-up)"))
            if index > 0:
                prefill.append(rates[0])
                decode.append(rates[1])
        peak = worker.peak_memory_bytes
    return {
        "timestamp": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "chip": processor_name(),
        "cores": os.cpu_count(),
        "instruction_set": loaded["instruction_set"],
        "threads": loaded["threads"],
        "weights_in": arguments.weights,
        "weight_file_bytes": sum(path.stat().st_size for path in folder.glob("*.safetensors")),
        "weight_bytes_per_token": loaded["weight_bytes_per_token"],
        "load_seconds": load_seconds,
        "peak_memory_bytes_after_load": loaded_bytes,
        "peak_memory_bytes": peak,
        "prefill_tokens_per_second": prefill,
        "decode_tokens_per_second": decode,
        "read_bytes_per_second": Bandwidth.compile(places).bytes_per_second(arguments.threads),
        "env_class": environment_class(foreign_cores(clock)),
    }


def table(found: dict[str, Any]) -> str:
    def rates(values: list[float]) -> str:
        return f"{statistics.median(values):.1f} tokens/s ({min(values):.1f} … {max(values):.1f})"

    decode = statistics.median(found["decode_tokens_per_second"]) * found["weight_bytes_per_token"]
    share = decode / found["read_bytes_per_second"]
    return "\n".join(
        [
            "| figure | seen |",
            "| --- | ---: |",
            f"| weight files | {found['weight_file_bytes'] / 1e9:.1f} GB |",
            f"| load from the disk, weights in {found['weights_in']} | {found['load_seconds']:.0f} s |",
            f"| prefill {PROMPT} | {rates(found['prefill_tokens_per_second'])} |",
            f"| decode {DECODED} at context {PROMPT} | {rates(found['decode_tokens_per_second'])} |",
            f"| weights read per token | {found['weight_bytes_per_token'] / 1e6:,.0f} MB |",
            f"| the same ÷ time | {decode / 1e9:.1f} GB/s, {share:.2f} of the read bandwidth |",
            f"| peak memory | {found['peak_memory_bytes'] / 1e9:.2f} GB |",
        ]
    )


def main() -> int:
    arguments = parse_arguments()
    places = Places(ROOT, arguments.state.resolve(), arguments.resident.resolve(), arguments.environment.absolute())
    try:
        places.require_resident()
        folder = full_size_folder(places)
        if arguments.write_only:
            return 0
        check_memory()
        found = measure(places, folder, arguments)
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(
        f"{found['chip']}, {found['cores']} cores, {found['threads']} threads ({found['instruction_set']}); "
        f"{found['timestamp']}; {found['env_class']}\n\n{table(found)}"
    )
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
