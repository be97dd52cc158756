#!/usr/bin/env python3
"""A worker without a model: its times are computed and nothing is waited for.

A token takes a millisecond. SCRIPTED_SPEEDS, a JSON object, makes copies slower by their folders' names while their
weights stand in the page cache. The operation `die` with a signal or a status ends it.
"""

import json
import os
import sys

TOKEN_NS = 1_000_000
FIRST_TOKEN_NS = 1_500_000


class Request:
    def __init__(self, request):
        self.prompt_left, self.left = len(request["prompt"]), request["max_tokens"]


def advance(current, tokens, speed):
    if current.prompt_left:
        processed = min(tokens, current.prompt_left)
        current.prompt_left -= processed
        elapsed = round(processed * TOKEN_NS / 10 * speed)
        times = [] if current.prompt_left else [elapsed]
        phase = "prefill"
    else:
        processed = min(tokens, current.left)
        times = [round((FIRST_TOKEN_NS + index * TOKEN_NS) * speed) for index in range(processed)]
        elapsed, phase = times[-1], "decode"
    current.left -= len(times)
    return {
        "phase": phase, "processed": processed, "tokens": [7] * len(times), "token_ns": times, "elapsed_ns": elapsed,
        "processor_ns": elapsed, "involuntary_switches": 0, "finished": not current.prompt_left and not current.left,
    }


def answer(request, state):
    operation = request["op"]
    if operation == "load":
        name = os.path.basename(request["model"])
        in_file = request.get("weights") == "file"
        state["speed"] = json.loads(os.environ.get("SCRIPTED_SPEEDS", "{}")).get(name, 1) if in_file else 1
        return {"threads": 1, "slices": True, "prefill_chunk": 48, "weights_in": request.get("weights", "memory")}
    if operation == "begin":
        state["request"] = Request(request)
        return {"prompt_tokens": len(request["prompt"]), "cached_tokens": 0}
    if operation == "advance":
        return advance(state["request"], request["tokens"], state["speed"])
    if operation == "generate":
        times = [round((index + 5) * TOKEN_NS * state["speed"]) for index in range(request["max_tokens"])]
        return {"tokens": [7] * len(times), "text": "…", "token_ns": times, "finish": "length"}
    if operation == "die":
        if "signal" in request:
            os.kill(os.getpid(), request["signal"])
        os._exit(request["status"])
    raise ValueError(f"the operation {operation} is not known")


def main():
    state = {}
    print(json.dumps({"hello": {"protocol": 1, "engine": "scripted", "version": "1"}}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = {"id": request["id"], "result": answer(request, state)}
        except ValueError as error:
            reply = {"id": request["id"], "error": str(error)}
        print(json.dumps(reply | {"peak_memory_bytes": 1}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
