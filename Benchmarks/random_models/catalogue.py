"""All shapes by their names on the command line."""

from random_models.gemma3 import Gemma3
from random_models.gpt_oss import GptOss
from random_models.qwen3_5 import Qwen35
from random_models.qwen3_moe import Qwen3Mixture
from random_models.shape import Shape

SHAPES: dict[str, Shape] = {shape.name: shape for shape in (Qwen3Mixture(), GptOss(), Qwen35(), Gemma3())}
