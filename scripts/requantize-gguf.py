"""Copies a GGUF file with its tensors in another type, so that there are several files to compare. Needs the package gguf.

usage: requantize-gguf.py SOURCE.gguf TARGET.gguf Q8_0|F32

Q8_0 converts the Q4_1 matrices only. F32 converts all tensors, rounded to binary16 first: `resident models import` stores
such a file in binary16, so both have the same values.
"""

import sys

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import GGUFValueType


def main() -> None:
    source, target, wanted = sys.argv[1:]
    is_wide = wanted == "F32"
    reader = gguf.GGUFReader(source)
    architecture = reader.fields["general.architecture"].contents()
    writer = gguf.GGUFWriter(target, architecture)
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name in ("general.architecture", "general.file_type"):
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, inner)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32 if is_wide else gguf.LlamaFileType.MOSTLY_Q8_0)
    for tensor in reader.tensors:
        data, kind = tensor.data, tensor.tensor_type
        if is_wide:
            data, kind = gguf.dequantize(data, kind).astype(np.float16).astype(np.float32), Type.F32
        elif kind == Type.Q4_1:
            data, kind = gguf.quantize(gguf.dequantize(data, kind), Type.Q8_0), Type.Q8_0
        writer.add_tensor(tensor.name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


main()
