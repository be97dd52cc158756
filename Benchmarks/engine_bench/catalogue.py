"""All rows. `NOTES`, which is printed below the table, says what each counts."""

import dataclasses
import pathlib
from collections.abc import Callable, Iterator
from functools import partial

from engine_bench import lanes, shapes
from engine_bench.bandwidth import BUFFER_MEBIBYTES, PASSES, Bandwidth
from engine_bench.engines import Opponent, OurEngine, Rates, Workload
from engine_bench.lanes import IMPORTED, LANES, Lane
from engine_bench.libraries import Library
from engine_bench.places import Places
from engine_bench.processes import BenchmarkError
from engine_bench.rows import Better, Contender, Effort, Goal, Row
from engine_bench.shapes import SHAPES, PublishedShape

REAL_MODEL = "smollm2-135m"
DECODED = 128
BATCH = 4
MEMORY_CONTEXT = 2048
FIRST_TOKEN_PROMPT = "The capital of France is the city of Paris, and the river there is the"
FIRST_TOKEN_PROMPT_TOKENS = 16

NOTES = f"""\
Each pair runs both engines one after the other in new processes, with one warm-up that is not counted; the one that
goes first alternates. Ratios are ours ÷ opponent within a pair. Both get the same prompt ids. The opponent is the
fastest of all libraries, file types and attention modes in a scouting pass. The lane 4-bit g32 and its file have the
same weights; the other lanes are compared with llama.cpp's nearest types. llama.cpp otherwise keeps its defaults: keys
and values in half precision (ours: single), activations in 8 bits with quantized weights (ours: 16 bits, and single
precision in prompts on Arm and on AVX-512 without VNNI).

Decode at context 0 starts after a prompt of one token. Ours takes the likeliest token each step, as does xllamacpp;
cyllama and llama-cpp-python are given their tokens. Our time to first token is from before the process is created
until the token's text arrives, so it includes the program's start and the tokenizer. The opponent's is from when
Python runs and the library is loaded, so it has only model, context, evaluation of the same ids and the likeliest
token. Peak memory is the largest resident set of `resident engine bench`, weights included. Read bandwidth is
the best of {PASSES} passes over {BUFFER_MEBIBYTES} MiB; decode's bytes are those of the weights only.

Rows of published shapes have random weights in a few layers of the model's sizes, with SmolLM2's vocabulary, and both
sides have the same weights: 4-bit g64 and Q4_0; for gpt-oss mxfp4 experts, and 8-bit g64 and Q8_0 elsewhere. Routers
are 8-bit g64 and F32. Which experts a token picks differs between the sides, since each decodes tokens of its own."""


