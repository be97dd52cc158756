"""llama.cpp through cyllama's low-level bindings."""

from collections.abc import Sequence

import cyllama.llama.llama_cpp as llama

import workload

ON, OFF = 1, 0
# `GGML_TYPE_F32` of ggml.h.
SINGLE_PRECISION = 0


class Model(llama.LlamaModel):
    """With the attribute that `LlamaContext.get_logits_ith` asks for and cyllama's own class lacks."""

    n_vocab = workload.VOCABULARY


class Engine:
    def __init__(self, job: workload.Job) -> None:
        llama.ggml_backend_load_all()
        llama.llama_backend_init()
        model_params = llama.LlamaModelParams()
        model_params.use_mmap = True
        model_params.use_extra_bufts = job.repack
        self.model = Model(path_model=job.gguf, params=model_params, verbose=False)
        params = llama.LlamaContextParams()
        params.n_ctx = job.context
        params.n_batch = job.batch
        params.n_threads = job.threads
        params.n_threads_batch = job.threads
        params.flash_attn_type = ON if job.flash_attention else OFF
        if job.exact_cache:
            params.type_k = params.type_v = SINGLE_PRECISION
        self.context = llama.LlamaContext(model=self.model, params=params, verbose=False)
        self.batch = llama.LlamaBatch(n_tokens=job.batch, embd=0, n_seq_max=1)

    def clear(self) -> None:
        self.context.kv_cache_clear(True)

    def evaluate(self, tokens: Sequence[int], position: int) -> None:
        self.batch.reset()
        last = len(tokens) - 1
        for offset, token in enumerate(tokens):
            self.batch.add(token, position + offset, [0], offset == last)
        self.context.decode(self.batch)
        self.context.synchronize()

    def read(self, job: workload.Job) -> workload.Reading:
        return workload.read_stepwise(self, job)

    def first_token(self, prompt: Sequence[int]) -> str:
        self.evaluate(prompt, 0)
        sampler = llama.LlamaSampler(llama.LlamaSamplerChainParams())
        sampler.add_greedy()
        token = sampler.sample(self.context, -1)
        return str(self.model.get_vocab().token_to_piece(token, 0, False))

    def logits(self, prompt: Sequence[int]) -> list[Sequence[float]]:
        self.batch.reset()
        for position, token in enumerate(prompt):
            self.batch.add(token, position, [0], True)
        self.context.decode(self.batch)
        return [self.context.get_logits_ith(position) for position in range(len(prompt))]


if __name__ == "__main__":
    workload.run(Engine)
