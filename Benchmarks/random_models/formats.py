"""Formats that MLX and llama.cpp both have: the same codes and scales, laid out as each of them reads them.

Affine codes of 4 and 8 bits are drawn around their middle, and a bias is the scale times minus that middle, which is what
Q4_0 and Q8_0 can express. A group of 64 weights is two of llama.cpp's blocks of 32 with one scale. Scales are numbers that
bfloat16 and binary16 both hold, so that no weight is rounded on either side.
"""

import dataclasses
from typing import Protocol

import numpy as np

Array = np.ndarray
BLOCK = 32
"""Weights per block of a GGUF file."""
# E2M1, by code.
MXFP4_VALUES = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6], np.float32)


@dataclasses.dataclass(frozen=True)
class Codes:
    """Drawn weights: codes as MLX packs them, [rows][bytes], and what scales them, [rows][groups]."""

    packed: Array
    # Numbers of an affine format, exponents of a microscaling one.
    scales: Array


class Format(Protocol):
    bits: int
    group: int
    mode: str
    gguf_type: str

    def draw(self, generator: np.random.Generator, rows: int, columns: int, gain: float) -> Codes:
        """Weights whose product with an input of standard deviation 1 has the standard deviation `gain`, about."""

    def folder_tensors(self, codes: Codes) -> dict[str, tuple[str, Array]]:
        """The type and the values of each tensor of a model folder, by the suffix of its name."""

    def blocks(self, codes: Codes) -> Array:
        """[rows][bytes] of a GGUF file's blocks."""

    def floats(self, codes: Codes) -> Array:
        """The weights in single precision."""


@dataclasses.dataclass(frozen=True)
class Affine:
    bits: int
    group: int = 64
    mode: str = "affine"

    @property
    def gguf_type(self) -> str:
        return {4: "Q4_0", 8: "Q8_0"}[self.bits]

    @property
    def middle(self) -> int:
        return 1 << (self.bits - 1)

    def draw(self, generator: np.random.Generator, rows: int, columns: int, gain: float) -> Codes:
        packed = centred(self.bits)[random_bytes(generator, rows, columns * self.bits // 8)]
        steps = np.arange(1, self.middle)
        deviation = np.sqrt(2 * (steps**2).sum() / (1 << self.bits))
        table = bfloat16(np.linspace(0.75, 1.25, 256) * gain / (deviation * np.sqrt(columns)))
        return Codes(packed, table[random_bytes(generator, rows, columns // self.group)])

    def folder_tensors(self, codes: Codes) -> dict[str, tuple[str, Array]]:
        return {
            "weight": ("U32", codes.packed.view("<u4")),
            "scales": ("BF16", bfloat16_bits(codes.scales)),
            "biases": ("BF16", bfloat16_bits(codes.scales * -self.middle)),
        }

    def blocks(self, codes: Codes) -> Array:
        rows, columns = len(codes.packed), codes.packed.shape[1] * 8 // self.bits
        scales = np.repeat(codes.scales.astype("<f2"), self.group // BLOCK, axis=1).reshape(-1, 1).view(np.uint8)
        values = codes.packed.reshape(-1, BLOCK * self.bits // 8)
        values = halves(values) if self.bits == 4 else values ^ 0x80
        return np.concatenate([scales, values], axis=1).reshape(rows, columns // BLOCK * (2 + BLOCK * self.bits // 8))

    def floats(self, codes: Codes) -> Array:
        values = nibbles(codes.packed) if self.bits == 4 else codes.packed
        return (values.astype(np.float32) - self.middle) * np.repeat(codes.scales, self.group, axis=1)


@dataclasses.dataclass(frozen=True)
class Mxfp4:
    bits: int = 4
    group: int = 32
    mode: str = "mxfp4"
    gguf_type: str = "MXFP4"

    def draw(self, generator: np.random.Generator, rows: int, columns: int, gain: float) -> Codes:
        deviation = np.sqrt((MXFP4_VALUES**2).mean()) * np.sqrt(columns)
        # Two neighbouring powers of two, by turns; their mean square is 5/8 of the larger one's.
        exponent = round(np.log2(gain / deviation / np.sqrt(5 / 8)))
        scales = 127 + exponent - (random_bytes(generator, rows, columns // self.group) & 1)
        return Codes(random_bytes(generator, rows, columns // 2), scales.astype(np.uint8))

    def folder_tensors(self, codes: Codes) -> dict[str, tuple[str, Array]]:
        return {"weight": ("U32", codes.packed.view("<u4")), "scales": ("U8", codes.scales)}

    def blocks(self, codes: Codes) -> Array:
        rows = len(codes.packed)
        values = halves(codes.packed.reshape(-1, BLOCK // 2))
        return np.concatenate([codes.scales.reshape(-1, 1), values], axis=1).reshape(rows, -1)

    def floats(self, codes: Codes) -> Array:
        powers = np.exp2(codes.scales.astype(np.float32) - 127)
        return MXFP4_VALUES[nibbles(codes.packed)] * np.repeat(powers, self.group, axis=1)


def random_bytes(generator: np.random.Generator, rows: int, columns: int) -> Array:
    return np.frombuffer(generator.bytes(rows * columns), np.uint8).reshape(rows, columns)


def centred(bits: int) -> Array:
    """By random byte, one whose codes have the mean of the middle code: the lowest code becomes the middle one."""
    table = np.arange(256, dtype=np.uint8)
    if bits == 8:
        table[0] = 0x80
        return table
    low, high = table & 15, table >> 4
    return np.where(low == 0, 8, low) | np.where(high == 0, 8, high) << 4


def nibbles(packed: Array) -> Array:
    """The codes of each row, one a byte."""
    return np.stack([packed & 15, packed >> 4], axis=-1).reshape(len(packed), -1)


def halves(packed: Array) -> Array:
    """Blocks of neighbouring codes as GGUF packs them: byte i holds code i and code i + 16."""
    codes = nibbles(packed)
    return codes[:, : BLOCK // 2] | codes[:, BLOCK // 2 :] << 4


def bfloat16(values: Array) -> Array:
    """Cut to what bfloat16 holds, in single precision."""
    return (np.asarray(values, "<f4").view("<u4") & 0xFFFF0000).view("<f4")


def bfloat16_bits(values: Array) -> Array:
    """The upper halves of numbers that bfloat16 holds."""
    return (np.ascontiguousarray(values, "<f4").view("<u4") >> 16).astype("<u2")
