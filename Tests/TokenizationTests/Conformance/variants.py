"""More tokenizers, for what the published kinds do not have together."""

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from kinds import (
    BYTES, LETTERS, REST, SLASHED, SPECIAL, by_characters, byte_level, cased, finish, plain, scored_pieces,
    spaces_decoder, splits, train)


def tekken():
    """Mistral Nemo and later: o200k without contractions, each digit alone."""
    return train(splits(cased("") + r"\p{N}" + SLASHED), 1300, ignore_merges=True)


def qwen3_5():
    """Marks count as letters."""
    pattern = LETTERS.replace(r"?\p{L}+|", r"?[\p{L}\p{M}]+|") + r"\p{N}" + REST.replace(r"\p{L}", r"\p{L}\p{M}")
    tokenizer = train(splits(pattern), 1300, normalizer=normalizers.NFC())
    tokenizer.add_special_tokens(["<|im_start|>", "<|im_end|>"])
    return tokenizer


def cl100k():
    """Possessive repetitions, as tiktoken writes them."""
    return train(
        splits(
            r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$"
            r"|\s*[\r\n]|\s+(?!\S)|\s"), 1200)


def deepseek_coder():
    steps = [r"[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", "[一-龥ࠀ-一가-퟿]+"]
    splitters = [pre_tokenizers.Split(Regex(step), "isolated") for step in steps]
    digits = pre_tokenizers.Digits(individual_digits=True)
    return train(pre_tokenizers.Sequence([*splitters, digits, byte_level(False)]), 1200)


def prefixed():
    """A space before every piece, digits in runs, and behaviours that join matches with their neighbours."""
    steps = [
        pre_tokenizers.Digits(individual_digits=False), pre_tokenizers.Split("e", "merged_with_next"),
        pre_tokenizers.Split(Regex(r"\p{Lu}"), "contiguous", invert=True),
        pre_tokenizers.Split(Regex("[aeiou]"), "merged_with_previous"),
        pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=True),
    ]
    return train(pre_tokenizers.Sequence(steps), 900)


def marks():
    tokenizer = train(byte_level(True), 900, normalizer=normalizers.Sequence(
        [normalizers.NFKD(), normalizers.Lowercase(), normalizers.NFD(), normalizers.Strip()]))
    tokenizer.add_tokens([plain("CAFÉ", normalized=True), plain("<X>"), plain("<Y>", normalized=True, lstrip=True)])
    return tokenizer


def all_prefixed():
    """Metaspace before every piece, cut at each, with special tokens that normalization changes."""
    tokenizer = by_characters(700, SPECIAL, unk_token="<unk>", fuse_unk=False, byte_fallback=True)
    tokenizer.normalizer = normalizers.Prepend("▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace("▁", "always", True)])
    tokenizer.add_tokens([plain("<n>", normalized=True, special=True), plain("w", normalized=True, single_word=True)])
    return finish(tokenizer, SPECIAL)


def some_bytes(**model):
    """Not all bytes are tokens, so that some characters are unknown."""
    tokenizer = by_characters(
        600, SPECIAL, byte_tokens=BYTES[0x20:0xE4], alphabet=60, unk_token="<unk>", byte_fallback=True, **model)
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.decoder = spaces_decoder(decoders.Replace("a", "<A>"), decoders.Strip("<", 2, 0))
    return finish(tokenizer, SPECIAL, frame=False)


def some_bytes_fused():
    return some_bytes(fuse_unk=True)


def no_bytes():
    """What the vocabulary lacks is unknown, or dropped."""
    tokenizer = by_characters(600, SPECIAL, byte_tokens=[], alphabet=60, unk_token="<unk>", ignore_merges=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace("▁", "first", False)])
    tokenizer.decoder = decoders.Metaspace("▁", "never", False)
    return finish(tokenizer, SPECIAL)


def dropped():
    tokenizer = by_characters(600, SPECIAL, byte_tokens=[], alphabet=60)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", "never", True)
    tokenizer.decoder = decoders.Sequence([decoders.Strip("▁", 2, 0), decoders.Replace(Regex("[aeiou]+"), "*")])
    return finish(tokenizer, SPECIAL, frame=False)


def unigram_bytes():
    """A unigram model that knows bytes, over whole text."""
    vocabulary = scored_pieces(500) + [(byte, -20.0) for byte in BYTES]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=0, byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.decoder = spaces_decoder(decoders.Strip(" ", 1, 0))
    return finish(tokenizer, SPECIAL)


VARIANTS = (
    tekken, qwen3_5, cl100k, deepseek_coder, prefixed, marks, all_prefixed, some_bytes, some_bytes_fused, no_bytes,
    dropped, unigram_bytes)
