"""gpt-oss-20b: attention with sinks and biases, a window on every second layer, and 32 experts in mxfp4 of which 4 are
picked.

The rest is in 8 bits, as in mlx-community's gpt-oss-20b-MXFP4-Q8 and in the GGUF file that llama.cpp's authors publish.
"""

import dataclasses
from collections.abc import Iterator
from typing import Self

from random_models.formats import Mxfp4
from random_models.shape import EIGHT_BITS, Mixture
from random_models.tensors import Matrix, Tensor, Vector

EPSILON, ROPE_BASE = 1e-5, 150000.0
YARN_FACTOR, YARN_ORIGINAL = 32.0, 4096
BIASES, SINKS = (-0.4, 0.4), (2.0, 7.0)


@dataclasses.dataclass(frozen=True)
class GptOss(Mixture):
    """The published model has 24 layers and a vocabulary of 201,088."""

    name = "gpt-oss-20b"
    architecture = "gpt-oss"
    period = 2
    matrices = EIGHT_BITS
    expert_format = Mxfp4()

    layers: int = 4
    hidden: int = 2880
    heads: int = 64
    key_value_heads: int = 8
    head_dimension: int = 64
    width: int = 2880
    experts: int = 32
    picked: int = 4
    window: int = 128

    def tiny(self) -> Self:
        sizes = {"layers": 2, "hidden": 256, "heads": 4, "key_value_heads": 2, "head_dimension": 64, "width": 128}
        return dataclasses.replace(self, **sizes, experts=8, picked=2, window=32)

    def config(self) -> dict[str, object]:
        return {
            **self.sizes(),
            "architectures": ["GptOssForCausalLM"],
            "model_type": "gpt_oss",
            "num_local_experts": self.experts,
            "num_experts_per_tok": self.picked,
            "sliding_window": self.window,
            "layer_types": ["sliding_attention", "full_attention"] * (self.layers // 2),
            "rms_norm_eps": EPSILON,
            "rope_theta": ROPE_BASE,
            "rope_scaling": {
                "rope_type": "yarn",
                "factor": YARN_FACTOR,
                "original_max_position_embeddings": YARN_ORIGINAL,
                "beta_fast": 32.0,
                "beta_slow": 1.0,
                "truncate": False,
            },
            "attention_bias": True,
            "tie_word_embeddings": False,
        }

    def metadata(self) -> dict[str, object]:
        return {
            **self.common_metadata(EPSILON, ROPE_BASE),
            "attention.sliding_window": self.window,
            "expert_count": self.experts,
            "expert_used_count": self.picked,
            "expert_feed_forward_length": self.width,
            "rope.scaling.type": "yarn",
            "rope.scaling.factor": YARN_FACTOR,
            "rope.scaling.original_context_length": YARN_ORIGINAL,
        }

    def tensors(self) -> Iterator[Tensor]:
        yield from self.outside()
        for index in range(self.layers):
            path, block = self.layer(index)
            yield self.norm(f"{path}.input_layernorm", f"{block}.attn_norm")
            for matrix in self.attention(f"{path}.self_attn", block):
                yield from self.biased(matrix)
            yield Vector(f"{path}.self_attn.sinks", f"{block}.attn_sinks.weight", (self.heads,), SINKS)
            yield self.norm(f"{path}.post_attention_layernorm", f"{block}.post_attention_norm")
            for matrix in self.mixture(f"{path}.mlp", block, "router", "experts"):
                yield from self.biased(matrix)
        yield self.final_norm()

    def biased(self, matrix: Matrix) -> Iterator[Tensor]:
        yield matrix
        yield Vector(f"{matrix.path}.bias", f"{matrix.gguf_name}.bias", matrix.shape[:-1], BIASES)
