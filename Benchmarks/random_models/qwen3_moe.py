"""Qwen3-30B-A3B: attention with norms of query and key heads, and 128 experts of which 8 are picked."""

import dataclasses
from collections.abc import Iterator
from typing import Self

from random_models.shape import Mixture
from random_models.tensors import Tensor

EPSILON, ROPE_BASE = 1e-6, 1e6


@dataclasses.dataclass(frozen=True)
class Qwen3Mixture(Mixture):
    """The published model has 48 layers and a vocabulary of 151,936."""

    name = "qwen3-30b-a3b"
    architecture = "qwen3moe"

    layers: int = 8
    hidden: int = 2048
    heads: int = 32
    key_value_heads: int = 4
    head_dimension: int = 128
    width: int = 768
    experts: int = 128
    picked: int = 8

    def tiny(self) -> Self:
        sizes = {"layers": 2, "hidden": 256, "heads": 4, "key_value_heads": 2, "head_dimension": 64, "width": 128}
        return dataclasses.replace(self, **sizes, experts=16, picked=4)

    def full_size(self) -> Self:
        return dataclasses.replace(self, layers=48, vocabulary=151936)

    def config(self) -> dict[str, object]:
        return {
            **self.sizes(),
            "architectures": ["Qwen3MoeForCausalLM"],
            "model_type": "qwen3_moe",
            "moe_intermediate_size": self.width,
            "num_experts": self.experts,
            "num_experts_per_tok": self.picked,
            "norm_topk_prob": True,
            "decoder_sparse_step": 1,
            "mlp_only_layers": [],
            "rms_norm_eps": EPSILON,
            "rope_theta": ROPE_BASE,
            "tie_word_embeddings": False,
        }

    def metadata(self) -> dict[str, object]:
        return {
            **self.common_metadata(EPSILON, ROPE_BASE),
            "expert_count": self.experts,
            "expert_used_count": self.picked,
            "expert_feed_forward_length": self.width,
        }

    def tensors(self) -> Iterator[Tensor]:
        yield from self.outside()
        for index in range(self.layers):
            path, block = self.layer(index)
            yield self.norm(f"{path}.input_layernorm", f"{block}.attn_norm")
            yield from self.attention(f"{path}.self_attn", block)
            yield from self.head_norms(f"{path}.self_attn", block)
            yield self.norm(f"{path}.post_attention_layernorm", f"{block}.ffn_norm")
            yield from self.mixture(f"{path}.mlp", block, "gate", "switch_mlp")
        yield self.final_norm()
