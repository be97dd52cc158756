"""Gemma 3 4B: windows on five of six layers, with another rotary embedding on the sixth, and norms before and after."""

import dataclasses
from collections.abc import Iterator
from typing import Self

from random_models.shape import Shape
from random_models.tensors import Array, Tensor, Vector

EPSILON, ROPE_BASE, LOCAL_ROPE_BASE, ROPE_FACTOR = 1e-6, 1e6, 10000.0, 8.0


def plus_one(values: Array) -> Array:
    return values + 1


@dataclasses.dataclass(frozen=True)
class Gemma3(Shape):
    """The published model has 34 layers and a vocabulary of 262,208."""

    name = "gemma-3-4b"
    architecture = "gemma3"
    period = 6
    prefix = "language_model."

    layers: int = 6
    hidden: int = 2560
    heads: int = 8
    key_value_heads: int = 4
    head_dimension: int = 256
    width: int = 10240
    window: int = 1024

    def tiny(self) -> Self:
        sizes = {"hidden": 256, "heads": 4, "key_value_heads": 2, "head_dimension": 64, "width": 512}
        return dataclasses.replace(self, **sizes, window=32)

    def config(self) -> dict[str, object]:
        text = {
            **self.sizes(),
            "model_type": "gemma3_text",
            "rms_norm_eps": EPSILON,
            "rope_theta": ROPE_BASE,
            "rope_local_base_freq": LOCAL_ROPE_BASE,
            "rope_scaling": {"rope_type": "linear", "factor": ROPE_FACTOR},
            "sliding_window": self.window,
            "sliding_window_pattern": self.period,
            "query_pre_attn_scalar": self.head_dimension,
            "hidden_activation": "gelu_pytorch_tanh",
        }
        return {
            "architectures": ["Gemma3ForConditionalGeneration"],
            "model_type": "gemma3",
            "text_config": text,
            "vocab_size": self.vocabulary,
        }

    def metadata(self) -> dict[str, object]:
        return {
            **self.common_metadata(EPSILON, ROPE_BASE),
            "attention.sliding_window": self.window,
            "rope.scaling.type": "linear",
            "rope.scaling.factor": ROPE_FACTOR,
        }

    def tensors(self) -> Iterator[Tensor]:
        yield from self.outside(is_tied=True)
        for index in range(self.layers):
            path, block = self.layer(index)
            yield self.norm(f"{path}.input_layernorm", f"{block}.attn_norm")
            yield from self.attention(f"{path}.self_attn", block)
            yield from self.head_norms(f"{path}.self_attn", block)
            yield self.norm(f"{path}.post_attention_layernorm", f"{block}.post_attention_norm")
            yield self.norm(f"{path}.pre_feedforward_layernorm", f"{block}.ffn_norm")
            yield from self.feed_forward(f"{path}.mlp", block)
            yield self.norm(f"{path}.post_feedforward_layernorm", f"{block}.post_ffw_norm")
        yield self.final_norm()

    def norm(self, path: str, gguf_name: str, count: int | None = None) -> Vector:
        """Gemma multiplies with 1 + weight, which a GGUF file already holds."""
        norm = super().norm(path, gguf_name, count)
        return dataclasses.replace(norm, bounds=(-0.5, 0.5), convert=plus_one)

    def final_norm(self) -> Vector:
        # 1 + weight is of either sign.
        return dataclasses.replace(super().final_norm(), bounds=(-2.5, 0.5), has_signs=False, convert=plus_one)
