"""Writes a GGUF file anew with its Q4_1 matrices as Q8_0, so that there are two to compare. Needs the package gguf.

usage: requantize-gguf.py SOURCE.gguf TARGET.gguf
"""

import sys

import gguf
from gguf import GGMLQuantizationType as Type
from gguf import GGUFValueType


def main() -> None:
    source, target = sys.argv[1:]
    reader = gguf.GGUFReader(source)
    architecture = reader.fields["general.architecture"].contents()
    writer = gguf.GGUFWriter(target, architecture)
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name in ("general.architecture", "general.file_type"):
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, inner)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    for tensor in reader.tensors:
        data, kind = tensor.data, tensor.tensor_type
        if kind == Type.Q4_1:
            data, kind = gguf.quantize(gguf.dequantize(data, kind), Type.Q8_0), Type.Q8_0
        writer.add_tensor(tensor.name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


main()
