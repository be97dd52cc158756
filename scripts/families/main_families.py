"""The families that are most often kept resident: what config.json says, and in which lanes each model is made."""

from .tiny_model import ALTERNATING, DENSE, EXPERTS, LARGE_GROUPS, LLAMA3, SMALL_GROUPS, YARN, Variant, experts, sizes


def llama():
    yield Variant("base", sizes(), (*DENSE, "mixed-bare", "4bit-g32", "4bit-g128"))
    tied = sizes(head_dim=96, num_attention_heads=3, num_key_value_heads=1, tie_word_embeddings=True)
    tied["rope_scaling"] = LLAMA3
    yield Variant("llama3", tied, SMALL_GROUPS, tied=True)
    biased = sizes(head_dim=256, num_attention_heads=2, num_key_value_heads=1, attention_bias=True, mlp_bias=True)
    biased["intermediate_size"] = 256
    biased["rope_scaling"] = {"type": "linear", "factor": 4.0}
    yield Variant("linear", biased, LARGE_GROUPS)
    windows = {"layer_types": ALTERNATING, "sliding_window": 128, "rope_traditional": True, "head_dim": 32}
    yield Variant("windows", sizes(**windows), ("bf16", "4bit-g64"))


def mistral():
    # mlx-lm ignores a window without layer_types.
    yield Variant("base", sizes(rope_theta=1e6, sliding_window=128))
    yield Variant("odd", sizes(head_dim=None, vocab_size=301, num_hidden_layers=2), ("bf16", "4bit-g32"))


def ministral3():
    scaling = {"rope_theta": 1e6, "type": "yarn", "mscale": 1.0, "mscale_all_dim": 1.0, "llama_4_scaling_beta": 0.1}
    scaling |= {key: value for key, value in YARN.items() if key != "rope_type"}
    yield Variant("base", sizes(rope_theta=None, rope_parameters=scaling))
    other = scaling | {"mscale_all_dim": 0.0, "beta_fast": 4.0, "factor": 4.0, "original_max_position_embeddings": 100}
    config = sizes(rope_theta=None, rope_parameters=other, tie_word_embeddings=True, head_dim=96)
    config |= {"layer_types": ALTERNATING, "sliding_window": 128}
    yield Variant("windows", config, SMALL_GROUPS, tied=True)


def qwen2():
    yield Variant("base", sizes(head_dim=None, rope_theta=1e6, tie_word_embeddings=True), tied=True)
    yield Variant("yarn", sizes(head_dim=None, num_attention_heads=2, rope_scaling=YARN), SMALL_GROUPS)


def qwen3():
    yield Variant("base", sizes(rms_norm_eps=1e-6, rope_theta=1e6))
    tied = sizes(head_dim=96, num_key_value_heads=1, rope_theta=None, tie_word_embeddings=True)
    tied["rope_parameters"] = {"rope_type": "default", "rope_theta": 5e5}
    yield Variant("tied", tied, SMALL_GROUPS, tied=True)


def qwen3_moe():
    keys = {"decoder_sparse_step": 1, "mlp_only_layers": [1], "norm_topk_prob": True, "rms_norm_eps": 1e-6}
    yield Variant("base", sizes(**experts(), **keys), EXPERTS)
    keys |= {"decoder_sparse_step": 2, "mlp_only_layers": [], "norm_topk_prob": False, "tie_word_embeddings": True}
    odd = sizes(**experts(7, 3), **keys, head_dim=96, num_hidden_layers=4)
    yield Variant("odd", odd, ("bf16", "4bit-g32", "mxfp4-experts"), tied=True)


def olmoe():
    config = sizes(num_experts=8, num_experts_per_tok=2, norm_topk_prob=False, intermediate_size=64)
    yield Variant("base", config, EXPERTS)
    odd = sizes(num_experts=7, num_experts_per_tok=3, norm_topk_prob=True, intermediate_size=96, attention_bias=True)
    odd |= {"mlp_bias": True, "head_dim": 96, "tie_word_embeddings": True}
    yield Variant("odd", odd, SMALL_GROUPS, tied=True)


