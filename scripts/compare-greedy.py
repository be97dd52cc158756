"""Checks that another worker continues prompts at temperature 0 as the native engine does, on one folder.

usage: compare-greedy.py [--tokens N] [--prompts N] [--tie NATS] [--server URL] RESIDENT_PROGRAM MODEL_FOLDER COMMAND...

Every token of the other text is compared with the native engine's choice after the same tokens, so that a text that has
diverged is checked to its end. If the two choices differ, each engine finds its own likelier, by some gap. A gap of the
native engine up to NATS is a tie, which rounding may decide either way; with 0, the default, the texts must be equal. A
larger gap is a real difference, and the exit status is 1.

The other engine's gap comes from the worker, by `score`, or from llama.cpp's server at URL. White space at the start is
not compared: mlx_lm.server leaves it out.
"""

import argparse
import json
import subprocess
import sys
import urllib.request

TEXTS = (
    "The capital of France is",
    "Once upon a time, in a village by the sea,",
    "1, 1, 2, 3, 5, 8,",
    "To make tea, first",
    "def fibonacci(n):\n    ",
    "Water boils at a temperature of",
    "List three colours:\n1.",
    "Dear Sir or Madam,\n\nI am writing to",
    "The main difference between a lake and a river is that",
    "In 1969, two men walked",
    "Q: What is 7 + 5?\nA:",
    "The market opens at seven, when the square is still wet from the night.",
)


class Worker:
    """A worker over the line protocol, with its model loaded."""

    def __init__(self, command, folder):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        with open(f"{folder}/config.json") as config:
            end = json.load(config)["eos_token_id"]
        self.end = end[0] if isinstance(end, list) else end
        if "error" in (answer := self.answer(op="load", model=folder, context_length=256)):
            sys.exit(f"error: {answer['error']}")

    def answer(self, **request):
        self.process.stdin.write(json.dumps({"id": 1} | request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def tokens(self, text):
        return self.answer(op="tokenize", text=text)["result"]["tokens"]

    def greedy(self, prompt, count):
        """The continuation: its text and its tokens, with the end token if that was chosen."""
        answer = self.answer(op="generate", prompt=prompt, max_tokens=count, stop_at_end=True)
        result = answer["result"] if "result" in answer else sys.exit(f"error: {answer['error']}")
        return result["text"], result["tokens"] + [self.end] * (result["finish"] == "stop")

    def gap(self, before, chosen, other):
        """How much likelier `chosen` is than `other`, in nats; None if the engine offers no scores."""
        answers = [self.answer(op="score", prompt=before, continuation=[token]) for token in (chosen, other)]
        if any("error" in answer for answer in answers):
            return None
        one, two = (answer["result"]["log_probabilities"][0] for answer in answers)
        return one - two


def server_gap(url, before, chosen, other):
    """The same from llama.cpp's server, which returns the likeliest tokens by their ids."""
    body = {"prompt": before, "n_predict": 1, "temperature": 0, "n_probs": 20, "cache_prompt": False}
    request = urllib.request.Request(
        f"{url}/completion", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        top = json.load(answer)["completion_probabilities"][0]["top_logprobs"]
    scores = {entry["id"]: entry["logprob"] for entry in top}
    return scores[chosen] - scores[other] if chosen in scores and other in scores else None


def differences(native, prompt, theirs):
    """Each place at which the native engine chooses another token after the same ones: its index and that token."""
    place = 0
    while place < len(theirs):
        _, ours = native.greedy(prompt + theirs[:place], len(theirs) - place)
        common = next((i for i, (a, b) in enumerate(zip(ours, theirs[place:])) if a != b), len(ours))
        choice = ours[common] if common < len(ours) else None
        place += common
        if choice is not None:
            yield place, choice
            place += 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--prompts", type=int, default=len(TEXTS))
    parser.add_argument("--tie", type=float, default=0)
    parser.add_argument("--server")
    parser.add_argument("resident")
    parser.add_argument("folder")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    native = Worker([options.resident, "worker"], options.folder)
    engine = Worker(options.command, options.folder)
    texts, equal, gaps, count = TEXTS[:options.prompts], 0, [], 0
    for text in texts:
        prompt = native.tokens(text)
        assert prompt == engine.tokens(text), text
        (own, own_tokens), (other, tokens) = (worker.greedy(prompt, options.tokens) for worker in (native, engine))
        if own.lstrip() == other.lstrip() and (own_tokens[-1] == native.end) == (tokens[-1] == native.end):
            equal += 1
            count += len(own_tokens)
            continue
        missing = own[:len(own) - len(own.lstrip())]
        if missing and not other[:1].isspace():
            tokens = native.tokens(missing + other) + tokens[-1:] * (tokens[-1] == native.end)
        count += len(tokens)
        for place, choice in differences(native, prompt, tokens):
            before, theirs = prompt + tokens[:place], tokens[place]
            gap = native.gap(before, choice, theirs)
            their_gap = (
                server_gap(options.server, before, theirs, choice)
                if options.server
                else engine.gap(before, theirs, choice)
            )
            gaps.append(gap)
            said = "" if their_gap is None else f", the other {their_gap:.4f} the other way"
            print(f"{text!r}: token {place}: the native engine finds its own {gap:.4f} nats likelier{said}", flush=True)
    print(
        f"{equal} of {len(texts)} texts equal; {len(gaps)} of {count} tokens differ, "
        f"by {max(gaps, default=0):.4f} nats at most (a tie is up to {options.tie:g})")
    sys.exit(max(gaps, default=-1) > options.tie)


main()
