#!/usr/bin/env python3
"""Trains a small tokenizer of each supported kind and records the results of the `tokenizers` package for varied text.

Made with tokenizers 0.23.3, in this folder:

    python3 make-fixtures.py ../Fixtures [KIND …]

With --variants, makes more tokenizers, without results: they are only for compare-tokenizers.py.
"""

import argparse
import json
import pathlib

from tokenizers import Tokenizer

from kinds import FIXTURES
from texts import id_lists, texts
from variants import VARIANTS


def edited(name, text):
    """The file as the family publishes it: merges as lines, or without some of them."""
    data = json.loads(text)
    model = data["model"]
    if name == "gpt2":
        model["merges"] = ["#version: 0.2"] + [" ".join(pair) for pair in model["merges"]]
    if name == "llama3":
        model["merges"] = [pair for rank, pair in enumerate(model["merges"]) if rank % 7]
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def cases(tokenizer, count):
    added = [token.content for _, token in sorted(tokenizer.get_added_tokens_decoder().items())]
    lines = [line for line in texts(added, count) if len(line) < 400]
    encodings = [{"text": line, "ids": tokenizer.encode(line).ids} for line in lines]
    decodings = [
        {"ids": ids, "text": tokenizer.decode(ids, skip_special_tokens=False), "plain": tokenizer.decode(ids)}
        for ids in id_lists(tokenizer.get_vocab_size(), 150)
    ]
    return {"encodings": encodings, "decodings": decodings}


# How many texts; 225 for the others.
COUNTS = {"gpt2": 420, "smollm": 420, "llama3": 420, "qwen2": 420}


def write(folder, name, tokenizer):
    path = folder / name / "tokenizer.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(edited(name, tokenizer.to_str()), encoding="utf-8")
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("kinds", nargs="*")
    parser.add_argument("--variants", action="store_true")
    arguments = parser.parse_args()
    for make in VARIANTS if arguments.variants else FIXTURES:
        name = make.__name__
        if arguments.kinds and name not in arguments.kinds:
            continue
        path = write(arguments.folder, name, make())
        if arguments.variants:
            continue
        # One case per line, so that a diff shows which changed.
        recorded = cases(Tokenizer.from_file(str(path)), COUNTS.get(name, 225))
        sections = [
            f'"{title}":[\n' + ",\n".join(json.dumps(case, separators=(",", ":")) for case in section) + "\n]"
            for title, section in recorded.items()
        ]
        (path.parent / "cases.json").write_text("{" + ",\n".join(sections) + "}\n")


main()