def mixtral():
    config = sizes(head_dim=None, num_local_experts=8, num_experts_per_tok=2, intermediate_size=64, rope_theta=1e6)
    yield Variant("base", config, EXPERTS)
    odd = config | {"num_local_experts": 7, "num_experts_per_tok": 3}
    odd |= {"num_attention_heads": 2, "num_key_value_heads": 1}
    yield Variant("odd", odd, SMALL_GROUPS)


DELTA = {
    "linear_num_value_heads": 4,
    "linear_num_key_heads": 2,
    "linear_key_head_dim": 32,
    "linear_value_head_dim": 64,
    "linear_conv_kernel_dim": 4,
    "num_hidden_layers": 4,
    "rms_norm_eps": 1e-6,
}
ODD_DELTA = DELTA | {
    "linear_num_value_heads": 6,
    "linear_key_head_dim": 48,
    "linear_value_head_dim": 32,
    "full_attention_interval": 2,
}


def qwen3_5_config(model_type, text):
    rotary = {"rope_type": "default", "mrope_section": [3, 3, 2], "rope_theta": 1e7, "partial_rotary_factor": 0.25}
    text = {"model_type": f"{model_type}_text", "rope_parameters": rotary} | text
    return {"text_config": text, "tie_word_embeddings": text["tie_word_embeddings"]}


def qwen3_5():
    yield Variant("base", qwen3_5_config("qwen3_5", sizes(**DELTA, rope_theta=None)), (*DENSE, "mixed-bare"))
    rotary = {"rope_parameters": None, "rope_theta": 1e5, "partial_rotary_factor": 0.5, "head_dim": 96}
    flat = sizes(**ODD_DELTA, tie_word_embeddings=True, attention_bias=True) | rotary
    yield Variant("flat", flat, SMALL_GROUPS, tied=True)
    wide = sizes(**ODD_DELTA, rope_theta=None, head_dim=256, num_attention_heads=2, num_key_value_heads=1)
    wide |= {"intermediate_size": 256, "num_hidden_layers": 2}
    yield Variant("heads256", qwen3_5_config("qwen3_5", wide), ("bf16", "4bit-g64"))


def qwen3_5_moe():
    keys = {"shared_expert_intermediate_size": 64, "rope_theta": None, "intermediate_size": None}
    base = qwen3_5_config("qwen3_5_moe", sizes(**DELTA, **experts(), **keys))
    yield Variant("base", base, (*EXPERTS, "mixed-bare"))
    odd = sizes(**ODD_DELTA, **experts(7, 3, norm_topk_prob=False), **keys, head_dim=96)
    yield Variant("odd", qwen3_5_config("qwen3_5_moe", odd), SMALL_GROUPS)


def qwen3_next():
    keys = {"shared_expert_intermediate_size": 64, "partial_rotary_factor": 0.25, "decoder_sparse_step": 1}
    keys |= {"mlp_only_layers": [1], "norm_topk_prob": True, "rope_theta": 1e7}
    yield Variant("base", sizes(**DELTA, **experts(), **keys), EXPERTS)
    keys |= {"mlp_only_layers": [], "norm_topk_prob": False, "rope_scaling": {"type": "linear", "factor": 2.0}}
    odd = sizes(**ODD_DELTA, **experts(7, 3), **keys, head_dim=96, tie_word_embeddings=True)
    yield Variant("odd", odd, SMALL_GROUPS, tied=True)


def gpt_oss():
    yarn = YARN | {"factor": 32.0, "truncate": False}
    keys = {"num_local_experts": 8, "num_experts_per_tok": 2, "intermediate_size": 128, "sliding_window": 128}
    base = sizes(num_hidden_layers=4, rope_theta=150000.0, rope_scaling=yarn, tie_word_embeddings=None, **keys)
    yield Variant("base", base, EXPERTS)
    keys |= {"num_local_experts": 7, "num_experts_per_tok": 3, "intermediate_size": 96, "sliding_window": 48}
    odd = sizes(layer_types=["full_attention", "sliding_attention", "sliding_attention"], head_dim=96, **keys)
    yield Variant("odd", odd | {"tie_word_embeddings": None}, ("bf16", "4bit-g32", "mxfp4-experts"))


