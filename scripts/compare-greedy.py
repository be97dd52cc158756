"""Makes sure that another worker continues prompts at temperature 0 as the native engine does, on one folder.

usage: compare-greedy.py RESIDENT_PROGRAM MODEL_FOLDER TOKENS NATS WORKER_COMMAND...

A text may part from the other where the native engine finds the two tokens as good as equal; that is said and counts as
equal within NATS: 0.1 is what 16-bit activations leave open, 0.3 what 8-bit ones do. White space at the start is not compared:
mlx_lm.server leaves it out.
"""

import json
import subprocess
import sys

TEXTS = ("The capital of France is", "Once upon a time, in a village by the sea,", "1, 1, 2, 3, 5, 8,", "To make tea, first")


def worker(command, folder):
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.stdout.readline()

    def ask(**request):
        process.stdin.write(json.dumps({"id": 1} | request) + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        return answer["result"] if "result" in answer else sys.exit(f"error: {answer['error']}")

    ask(op="load", model=folder, context_length=256)
    return ask


def main():
    resident, folder, tokens, limit = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    native = worker([resident, "worker"], folder)
    engine = worker(sys.argv[5:], folder)
    failed = False
    for text in TEXTS:
        prompt = native(op="tokenize", text=text)["tokens"]
        assert prompt == engine(op="tokenize", text=text)["tokens"], text
        one, other = (ask(op="generate", prompt=prompt, max_tokens=tokens) for ask in (native, engine))
        if one["text"].lstrip() == other["text"].lstrip():
            print(f"{text!r} -> {other['text']!r}: equal", flush=True)
            continue
        missing = len(one["text"]) - len(one["text"].lstrip())
        if missing and not other["text"][0].isspace():
            other["tokens"] = native(op="tokenize", text=one["text"][:missing] + other["text"])["tokens"]
        common = next((i for i, (a, b) in enumerate(zip(one["tokens"], other["tokens"])) if a != b), tokens - 1)
        rest = prompt + one["tokens"][:common]
        a, b = (
            native(op="score", prompt=rest, continuation=[result["tokens"][common]])["log_probabilities"][0]
            for result in (one, other)
        )
        note = f"part after {common} tokens, where the native engine finds them {a - b:.4f} nats apart"
        failed |= a - b > limit
        print(f"{text!r} -> {other['text']!r}: {note}", flush=True)
    sys.exit(failed)


main()
