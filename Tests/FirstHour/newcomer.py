#!/usr/bin/env python3
"""Plays a newcomer's first hour: takes every command out of README.md and runs it as it is pasted, in a fresh clone.

usage: newcomer.py [--clone FOLDER] [--only TEXT]
Without --clone the checkout is cloned into a temporary folder, and everything is built and fetched there (half an hour).
With it, that folder is used, where `make bench` was run before. Commands that need what no machine has by itself are left
out, each for a reason that is printed.
"""
import argparse
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Words of the README that stand for something of the reader's own.
WORDS = {
    "CANDIDATE": "smollm2-135m-4bit-g64", "MODEL": "smollm2-135m", "N": "1", "PLAN.json": "plan.json", "TEXT": "'a test'",
    "DIR": ".resident/models/smollm2-135m", "NAME": "json_tools", "ROLE": "default", "ENVELOPE.json": "envelopes/smoke.json",
}

# What a newcomer's machine may not have, or what takes hours.
LEFT_OUT = [
    (r"--engine (endpoint|mlx)", "needs a server or mlx-lm: make test-engines"),
    (r"^resident serve", "never ends: make test-browser"),
    (r"^resident publish", "needs the hub's client: make test-publish"),
    (r"envelope import-", "needs public task sets as Python packages"),
    (r"^resident (registry rollback|migrate)", "has nothing to do on a fresh machine"),
    (r"registry create", "the registry is there since make bench, which made it so"),
    (r"^resident engine (logits|tokenize|detokenize)$", "names of commands, whose help has an example each"),
    (r"--sign-key", "needs a key of the reader's own"),
    (r"^make install$", "writes to /usr/local: run with PREFIX instead"),
    (r"^make test$", "takes ten minutes: make test"),
    (r"^make (bench|pages)$", "run at the start"),
    (r"lane mixed|engine check", "stands for several commands, which tests of their own run"),
    (r"< (messages\.json|output\.txt)", "reads a file of the reader's own"),
]

# A long measurement is tried through the short envelope: the command is what is under test, not the night.
SHORT = [("envelopes/nightly.json", "envelopes/smoke.json"), ("envelopes/lane-ab.json", "envelopes/smoke.json")]


def commands(text):
    """Every command of the shell blocks, without its comment; alternatives after | become commands of their own."""
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S):
        for line in block.splitlines():
            command = re.sub(r"\s+#.*$", "", line).strip()
            if command:
                yield from alternatives(command)


def alternatives(command):
    """`registry show | resolve ROLE` is two commands that share their group; `2>&1 | tail` is none."""
    parts = command.split(" | ")
    if len(parts) == 1 or not command.startswith("resident "):
        return [command]
    words = parts[0].split()
    known = {"registry", "sessions", "envelope", "models", "engine"}
    group = " ".join(words[:2]) if words[1] in known else words[0]
    shared = parts[-1][len(parts[-1].split()[0]):] if parts[0].split()[-1] in ("validate", "generate") else ""
    first = parts[0] + (shared if shared.strip() and len(words) == 3 else "")
    return [first] + [f"{group} {part}{shared if len(part.split()) == 1 else ''}" for part in parts[1:]]


def filled(command):
    """The command with the newcomer's own names."""
    for long, short in SHORT:
        command = command.replace(long, short)
    command = command.replace("ROLE=ID", "spare=smollm2-135m")
    command = re.sub(r"--(envelope|base) FILE\b", r"--\1 envelopes/smoke.json", command)
    command = re.sub(r"(envelope (?:validate|hash|show)) FILE\b", r"\1 envelopes/smoke.json", command)
    command = re.sub(r"models import FILE\.gguf --out DIR", "models import model.gguf --out made/imported", command)
    command = re.sub(r"(quantize) DIR (.*) --out DIR", r"\1 .resident/models/smollm2-135m \2 --out made/lane", command)
    command = command.replace("divergence --model DIR", "divergence --max-tokens 64 --model .resident/models/smollm2-135m-4bit-g64")
    command = command.replace("perplexity --model", "perplexity --max-tokens 64 --model")
    command = command.replace("PATH --id ID", ".resident/models/smollm2-135m-4bit-g64 --id mine")
    command = command.replace('"SELECT …"', '"SELECT number FROM sessions"')
    return " ".join(WORDS.get(word, word) for word in command.split(" "))


def prepare(clone, home):
    """The newcomer's own models and plan, which the README names."""
    models = home / "models"
    models.mkdir(parents=True)
    shutil.copytree(clone / ".resident/models/smollm2-135m-4bit-g64", models / "Qwen3-4B-4bit")
    gguf = next((clone / ".resident/downloads").glob("*.gguf"))
    shutil.copy(gguf, models / "Qwen3-8B-Q4_0.gguf")
    stack = home / "stack"
    stack.mkdir()
    shutil.copy(clone / ".resident/registry.json", stack / "registry.json")
    shutil.copy(gguf, clone / "model.gguf")
    (clone / "plan.json").write_text(
        '{"schema": 1, "id": "first", "roles": ["default"], "candidates": ["smollm2-135m-4bit-g64"],'
        ' "envelopes": ["envelopes/smoke.json"], "budget": {"minutes": 5}}')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--clone", type=pathlib.Path)
    parser.add_argument("--only", default="", help="runs the commands that hold this text")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        clone = options.clone.resolve() if options.clone else folder / "resident"
        if not options.clone:
            subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
            subprocess.run(["make", "bench"], cwd=clone, check=True)
        home = folder / "home"
        prepare(clone, home)
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("RESIDENT_", "XDG_"))}
        prefix = folder / "prefix"
        (prefix / "bin").mkdir(parents=True)
        built = next(path for path in (clone / ".build/release/resident", clone / ".build/debug/resident") if path.exists())
        (prefix / "bin/resident").symlink_to(built)
        environment |= {"HOME": str(home), "PATH": f"{prefix / 'bin'}:{environment['PATH']}"}
        failures, run = [], 0
        for command in commands((clone / "README.md").read_text()):
            why = next((reason for pattern, reason in LEFT_OUT if re.search(pattern, command)), None)
            if options.only not in command:
                continue
            if why:
                print(f"left out  {command}: {why}")
                continue
            began = time.monotonic()
            shutil.rmtree(clone / "made", ignore_errors=True)
            done = subprocess.run(
                ["bash", "-c", filled(command)], cwd=clone, env=environment, capture_output=True, text=True, timeout=1800)
            run += 1
            # Verdicts have exit codes of their own.
            works = done.returncode in (0, 10, 11, 12)
            print(f"{'works   ' if works else 'FAILS   '}  {command}  ({time.monotonic() - began:.0f} s)", flush=True)
            if not works:
                failures.append(command)
                print(f"          {shlex.quote(filled(command))}: {done.returncode}\n          {done.stderr[-600:].strip()}")
        print(f"{run - len(failures)} of {run} commands of README.md work as pasted")
        if failures or not run:
            raise SystemExit(1)


main()
