#!/usr/bin/env python3
"""Trains two small SentencePiece models and records how text becomes ids, beside what a GGUF file keeps of the models.

Made in this folder, with sentencepiece 0.2.3, protobuf, tokenizers 0.23.3 and transformers 5.24.0:

    python3 make-sentencepiece-golden.py > ../Fixtures/sentencepiece-golden.json

The ids are those of the `tokenizers` package for a tokenizer.json as Llama 2 and Gemma 3 publish theirs, with the merges
that transformers derives from the scores of the original model. For text without added tokens, the same ids must come
from SentencePiece itself.
"""

import io
import json
import pathlib
import sys

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, processors
from transformers.tokenization_utils_base import generate_merges

sys.path.append(str(pathlib.Path(__file__).parents[2] / "TokenizationTests/Conformance"))
from texts import PROSE, id_lists, texts  # noqa: E402

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, _, BYTE = range(1, 7)
RUNS = ["\n" * n for n in range(1, 9)] + ["▁" * n for n in range(2, 9)]
MARKS = ["<table>", "</table>", "<b>"]


def train(**options):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([line for text in PROSE for line in text.splitlines()] * 3), model_writer=model,
        model_type="bpe", byte_fallback=True, character_coverage=0.98, normalization_rule_name="identity",
        remove_extra_whitespaces=False, split_digits=True, num_threads=1, minloglevel=2, **options)
    return model.getvalue()


def pieces(model):
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model)
    return [(piece.piece, piece.score, piece.type) for piece in proto.pieces]


def reference(vocabulary, merges, *, prefix, special, added):
    ids = {piece: number for number, (piece, _, _) in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.BPE(ids, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    spaces = normalizers.Replace(" ", "▁")
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), spaces]) if prefix else spaces
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    tokenizer.decoder = decoders.Sequence(steps + ([decoders.Strip(" ", 1, 0)] if prefix else []))
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special])
    tokenizer.add_tokens([AddedToken(token, normalized=False, special=False) for token in added])
    begin = "<s>" if "<s>" in ids else "<bos>"
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A", pair=f"{begin} $A {begin}:1 $B:1", special_tokens=[(begin, ids[begin])])
    return tokenizer


def stored(vocabulary):
    """What llama.cpp's convert_hf_to_gguf.py writes: added tokens have no score, and their spaces are not escaped."""
    rows = []
    for piece, score, kind in vocabulary:
        if kind in (UNKNOWN, CONTROL, USER_DEFINED):
            score = -1000.0
        rows.append((piece.replace("▁", " ") if kind == USER_DEFINED else piece, score, kind))
    tokens, scores, kinds = zip(*rows)
    return {"tokens": tokens, "scores": scores, "types": kinds}


def agreement(name, model, tokenizer, lines, added):
    """How many texts without added tokens SentencePiece itself gives other ids."""
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    plain = [line for line in lines if not any(token in line for token in added) and "\0" not in line and "▁" not in line]
    differing = [
        line for line in plain if processor.encode(line) != tokenizer.encode(line, add_special_tokens=False).ids]
    print(f"{name}: {len(plain) - len(differing)} of {len(plain)} texts as SentencePiece", file=sys.stderr)
    for line in differing[:5]:
        print(f"  {line[:80]!r}", file=sys.stderr)


def record(model, vocabulary, merges, *, name, prefix, special, added):
    tokenizer = reference(vocabulary, merges, prefix=prefix, special=special, added=added)
    lines = [line for line in texts(special + added, 160) if len(line) < 300]
    agreement(name, model, tokenizer, texts([], 3000), special + added)
    return {
        **stored(vocabulary), "space_prefix": prefix, "merge_count": len(merges),
        "encodings": [{"text": line, "ids": tokenizer.encode(line).ids} for line in lines],
        "decodings": [
            {"ids": ids, "text": tokenizer.decode(ids, skip_special_tokens=False), "plain": tokenizer.decode(ids)}
            for ids in id_lists(len(vocabulary), 60)],
    }


def llama():
    """Two tokens were added after training."""
    model = train(vocab_size=900, add_dummy_prefix=True)
    vocabulary = pieces(model)
    merges = generate_merges(
        {piece: number for number, (piece, _, _) in enumerate(vocabulary)},
        {piece: score for piece, score, _ in vocabulary})
    vocabulary += [("[INST]", 0.0, CONTROL), ("<tool>", 0.0, USER_DEFINED)]
    return record(
        model, vocabulary, merges, name="llama", prefix=True, special=["<unk>", "<s>", "</s>", "[INST]"],
        added=["<tool>"])


def gemma():
    """Users defined runs of line breaks and of spaces; merges follow the pieces' order, as transformers has it."""
    model = train(
        vocab_size=950, add_dummy_prefix=False, pad_id=0, eos_id=1, bos_id=2, unk_id=3, bos_piece="<bos>",
        eos_piece="<eos>", user_defined_symbols=RUNS + MARKS)
    vocabulary = pieces(model)
    numbers = {piece: number for number, (piece, _, _) in enumerate(vocabulary)}
    merges = generate_merges(numbers, {piece: -number for piece, number in numbers.items()})
    return record(
        model, vocabulary, merges, name="gemma", prefix=False, special=["<pad>", "<eos>", "<bos>", "<unk>"],
        added=RUNS + MARKS)


def main():
    golden = {make.__name__: make() for make in (llama, gemma)}
    # One case per line, so that a diff shows which changed.
    sections = []
    for name, kind in golden.items():
        members = []
        for key, value in kind.items():
            if key in ("encodings", "decodings"):
                cases = ",\n".join(json.dumps(case, separators=(",", ":")) for case in value)
                members.append(f'"{key}":[\n{cases}\n]')
            else:
                members.append(f'"{key}":{json.dumps(value, separators=(",", ":"))}')
        sections.append(f'"{name}":{{' + ",\n".join(members) + "}")
    print("{" + ",\n".join(sections) + "}")


main()
