"""Small tokenizers of each supported kind, trained on a little prose."""

import io
import json
import math
import pathlib
import tempfile
import unicodedata
from collections import Counter

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from texts import PROSE

LETTERS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
ENDING = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
SLASHED = r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
# As DeepSeek publishes it, with line breaks that are not escaped.
DEEPSEEK = (
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^LINES\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
    r"| ?[\p{P}\p{S}]+[LINES]*|\s*[LINES]+|\s+(?!\S)|\s+").replace("LINES", "\r\n")


def cased(ending):
    """Words that upper case letters begin and lower case letters end, with one sign before."""
    sign = r"[^\r\n\p{L}\p{N}]?"
    return f"{sign}{UPPER}*{LOWER}+{ending}|{sign}{UPPER}+{LOWER}*{ending}|"


def byte_level(use_regex):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=use_regex)


def splits(*patterns):
    steps = [pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in patterns]
    return pre_tokenizers.Sequence([*steps, byte_level(False)])


def split(digits):
    return splits(LETTERS + digits + REST)


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


def o200k():
    tokenizer = train(splits(cased(ENDING) + r"\p{N}{1,3}" + SLASHED), 1300, ignore_merges=True)
    tokenizer.add_special_tokens(["<|startoftext|>", "<|endoftext|>", "<|start|>", "<|channel|>"])
    return tokenizer


def deepseek():
    tokenizer = train(splits(r"\p{N}{1,3}", "[一-龥\u3040-ゟ゠-ヿ]+", DEEPSEEK), 1300, normalizer=normalizers.Sequence([]))
    tokenizer.add_special_tokens(["<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"])
    tokenizer.add_tokens([plain("<｜User｜>"), plain("<think>", normalized=True)])
    return tokenizer


BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def by_characters(size, special, byte_tokens=BYTES, alphabet=150, **model):
    """BPE over the characters of text whose spaces are ▁; only so many characters are in the vocabulary."""
    counts = Counter("".join(PROSE))
    known = set(sorted(counts, key=lambda character: (-counts[character], character))[:alphabet])
    prose = ["".join(character for character in line if character in known) for line in PROSE]
    trained = Tokenizer(models.BPE())
    trained.normalizer = normalizers.Replace(" ", "▁")
    trained.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    trainer = trainers.BpeTrainer(vocab_size=size, min_frequency=1, show_progress=False)
    trained.train_from_iterator(prose + ["▁".join([""] * n) for n in range(2, 9)], trainer)
    learnt = json.loads(trained.to_str())["model"]
    tokens = [*special, *byte_tokens, *sorted(learnt["vocab"], key=learnt["vocab"].get)]
    merges = [tuple(pair) for pair in learnt["merges"]]
    return Tokenizer(models.BPE({token: id for id, token in enumerate(tokens)}, merges, **model))


def finish(tokenizer, special, frame=True):
    tokenizer.add_special_tokens(special)
    if frame:
        begin = special[-2]
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{begin} $A", pair=f"{begin} $A {begin}:1 $B:1",
            special_tokens=[(begin, tokenizer.token_to_id(begin))])
    return tokenizer


def spaces_decoder(*more):
    return decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), *more])


SPECIAL = ["<unk>", "<s>", "</s>"]


