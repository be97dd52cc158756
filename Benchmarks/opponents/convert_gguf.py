"""Copies a GGUF file with every matrix, the embedding too, in one type.

usage: convert_gguf.py SOURCE.gguf TYPE TARGET.gguf

Speed does not depend on the values, so quantizing codes a second time does no harm here.
"""

import sys

import cyllama.llama.llama_cpp as llama

# `llama_ftype` of llama.h.
FILE_TYPES = {"F16": 1, "Q4_0": 2, "Q4_1": 3, "Q8_0": 7, "BF16": 32}


def main() -> None:
    if len(sys.argv) != 4 or sys.argv[2] not in FILE_TYPES:
        sys.exit(f"usage: convert_gguf.py SOURCE.gguf {'|'.join(FILE_TYPES)} TARGET.gguf")
    source, type_name, target = sys.argv[1:]
    params = llama.LlamaModelQuantizeParams()
    params.ftype = FILE_TYPES[type_name]
    params.pure = True
    params.allow_requantize = True
    llama.model_quantize(source, target, params)


if __name__ == "__main__":
    main()
