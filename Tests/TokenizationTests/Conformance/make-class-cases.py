#!/usr/bin/env python3
"""Records what transformers makes of text with the tokenizer of Fixtures/llama2 under each `tokenizer_config.json`.

Made with transformers 5.24.0 and tokenizers 0.23.3, in this folder:

    python3 make-class-cases.py > ../Fixtures/llama2/classes.json
"""

import json
import os
import pathlib
import shutil
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

from transformers import AutoTokenizer  # noqa: E402

from texts import id_lists  # noqa: E402

TEXTS = [
    "", " ", "  ", "a", " a", "  a b", "▁a", "▁ a", "Hello world", "\n a", "a</s>b", "</s> b", "a </s>  b", "<s>x",
    "[INST] hi [INST]", " [INST]hi", "x[INST]", "<pad> y", "z <l> y", "é 東京 \U0001f600", "\u0001 \u00a0", "a  b   c", "</s>",
]
CONFIGURATIONS = [
    ("llama", {"tokenizer_class": "LlamaTokenizer", **legacy, **space})
    for legacy in ({}, {"legacy": True}, {"legacy": False})
    for space in ({}, {"add_prefix_space": True}, {"add_prefix_space": False})
] + [
    ("qwen3", {"tokenizer_class": "LlamaTokenizerFast", "legacy": None}),
    ("mistral", {"tokenizer_class": "LlamaTokenizer", "legacy": True, "add_prefix_space": False}),
    ("llama", {"tokenizer_class": "PreTrainedTokenizerFast", "legacy": True, "add_prefix_space": False}),
    ("llama", {"legacy": False}),
]


def main():
    source = pathlib.Path(__file__).parent.parent / "Fixtures/llama2/tokenizer.json"
    lists = id_lists(900, 30)
    cases = []
    for model_type, configuration in CONFIGURATIONS:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(source, folder)
            pathlib.Path(folder, "config.json").write_text(json.dumps({"model_type": model_type}))
            pathlib.Path(folder, "tokenizer_config.json").write_text(json.dumps(configuration))
            tokenizer = AutoTokenizer.from_pretrained(folder)
        cases.append({
            "model_type": model_type, "configuration": json.dumps(configuration),
            "encodings": [tokenizer(text).input_ids for text in TEXTS],
            "decodings": [tokenizer.decode(ids, clean_up_tokenization_spaces=False) for ids in lists]})
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    print(f'{{"texts":{json.dumps(TEXTS)},\n"lists":{json.dumps(lists)},\n"cases":[\n{lines}\n]}}')


main()
