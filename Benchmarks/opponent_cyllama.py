"""llama.cpp by cyllama's bindings: one process, one set of repetitions, JSON on standard output.

usage: opponent_cyllama.py MODEL.gguf THREADS PROMPT_TOKENS DECODE_TOKENS REPETITIONS
"""

import json
import sys
import time

import cyllama.llama.llama_cpp as llama


def decode(context, tokens, position):
    batch = llama.LlamaBatch(n_tokens=len(tokens), embd=0, n_seq_max=1)
    for offset, token in enumerate(tokens):
        batch.add(token, position + offset, [0], offset == len(tokens) - 1)
    if context.decode(batch) != 0:
        sys.exit("llama_decode failed")
    context.synchronize()


def main():
    path = sys.argv[1]
    threads, prompt_tokens, decode_tokens, repetitions = map(int, sys.argv[2:])
    llama.ggml_backend_load_all()
    llama.llama_backend_init()
    model = llama.LlamaModel(path_model=path, verbose=False)
    params = llama.LlamaContextParams()
    params.n_ctx = prompt_tokens + decode_tokens + 64
    params.n_batch = 2048
    params.n_ubatch = 512
    params.n_threads = threads
    params.n_threads_batch = threads
    context = llama.LlamaContext(model=model, params=params, verbose=False)
    vocabulary = 49152
    prompt = [(i * 7919 + 13) % vocabulary for i in range(prompt_tokens)]
    rows = []
    for _ in range(repetitions + 1):
        context.kv_cache_clear(True)
        start = time.perf_counter()
        decode(context, prompt, 0)
        prefilled = time.perf_counter()
        for index in range(decode_tokens):
            decode(context, [(index * 31 + 7) % vocabulary], prompt_tokens + index)
        end = time.perf_counter()
        rows.append(
            {
                "prefill_tokens_per_second": prompt_tokens / (prefilled - start),
                "decode_tokens_per_second": decode_tokens / (end - prefilled),
            }
        )
    print(json.dumps({"repetitions": rows[1:]}))


if __name__ == "__main__":
    main()
