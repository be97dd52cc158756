"""What every opponent process does: read the job from the command line, run it, print one JSON object.

usage: OPPONENT.py --gguf FILE --threads T --prompt-tokens N --decode-tokens M [--warmups W] [--repetitions R]
       OPPONENT.py --gguf FILE --threads T --first-token --prompt-ids 1,2,3
       OPPONENT.py --gguf FILE --threads T --logits FILE.npy --prompt-ids 1,2,3 [--exact-cache]

The prompt's ids are those of `resident engine bench`. An opponent decodes given ids if its interface allows, so that its
sampling is not counted.
"""

import argparse
import dataclasses
import json
import time
from collections.abc import Callable, Sequence
from typing import Protocol

VOCABULARY = 49152


@dataclasses.dataclass(frozen=True)
class Job:
    """One process's work. `context` is the number of positions that it needs."""

    gguf: str
    threads: int
    prompt: list[int]
    decode_tokens: int
    warmups: int
    repetitions: int
    first_token: bool
    flash_attention: bool
    repack: bool
    # Where the logits after each token of the prompt go.
    logits: str | None
    # Whether keys and values are kept in single precision.
    exact_cache: bool

    @property
    def context(self) -> int:
        return len(self.prompt) + self.decode_tokens + 1

    @property
    def batch(self) -> int:
        """llama.cpp's default, unless the prompt would not fit in one batch."""
        return max(2048, len(self.prompt))


@dataclasses.dataclass(frozen=True)
class Reading:
    prefill_tokens_per_second: float
    decode_tokens_per_second: float


class Engine(Protocol):
    def read(self, job: Job) -> Reading:
        """Empties the cache, then times the prompt and the tokens decoded after it."""

    def first_token(self, prompt: Sequence[int]) -> str:
        """Evaluates the prompt in an empty cache and returns the text of the likeliest next token."""

    def logits(self, prompt: Sequence[int]) -> list[Sequence[float]]:
        """Evaluates the prompt in an empty cache; the logits after each of its tokens."""


class Stepper(Protocol):
    """An engine that evaluates step by step."""

    def clear(self) -> None: ...

    def evaluate(self, tokens: Sequence[int], position: int) -> None:
        """Returns when the logits of the last token are there."""


def read_stepwise(engine: Stepper, job: Job) -> Reading:
    engine.clear()
    start = time.perf_counter()
    engine.evaluate(job.prompt, 0)
    prefilled = time.perf_counter()
    for index in range(job.decode_tokens):
        engine.evaluate([(index * 31 + 7) % VOCABULARY], len(job.prompt) + index)
    end = time.perf_counter()
    return Reading(len(job.prompt) / (prefilled - start), job.decode_tokens / (end - prefilled))


def run(open_engine: Callable[[Job], Engine]) -> None:
    """The whole of an opponent's `main`. Call it when the library is imported: the clock starts here."""
    start = time.perf_counter()
    job = parse_job()
    engine = open_engine(job)
    if job.first_token:
        text = engine.first_token(job.prompt)
        output: dict[str, object] = {"first_token_seconds": time.perf_counter() - start, "text": text}
    elif job.logits:
        import numpy  # Which rates do not need.

        rows = numpy.array(engine.logits(job.prompt), numpy.float32)
        numpy.save(job.logits, rows)
        output = {"tokens": len(rows)}
    else:
        for _ in range(job.warmups):
            engine.read(job)
        output = {"repetitions": [dataclasses.asdict(engine.read(job)) for _ in range(job.repetitions)]}
    print("\n" + json.dumps(output), flush=True)


def parse_job() -> Job:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--prompt-tokens", type=int, default=512)
    parser.add_argument("--prompt-ids", type=lambda text: [int(part) for part in text.split(",")])
    parser.add_argument("--decode-tokens", type=int, default=0)
    parser.add_argument("--warmups", type=int, default=1)
    parser.add_argument("--repetitions", type=int, default=1)
    parser.add_argument("--first-token", action="store_true")
    parser.add_argument("--logits")
    parser.add_argument("--exact-cache", action="store_true")
    parser.add_argument("--no-flash-attention", action="store_true")
    parser.add_argument("--no-repack", action="store_true")
    arguments = parser.parse_args()
    prompt = arguments.prompt_ids or [(i * 7919 + 13) % VOCABULARY for i in range(arguments.prompt_tokens)]
    return Job(
        gguf=arguments.gguf,
        threads=arguments.threads,
        prompt=prompt,
        decode_tokens=max(1, arguments.decode_tokens),
        warmups=arguments.warmups,
        repetitions=arguments.repetitions,
        first_token=arguments.first_token,
        flash_attention=not arguments.no_flash_attention,
        repack=not arguments.no_repack,
        logits=arguments.logits,
        exact_cache=arguments.exact_cache,
    )
