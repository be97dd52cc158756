"""What the tiny models of all families share: their sizes, lanes and RoPE scaling.

A base model is small but has more than one group of 64 columns a row; its variants cover what else the family's
configuration can say, and odd sizes: heads of 64, 96 and 256, groups of 32 and 128, 7 experts of which 3 are chosen.
Windows and the original lengths of RoPE scaling are shorter than the prompt of 600 tokens.
"""

from dataclasses import dataclass, field

DENSE = ("bf16", "4bit-g64", "mixed")
EXPERTS = (*DENSE, "mxfp4-experts")
SMALL_GROUPS = ("bf16", "4bit-g32")
LARGE_GROUPS = ("bf16", "4bit-g128")


@dataclass
class Variant:
    name: str
    config: dict
    lanes: tuple = DENSE
    # Drawn weights that the usual scales do not suit: a part of the tensor's name, and the range of its numbers.
    ranges: dict = field(default_factory=dict)
    tied: bool = False


def sizes(**changes):
    """The keys that most families share. H·d is not the hidden size, so that an engine can't confuse them."""
    common = {
        "hidden_size": 128,
        "num_hidden_layers": 3,
        "intermediate_size": 192,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 64,
        "rms_norm_eps": 1e-5,
        "vocab_size": 256,
        "max_position_embeddings": 1024,
        "rope_theta": 10000.0,
        "tie_word_embeddings": False,
    }
    return {key: value for key, value in (common | changes).items() if value is not None}


def experts(count=8, chosen=2, **changes):
    return {"num_experts": count, "num_experts_per_tok": chosen, "moe_intermediate_size": 64, **changes}


LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 256,
}
YARN = {
    "rope_type": "yarn",
    "factor": 16.0,
    "original_max_position_embeddings": 64,
    "beta_fast": 32.0,
    "beta_slow": 1.0,
}
ALTERNATING = ["sliding_attention", "full_attention", "sliding_attention"]
