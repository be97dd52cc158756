"""A model's tensors: their names on both sides, and how their numbers are drawn. Each is drawn from its own name."""

import dataclasses
import hashlib
from collections.abc import Callable

import numpy as np
from random_models.formats import Array, Codes, Format, bfloat16


def generator(name: str) -> np.random.Generator:
    digest = hashlib.sha256(name.encode()).digest()
    return np.random.Generator(np.random.SFC64(int.from_bytes(digest[:16], "little")))


@dataclasses.dataclass(frozen=True)
class Matrix:
    """Quantized weights, [experts][rows][columns] if there are experts."""

    # Without the suffix of the part, e.g. `model.layers.0.mlp.up_proj`.
    path: str
    gguf_name: str
    rows: int
    columns: int
    format: Format
    gain: float = 1.0
    experts: int | None = None
    # Experts that one token reads.
    picked: int | None = None
    # The order in a GGUF file: by row, and by span of so many columns, the one of the folder that stands there.
    row_order: Array | None = None
    column_order: tuple[int, Array] | None = None
    # Whether llama.cpp keeps it in single precision: routers.
    is_plain: bool = False
    # Whether one token reads a row of it alone: embeddings.
    is_table: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        return (*((self.experts,) if self.experts else ()), self.rows, self.columns)

    @property
    def row_count(self) -> int:
        return self.rows * (self.experts or 1)

    @property
    def row_bytes(self) -> int:
        """Of a row in the folder: codes, scales and biases."""
        groups = self.columns // self.format.group
        return self.columns * self.format.bits // 8 + groups * (4 if self.format.mode == "affine" else 1)

    @property
    def bytes_per_token(self) -> int:
        if self.is_table:
            return self.row_bytes
        return self.rows * (self.picked or 1) * self.row_bytes

    def draw(self) -> Codes:
        return self.format.draw(generator(self.path), self.row_count, self.columns, self.gain)

    def ordered(self, codes: Codes) -> Codes:
        """As they stand in a GGUF file."""
        if self.row_order is not None:
            codes = Codes(codes.packed[self.row_order], codes.scales[self.row_order])
        if self.column_order is not None:
            width, order = self.column_order
            codes = Codes(
                moved(codes.packed, width * self.format.bits // 8, order),
                moved(codes.scales, width // self.format.group, order),
            )
        return codes


def moved(values: Array, width: int, order: Array) -> Array:
    """Spans of `width` columns in another order."""
    return np.ascontiguousarray(values.reshape(len(values), -1, width)[:, order]).reshape(len(values), -1)


def unchanged(values: Array) -> Array:
    return values


@dataclasses.dataclass(frozen=True)
class Vector:
    """Numbers that are not quantized, evenly spread over a range."""

    name: str
    gguf_name: str
    shape: tuple[int, ...]
    bounds: tuple[float, float]
    type: str = "BF16"
    # Whether half of them are negated: with tied embeddings, a positive final norm makes a model repeat its last token.
    has_signs: bool = False
    # From the folder's numbers to those of a GGUF file.
    convert: Callable[[Array], Array] = unchanged

    def draw(self) -> Array:
        source = generator(self.name)
        values = source.uniform(*self.bounds, self.shape)
        if self.has_signs:
            values *= source.choice([-1, 1], self.shape)
        return bfloat16(values)


Tensor = Matrix | Vector
