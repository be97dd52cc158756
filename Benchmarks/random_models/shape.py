"""What the shapes have in common: their parts as tensors of both sides."""

import dataclasses
import math
from collections.abc import Iterator
from typing import ClassVar, Self

from random_models.formats import Affine, Format
from random_models.tensors import Matrix, Tensor, Vector

FOUR_BITS, EIGHT_BITS = Affine(4), Affine(8)
# That of SmolLM2, whose tokenizer the models borrow.
VOCABULARY = 49152
POSITIONS = 8192
# The standard deviation of the logits, about.
HEAD_GAIN = 3.0


@dataclasses.dataclass(frozen=True)
class Shape:
    """Sizes of a model; each subclass has those of a published one as its defaults, with fewer layers."""

    # What names it on the command line.
    name: ClassVar[str]
    architecture: ClassVar[str]
    # After so many layers they repeat.
    period: ClassVar[int] = 1
    # What stands before `model.` in the names of tensors.
    prefix: ClassVar[str] = ""
    matrices: ClassVar[Format] = FOUR_BITS

    layers: int
    hidden: int
    heads: int
    key_value_heads: int
    head_dimension: int
    width: int
    """Of the feed-forward network, or of an expert."""
    vocabulary: int = VOCABULARY

    def config(self) -> dict[str, object]:
        """config.json without the quantization."""
        raise NotImplementedError

    def metadata(self) -> dict[str, object]:
        """A GGUF file's keys, without the architecture before them."""
        raise NotImplementedError

    def tensors(self) -> Iterator[Tensor]:
        raise NotImplementedError

    def tiny(self) -> Self:
        """The same kinds of layers in sizes that take no time."""
        raise NotImplementedError

    @property
    def bytes_per_token(self) -> int:
        """Bytes of matrices that decoding a token reads, as a model folder stores them."""
        return sum(tensor.bytes_per_token for tensor in self.tensors() if isinstance(tensor, Matrix))

    def with_at_least(self, byte_count: int) -> Self:
        """More layers, if a token would read fewer bytes than that."""
        one, two = (dataclasses.replace(self, layers=count * self.period).bytes_per_token for count in (1, 2))
        periods = math.ceil((byte_count - one) / (two - one)) + 1
        return dataclasses.replace(self, layers=max(self.layers, periods * self.period))

    def sizes(self) -> dict[str, object]:
        """The part of config.json that all have."""
        return {
            "hidden_size": self.hidden,
            "num_hidden_layers": self.layers,
            "intermediate_size": self.width,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.key_value_heads,
            "head_dim": self.head_dimension,
            "vocab_size": self.vocabulary,
            "max_position_embeddings": POSITIONS,
        }

    def common_metadata(self, epsilon: float, rope_base: float) -> dict[str, object]:
        return {
            "block_count": self.layers,
            "context_length": POSITIONS,
            "embedding_length": self.hidden,
            "feed_forward_length": self.width,
            "vocab_size": self.vocabulary,
            "attention.head_count": self.heads,
            "attention.head_count_kv": self.key_value_heads,
            "attention.key_length": self.head_dimension,
            "attention.value_length": self.head_dimension,
            "attention.layer_norm_rms_epsilon": epsilon,
            "rope.freq_base": rope_base,
        }

    def outside(self, is_tied: bool = False) -> Iterator[Tensor]:
        """Embedding and output layer."""
        path = f"{self.prefix}model.embed_tokens"
        size = (self.vocabulary, self.hidden)
        if is_tied:
            # Both at once, so that each token reads all of it.
            yield Matrix(path, "token_embd", *size, self.matrices, gain=HEAD_GAIN)
            return
        # Each row is an input by itself, so its numbers and not its products are to be about 1.
        yield Matrix(path, "token_embd", *size, self.matrices, gain=math.sqrt(self.hidden), is_table=True)
        yield Matrix(f"{self.prefix}lm_head", "output", *size, self.matrices, gain=HEAD_GAIN)

    def layer(self, index: int) -> tuple[str, str]:
        return f"{self.prefix}model.layers.{index}", f"blk.{index}"

    def norm(self, path: str, gguf_name: str, count: int | None = None) -> Vector:
        return Vector(f"{path}.weight", f"{gguf_name}.weight", (count or self.hidden,), (0.5, 1.5))

    def final_norm(self) -> Vector:
        name = f"{self.prefix}model.norm.weight"
        return Vector(name, "output_norm.weight", (self.hidden,), (0.5, 1.5), has_signs=True)

    def attention(self, path: str, block: str, is_gated: bool = False) -> Iterator[Matrix]:
        queries, keys = self.heads * self.head_dimension, self.key_value_heads * self.head_dimension
        rows = 2 * queries if is_gated else queries
        yield Matrix(f"{path}.q_proj", f"{block}.attn_q", rows, self.hidden, self.matrices, gain=1.4)
        yield Matrix(f"{path}.k_proj", f"{block}.attn_k", keys, self.hidden, self.matrices, gain=1.4)
        yield Matrix(f"{path}.v_proj", f"{block}.attn_v", keys, self.hidden, self.matrices)
        yield Matrix(f"{path}.o_proj", f"{block}.attn_output", self.hidden, queries, self.matrices, gain=1.5)

    def head_norms(self, path: str, block: str) -> Iterator[Vector]:
        for letter in "qk":
            yield self.norm(f"{path}.{letter}_norm", f"{block}.attn_{letter}_norm", self.head_dimension)

    def feed_forward(self, path: str, block: str) -> Iterator[Matrix]:
        yield Matrix(f"{path}.gate_proj", f"{block}.ffn_gate", self.width, self.hidden, self.matrices)
        yield Matrix(f"{path}.up_proj", f"{block}.ffn_up", self.width, self.hidden, self.matrices)
        yield Matrix(f"{path}.down_proj", f"{block}.ffn_down", self.hidden, self.width, self.matrices, gain=1.5)


@dataclasses.dataclass(frozen=True)
class Mixture(Shape):
    """A shape with experts."""

    expert_format: ClassVar[Format] = FOUR_BITS

    experts: int = 0
    picked: int = 0

    def mixture(self, path: str, block: str, router: str, stack: str) -> Iterator[Matrix]:
        # mlx-lm gives routers 8 bits in groups of 64, whatever the lane.
        name = f"{block}.ffn_gate_inp"
        yield Matrix(f"{path}.{router}", name, self.experts, self.hidden, EIGHT_BITS, gain=2.0, is_plain=True)
        counts = {"experts": self.experts, "picked": self.picked}
        for part in ("gate", "up"):
            name = f"{block}.ffn_{part}_exps"
            size = (self.width, self.hidden)
            yield Matrix(f"{path}.{stack}.{part}_proj", name, *size, self.expert_format, **counts)
        name = f"{block}.ffn_down_exps"
        size = (self.hidden, self.width)
        yield Matrix(f"{path}.{stack}.down_proj", name, *size, self.expert_format, gain=1.5, **counts)
