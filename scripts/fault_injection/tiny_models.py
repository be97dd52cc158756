"""Writes model folders that load in milliseconds: a Llama of two layers over bytes, with random weights."""

import json
import pathlib
import random
import struct

VOCABULARY, HIDDEN, INTERMEDIATE, HEADS, KEY_VALUE_HEADS, HEAD, LAYERS = 257, 128, 256, 2, 1, 64, 2
END_OF_TEXT = 256


def write(folder: pathlib.Path, seed: int, layers: int = LAYERS) -> None:
    """Writes a model folder whose weights depend on the seed and the layers only; more layers make a slower model."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(_configuration(layers)))
    (folder / "tokenizer.json").write_text(json.dumps(_tokenizer()))
    (folder / "tokenizer_config.json").write_text(json.dumps({"eos_token": "<|endoftext|>"}))
    write_weights(folder / "model.safetensors", seed, layers)


def write_weights(file: pathlib.Path, seed: int, layers: int = LAYERS) -> None:
    generator = random.Random(seed)
    header, parts, offset = {"__metadata__": {"format": "mlx"}}, [], 0
    for name, shape in _tensors(layers):
        count = shape[0] * (shape[1] if len(shape) == 2 else 1)
        values = [1.0] * count if len(shape) == 1 else [generator.uniform(-0.08, 0.08) for _ in range(count)]
        data = struct.pack(f"<{count}e", *values)
        header[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
        parts.append(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))


def _tensors(layers: int):
    queries, keys = HEADS * HEAD, KEY_VALUE_HEADS * HEAD
    yield "model.embed_tokens.weight", (VOCABULARY, HIDDEN)
    for layer in range(layers):
        path = f"model.layers.{layer}"
        yield f"{path}.self_attn.q_proj.weight", (queries, HIDDEN)
        yield f"{path}.self_attn.k_proj.weight", (keys, HIDDEN)
        yield f"{path}.self_attn.v_proj.weight", (keys, HIDDEN)
        yield f"{path}.self_attn.o_proj.weight", (HIDDEN, queries)
        yield f"{path}.mlp.gate_proj.weight", (INTERMEDIATE, HIDDEN)
        yield f"{path}.mlp.up_proj.weight", (INTERMEDIATE, HIDDEN)
        yield f"{path}.mlp.down_proj.weight", (HIDDEN, INTERMEDIATE)
        yield f"{path}.input_layernorm.weight", (HIDDEN,)
        yield f"{path}.post_attention_layernorm.weight", (HIDDEN,)
    yield "model.norm.weight", (HIDDEN,)


def _configuration(layers: int) -> dict:
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": HIDDEN,
        "num_hidden_layers": layers, "num_attention_heads": HEADS, "num_key_value_heads": KEY_VALUE_HEADS,
        "head_dim": HEAD, "intermediate_size": INTERMEDIATE, "vocab_size": VOCABULARY,
        "max_position_embeddings": 2048, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": True,
        "torch_dtype": "float16", "eos_token_id": END_OF_TEXT,
    }


def _tokenizer() -> dict:
    # GPT-2's alphabet: printable bytes stand for themselves, the others are characters from U+0100 on.
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    names = {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(others)}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {
        "version": "1.0", "truncation": None, "padding": None, "normalizer": None, "pre_tokenizer": level,
        "post_processor": None, "decoder": level,
        "added_tokens": [
            {"id": END_OF_TEXT, "content": "<|endoftext|>", "single_word": False, "lstrip": False, "rstrip": False,
             "normalized": False, "special": True}
        ],
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "merges": [],
            "vocab": {names[byte]: byte for byte in range(256)},
        },
    }
