#!/usr/bin/env python3
"""Writes a model of random weights in a published shape: as an MLX folder, and as a GGUF file of the same weights.

Tensor by tensor, so that no more than one is in memory. What is written depends on the arguments alone. Needs numpy, and
for a GGUF file the package gguf.
"""

import argparse
import pathlib
import tempfile

from random_models.catalogue import SHAPES
from random_models.folder import write_folder
from random_models.qwen3_moe import Qwen3Mixture
from random_models.shape import Shape


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("--folder", type=pathlib.Path, metavar="DIR", help="the model folder to write")
    parser.add_argument("--tokenizer", type=pathlib.Path, metavar="DIR", help="the model folder that lends its tokenizer")
    parser.add_argument("--gguf", type=pathlib.Path, metavar="FILE", help="the GGUF file to write")
    parser.add_argument("--gguf-tokenizer", type=pathlib.Path, metavar="FILE", help="the one that lends its tokenizer")
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument(
        "--bytes-per-token",
        type=int,
        metavar="N",
        default=0,
        help="more layers than the usual few, if a token would read fewer bytes than this",
    )
    sizes.add_argument("--full-size", action="store_true", help="all layers and the whole vocabulary; 17 GB")
    sizes.add_argument("--tiny", action="store_true", help="small sizes, to compare results")
    parser.add_argument("--exact", action="store_true", help="write the GGUF file's weights in single precision")
    options = parser.parse_args()
    if bool(options.folder) != bool(options.tokenizer) or bool(options.gguf) != bool(options.gguf_tokenizer):
        parser.error("--folder goes with --tokenizer, and --gguf with --gguf-tokenizer")
    shape = SHAPES[options.shape]
    if options.full_size and not isinstance(shape, Qwen3Mixture):
        parser.error(f"--full-size is for {Qwen3Mixture.name} only")
    return options


def chosen(options: argparse.Namespace) -> Shape:
    shape = SHAPES[options.shape]
    if options.tiny:
        return shape.tiny()
    if options.full_size and isinstance(shape, Qwen3Mixture):
        return shape.full_size()
    return shape.with_at_least(options.bytes_per_token)


def main() -> None:
    options = parse()
    shape = chosen(options)
    # Both appear only when complete.
    if options.folder:
        options.folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=options.folder.parent, prefix=".random-") as scratch:
            made = pathlib.Path(scratch) / "model"
            write_folder(shape, options.tokenizer, made)
            made.rename(options.folder)
    if options.gguf:
        from random_models.gguf_file import write_gguf

        options.gguf.parent.mkdir(parents=True, exist_ok=True)
        partial = options.gguf.with_name(options.gguf.name + ".partial")
        write_gguf(shape, options.gguf_tokenizer, partial, options.exact)
        partial.rename(options.gguf)


if __name__ == "__main__":
    main()