def llama2():
    """Every piece of text begins with ▁; bytes stand for what the vocabulary lacks."""
    tokenizer = by_characters(900, SPECIAL, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = spaces_decoder(decoders.Strip(" ", 1, 0))
    tokenizer.add_tokens([plain("[INST]"), plain("<pad>", normalized=True), plain("<l>", lstrip=True, rstrip=True)])
    return finish(tokenizer, SPECIAL)


def mistral():
    """Only the start of the text begins with ▁."""
    tokenizer = by_characters(900, SPECIAL, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="first", split=False)
    tokenizer.decoder = spaces_decoder(decoders.Strip(" ", 1, 0))
    tokenizer.add_special_tokens(["[INST]", "[/INST]"])
    return finish(tokenizer, SPECIAL)


def gemma():
    """No text begins with ▁; line breaks and runs of spaces are added tokens."""
    special = ["<pad>", "<eos>", "<unk>", "<bos>", "<mask>"]
    tokenizer = by_characters(900, special, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = spaces_decoder()
    tokenizer.add_tokens([plain("<unused0>"), plain("\n\n"), plain("▁▁▁"), plain("<b>"), plain("</b>")])
    return finish(tokenizer, special)


def scored_pieces(size):
    """Pieces of words by how much of the prose they are: training a unigram model is not the same in every run."""
    words = [f"▁{word}" for line in PROSE for word in unicodedata.normalize("NFKC", line).split()]
    counts = Counter(
        word[start:end] for word in words for start in range(len(word))
        for end in range(start + 1, min(start + 8, len(word)) + 1))
    weights = {piece: count * len(piece) for piece, count in counts.items() if count > 1 or len(piece) == 1}
    total = sum(weights.values())
    best = sorted(weights, key=lambda piece: (-weights[piece], piece))[:size]
    return [(token, 0.0) for token in SPECIAL] + [(piece, math.log(weights[piece] / total)) for piece in best]


def unigram():
    tokenizer = Tokenizer(models.Unigram(scored_pieces(700), unk_id=0))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Metaspace("▁", prepend_scheme="always", split=True)
    return finish(tokenizer, SPECIAL, frame=False)


BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def around(tokenizer, begin, end):
    """A special token before a text, and one after it."""
    ids = [(token, tokenizer.token_to_id(token)) for token in (begin, end)]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}", pair=f"{begin} $A {end} $B:1 {end}:1", special_tokens=ids)
    return tokenizer


def pieces(size, normalizer, pre_tokenizer=None, prefix="##", **model):
    """WordPiece of the parts of words by how much of the prose they are: training is not the same in every run."""
    pre_tokenizer = pre_tokenizer or pre_tokenizers.BertPreTokenizer()
    counts = Counter()
    for line in PROSE:
        for word, _ in pre_tokenizer.pre_tokenize_str(normalizer.normalize_str(line)):
            for start in range(len(word)):
                for end in range(start + 1, min(start + 8, len(word)) + 1):
                    counts[(prefix if start else "") + word[start:end]] += end - start
    listed = BERT + sorted(counts, key=lambda piece: (-counts[piece], piece))[:size]
    vocabulary = {piece: id for id, piece in enumerate(dict.fromkeys(listed))}
    tokenizer = Tokenizer(
        models.WordPiece(vocabulary, unk_token="[UNK]", continuing_subword_prefix=prefix, **model))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.WordPiece(prefix=prefix)
    tokenizer.add_special_tokens(BERT)
    return tokenizer


def bert():
    """As all-MiniLM-L6-v2: lower case without accents."""
    return around(pieces(900, normalizers.BertNormalizer()), "[CLS]", "[SEP]")


def charsmap(rules):
    """SentencePiece's character map of some rules, which it compiles."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "rules.tsv")
        numbers = lambda text: " ".join(f"{ord(character):X}" for character in text)
        path.write_text("".join(f"{numbers(key)}\t{numbers(value)}\n" for key, value in rules.items()))
        return sentencepiece_map(normalization_rule_tsv=str(path))


def sentencepiece_map(**options):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a b c"] * 9), model_writer=model, vocab_size=10, hard_vocab_limit=False,
        minloglevel=2, **options)
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.getvalue())
    return proto.normalizer_spec.precompiled_charsmap


def rules():
    """What NFKC does to the prose, some of it only to pairs; spaces and control characters as in nmt_nfkc."""
    characters = sorted(set("".join(PROSE)))
    rules = {character: unicodedata.normalize("NFKC", character) for character in characters}
    rules |= {unicodedata.normalize("NFD", c): c for c in "éàüçñÅÉ"} | {"a\u0323\u0307": "ạ̇"}
    rules |= {control: "" for control in map(chr, range(1, 0x20))} | {"\u200b": " ", "\ufeff": "", "\u3000": " "}
    rules |= {space: " " for space in "\t\n\r\u00a0\u2028"}
    return {key: value for key, value in rules.items() if key != value}


def sentence_pieces(size, normalizer, pre_tokenizer, **model):
    """A unigram model as published ones are converted: pieces begin with ▁, and two special tokens surround a text."""
    tokenizer = Tokenizer(models.Unigram(scored_pieces(size), unk_id=0, **model))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.Metaspace("▁", prepend_scheme="always", split=True)
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    return around(tokenizer, "<s>", "</s>")


def xlmr():
    """As multilingual-e5: a character map, and no runs of spaces."""
    normalizer = normalizers.Sequence(
        [normalizers.Precompiled(charsmap(rules())), normalizers.Replace(Regex(" {2,}"), " ")])
    return sentence_pieces(600, normalizer, pre_tokenizers.Metaspace("▁", prepend_scheme="always", split=True))


def word_level():
    """Whole words, without a decoder."""
    words = Counter(
        word for line in PROSE for word, _ in pre_tokenizers.Whitespace().pre_tokenize_str(line.lower()))
    listed = ["[UNK]", *sorted(words, key=lambda word: (-words[word], word))[:400]]
    tokenizer = Tokenizer(models.WordLevel({word: id for id, word in enumerate(listed)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase(), normalizers.Strip()])
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(["[UNK]", "[CLS]", "[SEP]"])
    ends = [(token, tokenizer.token_to_id(token)) for token in ("[SEP]", "[CLS]")]
    tokenizer.post_processor = processors.BertProcessing(*ends)
    return tokenizer


FIXTURES = (
    gpt2, smollm, llama3, qwen2, o200k, deepseek, llama2, mistral, gemma, unigram, bert, xlmr, word_level)
