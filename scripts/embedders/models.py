"""The tiny embedders: a configuration of each family, a tokenizer, and the ways of making vectors that are tested with it."""

import dataclasses
from typing import Callable

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertModel,
    Gemma3TextConfig,
    Gemma3TextModel,
    ModernBertConfig,
    ModernBertModel,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
    XLMRobertaConfig,
    XLMRobertaModel,
)

SEED = 23
WORDS = ["the", "book", "flight", "table", "for", "two", "bake", "bread", "weather", "##s", "##ing", "query", ":", ".", "?"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
TEXTS = [
    "Book a table for two.",
    "flights",
    "Baking bread: the weather?",
    "",
    "the book for the flight and the table for the bread and the weather for two books and two tables",
    "Émile ✈ 東京",
]
PROMPTS = {"query": "query: ", "document": ""}
SIZES = {"hidden_size": 16, "num_hidden_layers": 2, "intermediate_size": 24, "initializer_range": 0.4}


@dataclasses.dataclass
class Case:
    """A way of making vectors: `projections` are the files of dense steps by folder."""

    pooling: str
    pools_prompt: bool = True
    normalizes: bool = True
    prompt: str | None = None
    dimensions: int | None = None
    projections: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Model:
    write: Callable
    cases: list


def vocabulary():
    return ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *LETTERS, *(f"##{letter}" for letter in LETTERS), *WORDS]


def save(model, folder):
    """Saves a model after its norms and biases have been drawn too, which begin as ones and zeros."""
    for name, parameter in model.eval().named_parameters():
        if "norm" in name.lower() or name.endswith("bias"):
            parameter.data += 0.3 * torch.randn_like(parameter)
    model.save_pretrained(folder)


def save_words(folder, template):
    """Word pieces between the special tokens of a template."""
    tokenizer = Tokenizer(models.WordPiece({token: i for i, token in enumerate(vocabulary())}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=template, special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        mask_token="[MASK]").save_pretrained(folder)


def write_bert(folder):
    torch.manual_seed(SEED)
    config = BertConfig(**SIZES, vocab_size=len(vocabulary()), num_attention_heads=2, max_position_embeddings=24)
    save(BertModel(config, add_pooling_layer=False), folder)
    save_words(folder, "[CLS] $A [SEP]")


def write_qwen3(folder):
    """With an output layer, which vectors have no use for, and names that begin with `model.`."""
    torch.manual_seed(SEED)
    config = Qwen3Config(
        **SIZES, vocab_size=len(vocabulary()), num_attention_heads=4, num_key_value_heads=2, head_dim=8,
        max_position_embeddings=64, tie_word_embeddings=False, eos_token_id=3, bos_token_id=None, rope_theta=1e6)
    save(Qwen3ForCausalLM(config), folder)
    # The text ends with a token that its vector is taken from.
    save_words(folder, "$A [SEP]")


def dense(inputs, outputs, bias, activation):
    return {
        "in_features": inputs, "out_features": outputs, "bias": bias,
        "activation_function": f"torch.nn.modules.{activation}",
    }


# As in EmbeddingGemma, and as the library makes them if nothing is said.
PLAIN = {"2_Dense": dense(16, 40, False, "linear.Identity"), "3_Dense": dense(40, 16, False, "linear.Identity")}
BENT = {"2_Bent": dense(16, 24, True, "activation.Tanh")}


def write_gemma3(folder):
    """Windows that are shorter than texts, and two dense steps after pooling."""
    torch.manual_seed(SEED)
    sizes = SIZES | {"num_hidden_layers": 3}
    config = Gemma3TextConfig(
        **sizes, vocab_size=len(vocabulary()), num_attention_heads=2, num_key_value_heads=1, head_dim=8,
        query_pre_attn_scalar=12, max_position_embeddings=64, sliding_window=6, eos_token_id=3, bos_token_id=2,
        pad_token_id=0, use_bidirectional_attention=True,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"])
    save(Gemma3TextModel(config), folder)
    save_words(folder, "[CLS] $A [SEP]")
    for step, config in (PLAIN | BENT).items():
        (folder / step).mkdir()
        (inputs, outputs) = config["in_features"], config["out_features"]
        weights = {"linear.weight": 0.3 * torch.randn(outputs, inputs)}
        weights |= {"linear.bias": 0.3 * torch.randn(outputs)} if config["bias"] else {}
        save_file(weights, folder / step / "model.safetensors")


def write_modernbert(folder):
    torch.manual_seed(SEED)
    sizes = SIZES | {"num_hidden_layers": 4}
    config = ModernBertConfig(
        **sizes, vocab_size=len(vocabulary()), num_attention_heads=2, max_position_embeddings=64, local_attention=6,
        pad_token_id=0, bos_token_id=2, cls_token_id=2, eos_token_id=3, sep_token_id=3)
    save(ModernBertModel(config), folder)
    save_words(folder, "[CLS] $A [SEP]")


def write_xlm_roberta(folder):
    """Positions that begin after that of padding, and a unigram tokenizer."""
    torch.manual_seed(SEED)
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁", *LETTERS, ":", ".", "?", *(f"▁{word}" for word in WORDS[:9]), "▁query"]
    scores = [0.0 if piece.startswith("<") else -2.0 - index / 16 for index, piece in enumerate(pieces)]
    config = XLMRobertaConfig(
        **SIZES, vocab_size=len(pieces), num_attention_heads=2, max_position_embeddings=24, type_vocab_size=1,
        pad_token_id=1, bos_token_id=0, eos_token_id=2)
    save(XLMRobertaModel(config, add_pooling_layer=False), folder)
    tokenizer = Tokenizer(models.Unigram(list(zip(pieces, scores)), unk_id=3))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>", cls_token="<s>", sep_token="</s>",
        bos_token="<s>", eos_token="</s>").save_pretrained(folder)


MODELS = {
    "tiny-bert": Model(write_bert, [
        Case("mean"),
        Case("mean", normalizes=False, prompt="query"),
        Case("mean", pools_prompt=False, prompt="query"),
        Case("mean", dimensions=8),
        Case("cls"),
        Case("cls", pools_prompt=False, normalizes=False, prompt="query"),
        Case("max", normalizes=False),
        Case("lasttoken"),
        Case("mean_sqrt_len_tokens", normalizes=False),
        Case("weightedmean"),
        Case("weightedmean", pools_prompt=False, prompt="query"),
    ]),
    "tiny-qwen3": Model(write_qwen3, [
        Case("lasttoken"),
        Case("lasttoken", prompt="query"),
        Case("lasttoken", dimensions=8),
        Case("mean", normalizes=False, pools_prompt=False, prompt="query"),
        Case("weightedmean"),
    ]),
    "tiny-gemma3": Model(write_gemma3, [
        Case("mean", projections=PLAIN),
        Case("mean", projections=PLAIN, prompt="query"),
        Case("mean", projections=PLAIN, dimensions=8),
        Case("mean", projections=BENT, normalizes=False),
        Case("max", normalizes=False),
    ]),
    "tiny-modernbert": Model(write_modernbert, [
        Case("cls"),
        Case("mean", prompt="query"),
        Case("mean", normalizes=False, dimensions=8),
    ]),
    "tiny-xlm-roberta": Model(write_xlm_roberta, [Case("mean"), Case("cls", normalizes=False, prompt="query")]),
}
