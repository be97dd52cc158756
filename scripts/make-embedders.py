#!/usr/bin/env python3
"""Makes the tiny BERT of random weights that the tests embed with, and what sentence-transformers makes of some texts with it.

usage: make-embedders.py Tests/NativeEngineTests/Golden/embedders   (torch and sentence-transformers of `make conformance-embed`)

Writes tiny-bert/, a model folder without modules.json, and tiny-bert.json: for each way of pooling, prompting, cutting and
normalizing the files that state it, and the vectors.
"""

import json
import pathlib
import shutil
import sys
import tempfile

import torch
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

WORDS = ["the", "book", "flight", "table", "for", "two", "bake", "bread", "weather", "##s", "##ing", "query", ":", ".", "?"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MAXIMUM = 18
TEXTS = [
    "Book a table for two.",
    "flights",
    "Baking bread: the weather?",
    "",
    "the book for the flight and the table for the bread and the weather for two books and two tables",
    "Émile ✈ 東京",
]
PROMPTS = {"query": "query: ", "document": ""}
# Pooling, whether the prompt is pooled, whether vectors are normalized, the prompt's name, dimensions.
CASES = [
    ("mean", True, True, None, None),
    ("mean", True, False, "query", None),
    ("mean", False, True, "query", None),
    ("mean", True, True, None, 8),
    ("cls", True, True, None, None),
    ("cls", False, False, "query", None),
    ("max", True, False, None, None),
    ("lasttoken", True, True, None, None),
    ("mean_sqrt_len_tokens", True, False, None, None),
    ("weightedmean", True, True, None, None),
    ("weightedmean", False, True, "query", None),
]


def write_model(folder):
    torch.manual_seed(23)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *LETTERS, *(f"##{letter}" for letter in LETTERS), *WORDS]
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
        max_position_embeddings=24, initializer_range=0.4)
    model = BertModel(config, add_pooling_layer=False).eval()
    for name, parameter in model.named_parameters():
        if "LayerNorm" in name or name.endswith("bias"):
            parameter.data += 0.3 * torch.randn_like(parameter)
    model.save_pretrained(folder)
    tokenizer = Tokenizer(models.WordPiece({token: i for i, token in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        mask_token="[MASK]").save_pretrained(folder)


def recipe(pooling, pools_prompt, normalizes):
    kinds = [("", "Transformer"), ("1_Pooling", "Pooling")] + ([("2_Normalize", "Normalize")] if normalizes else [])
    return {
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (path, kind) in enumerate(kinds)
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": 16, "include_prompt": pools_prompt,
            **{
                f"pooling_mode_{name}": name.split("_tokens")[0] == pooling or name == pooling or name == f"{pooling}_token"
                for name in ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"]
            },
        },
        "sentence_bert_config.json": {"max_seq_length": MAXIMUM, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": PROMPTS, "default_prompt_name": None},
    }


def vectors(folder, case):
    pooling, pools_prompt, normalizes, prompt, dimensions = case
    files = recipe(pooling, pools_prompt, normalizes)
    with tempfile.TemporaryDirectory() as copy:
        copy = pathlib.Path(copy) / "model"
        shutil.copytree(folder, copy)
        for name, content in files.items():
            (copy / name).parent.mkdir(exist_ok=True)
            (copy / name).write_text(json.dumps(content))
        model = SentenceTransformer(str(copy), device="cpu", truncate_dim=dimensions)
        # The library cuts after its last step, so a cut vector has to get its length again.
        made = model.encode(TEXTS, prompt_name=prompt, normalize_embeddings=normalizes and dimensions is not None)
    return {
        "files": files, "prompt": prompt, "dimensions": dimensions,
        "vectors": [[round(float(value), 6) for value in vector] for vector in made],
    }


def main():
    target = pathlib.Path(sys.argv[1])
    folder = target / "tiny-bert"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_model(folder)
    golden = {
        "command": "scripts/make-embedders.py Tests/NativeEngineTests/Golden/embedders",
        "texts": TEXTS, "maximum_tokens": MAXIMUM, "cases": [vectors(folder, case) for case in CASES],
    }
    (target / "tiny-bert.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n")


main()
