"""Runs either engine once in a new process and reads its figures."""

import dataclasses
import json
import pathlib
from typing import Any

from engine_bench import libraries
from engine_bench.libraries import Library
from engine_bench.places import Places
from engine_bench.processes import BenchmarkError, peak_memory, run, seconds_to_first_output
from engine_bench.rows import Effort


@dataclasses.dataclass(frozen=True)
class Workload:
    prompt_tokens: int
    decode_tokens: int
    threads: int
    # Decoded together; the rates are totals over all of them.
    sequences: int = 1


@dataclasses.dataclass(frozen=True)
class Rates:
    """Tokens per second, one figure per repetition."""

    prefill: list[float]
    decode: list[float]

    @classmethod
    def parse(cls, output: dict[str, Any]) -> "Rates":
        repetitions = output["repetitions"]
        return cls(
            prefill=[float(entry["prefill_tokens_per_second"]) for entry in repetitions],
            decode=[float(entry["decode_tokens_per_second"]) for entry in repetitions],
        )


@dataclasses.dataclass(frozen=True)
class OurReading:
    rates: Rates
    instruction_set: str
    weight_bytes_per_token: int
    cache_bytes_per_token: int

    @classmethod
    def parse(cls, text: str) -> "OurReading":
        rows = parse_object(text, "resident engine bench")["results"]
        [prefill] = [row for row in rows if row["prompt_tokens"]]
        [decode] = [row for row in rows if row["decode_tokens"]]
        return cls(
            rates=Rates(prefill=prefill["tokens_per_second"], decode=decode["tokens_per_second"]),
            instruction_set=decode["instruction_set"],
            weight_bytes_per_token=decode["weight_bytes_per_token"],
            cache_bytes_per_token=decode["cache_bytes_per_token"],
        )


@dataclasses.dataclass(frozen=True)
class OurEngine:
    places: Places

    def read(self, folder: pathlib.Path, work: Workload, effort: Effort) -> OurReading:
        """The program always makes one warm-up, whatever the effort says."""
        return OurReading.parse(run(self.bench_command(folder, work, effort.repetitions)))

    def read_with_peak_memory(self, folder: pathlib.Path, work: Workload) -> tuple[int, OurReading]:
        peak, output = peak_memory(self.bench_command(folder, work, repetitions=1))
        return peak, OurReading.parse(output)

    def seconds_to_first_token(self, folder: pathlib.Path, prompt: str, threads: int) -> float:
        """From just before the process is created until the token's text arrives."""
        seconds, _ = seconds_to_first_output(self.generate_command(folder, prompt, threads))
        return seconds

    def prompt_ids(self, folder: pathlib.Path, prompt: str) -> list[int]:
        text = run([*self.generate_command(folder, prompt, threads=1), "--json"])
        return [int(token) for token in parse_object(text, "resident engine generate")["prompt_tokens"]]

    def write_logits(
        self, folder: pathlib.Path, tokens: list[int], target: pathlib.Path, threads: int, is_exact: bool
    ) -> None:
        """A NumPy array, tokens × vocabulary. `is_exact` leaves activations in single precision."""
        ids = ",".join(map(str, tokens))
        command: list[object] = [self.places.resident, "engine", "logits", "--model", folder, "--threads", threads]
        run([*command, "--tokens", ids, "--out", target, *(["--activation-precision", "float32"] if is_exact else [])])

    def bench_command(self, folder: pathlib.Path, work: Workload, repetitions: int) -> list[object]:
        return [
            *(self.places.resident, "engine", "bench", "--model", folder, "--threads", work.threads),
            *("--prompt-tokens", work.prompt_tokens, "--decode-tokens", work.decode_tokens),
            *("--depth", work.prompt_tokens),
            *("--sequences", work.sequences, "--repetitions", repetitions, "--json"),
        ]

    def generate_command(self, folder: pathlib.Path, prompt: str, threads: int) -> list[object]:
        return [
            *(self.places.resident, "engine", "generate", "--model", folder, "--threads", threads),
            *("--prompt", prompt, "--max-tokens", 1),
        ]


@dataclasses.dataclass(frozen=True)
class Opponent:
    """One build of llama.cpp on one file with one setting."""

    places: Places
    library: Library
    gguf: pathlib.Path
    gguf_type: str
    flash_attention: bool = True
    repack: bool = True

    @property
    def name(self) -> str:
        attention = "flash attention" if self.flash_attention else "plain attention"
        return f"{self.library.label}, {self.gguf_type}, {attention}" + ("" if self.repack else ", no repacking")

    def read(self, work: Workload, effort: Effort) -> Rates:
        return Rates.parse(
            self.output(
                work.threads,
                *("--prompt-tokens", work.prompt_tokens, "--decode-tokens", work.decode_tokens),
                *("--warmups", effort.warmups, "--repetitions", effort.repetitions),
            )
        )

    def seconds_to_first_token(self, prompt_ids: list[int], threads: int) -> float:
        """From when the interpreter runs and the library is loaded, so that Python is not counted."""
        ids = ",".join(map(str, prompt_ids))
        return float(self.output(threads, "--first-token", "--prompt-ids", ids)["first_token_seconds"])

    def write_logits(self, tokens: list[int], target: pathlib.Path, threads: int, is_exact: bool) -> None:
        """A NumPy array, tokens × vocabulary. `is_exact` keeps keys and values in single precision."""
        ids = ",".join(map(str, tokens))
        self.output(threads, "--logits", target, "--prompt-ids", ids, *(["--exact-cache"] if is_exact else []))

    def output(self, threads: int, *arguments: object) -> dict[str, Any]:
        command = [self.places.python, libraries.script(self.places, self.library), "--gguf", self.gguf]
        settings = ["--threads", threads]
        if not self.flash_attention:
            settings.append("--no-flash-attention")
        if not self.repack:
            settings.append("--no-repack")
        lines = run([*command, *settings, *arguments]).strip().splitlines()
        return parse_object(lines[-1] if lines else "", self.library.label)


def parse_object(text: str, source: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise BenchmarkError(f"{source} printed no JSON object: {text.strip()[:200]!r}")
    return value
