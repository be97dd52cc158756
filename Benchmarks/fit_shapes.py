"""Shapes that `resident fit` is checked with: none of its figures was derived from them."""

import dataclasses
from typing import Any

VOCABULARY = 49152


@dataclasses.dataclass(frozen=True)
class Shape:
    name: str
    config: dict[str, Any]
    bits: int
    group: int = 64

    @property
    def quantization(self) -> dict[str, int]:
        """As config.json has it."""
        return {"group_size": self.group, "bits": self.bits}


def dense(name: str, bits: int, model_type: str = "llama", group: int = 64, **sizes: int) -> Shape:
    config = base(model_type, **sizes)
    return Shape(name, config, bits, group)


def sparse(name: str, bits: int, experts: int, picked: int, **sizes: int) -> Shape:
    config = base("qwen3_moe", **sizes) | {
        "num_experts": experts,
        "num_experts_per_tok": picked,
        "decoder_sparse_step": 1,
        "mlp_only_layers": [],
        "norm_topk_prob": True,
        "moe_intermediate_size": sizes["width"],
    }
    return Shape(name, config, bits)


def base(model_type: str, *, layers: int, hidden: int, width: int, heads: int, key_value_heads: int) -> dict[str, Any]:
    dimension = 128 if hidden >= 1024 else 64
    return {
        "model_type": model_type,
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "intermediate_size": width,
        "num_attention_heads": heads,
        "num_key_value_heads": key_value_heads,
        "head_dim": dimension,
        "vocab_size": VOCABULARY,
        "max_position_embeddings": 8192,
        "rms_norm_eps": 1e-6,
        "rope_theta": 1e6,
        "tie_word_embeddings": True,
        "torch_dtype": "bfloat16",
    }


def mixtral(name: str, bits: int, experts: int, picked: int, **sizes: int) -> Shape:
    config = base("mixtral", **sizes) | {"num_local_experts": experts, "num_experts_per_tok": picked}
    return Shape(name, config | {"tie_word_embeddings": False}, bits)


def windows(name: str, bits: int, **sizes: int) -> Shape:
    config = base("gemma3_text", **sizes) | {
        "sliding_window": 512,
        "sliding_window_pattern": 6,
        "query_pre_attn_scalar": 128,
    }
    return Shape(name, config, bits)


SHAPES = [
    dense("llama-wide-4bit", 4, layers=6, hidden=3072, width=8192, heads=24, key_value_heads=8),
    dense("llama-wide-8bit", 8, layers=6, hidden=3072, width=8192, heads=24, key_value_heads=8),
    dense("qwen3-deep-4bit-g32", 4, "qwen3", 32, layers=28, hidden=1024, width=3072, heads=16, key_value_heads=8),
    dense("qwen3-deep-8bit", 8, "qwen3", layers=28, hidden=1024, width=3072, heads=16, key_value_heads=8),
    windows("gemma3-4bit", 4, layers=18, hidden=1152, width=6912, heads=4, key_value_heads=1),
    sparse("qwen3-moe-32-of-4-4bit", 4, 32, 4, layers=8, hidden=2048, width=768, heads=32, key_value_heads=4),
    sparse("qwen3-moe-128-of-8-4bit", 4, 128, 8, layers=6, hidden=2048, width=768, heads=32, key_value_heads=4),
    sparse("qwen3-moe-64-of-8-8bit", 8, 64, 8, layers=6, hidden=1536, width=768, heads=16, key_value_heads=4),
    mixtral("mixtral-8-of-2-4bit", 4, 8, 2, layers=4, hidden=2048, width=5632, heads=16, key_value_heads=4),
    mixtral("mixtral-8-of-2-8bit", 8, 8, 2, layers=3, hidden=2048, width=5632, heads=16, key_value_heads=4),
]
