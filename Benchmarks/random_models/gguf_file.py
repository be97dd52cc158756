"""Writes a shape as a GGUF file with the same weights as its model folder, tensor by tensor. Needs the package gguf."""

import pathlib

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import GGUFValueType
from random_models.formats import Array
from random_models.shape import Shape
from random_models.tensors import Matrix, Tensor


def write_gguf(shape: Shape, tokenizer: pathlib.Path, target: pathlib.Path, is_exact: bool = False) -> None:
    """The tokenizer is that of another GGUF file.

    `is_exact` writes all weights in single precision, so that llama.cpp does not round activations either.
    """
    writer = gguf.GGUFWriter(target, shape.architecture)
    for key, value in shape.metadata().items():
        add(writer, f"{shape.architecture}.{key}", value)
    for field in gguf.GGUFReader(tokenizer).fields.values():
        if field.name.startswith("tokenizer."):
            kind = field.types[0]
            inner = field.types[-1] if kind == GGUFValueType.ARRAY else None
            writer.add_key_value(field.name, field.contents(), kind, inner)
    tensors = list(shape.tensors())
    for tensor in tensors:
        kind = type_of(tensor, is_exact)
        size = gguf_shape(tensor)
        writer.add_tensor_info(name_of(tensor), size, np.dtype(np.float32), byte_count(size, kind), kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for tensor in tensors:
        writer.write_tensor_data(drawn(tensor, type_of(tensor, is_exact)))
    writer.close()


def add(writer: gguf.GGUFWriter, key: str, value: object) -> None:
    match value:
        case str():
            writer.add_string(key, value)
        case float():
            writer.add_float32(key, value)
        case int():
            writer.add_uint32(key, value)
        case list():
            writer.add_array(key, value)
        case _:
            raise TypeError(f"{key} has a value of the type {type(value)}")


def name_of(tensor: Tensor) -> str:
    return f"{tensor.gguf_name}.weight" if isinstance(tensor, Matrix) else tensor.gguf_name


def type_of(tensor: Tensor, is_exact: bool) -> Type:
    if not isinstance(tensor, Matrix) or tensor.is_plain or is_exact:
        return Type.F32
    return Type[tensor.format.gguf_type]


def gguf_shape(tensor: Tensor) -> tuple[int, ...]:
    return tensor.shape if isinstance(tensor, Matrix) else tensor.convert(np.zeros(tensor.shape)).shape


def byte_count(shape: tuple[int, ...], kind: Type) -> int:
    block, size = gguf.GGML_QUANT_SIZES[kind]
    return int(np.prod(shape)) // block * size


def drawn(tensor: Tensor, kind: Type) -> Array:
    if not isinstance(tensor, Matrix):
        return tensor.convert(tensor.draw()).astype("<f4")
    codes = tensor.ordered(tensor.draw())
    return tensor.format.floats(codes) if kind == Type.F32 else tensor.format.blocks(codes)