@dataclasses.dataclass(frozen=True)
class Catalogue:
    places: Places
    libraries: list[Library]

    @property
    def engine(self) -> OurEngine:
        return OurEngine(self.places)

    def rows(self) -> Iterator[Row]:
        """The imported lane on two threads and one; the other lanes on one thread only when named."""
        for lane in LANES:
            for threads in (2, 1):
                is_default = lane == IMPORTED or threads == 2
                goal = Goal(1.3, 2.0 if threads == 2 else 2.5)
                for context, repetitions in ((0, 3), (1024, 1)):
                    work = Workload(max(1, context), DECODED, threads)
                    name = f"decode {DECODED} at context {context}"
                    yield self.lane_row(name, lane, work, goal, "decode", repetitions, is_default)
                for prompt, repetitions in ((512, 3), (2048, 1)):
                    work = Workload(prompt, 1, threads)
                    yield self.lane_row(
                        f"prefill {prompt}", lane, work, Goal(1.5, 2.5), "prefill", repetitions, is_default
                    )
        yield self.batch_row()
        for threads in (2, 1):
            name = f"decode bytes ÷ read bandwidth, beyond the caches, {plural(threads)}"
            folder = partial(lanes.random_folder, self.places)
            yield self.bandwidth_row(name, REAL_MODEL, folder, threads, Goal(0.5, 0.8))
        yield self.memory_row()
        yield self.first_token_row()
        for shape in SHAPES:
            yield from self.shape_rows(shape)

    def lane_row(
        self, name: str, lane: Lane, work: Workload, goal: Goal, phase: str, repetitions: int, is_default: bool
    ) -> Row:
        name = f"{lane.name}: {name}, {plural(work.threads)}"
        folder = partial(lanes.model_folder, self.places, lane)
        opponents = partial(self.opponents, lane, (True,))
        return self.rate_row(name, REAL_MODEL, folder, opponents, work, goal, phase, repetitions, is_default)

    def shape_rows(self, shape: PublishedShape) -> Iterator[Row]:
        """On two threads, as the other rows by default."""
        threads = 2

        def folder() -> pathlib.Path:
            return shapes.measured_files(self.places, shape).folder

        opponents = partial(self.shape_opponents, shape)
        prefix = f"{shape.title}: "
        for name, work, goal, phase in (
            (f"decode {DECODED} at context 0", Workload(1, DECODED, threads), Goal(1.3, 2.0), "decode"),
            ("prefill 512", Workload(512, 1, threads), Goal(1.5, 3.0), "prefill"),
        ):
            full_name = f"{prefix}{name}, {plural(threads)}"
            yield self.rate_row(full_name, shape.name, folder, opponents, work, goal, phase, 3, is_default=True)
        name = f"{prefix}decode bytes ÷ read bandwidth, {plural(threads)}"
        yield self.bandwidth_row(name, shape.name, folder, threads, Goal(0.7, 0.8))

    def rate_row(
        self,
        name: str,
        model: str,
        folder: Callable[[], pathlib.Path],
        make_opponents: Callable[[], Iterator[Opponent]],
        work: Workload,
        goal: Goal,
        phase: str,
        repetitions: int,
        is_default: bool,
    ) -> Row:
        def pick(rates: Rates) -> list[float]:
            return rates.decode if phase == "decode" else rates.prefill

        def ours() -> Contender:
            made = folder()
            return Contender(ours_name(made), lambda effort: pick(self.engine.read(made, work, effort).rates))

        def contender(opponent: Opponent) -> Contender:
            return Contender(opponent.name, lambda effort: pick(opponent.read(work, effort)))

        def opponents() -> list[Contender]:
            return [contender(opponent) for opponent in make_opponents()]

        return Row(name, "tokens/s", Better.HIGHER, goal, repetitions, model, ours, opponents, is_default)

    def opponents(self, lane: Lane, repack_modes: tuple[bool, ...]) -> Iterator[Opponent]:
        """Every library with every file and setting. Repacking weights at load takes time once and saves some later."""
        for library in self.libraries:
            for kind in lane.gguf_types:
                gguf = lanes.gguf_file(self.places, lane, kind)
                for flash_attention in (True, False):
                    for repack in repack_modes:
                        yield Opponent(self.places, library, gguf, kind, flash_attention, repack)

    def shape_opponents(self, shape: PublishedShape) -> Iterator[Opponent]:
        gguf = shapes.measured_files(self.places, shape).gguf
        for library in self.libraries:
            for flash_attention in (True, False):
                yield Opponent(self.places, library, gguf, shape.gguf_types, flash_attention)

    def batch_row(self) -> Row:
        def contender(sequences: int) -> Contender:
            folder = lanes.model_folder(self.places, IMPORTED)
            work = Workload(1, DECODED, threads=2, sequences=sequences)
            name = f"{ours_name(folder)}, {sequences} together" if sequences > 1 else "ours alone"
            return Contender(name, lambda effort: self.engine.read(folder, work, effort).rates.decode)

        name = f"decode {DECODED}, {BATCH} sequences together ÷ one alone, 2 threads"
        together, alone = partial(contender, BATCH), lambda: [contender(1)]
        return Row(name, "tokens/s", Better.HIGHER, Goal(2.5, 3.5), 3, REAL_MODEL, together, alone)

    def bandwidth_row(
        self, name: str, model: str, folder: Callable[[], pathlib.Path], threads: int, goal: Goal
    ) -> Row:
        def ours() -> Contender:
            made = folder()

            def measure(effort: Effort) -> list[float]:
                reading = self.engine.read(made, Workload(1, DECODED, threads), effort)
                return [rate * reading.weight_bytes_per_token / 1e9 for rate in reading.rates.decode]

            return Contender(ours_name(made), measure)

        def opponents() -> list[Contender]:
            bandwidth = Bandwidth.compile(self.places)
            return [Contender("read bandwidth", lambda _: [bandwidth.bytes_per_second(threads) / 1e9])]

        return Row(name, "GB/s", Better.HIGHER, goal, 3, model, ours, opponents)

    def memory_row(self) -> Row:
        work = Workload(MEMORY_CONTEXT - DECODED, DECODED, 2)

        def ours() -> Contender:
            folder = lanes.model_folder(self.places, IMPORTED)

            def measure(_: Effort) -> list[float]:
                peak, _reading = self.engine.read_with_peak_memory(folder, work)
                return [peak / 1e6]

            return Contender(ours_name(folder), measure)

        def opponents() -> list[Contender]:
            folder = lanes.model_folder(self.places, IMPORTED)

            def measure(_: Effort) -> list[float]:
                reading = self.engine.read(folder, Workload(1, 1, 2), Effort(1, 1))
                weights = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
                return [(weights + reading.cache_bytes_per_token * MEMORY_CONTEXT) / 1e6]

            return [Contender("weight file + cache", measure)]

        name = f"peak memory at context {MEMORY_CONTEXT} (lower is better)"
        return Row(name, "MB", Better.LOWER, Goal(1.25, 1.05), 1, REAL_MODEL, ours, opponents, is_timed=False)

    def first_token_row(self) -> Row:
        threads = 2

        def ours() -> Contender:
            folder = lanes.model_folder(self.places, IMPORTED)

            def measure(effort: Effort) -> list[float]:
                count = effort.warmups + effort.repetitions
                seconds = [
                    self.engine.seconds_to_first_token(folder, FIRST_TOKEN_PROMPT, threads) for _ in range(count)
                ]
                return [value * 1e3 for value in seconds[effort.warmups :]]

            return Contender(ours_name(folder), measure)

        def contender(opponent: Opponent, ids: list[int]) -> Contender:
            def measure(effort: Effort) -> list[float]:
                count = effort.warmups + effort.repetitions
                seconds = [opponent.seconds_to_first_token(ids, threads) for _ in range(count)]
                return [value * 1e3 for value in seconds[effort.warmups :]]

            return Contender(opponent.name, measure)

        def opponents() -> list[Contender]:
            ids = self.engine.prompt_ids(lanes.model_folder(self.places, IMPORTED), FIRST_TOKEN_PROMPT)
            if len(ids) != FIRST_TOKEN_PROMPT_TOKENS:
                raise BenchmarkError(f"the prompt of the first-token row has {len(ids)} tokens; give it another text")
            return [contender(opponent, ids) for opponent in self.opponents(IMPORTED, repack_modes=(True, False))]

        name = f"process start to first token of a {FIRST_TOKEN_PROMPT_TOKENS}-token prompt (lower is better)"
        return Row(name, "ms", Better.LOWER, Goal(1.0, 0.5), 3, REAL_MODEL, ours, opponents)


def ours_name(folder: pathlib.Path) -> str:
    return f"resident, {folder.name}"


def plural(threads: int) -> str:
    return f"{threads} thread" + ("s" if threads > 1 else "")
