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
# llama.cpp's activations in 8 bits also pick other experts now and then; a model that is computed otherwise has none.
CORRELATION_LIMIT = 0.98


@dataclasses.dataclass(frozen=True)
class Agreement:
    # Of logits, in the tiny shape with all weights and activations in single precision.
    exact_difference: float
    # Our greedy tokens that are llama.cpp's likeliest too, of how many.
    greedy_equal: int
    greedy_count: int
    # Of the logits of a prompt with its greedy continuation.
    correlation: float

    def __str__(self) -> str:
        return (
            f"in single precision logits differ by at most {self.exact_difference:.1g}; with activations rounded as by "
            f"default {self.greedy_equal} of {self.greedy_count} greedy tokens are the same, and logits correlate to "
            f"{self.correlation:.4f}"
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
    rounded = compare(places, library, files, tokens[:PROMPT] + continuation[:-1], is_exact=False)
    likeliest = rounded["likeliest"][PROMPT - 1 :]
    equal = sum(own == other for own, other in zip(continuation, likeliest, strict=True))
    found = Agreement(exact["largest_difference"], equal, GREEDY, rounded["correlation"])
    if not (found.exact_difference < EXACT_LIMIT and found.correlation > CORRELATION_LIMIT):
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
        text = run([places.python, places.sources / "compare_logits.py", ours, theirs])
    return parse_object(text, "compare_logits.py")
