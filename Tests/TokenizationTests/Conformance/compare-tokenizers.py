#!/usr/bin/env python3
"""Compares the engine's tokenizer with the `tokenizers` package on model folders.

    python3 compare-tokenizers.py MODEL_FOLDER … .build/release/resident [--lines 5000]

The folders may be ../Fixtures/* and what `make-fixtures.py FOLDER --variants` makes, so that every kind is covered.

Texts go through `resident engine tokenize`, ids through `resident engine detokenize`; each result must equal the
package's. Prints the differences and exits with 1 if there are any.
"""

import argparse
import json
import pathlib
import subprocess
import sys

from tokenizers import Tokenizer

from texts import id_lists, texts


def run(binary, verb, folder, values, *flags):
    lines = "".join(json.dumps(value) + "\n" for value in values)
    command = [binary, "engine", verb, "--model", str(folder), *flags]
    output = subprocess.run(command, input=lines.encode(), stdout=subprocess.PIPE, check=True).stdout.decode()
    # Not splitlines(): JSON strings may contain U+2028 and the like unescaped.
    answers = [json.loads(line) for line in output.split("\n") if line]
    if len(answers) != len(values):
        sys.exit(f"{verb}: {len(values)} lines in, {len(answers)} lines out")
    return answers


def report(title, values, ours, theirs):
    different = [i for i in range(len(values)) if ours[i] != theirs[i]]
    print(f"{title}: {len(values) - len(different)} of {len(values)} equal")
    for i in different[:5]:
        print(f"  of {ascii(values[i])[:400]}\n    ours   {ascii(ours[i])[:400]}\n    theirs {ascii(theirs[i])[:400]}")
    return not different


def compare(folder, binary, count):
    print(folder)
    reference = Tokenizer.from_file(str(folder / "tokenizer.json"))
    # The engine never truncates or pads.
    reference.no_truncation()
    reference.no_padding()
    added = [token.content for _, token in sorted(reference.get_added_tokens_decoder().items())]

    lines = texts(added[:60], count)
    theirs = [reference.encode(line, add_special_tokens=False).ids for line in lines]
    ours = run(binary, "tokenize", folder, lines, "--lines")
    equal = report("encode", lines, ours, theirs)

    lists = theirs + id_lists(reference.get_vocab_size(), count)
    for title, skips in (("decode", False), ("decode without special tokens", True)):
        texts_back = [reference.decode(ids, skip_special_tokens=skips) for ids in lists]
        ours_back = run(binary, "detokenize", folder, lists, *(["--skip-special-tokens"] if skips else []))
        equal &= report(title, lists, ours_back, texts_back)
    return equal


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", type=pathlib.Path, nargs="+")
    parser.add_argument("binary")
    parser.add_argument("--lines", type=int, default=5000)
    arguments = parser.parse_args()
    results = [compare(folder, arguments.binary, arguments.lines) for folder in arguments.folders]
    sys.exit(0 if all(results) else 1)


main()
