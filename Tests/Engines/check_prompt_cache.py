#!/usr/bin/env python3
"""Runs the program against servers that keep prompts, and counts how often each is caught.

usage: check_prompt_cache.py PROGRAM MODEL_FOLDER [--runs N] [--only CASE]

Each run measures a server of `caching_server.py` by the endpoint engine. Exit code 1 if any run ended otherwise than it
has to.
"""
import argparse
import json
import multiprocessing
import pathlib
import subprocess
import sys
import tempfile
import time

# What is served, what is declared, how many busy processes run beside it, and words of the message: none if it passes.
CASES = {
    "keeps, unsaid": (["--keep"], [], 0, "keeps prompts and does not say so"),
    "keeps, unsaid, busy machine": (["--keep"], [], 1, "keeps prompts and does not say so"),
    "keeps, declared": (["--keep"], ["--keeps-prompts"], 0, None),
    "keeps, declared, busy machine": (["--keep"], ["--keeps-prompts"], 1, None),
    "keeps, reports": (["--keep", "--report"], [], 0, None),
    "keeps nothing": ([], [], 0, None),
    "keeps nothing, busy machine": ([], [], 1, None),
    "keeps whatever begins, declared": (["--all"], ["--keeps-prompts"], 0, "no request to it is known to be cold"),
}

ENVELOPE = {
    "schema": 1, "id": "cache", "version": 1, "description": "One cell.",
    "sampling": {"temperature": 0, "top_p": 1, "seed": 0},
    "throughput": [{"id": "a", "text": "The fox. ", "prompt_tokens": 200, "decode_tokens": 2}],
    "accuracy": [],
    "plan": {"blocks": 1, "warm_ups": 0, "order_seed": 1, "void_limit": 0.5},
    "promotion": {
        "confidence": 0.9,
        "objectives": [{"metric": "cumulative_tokens_per_second", "cell": "a", "min_effect": 0.02}],
        "guardrails": [], "maturity": {"comparisons": 1, "days_between": 0, "allow_provisional": True},
    },
}


def spin():
    while True:
        pass


def folder_without_tokenizer(model, folder):
    """The weights of a model with a tokenizer that is not read: the server's own counts are then all there is."""
    for file in model.iterdir():
        if not file.name.startswith("tokenizer"):
            (folder / file.name).symlink_to(file)
    (folder / "tokenizer.json").write_text('{"model":{"type":"Lattice"}}')


def run(program, folder, work, served, declared):
    server = subprocess.Popen(
        [sys.executable, pathlib.Path(__file__).parent / "caching_server.py", *served],
        stdout=subprocess.PIPE, text=True)
    try:
        port = server.stdout.readline().strip()
        return subprocess.run(
            [program, "run", folder, "--envelope", work / "envelope.json", "--db", work / "cache.sqlite",
             "--engine", "endpoint", "--endpoint", f"http://127.0.0.1:{port}/v1", "--served-model", "stub", *declared],
            capture_output=True, text=True, timeout=300)
    finally:
        server.terminate()
        server.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--only", action="append", help="a case by its whole name")
    arguments = parser.parse_args()
    wrong = 0
    for name, (served, declared, busy, message) in CASES.items():
        if arguments.only and name not in arguments.only:
            continue
        others = [multiprocessing.Process(target=spin, daemon=True) for _ in range(busy)]
        for other in others:
            other.start()
        right, start, last = 0, time.monotonic(), ""
        for _ in range(arguments.runs):
            with tempfile.TemporaryDirectory() as text:
                work = pathlib.Path(text)
                folder = work / "model"
                folder.mkdir()
                folder_without_tokenizer(arguments.model.resolve(), folder)
                (work / "envelope.json").write_text(json.dumps(ENVELOPE))
                ended = run(arguments.program.resolve(), folder, work, served, declared)
                output = " ".join(ended.stderr.split())
                isRight = ended.returncode == 0 if message is None else ended.returncode != 0 and message in output
                right += isRight
                if message and isRight:
                    last = output[output.index("what serves"):]
                if not isRight:
                    print(f"  {name}: exit {ended.returncode}: {output[-600:]}")
        for other in others:
            other.terminate()
            other.join()
        wrong += arguments.runs - right
        verb = "passed" if message is None else "caught"
        print(f"{name}: {right} of {arguments.runs} {verb}, {time.monotonic() - start:.0f} s", flush=True)
        if last:
            print(f"  {last}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
