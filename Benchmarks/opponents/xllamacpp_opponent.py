"""llama.cpp through xllamacpp's in-process server.

The rates are the server's own timings. Its decode clock starts when the first token is sampled from the prompt's
logits, so a rate is (predicted tokens - 1) / time. That time includes the greedy sampling of each token.
"""

from collections.abc import Sequence
from typing import Any

import xllamacpp

import workload


class Engine:
    def __init__(self, job: workload.Job) -> None:
        params = xllamacpp.CommonParams()
        params.model.path = job.gguf
        params.n_ctx = job.context
        params.n_batch = job.batch
        params.n_parallel = 1
        params.cpuparams.n_threads = job.threads
        params.cpuparams_batch.n_threads = job.threads
        modes = xllamacpp.llama_flash_attn_type
        params.flash_attn_type = (
            modes.LLAMA_FLASH_ATTN_TYPE_ENABLED if job.flash_attention else modes.LLAMA_FLASH_ATTN_TYPE_DISABLED
        )
        params.no_extra_bufts = not job.repack
        params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_MMAP
        # What serves many clients only takes start-up time here.
        params.warmup = False
        params.fit_params = False
        params.cache_ram_mib = 0
        params.n_ctx_checkpoints = 0
        params.verbosity = 0
        self.server = xllamacpp.Server(params)

    def complete(self, prompt: Sequence[int], tokens: int) -> dict[str, Any]:
        answer: dict[str, Any] = self.server.handle_completions(
            {
                "prompt": list(prompt),
                "n_predict": tokens,
                "ignore_eos": True,
                "cache_prompt": False,
                "samplers": ["top_k"],
                "top_k": 1,
                "temperature": 0,
            }
        )
        timings = answer.get("timings")
        if timings is None:
            raise SystemExit(f"error: the server answered without timings: {str(answer)[:300]}")
        if (timings["prompt_n"], timings["predicted_n"]) != (len(prompt), tokens):
            raise SystemExit(f"error: the server did other work than asked: {timings}")
        return answer

    def read(self, job: workload.Job) -> workload.Reading:
        timings = self.complete(job.prompt, job.decode_tokens + 1)["timings"]
        return workload.Reading(
            prefill_tokens_per_second=timings["prompt_n"] * 1e3 / timings["prompt_ms"],
            decode_tokens_per_second=(timings["predicted_n"] - 1) * 1e3 / timings["predicted_ms"],
        )

    def first_token(self, prompt: Sequence[int]) -> str:
        return str(self.complete(prompt, 1)["choices"][0]["text"])

    def logits(self, prompt: Sequence[int]) -> list[Sequence[float]]:
        raise SystemExit("error: xllamacpp's server does not give all logits")


if __name__ == "__main__":
    workload.run(Engine)
