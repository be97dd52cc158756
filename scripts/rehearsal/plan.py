"""The plan and the envelopes of a rehearsed night."""

import json
import pathlib

RESIDENT = "smollm2-135m"
# The options that quantize the resident to each.
LANES = {
    "smollm2-135m-4bit-g64": ["uniform", "--bits", "4", "--group-size", "64"],
    "smollm2-135m-mxfp4": ["mxfp4"],
    "smollm2-135m-8bit-g64": ["uniform", "--bits", "8", "--group-size", "64"],
    "smollm2-135m-bf16": ["bf16"],
}
SMOKE = pathlib.Path(__file__).resolve().parent.parent.parent / "envelopes" / "smoke.json"


def plan(minutes: float) -> dict:
    return {
        "schema": 1, "id": "rehearsal", "roles": ["default"], "candidates": list(LANES),
        "envelopes": [f"{envelope['id']}.json" for envelope in envelopes(minutes)],
        "budget": {"minutes": minutes, "memory_bytes": 4_000_000_000}, "sentinel": True,
    }


def envelopes(minutes: float) -> list[dict]:
    """One that mostly decodes, one that mostly prefills, and one that also asks items."""
    share = min(1, minutes / 30)
    return [
        _envelope("decode", share, prompt=32, decode=448, blocks=30),
        _envelope("prompt", share, prompt=1536, decode=16, blocks=30),
        _envelope("answers", share, prompt=128, decode=256, blocks=22, items=24),
    ]


def _envelope(name: str, share: float, prompt: int, decode: int, blocks: int, items: int = 0) -> dict:
    """An envelope of at most that many blocks; a share below 1 makes its cells shorter and its blocks fewer."""
    smoke = json.loads(SMOKE.read_text())
    task = next(task for task in smoke["accuracy"] if task["kind"] == "multiple_choice")
    task["items"] = task["items"][: max(8, round(share * items))] if items else []
    blocks = max(4, round(share * blocks))
    guardrails = [{"metric": "peak_memory_bytes", "margin": 0.5}]
    if items:
        guardrails.append({"metric": "accuracy", "cell": task["id"], "margin": 0.6})
    return {
        "schema": 1, "id": name, "version": 2,
        "description": "For the rehearsed night: a minute or two a comparison, less where the evidence is enough.",
        "sampling": {"temperature": 0, "top_p": 1, "seed": 1},
        "throughput": [
            {"id": "text", "text": smoke["throughput"][-1]["text"], "prompt_tokens": max(32, round(share * prompt)),
             "decode_tokens": max(16, round(share * decode))}],
        "accuracy": [task] if items else [],
        "plan": {"blocks": blocks, "minimum_blocks": min(6, blocks), "warm_ups": 1, "order_seed": 7,
                 "divergence_limit": 0.25, "void_limit": 0.6},
        "promotion": {
            "confidence": 0.95,
            "objectives": [{"metric": "cumulative_tokens_per_second", "cell": "text", "min_effect": 0.02}],
            "guardrails": guardrails,
            "maturity": {"comparisons": 2, "days_between": 5, "allow_provisional": True}},
    }
