"""llama.cpp through the C interface that llama-cpp-python contains."""

import ctypes
from collections.abc import Sequence

import llama_cpp

import workload

ON, OFF = 1, 0
# `GGML_TYPE_F32` of ggml.h.
SINGLE_PRECISION = 0


class Engine:
    def __init__(self, job: workload.Job) -> None:
        llama_cpp.llama_backend_init()
        model_params = llama_cpp.llama_model_default_params()
        set_field(model_params, "use_extra_bufts", job.repack)
        self.model = llama_cpp.llama_model_load_from_file(job.gguf.encode(), model_params)
        if not self.model:
            raise SystemExit(f"error: llama.cpp cannot load {job.gguf}")
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = job.context
        params.n_batch = job.batch
        params.n_threads = job.threads
        params.n_threads_batch = job.threads
        set_field(params, "flash_attn_type", ON if job.flash_attention else OFF)
        if job.exact_cache:
            set_field(params, "type_k", SINGLE_PRECISION)
            set_field(params, "type_v", SINGLE_PRECISION)
        self.context = llama_cpp.llama_init_from_model(self.model, params)
        if not self.context:
            raise SystemExit(f"error: llama.cpp cannot make a context of {job.context} positions")

    def clear(self) -> None:
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self.context), True)

    def evaluate(self, tokens: Sequence[int], position: int) -> None:
        # `llama_batch_get_one` continues at the cache's end, which is `position`, and asks for the last token's logits.
        ids = (llama_cpp.llama_token * len(tokens))(*tokens)
        status = llama_cpp.llama_decode(self.context, llama_cpp.llama_batch_get_one(ids, len(tokens)))
        if status != 0:
            raise SystemExit(f"error: llama_decode returned {status} at position {position}")
        llama_cpp.llama_synchronize(self.context)

    def read(self, job: workload.Job) -> workload.Reading:
        return workload.read_stepwise(self, job)

    def first_token(self, prompt: Sequence[int]) -> str:
        self.evaluate(prompt, 0)
        sampler = llama_cpp.llama_sampler_init_greedy()
        token = llama_cpp.llama_sampler_sample(sampler, self.context, -1)
        vocabulary = llama_cpp.llama_model_get_vocab(self.model)
        piece = ctypes.create_string_buffer(256)
        length = llama_cpp.llama_token_to_piece(vocabulary, token, piece, len(piece), 0, False)
        return piece.raw[: max(0, length)].decode(errors="replace")

    def logits(self, prompt: Sequence[int]) -> list[Sequence[float]]:
        batch = llama_cpp.llama_batch_init(len(prompt), 0, 1)
        batch.n_tokens = len(prompt)
        for position, token in enumerate(prompt):
            batch.token[position] = token
            batch.pos[position] = position
            batch.n_seq_id[position] = 1
            batch.seq_id[position][0] = 0
            batch.logits[position] = True
        status = llama_cpp.llama_decode(self.context, batch)
        if status != 0:
            raise SystemExit(f"error: llama_decode returned {status}")
        rows = [llama_cpp.llama_get_logits_ith(self.context, position) for position in range(len(prompt))]
        return [row[: workload.VOCABULARY] for row in rows]


def set_field(structure: ctypes.Structure, name: str, value: int) -> None:
    """Sets a field that must exist: one that the bindings lack would be set on the Python object only."""
    if name not in {field[0] for field in structure._fields_}:
        raise SystemExit(f"error: this llama-cpp-python has no {name}; install the version that bench_engine.py names")
    setattr(structure, name, value)


if __name__ == "__main__":
    workload.run(Engine)
