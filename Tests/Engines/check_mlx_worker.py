"""Runs the mlx worker over tiny models of random weights: the line protocol, and its figures against mlx_lm itself.

usage: check_mlx_worker.py RESIDENT_PROGRAM

Needs mlx[cpu] and mlx-lm; `make test-mlx` installs both. The expected tokens and scores come from whole forward passes
of mlx_lm's model without a cache, so they share no state with the worker's generation.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import mlx.core as mx
import mlx.nn as nn
import mlx_lm
from mlx.utils import tree_flatten
from mlx_lm.models import llama

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
from fault_injection import tiny_models  # noqa: E402

WORKER = [sys.executable, str(ROOT / "Sources/MLXEngine/Resources/mlx_worker.py")]
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ message.role }}\n{{ message.content }}<|endoftext|>{% endfor %}"
    "{% if add_generation_prompt %}assistant\n{% endif %}"
)
PROMPTS = ("The capital of France is", "def fibonacci(n):\n    ", "naïve ✓", "1, 1, 2, 3, 5, 8,")
STEPS = 24
# In nats. A cache and a whole pass sum in another order.
TOLERANCE = 1e-3


def write_model(folder, bits=None):
    """A tiny Llama in float32, in which engines agree to the last token, or quantized to `bits` bits per weight."""
    tiny_models.write(folder, seed=1)
    weights = {name: array.astype(mx.float32) for name, array in mx.load(str(folder / "model.safetensors")).items()}
    config = json.loads((folder / "config.json").read_text())
    # With the embedding as its output matrix, a model of random weights mostly repeats its last token.
    config["tie_word_embeddings"] = False
    mx.random.seed(1)
    weights["lm_head.weight"] = mx.random.normal((tiny_models.VOCABULARY, tiny_models.HIDDEN))
    if bits:
        config["quantization"] = {"group_size": 32, "bits": bits, "mode": "affine"}
        model = llama.Model(llama.ModelArgs.from_dict(config))
        model.load_weights(list(weights.items()))
        nn.quantize(model, group_size=32, bits=bits)
        weights = dict(tree_flatten(model.parameters()))
    mx.save_safetensors(str(folder / "model.safetensors"), weights, {"format": "mlx"})
    (folder / "config.json").write_text(json.dumps(config))
    tokenizer = folder / "tokenizer_config.json"
    tokenizer.write_text(json.dumps(json.loads(tokenizer.read_text()) | {"chat_template": CHAT_TEMPLATE}))
    return folder


class Reference:
    """mlx_lm's own model of a folder, asked by whole forward passes."""

    def __init__(self, folder):
        self.model, self.tokenizer = mlx_lm.load(str(folder))

    def log_probabilities(self, tokens):
        """One row per token: the distribution of the next."""
        logits = self.model(mx.array([tokens]))[0].astype(mx.float32)
        return logits - mx.logsumexp(logits, axis=-1, keepdims=True)

    def greedy(self, prompt, count):
        tokens = list(prompt)
        for _ in range(count):
            tokens.append(int(mx.argmax(self.log_probabilities(tokens)[-1])))
        return tokens[len(prompt):]

    def scores(self, prompt, continuation):
        rows = self.log_probabilities(prompt + continuation)
        return [float(rows[len(prompt) + index - 1, token]) for index, token in enumerate(continuation)]


class Worker:
    """The worker with a model loaded, asked over its line protocol."""

    def __init__(self, folder):
        self.process = subprocess.Popen(WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        hello = json.loads(self.process.stdout.readline())["hello"]
        assert (hello["protocol"], hello["engine"]) == (1, "mlx"), hello
        self.loaded = self.ask(op="load", model=str(folder), context_length=256)

    def ask(self, **request):
        self.process.stdin.write(json.dumps({"id": 1} | request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return answer["result"] if "result" in answer else sys.exit(f"{request['op']}: {answer['error']}")

    def sliced(self, prompt, count, size):
        """The tokens of a request that is worked on in slices of `size` tokens."""
        begun = self.ask(op="begin", prompt=prompt, max_tokens=count)
        assert begun == {"prompt_tokens": len(prompt), "cached_tokens": 0}, begun
        left, tokens, finished = len(prompt), [], False
        while not finished:
            part = self.ask(op="advance", tokens=size)
            expected = min(size, left or count - len(tokens))
            assert (part["phase"], part["processed"]) == ("prefill" if left else "decode", expected), part
            assert 0 < max(part["token_ns"], default=1) <= part["elapsed_ns"], part
            assert part["processor_ns"] >= 0 and part["involuntary_switches"] >= 0, part
            left -= part["processed"] if left else 0
            tokens += part["tokens"]
            finished = part["finished"]
        return tokens

    def close(self):
        self.process.stdin.close()
        assert self.process.wait() == 0


def compare(folder):
    """Holds the worker's tokens, scores and prefix reuse against the reference."""
    reference, worker = Reference(folder), Worker(folder)
    distinct = set()
    for text in PROMPTS:
        prompt = worker.ask(op="tokenize", text=text)["tokens"]
        assert prompt == reference.tokenizer.encode(text, add_special_tokens=False), text
        expected = reference.greedy(prompt, STEPS)
        distinct |= set(expected)
        alone = worker.ask(op="generate", prompt=prompt, max_tokens=STEPS)
        assert alone["tokens"] == expected, (text, alone["tokens"], expected)
        assert alone["cached_tokens"] == 0 and alone["finish"] == "length" and len(alone["token_ns"]) == STEPS

        for size in (1, 5, 100):
            tokens = worker.sliced(prompt, STEPS, size)
            assert tokens == expected, (text, size, tokens, expected)

        # The cache now holds the prompt and its continuation; of the next prompt only the last token is not in it.
        longer = prompt + expected[:STEPS // 2]
        reused = worker.ask(op="generate", prompt=longer, max_tokens=STEPS // 2, reuse_prefix=True)
        assert reused["cached_tokens"] == len(longer) - 1, reused["cached_tokens"]
        assert reused["tokens"] == expected[STEPS // 2:], (text, reused["tokens"], expected)

        scores = worker.ask(op="score", prompt=prompt, continuation=expected)["log_probabilities"]
        largest = max(abs(a - b) for a, b in zip(scores, reference.scores(prompt, expected), strict=True))
        assert largest < TOLERANCE, (text, largest)
    messages = [{"role": "user", "content": PROMPTS[0]}]
    expected = reference.tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=True)
    assert worker.ask(op="chat", messages=messages)["tokens"] == list(expected), expected
    # A model that repeats one token would agree with anything that does.
    assert len(distinct) > 8, distinct
    worker.close()
    return f"{worker.loaded['model']['quantization']}: {len(PROMPTS)} texts of {STEPS} tokens are equal"


def main():
    resident = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        plain = write_model(pathlib.Path(scratch) / "float32")
        quantized = write_model(pathlib.Path(scratch) / "4bit", bits=4)
        subprocess.run([resident, "engine", "check", "--model", plain, "--", *WORKER], check=True)
        for folder in (plain, quantized):
            print(compare(folder), flush=True)


if __name__ == "__main__":
    main()
