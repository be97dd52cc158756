#!/usr/bin/env python3
"""Trains a small tokenizer of each supported kind and records the results of the `tokenizers` package for varied text.

Made with tokenizers 0.23.3, in this folder:

    python3 make-fixtures.py ../Fixtures
"""

import json
import pathlib
import sys

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from texts import PROSE, id_lists, texts

LETTERS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def byte_level(use_regex):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=use_regex)


def split(digits):
    pattern = Regex(LETTERS + digits + REST)
    return pre_tokenizers.Sequence([pre_tokenizers.Split(pattern, "isolated"), byte_level(False)])


def train(pre_tokenizer, size, normalizer=None, special=(), alphabet=True, **model):
    tokenizer = Tokenizer(models.BPE(**model))
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(
        vocab_size=size, min_frequency=1, show_progress=False, special_tokens=list(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet() if alphabet else [])
    tokenizer.train_from_iterator(PROSE, trainer)
    return tokenizer


def plain(content, **flags):
    return AddedToken(content, **{"special": False, "normalized": False, **flags})


def gpt2():
    """Bytes that the prose lacks are unknown; added tokens have every flag, and some are the start of others."""
    tokenizer = train(
        byte_level(True), 1200, special=["<|endoftext|>"], alphabet=False, unk_token="<|endoftext|>", fuse_unk=True)
    tokenizer.add_tokens([
        plain("<left>", lstrip=True), plain("<right>", rstrip=True), plain("<both>", lstrip=True, rstrip=True),
        plain("<word>", single_word=True), plain("word", single_word=True, normalized=True), plain("<a>"),
        plain("<a><b>"), plain("<a><b><c>", normalized=True), plain("  "), plain("naïve é"),
        plain("\n<nl>", rstrip=True),
    ])
    return tokenizer


def smollm():
    """Bytes that the prose lacks are dropped."""
    steps = [pre_tokenizers.Digits(individual_digits=True), byte_level(True)]
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<repo_name>", "<reponame>"]
    return train(pre_tokenizers.Sequence(steps), 1100, special=special, alphabet=False)


def llama3():
    """Every seventh merge is missing, so that some tokens result only from whole words."""
    tokenizer = train(split(r"\p{N}{1,3}"), 1300, ignore_merges=True)
    tokenizer.add_special_tokens(["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>", "<|start_header_id|>"])
    begin = ("<|begin_of_text|>", tokenizer.token_to_id("<|begin_of_text|>"))
    template = processors.TemplateProcessing(
        single="<|begin_of_text|> $A", pair="<|begin_of_text|> $A <|begin_of_text|>:1 $B:1", special_tokens=[begin])
    tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), template])
    return tokenizer


def qwen2():
    tokenizer = train(split(r"\p{N}"), 1300, normalizer=normalizers.NFC())
    tokenizer.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    tokenizer.add_tokens([
        plain("<tool_call>"), plain("Cafe\u0301", normalized=True), plain("<e\u0301>"),
        plain("na\u00efve", single_word=True),
    ])
    return tokenizer


def edited(name, text):
    """The file as the family publishes it: merges as lines, or without some of them."""
    data = json.loads(text)
    model = data["model"]
    if name == "gpt2":
        model["merges"] = ["#version: 0.2"] + [" ".join(pair) for pair in model["merges"]]
    if name == "llama3":
        model["merges"] = [pair for rank, pair in enumerate(model["merges"]) if rank % 7]
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def cases(tokenizer):
    added = [token.content for _, token in sorted(tokenizer.get_added_tokens_decoder().items())]
    lines = [line for line in texts(added, 420) if len(line) < 400]
    encodings = [{"text": line, "ids": tokenizer.encode(line).ids} for line in lines]
    decodings = [
        {"ids": ids, "text": tokenizer.decode(ids, skip_special_tokens=False), "plain": tokenizer.decode(ids)}
        for ids in id_lists(tokenizer.get_vocab_size(), 150)
    ]
    return {"encodings": encodings, "decodings": decodings}


def main():
    folder = pathlib.Path(sys.argv[1])
    for make in (gpt2, smollm, llama3, qwen2):
        name = make.__name__
        path = folder / name / "tokenizer.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        tokenizer = make()
        path.write_text(edited(name, tokenizer.to_str()), encoding="utf-8")
        # One case per line, so that a diff shows which changed.
        recorded = cases(Tokenizer.from_file(str(path)))
        sections = [
            f'"{title}":[\n' + ",\n".join(json.dumps(case, separators=(",", ":")) for case in section) + "\n]"
            for title, section in recorded.items()
        ]
        (path.parent / "cases.json").write_text("{" + ",\n".join(sections) + "}\n")


main()
