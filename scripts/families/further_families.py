"""The other families: what config.json says, and in which lanes each model is made."""

from .tiny_model import EXPERTS, SMALL_GROUPS, YARN, Variant, experts, sizes


def lfm2_keys(**changes):
    keys = {"norm_eps": 1e-5, "rms_norm_eps": None, "conv_L_cache": 3, "conv_bias": False, "head_dim": None}
    keys |= {"num_attention_heads": 2, "num_hidden_layers": 4, "num_key_value_heads": 1, "tie_word_embeddings": None}
    keys["layer_types"] = ["conv", "full_attention", "conv", "full_attention"]
    return sizes(**(keys | changes))


def lfm2():
    block = {"block_dim": 128, "block_multiple_of": 64, "block_ffn_dim_multiplier": 1.0}
    base = lfm2_keys(**block, block_ff_dim=256, block_auto_adjust_ff_dim=True)
    yield Variant("base", base, tied=True)
    odd = lfm2_keys(**block, block_auto_adjust_ff_dim=False, conv_bias=True, layer_types=None, full_attn_idxs=[0, 2])
    odd |= {"rope_parameters": {"rope_theta": 5e5}, "conv_L_cache": 4}
    yield Variant("odd", odd, SMALL_GROUPS, tied=True)


def lfm2_moe():
    keys = {"norm_topk_prob": True, "use_expert_bias": True, "num_dense_layers": 1, "routed_scaling_factor": 1.0}
    yield Variant("base", lfm2_keys(**experts(), **keys), EXPERTS, tied=True)
    keys |= {"norm_topk_prob": False, "use_expert_bias": False, "routed_scaling_factor": 1.5}
    yield Variant("odd", lfm2_keys(**experts(7, 3), **keys, conv_bias=True), SMALL_GROUPS, tied=True)


def routed(count=8, chosen=2, **changes):
    """Experts chosen by a sigmoid and a correction."""
    keys = {"n_routed_experts": count, "num_experts_per_tok": chosen, "moe_intermediate_size": 64}
    keys |= {"n_shared_experts": 1, "norm_topk_prob": True, "n_group": 1, "topk_group": 1}
    keys |= {"routed_scaling_factor": 1.8}
    return keys | {"first_k_dense_replace": 1} | changes


def glm4_moe():
    keys = {"use_qk_norm": True, "attention_bias": True, "partial_rotary_factor": 0.5, "rope_scaling": None}
    base = sizes(**routed(), **keys)
    yield Variant("base", base | {"rope_scaling": None}, EXPERTS)
    keys |= {"use_qk_norm": False, "attention_bias": False, "head_dim": 96}
    odd = sizes(**routed(7, 3, n_shared_experts=2, norm_topk_prob=False), **keys)
    yield Variant("odd", odd | {"rope_scaling": None}, SMALL_GROUPS)


LATENT = {"kv_lora_rank": 64, "q_lora_rank": 64, "qk_rope_head_dim": 32, "qk_nope_head_dim": 64, "v_head_dim": 64}


def glm4_moe_lite():
    base = sizes(**routed(), **LATENT, head_dim=None, num_key_value_heads=4)
    yield Variant("base", base, EXPERTS)
    odd = sizes(**routed(7, 3), **(LATENT | {"qk_nope_head_dim": 96, "v_head_dim": 96}), head_dim=None)
    yield Variant("odd", odd | {"q_lora_rank": None, "attention_bias": True}, SMALL_GROUPS)


def deepseek_v3():
    yarn = YARN | {"rope_type": None, "type": "yarn", "mscale": 1.0, "mscale_all_dim": 1.0, "factor": 40.0}
    groups = routed(n_group=4, topk_group=2, routed_scaling_factor=2.5)
    base = sizes(**groups, **LATENT, head_dim=None, num_key_value_heads=4)
    yield Variant("base", base | {"rope_scaling": yarn}, EXPERTS)
    odd = sizes(**routed(7, 3), **(LATENT | {"qk_nope_head_dim": 96}), head_dim=None, num_key_value_heads=4)
    yield Variant("odd", odd | {"moe_layer_freq": 2, "q_lora_rank": None}, SMALL_GROUPS)


def minimax():
    keys = {"intermediate_size": 64, "shared_intermediate_size": 0, "num_experts_per_tok": 2, "num_local_experts": 8}
    yield Variant("base", sizes(**keys, rotary_dim=32), EXPERTS)
    keys |= {"num_experts_per_tok": 3, "num_local_experts": 7, "use_qk_norm": False}
    yield Variant("odd", sizes(**keys, rotary_dim=48, head_dim=96, tie_word_embeddings=True), SMALL_GROUPS, tied=True)


def nemotron_h():
    mamba = {"mamba_num_heads": 4, "mamba_head_dim": 32, "mamba_proj_bias": False, "ssm_state_size": 32, "n_groups": 2}
    mamba |= {"conv_kernel": 4, "use_conv_bias": True, "use_bias": False, "mlp_bias": False, "attention_bias": False}
    mamba |= {"layer_norm_epsilon": 1e-5, "rms_norm_eps": None, "rope_theta": None, "num_hidden_layers": None}
    yield Variant("base", sizes(**mamba, hybrid_override_pattern="M-M*-"))
    moe = routed(first_k_dense_replace=None, moe_shared_expert_intermediate_size=64)
    yield Variant("experts", sizes(**mamba, **moe, hybrid_override_pattern="MEM*E"), EXPERTS)
    mamba |= {"mamba_proj_bias": True, "mlp_bias": True, "attention_bias": True, "n_groups": 1, "head_dim": 96}
    blocks = ["mamba", "moe", "attention", "mamba", "mlp"]
    odd = sizes(**mamba, **(moe | routed(7, 3, moe_latent_size=64)), layers_block_type=blocks)
    yield Variant("odd", odd | {"time_step_limit": [0.01, 0.5]}, SMALL_GROUPS)


def granitemoe():
    keys = {"logits_scaling": 0.5, "attention_multiplier": 0.15, "embedding_multiplier": 3.0}
    keys |= {"residual_multiplier": 0.6, "head_dim": None, "intermediate_size": 64, "attention_bias": False}
    keys["num_local_experts"] = 8
    yield Variant("base", sizes(**keys, num_experts_per_tok=2), EXPERTS)
    keys |= {"attention_bias": True, "num_local_experts": 7, "logits_scaling": 2.0, "tie_word_embeddings": True}
    odd = sizes(**keys, num_experts_per_tok=3, rope_scaling={"type": "linear", "factor": 2.0})
    yield Variant("odd", odd, SMALL_GROUPS, tied=True)
