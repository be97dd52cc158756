"""More tokenizers, for what the published kinds do not have together."""

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from kinds import (
    BYTES, LETTERS, REST, SLASHED, SPECIAL, by_characters, byte_level, cased, finish, pieces, plain, scored_pieces,
    sentence_pieces, sentencepiece_map, spaces_decoder, splits, train)
from texts import PROSE


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


def bert_cased():
    """Accents and ideographs as they are, words of ten characters at most, and another prefix."""
    normalizer = normalizers.BertNormalizer(
        clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    tokenizer = pieces(900, normalizer, prefix="@", max_input_chars_per_word=10)
    tokenizer.decoder = decoders.WordPiece(prefix="@", cleanup=False)
    tokenizer.add_tokens([plain("[X]"), plain("Naïve", normalized=True, single_word=True)])
    return tokenizer


def bert_accents():
    """Only the accents go; the pre-tokenizer is spelled out."""
    normalizer = normalizers.BertNormalizer(strip_accents=True, lowercase=False)
    steps = [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation("isolated")]
    return pieces(700, normalizer, pre_tokenizers.Sequence(steps))


def xlmr_nmt():
    """The character map of XLM-R, and what its converter made of spaces before."""
    normalizer = normalizers.Sequence([normalizers.Precompiled(sentencepiece_map(normalization_rule_name="nmt_nfkc"))])
    steps = [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace("▁", prepend_scheme="always", split=True)]
    return sentence_pieces(600, normalizer, pre_tokenizers.Sequence(steps))


def albert():
    """Lower case by the character map, after steps of its own; only the text's start begins with ▁."""
    normalizer = normalizers.Sequence([
        normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(), normalizers.Lowercase(),
        normalizers.Precompiled(sentencepiece_map(normalization_rule_name="nmt_nfkc_cf")),
        normalizers.Replace(Regex(" {2,}"), " ")])
    return sentence_pieces(500, normalizer, pre_tokenizers.Metaspace("▁", prepend_scheme="always", split=False))


def nmt():
    tokenizer = train(byte_level(True), 700, normalizer=normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Sequence([]), normalizers.StripAccents()]))
    tokenizer.add_tokens([plain("Ｘ", normalized=True)])
    return tokenizer


def roberta():
    """A space before each piece, and RoBERTa's way to add special tokens."""
    tokenizer = train(pre_tokenizers.ByteLevel(add_prefix_space=True), 900, special=["<s>", "</s>", "<mask>"])
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 1), ("<s>", 0))
    return tokenizer


def ended(pre_tokenizer, size, decoder, fuses=False, **affixes):
    """BPE whose tokens tell where a word goes on or ends."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=fuses, **affixes))
    tokenizer.pre_tokenizer = pre_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=size, min_frequency=1, show_progress=False, special_tokens=["<unk>"], limit_alphabet=150, **affixes)
    tokenizer.train_from_iterator(PROSE, trainer)
    tokenizer.decoder = decoder
    return tokenizer


def suffixed():
    """As GPT and XLM."""
    tokenizer = ended(pre_tokenizers.BertPreTokenizer(), 900, decoders.BPEDecoder("</w>"), end_of_word_suffix="</w>")
    tokenizer.normalizer = normalizers.BertNormalizer()
    return tokenizer


def prefixed_pieces():
    return ended(
        pre_tokenizers.BertPreTokenizer(), 900, decoders.WordPiece("##"), fuses=True, continuing_subword_prefix="##")


def clip():
    """Bytes whose tokens tell where a word ends, as CLIP's text encoder."""
    pattern = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
    steps = [pre_tokenizers.Split(Regex(pattern), "removed", invert=True), byte_level(False)]
    tokenizer = ended(pre_tokenizers.Sequence(steps), 900, decoders.ByteLevel(), end_of_word_suffix="</w>")
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    tokenizer.add_special_tokens(["<|startoftext|>", "<|endoftext|>"])
    return tokenizer


def delimited():
    """Words between one character, in chunks."""
    steps = [pre_tokenizers.CharDelimiterSplit("e"), pre_tokenizers.FixedLength(length=3), byte_level(False)]
    return train(pre_tokenizers.Sequence(steps), 600)


def stripped():
    """Each token loses a character at its end, and the text some at its start."""
    tokenizer = by_characters(500, SPECIAL, byte_tokens=[], alphabet=90, unk_token="<unk>")
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", "never", True)
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.Strip("e", 0, 1), decoders.Fuse(), decoders.Strip(" ", 2, 0),
        decoders.Replace(Regex("[ou]"), "*")])
    return finish(tokenizer, SPECIAL, frame=False)


def one_kind(name, pre_tokenizer):
    """A tokenizer for one way to cut, by that name."""
    def make():
        return train(pre_tokenizers.Sequence([pre_tokenizer, byte_level(False)]), 500)

    make.__name__ = name
    return make


BEHAVIORS = ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous")
PUNCTUATIONS = [one_kind(f"punctuation_{behavior}", pre_tokenizers.Punctuation(behavior)) for behavior in BEHAVIORS]
SPLITS = [
    one_kind(
        f"split_{behavior}{'_inverted' if invert else ''}",
        pre_tokenizers.Split(Regex(r"[aeiou]+|\s\p{Lu}?"), behavior, invert=invert))
    for behavior in BEHAVIORS for invert in (False, True)
]
WORDS = [
    one_kind("words", pre_tokenizers.Whitespace()), one_kind("digits", pre_tokenizers.Digits(True)),
    one_kind("numbers", pre_tokenizers.Digits(False)),
]

VARIANTS = (
    tekken, qwen3_5, cl100k, deepseek_coder, prefixed, marks, all_prefixed, some_bytes, some_bytes_fused, no_bytes,
    dropped, unigram_bytes, bert_cased, bert_accents, xlmr_nmt, albert, nmt, roberta, suffixed, prefixed_pieces, clip,
    delimited, stripped, *PUNCTUATIONS, *SPLITS, *WORDS)