def gemma3_keys(**changes):
    keys = {"num_hidden_layers": 6, "sliding_window": 128, "sliding_window_pattern": 3, "rope_theta": 1e6}
    keys |= {"rope_local_base_freq": 10000.0, "query_pre_attn_scalar": 48, "rms_norm_eps": 1e-6}
    return sizes(**(keys | {"tie_word_embeddings": True} | changes))


def gemma3_text():
    yield Variant("base", gemma3_keys(rope_scaling={"rope_type": "linear", "factor": 8.0}), tied=True)
    wide = gemma3_keys(head_dim=256, num_attention_heads=2, num_key_value_heads=1, intermediate_size=256)
    wide |= {"num_hidden_layers": 3, "sliding_window": 100, "query_pre_attn_scalar": 256}
    yield Variant("untied", wide | {"tie_word_embeddings": False}, LARGE_GROUPS)
    odd = gemma3_keys(hidden_size=160, head_dim=96, num_attention_heads=3, num_key_value_heads=1, vocab_size=301)
    yield Variant("odd", odd | {"num_hidden_layers": 4, "sliding_window_pattern": 2}, SMALL_GROUPS, tied=True)


def gemma3():
    text = gemma3_keys(vocab_size=None, num_hidden_layers=4, sliding_window_pattern=2, model_type="gemma3_text")
    yield Variant("base", {"text_config": text, "vocab_size": 256}, (*DENSE, "mixed-bare"), tied=True)


def gemma4_keys(**changes):
    sliding, full = "sliding_attention", "full_attention"
    rotary = {
        full: {"partial_rotary_factor": 0.25, "rope_theta": 1e6, "rope_type": "proportional"},
        sliding: {"rope_theta": 10000.0, "rope_type": "default"},
    }
    keys = {"num_hidden_layers": 7, "layer_types": [sliding, full, sliding, sliding, full, sliding, full]}
    keys |= {"global_head_dim": 128, "num_kv_shared_layers": 2, "sliding_window": 128}
    keys |= {"hidden_size_per_layer_input": 64}
    keys |= {"vocab_size_per_layer_input": 256, "rope_parameters": rotary, "rms_norm_eps": 1e-6, "rope_theta": None}
    keys |= {"use_double_wide_mlp": True, "final_logit_softcapping": 30.0, "tie_word_embeddings": True}
    return sizes(**(keys | changes))


def gemma4_experts(**changes):
    keys = {"enable_moe_block": True, "num_experts": 8, "top_k_experts": 2, "moe_intermediate_size": 64}
    keys |= {"attention_k_eq_v": True, "num_global_key_value_heads": 1, "num_kv_shared_layers": 0}
    keys |= {"hidden_size_per_layer_input": 0, "num_hidden_layers": 4}
    keys["layer_types"] = ["sliding_attention", "full_attention"] * 2
    return gemma4_keys(**(keys | changes))


# Its scores are not scaled, so the query's and key's norms have to keep them small.
GEMMA4 = {"q_norm": (0.2, 0.6), "k_norm": (0.2, 0.6)}


def gemma4_text():
    yield Variant("base", gemma4_keys(), ranges=GEMMA4, tied=True)
    yield Variant("experts", gemma4_experts(), EXPERTS, ranges=GEMMA4, tied=True)
    odd = gemma4_experts(num_experts=7, top_k_experts=3, head_dim=96, global_head_dim=256, tie_word_embeddings=False)
    odd["final_logit_softcapping"] = None
    yield Variant("odd", odd, SMALL_GROUPS, ranges=GEMMA4)


def gemma4():
    wrapped = {"vocab_size": None, "model_type": "gemma4_text"}
    base = {"text_config": gemma4_keys(**wrapped), "vocab_size": 256}
    yield Variant("base", base, ("bf16", "4bit-g64", "mixed-bare"), ranges=GEMMA4, tied=True)
    moe = {"text_config": gemma4_experts(**wrapped), "vocab_size": 256}
    yield Variant("experts", moe, ("bf16", "4bit-g64", "mxfp4-experts"), ranges=GEMMA4, tied=True)
