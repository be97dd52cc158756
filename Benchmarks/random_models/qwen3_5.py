"""Qwen3.5-9B: three gated delta nets, then gated attention."""

import dataclasses
from collections.abc import Iterator
from typing import Self

import numpy as np
from random_models.shape import Shape
from random_models.tensors import Array, Matrix, Tensor, Vector

EPSILON, ROPE_BASE, ROTARY_SHARE = 1e-6, 1e7, 0.25
# Pairs per direction in space and time, which are the same for text.
ROPE_SECTIONS = (11, 11, 10)
TAPS = 4
DECAYS, DECAY_BIASES, CONVOLUTION = (-3.0, 1.5), (-3.0, 1.0), (-0.9, 0.9)


def negative_exponential(values: Array) -> Array:
    return -np.exp(values)


@dataclasses.dataclass(frozen=True)
class Qwen35(Shape):
    """The published model has 32 layers and a vocabulary of 248,320."""

    name = "qwen3.5-9b"
    architecture = "qwen35"
    period = 4
    prefix = "language_model."

    layers: int = 4
    hidden: int = 4096
    heads: int = 16
    key_value_heads: int = 4
    head_dimension: int = 256
    width: int = 12288
    # Of the delta nets.
    key_heads: int = 16
    value_heads: int = 32
    state: int = 128
    """Features of a key head and of a value head."""

    def tiny(self) -> Self:
        sizes = {"hidden": 256, "heads": 4, "key_value_heads": 2, "head_dimension": 256, "width": 512}
        return dataclasses.replace(self, **sizes, key_heads=2, value_heads=6, state=64)

    def config(self) -> dict[str, object]:
        text = {
            **self.sizes(),
            "model_type": "qwen3_5_text",
            "rms_norm_eps": EPSILON,
            "full_attention_interval": self.period,
            "linear_num_key_heads": self.key_heads,
            "linear_num_value_heads": self.value_heads,
            "linear_key_head_dim": self.state,
            "linear_value_head_dim": self.state,
            "linear_conv_kernel_dim": TAPS,
            "rope_parameters": {
                "rope_type": "default",
                "mrope_section": list(ROPE_SECTIONS),
                "rope_theta": ROPE_BASE,
                "partial_rotary_factor": ROTARY_SHARE,
            },
            "tie_word_embeddings": False,
        }
        return {
            "architectures": ["Qwen3_5ForConditionalGeneration"],
            "model_type": "qwen3_5",
            "text_config": text,
            "tie_word_embeddings": False,
        }

    def metadata(self) -> dict[str, object]:
        return {
            **self.common_metadata(EPSILON, ROPE_BASE),
            "rope.dimension_count": int(self.head_dimension * ROTARY_SHARE),
            "rope.dimension_sections": [*ROPE_SECTIONS, 0],
            "full_attention_interval": self.period,
            "ssm.conv_kernel": TAPS,
            "ssm.state_size": self.state,
            "ssm.group_count": self.key_heads,
            "ssm.time_step_rank": self.value_heads,
            "ssm.inner_size": self.value_heads * self.state,
        }

    def tensors(self) -> Iterator[Tensor]:
        yield from self.outside()
        for index in range(self.layers):
            path, block = self.layer(index)
            yield self.norm(f"{path}.input_layernorm", f"{block}.attn_norm")
            if (index + 1) % self.period == 0:
                yield from self.attention(f"{path}.self_attn", block, is_gated=True)
                yield from self.head_norms(f"{path}.self_attn", block)
            else:
                yield from self.delta_net(f"{path}.linear_attn", block)
            yield self.norm(f"{path}.post_attention_layernorm", f"{block}.post_attention_norm")
            yield from self.feed_forward(f"{path}.mlp", block)
        yield self.final_norm()

    def delta_net(self, path: str, block: str) -> Iterator[Tensor]:
        keys, values = self.key_heads * self.state, self.value_heads * self.state
        heads = self.head_order()
        features = np.concatenate([np.arange(head * self.state, (head + 1) * self.state) for head in heads])
        channels = np.concatenate([np.arange(2 * keys), 2 * keys + features])

        def matrix(name: str, gguf_name: str, order: Array) -> Matrix:
            size = (len(order), self.hidden)
            return Matrix(f"{path}.{name}", f"{block}.{gguf_name}", *size, self.matrices, row_order=order)

        yield matrix("in_proj_qkv", "attn_qkv", channels)
        yield matrix("in_proj_z", "attn_gate", features)
        yield matrix("in_proj_b", "ssm_beta", heads)
        yield matrix("in_proj_a", "ssm_alpha", heads)
        yield Matrix(
            f"{path}.out_proj",
            f"{block}.ssm_out",
            self.hidden,
            values,
            self.matrices,
            gain=1.5,
            column_order=(self.state, heads),
        )
        yield Vector(
            f"{path}.conv1d.weight",
            f"{block}.ssm_conv1d.weight",
            (len(channels), TAPS, 1),
            CONVOLUTION,
            convert=lambda taps: taps[channels, :, 0],
        )
        yield Vector(
            f"{path}.A_log",
            f"{block}.ssm_a",
            (self.value_heads,),
            DECAYS,
            type="F32",
            convert=lambda decays: negative_exponential(decays[heads]),
        )
        yield Vector(
            f"{path}.dt_bias",
            f"{block}.ssm_dt.bias",
            (self.value_heads,),
            DECAY_BIASES,
            convert=lambda biases: biases[heads],
        )
        yield self.norm(f"{path}.norm", f"{block}.ssm_norm", self.state)

    def head_order(self) -> Array:
        """By place in a GGUF file, the value head: there, neighbours belong to different key heads."""
        return np.arange(self.value_heads).reshape(self.key_heads, -1).T.reshape(-1)
