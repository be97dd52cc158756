"""Items per second of the native worker: each option by `score`, and the same items by `score_batch`.

python3 Benchmarks/batch_scores.py .build/release/resident .resident/models/smollm2-135m-4bit-g64 \
    --prompt-tokens 30 --options 4 --option-tokens 3
"""

import argparse
import json
import random
import statistics
import subprocess
import time


class Worker:
    def __init__(self, program):
        self.process = subprocess.Popen([program, "worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def ask(self, operation, **members):
        self.process.stdin.write(json.dumps({"id": 1, "op": operation} | members) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise SystemExit(f"{operation}: {answer['error']}")
        return answer["result"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def one_by_one(worker, items):
    return [
        [
            worker.ask("score", prompt=item["prompt"], continuation=continuation)["log_probabilities"]
            for continuation in item["continuations"]
        ]
        for item in items
    ]


def together(worker, items, size):
    scores = []
    for first in range(0, len(items), size):
        scores += worker.ask("score_batch", items=items[first:first + size])["log_probabilities"]
    return scores


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("model")
    parser.add_argument("--items", type=int, default=96)
    parser.add_argument("--batch", type=int, default=32, help="items per request")
    parser.add_argument("--prompt-tokens", type=int, default=30, help="on average; half to one and a half times as many")
    parser.add_argument("--options", type=int, default=4)
    parser.add_argument("--option-tokens", type=int, default=3, help="on average; from 1")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()

    draw = random.Random(1)

    def tokens(mean):
        return [draw.randrange(1, 40_000) for _ in range(draw.randint(max(1, mean // 2), max(1, mean + mean // 2)))]

    items = [
        {
            "prompt": tokens(options.prompt_tokens),
            "continuations": [tokens(options.option_tokens) for _ in range(options.options)],
        }
        for _ in range(options.items)
    ]
    worker = Worker(options.program)
    threads = {"threads": options.threads} if options.threads else {}
    loaded = worker.ask("load", model=options.model, context_length=1024, **threads)
    ways = {"score": lambda: one_by_one(worker, items), "score_batch": lambda: together(worker, items, options.batch)}
    seconds = {name: [] for name in ways}
    scores = {}
    for _ in range(options.repetitions + 1):  # The first warms up.
        for name, way in ways.items():
            start = time.perf_counter()
            scores[name] = way()
            seconds[name].append(time.perf_counter() - start)
    worker.close()

    flat = {name: [x for item in value for option in item for x in option] for name, value in scores.items()}
    difference = max(abs(a - b) for a, b in zip(flat["score"], flat["score_batch"], strict=True))
    print(f"{loaded['instruction_set']}, {loaded['threads']} threads, {len(items)} items")
    for name, taken in seconds.items():
        median = statistics.median(taken[1:])
        print(f"{name:12} {len(items) / median:8.1f} items/s")
    print(f"largest difference of a log-probability: {difference:.2e}")


if __name__ == "__main__":
    main()
