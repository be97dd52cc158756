"""All families by their model type, in the order in which they are made."""

from . import further_families as further
from . import main_families as main

FAMILIES = {
    function.__name__: function
    for function in (
        *(main.llama, main.mistral, main.ministral3, main.qwen2, main.qwen3),
        *(main.qwen3_moe, main.olmoe, main.mixtral),
        *(main.qwen3_5, main.qwen3_5_moe, main.qwen3_next),
        main.gpt_oss,
        *(main.gemma3_text, main.gemma3, main.gemma4_text, main.gemma4),
        *(further.lfm2, further.lfm2_moe, further.glm4_moe, further.glm4_moe_lite, further.deepseek_v3),
        *(further.minimax, further.nemotron_h, further.granitemoe),
    )
}

EPSILONS = ("rms_norm_eps", "norm_eps", "layer_norm_epsilon")
LARGE_EPSILON = 0.03
"""So large in all but the base models that one taken from elsewhere is seen."""


def variants(family):
    """The family's variants, each with the model's type and what published configurations also have."""
    for variant in FAMILIES[family]():
        for keys in (variant.config, variant.config.get("text_config", {})):
            if variant.name != "base":
                keys |= {key: LARGE_EPSILON for key in EPSILONS if key in keys}
        variant.config = {"model_type": family, "torch_dtype": "bfloat16", "bos_token_id": 0} | variant.config
        yield variant
