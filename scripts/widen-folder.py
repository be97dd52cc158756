"""Copies a model folder with all its 16-bit numbers in float32, so that mlx computes without rounding activations.

The values stay the same, and the codes of quantized matrices are not changed. Needs the package mlx.

usage: widen-folder.py SOURCE_FOLDER TARGET_FOLDER
"""

import shutil
import sys
from pathlib import Path

import mlx.core as mx


def main() -> None:
    source, target = map(Path, sys.argv[1:])
    target.mkdir()
    for file in source.glob("*token*.json"):
        shutil.copy(file, target)
    shutil.copy(source / "config.json", target)
    arrays, notes = mx.load(str(source / "model.safetensors"), return_metadata=True)
    wide = {
        name: array.astype(mx.float32) if array.dtype in (mx.float16, mx.bfloat16) else array
        for name, array in arrays.items()
    }
    mx.save_safetensors(str(target / "model.safetensors"), wide, notes)


main()
