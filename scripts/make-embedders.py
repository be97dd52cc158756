#!/usr/bin/env python3
"""Makes the tiny embedders of random weights that the tests embed with, and what sentence-transformers makes of some texts.

usage: make-embedders.py Tests/NativeEngineTests/Golden/embedders   (torch and sentence-transformers of `make conformance-embed`)

Writes for each model NAME/, a model folder without modules.json, and NAME.json: for each way of pooling, prompting, cutting
and normalizing the files that state it, and the vectors.
"""

import json
import pathlib
import shutil
import sys
import tempfile

from embedders.models import MODELS, PROMPTS, TEXTS, Case
from sentence_transformers import SentenceTransformer

MAXIMUM = 18
COMMAND = "scripts/make-embedders.py Tests/NativeEngineTests/Golden/embedders"


def recipe(case: Case):
    kinds = [("", "Transformer"), ("1_Pooling", "Pooling")]
    kinds += [(folder, "Dense") for folder in case.projections]
    kinds += [(f"{len(kinds)}_Normalize", "Normalize")] if case.normalizes else []
    names = ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"]
    return {
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (path, kind) in enumerate(kinds)
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": 16, "include_prompt": case.pools_prompt,
            **{
                f"pooling_mode_{name}": case.pooling in (name, name.split("_tokens")[0], name.removesuffix("_token"))
                for name in names
            },
        },
        **{f"{folder}/config.json": config for folder, config in case.projections.items()},
        "sentence_bert_config.json": {"max_seq_length": MAXIMUM, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": PROMPTS, "default_prompt_name": None},
    }


def vectors(folder, case: Case):
    files = recipe(case)
    with tempfile.TemporaryDirectory() as copy:
        copy = pathlib.Path(copy) / "model"
        shutil.copytree(folder, copy)
        for name, content in files.items():
            (copy / name).parent.mkdir(exist_ok=True)
            (copy / name).write_text(json.dumps(content))
        model = SentenceTransformer(str(copy), device="cpu", truncate_dim=case.dimensions)
        # The library cuts after its last step, so a cut vector has to get its length again.
        cuts = case.normalizes and case.dimensions is not None
        made = model.encode(TEXTS, prompt_name=case.prompt, normalize_embeddings=cuts)
    return {
        "files": files, "prompt": case.prompt, "dimensions": case.dimensions,
        "vectors": [[round(float(value), 6) for value in vector] for vector in made],
    }


def main():
    target = pathlib.Path(sys.argv[1])
    for name, model in MODELS.items():
        folder = target / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        model.write(folder)
        golden = {
            "command": COMMAND, "texts": TEXTS, "maximum_tokens": MAXIMUM,
            "cases": [vectors(folder, case) for case in model.cases],
        }
        (target / f"{name}.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n")


main()
