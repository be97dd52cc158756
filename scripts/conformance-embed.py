#!/usr/bin/env python3
"""Compares the vectors of the native engine with those of sentence-transformers (torch, CPU, float32) on a model folder.

usage: conformance-embed.py RESIDENT MODEL_FOLDER [--texts 500] [--seed 23]

Texts are varied by seed: sentences of the project's own texts alone and joined, single words, questions, code, other scripts,
white space, the empty text, and texts that are longer than the model reads. Both sides get them in one request, so that
batches are ragged. Exits with 1 if a cosine is below 0.99999, a length differs by more than 1e-4, or another number of tokens
was read.
"""

import argparse
import json
import pathlib
import random
import re
import subprocess
import sys

import numpy as np
from sentence_transformers import SentenceTransformer

LIMIT = 0.99999
LENGTH_LIMIT = 1e-4
ROOT = pathlib.Path(__file__).resolve().parent.parent
SCRIPTS = ["Где находится вокзал?", "東京の天気はどうですか", "كيف حالك اليوم", "Καλημέρα σας", "शुभ प्रभात", "안녕하세요", "Çok teşekkürler", "naïve café 🚀"]
CODE = ["let x = try await fetch(url)", "SELECT name FROM users WHERE id = 7;", "for i in range(10): print(i)", "git rebase -i HEAD~3"]


def varied(count, seed):
    draw = random.Random(seed)
    text = "\n".join((ROOT / f"Sources/Lanes/Resources/{name}.txt").read_text() for name in ("calibration", "evaluation"))
    sentences = [part.strip() for part in re.split(r"(?<=[.?!])\s+", text) if part.strip()]
    words = sorted(set(re.findall(r"\w+", text)))
    texts = ["", " ", "\n\t", "a", "word " * 600, "[CLS] [SEP] [MASK] [PAD]", *SCRIPTS, *CODE]
    while len(texts) < count:
        kind = draw.randrange(8)
        if kind == 0:
            texts.append(draw.choice(words))
        elif kind == 1:
            texts.append(" ".join(draw.choices(words, k=draw.randrange(2, 9))) + "?")
        elif kind == 2:
            texts.append(" ".join(draw.choices(sentences, k=draw.randrange(2, 25))))
        elif kind == 3:
            texts.append(draw.choice(CODE) + "  # " + draw.choice(sentences))
        elif kind == 4:
            texts.append(draw.choice(SCRIPTS) + " " + draw.choice(sentences).upper())
        else:
            texts.append(draw.choice(sentences))
    return texts[:count]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("resident")
    parser.add_argument("folder")
    parser.add_argument("--texts", type=int, default=500)
    parser.add_argument("--seed", type=int, default=23)
    arguments = parser.parse_args()
    texts = varied(arguments.texts, arguments.seed)
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    command = [arguments.resident, "engine", "embed", arguments.folder, "--lines", "--json"]
    ours = json.loads(subprocess.run(command, input=lines, check=True, capture_output=True, text=True).stdout)
    model = SentenceTransformer(arguments.folder, device="cpu")
    theirs = model.encode(texts, batch_size=32)
    mine = np.array(ours["vectors"], dtype=np.float64)
    theirs = np.array(theirs, dtype=np.float64)
    lengths = np.linalg.norm(mine, axis=1), np.linalg.norm(theirs, axis=1)
    cosines = (mine * theirs).sum(axis=1) / (lengths[0] * lengths[1])
    worst = int(cosines.argmin())
    tokens = [min(len(model.tokenizer(text)["input_ids"]), model.max_seq_length) for text in texts]
    others = [i for i, count in enumerate(tokens) if ours["tokens"][i] != count]
    cut = sum(count > 0 for count in ours["cut_tokens"])
    print(f"{len(texts)} texts of {min(tokens)} to {max(tokens)} tokens, {cut} of them cut")
    print(f"smallest cosine {cosines[worst]:.9f}, of {ascii(texts[worst])[:60]}")
    print(f"largest difference of lengths {np.abs(lengths[0] - lengths[1]).max():.2e}, of numbers {np.abs(mine - theirs).max():.2e}")
    print(f"other numbers of tokens: {len(others)}")
    differs = cosines[worst] < LIMIT or np.abs(lengths[0] - lengths[1]).max() > LENGTH_LIMIT or others
    sys.exit(1 if differs else 0)


main()
