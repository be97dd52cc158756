"""Whether both engines compute the same model from a shape's two files."""

import dataclasses
import pathlib
import tempfile

from engine_bench import libraries, shapes
from engine_bench.engines import Opponent, OurEngine, parse_object
from engine_bench.libraries import Library, note
from engine_bench.places import Places
from engine_bench.processes import BenchmarkError, run
from engine_bench.shapes import PublishedShape, ShapeFiles
from engine_bench.worker import Worker

THREADS = 2
# Longer than the windows of the tiny shapes.
EXACT_PROMPT = 96
# The limit of all comparisons of logits in this project.
EXACT_LIMIT = 0.02
PROMPT, GREEDY = 16, 16
# llama.cpp's activations in 8 bits also pick other experts now and then, more of them the more layers there are (0.89 with
# 24 of gpt-oss-20b); a model that is computed otherwise has none.
CORRELATION_LIMIT = 0.8
# What ours loses by rounding activations must be far less.
OWN_CORRELATION_LIMIT = 0.999


@dataclasses.dataclass(frozen=True)
class Agreement:
    # Of logits, in the tiny shape with all weights and activations in single precision.
    exact_difference: float
    # Our greedy tokens that are llama.cpp's likeliest too, of how many.
    greedy_equal: int
    greedy_count: int
    # Of the logits of a prompt with its greedy continuation.
    correlation: float
    # Of our logits of the same tokens with those in single precision.
    own_correlation: float

    def __str__(self) -> str:
        return (
            f"in single precision logits differ by at most {self.exact_difference:.1g}; with activations rounded as by "
            f"default {self.greedy_equal} of {self.greedy_count} greedy tokens are the same, and logits correlate to "
            f"{self.correlation:.4f}, ours with ours in single precision to {self.own_correlation:.6f}"
        )


def check(places: Places, available: list[Library], shape: PublishedShape) -> Agreement | None:
    """None if no library that is installed gives logits.

    Raises BenchmarkError if results differ by more than rounding, or a side cannot run the shape.
    """
    library = next((library for library in available if library.gives_logits), None)
    if library is None:
        note(f"{shape.title}: results are not compared, since no library that gives logits is installed")
        return None
    note(f"comparing results for {shape.title}")
    libraries.install_writer(places)
    tokens = [(index * 7919 + 13) % 49152 for index in range(EXACT_PROMPT)]
    exact = compare(places, library, shapes.tiny_files(places, shape), tokens, is_exact=True)
    files = shapes.measured_files(places, shape)
    continuation = greedy(places, files.folder, tokens[:PROMPT])
    continued = tokens[:PROMPT] + continuation[:-1]
    rounded = compare(places, library, files, continued, is_exact=False)
    own = compare_with_single_precision(places, files, continued)
    likeliest = rounded["likeliest"][PROMPT - 1 :]
    equal = sum(own == other for own, other in zip(continuation, likeliest, strict=True))
    found = Agreement(exact["largest_difference"], equal, GREEDY, rounded["correlation"], own["correlation"])
    if not (
        found.exact_difference < EXACT_LIMIT
        and found.correlation > CORRELATION_LIMIT
        and found.own_correlation > OWN_CORRELATION_LIMIT
    ):
        raise BenchmarkError(f"the two engines do not compute the same for {shape.title}: {found}")
    return found


def greedy(places: Places, folder: pathlib.Path, prompt: list[int]) -> list[int]:
    with Worker(places) as worker:
        worker.ask("load", model=str(folder), threads=THREADS, context_length=PROMPT + GREEDY, weights="file")
        return [int(token) for token in worker.ask("generate", prompt=prompt, max_tokens=GREEDY)["tokens"]]


def compare(places: Places, library: Library, files: ShapeFiles, tokens: list[int], is_exact: bool) -> dict:
    """What compare_logits.py says about ours and theirs."""
    opponent = Opponent(places, library, files.gguf, "", flash_attention=False)
    with tempfile.TemporaryDirectory(dir=places.cache) as scratch:
        ours, theirs = pathlib.Path(scratch) / "ours.npy", pathlib.Path(scratch) / "theirs.npy"
        OurEngine(places).write_logits(files.folder, tokens, ours, THREADS, is_exact)
        opponent.write_logits(tokens, theirs, THREADS, is_exact)
        return differences(places, ours, theirs)


def compare_with_single_precision(places: Places, files: ShapeFiles, tokens: list[int]) -> dict:
    """What compare_logits.py says about ours as they are by default and in single precision."""
    with tempfile.TemporaryDirectory(dir=places.cache) as scratch:
        rounded, exact = pathlib.Path(scratch) / "rounded.npy", pathlib.Path(scratch) / "exact.npy"
        OurEngine(places).write_logits(files.folder, tokens, rounded, THREADS, is_exact=False)
        OurEngine(places).write_logits(files.folder, tokens, exact, THREADS, is_exact=True)
        return differences(places, rounded, exact)


def differences(places: Places, first: pathlib.Path, second: pathlib.Path) -> dict:
    text = run([places.python, places.sources / "compare_logits.py", first, second])
    return parse_object(text, "compare_logits.py")
