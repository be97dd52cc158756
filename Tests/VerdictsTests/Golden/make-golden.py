"""Writes golden.json: one whole comparison and its verdict's figures, computed with SciPy from the raw samples.

    python3 Tests/VerdictsTests/Golden/make-golden.py > Tests/VerdictsTests/Golden/golden.json

Made with Python 3.11, NumPy 2.4.6 and SciPy 1.17.1, independently of the Swift sources: intervals come from scipy.stats, the
anytime-valid one from solving the mixture's equation numerically.
"""

import hashlib
import json
import math

import numpy as np
from scipy import optimize, stats

rng = np.random.default_rng(20251123)
CONFIDENCE, BLOCKS, PROMPT, DECODE, ITEMS, LIMIT = 0.95, 10, 48, 24, 120, 0.15

envelope = {
    "schema": 1, "id": "golden", "version": 2, "description": "A worked example.",
    "sampling": {"temperature": 0, "top_p": 1, "seed": 7},
    "throughput": [{"id": "chat", "text": "Hello there.", "prompt_tokens": PROMPT, "decode_tokens": DECODE}],
    "accuracy": [{
        "id": "facts", "kind": "multiple_choice",
        "items": [{"id": f"i{n}", "prompt": f"Question {n}?", "options": ["a", "b", "c"], "answer": n % 3}
                  for n in range(ITEMS)],
    }],
    "plan": {"blocks": BLOCKS, "warm_ups": 1, "order_seed": 3, "divergence_limit": LIMIT, "void_limit": 0.25},
    "promotion": {
        "confidence": CONFIDENCE,
        "objectives": [{"metric": "decode_tokens_per_second", "cell": "chat", "min_effect": 0.05}],
        "guardrails": [
            {"metric": "first_token_latency_ms", "cell": "chat", "margin": 0.05},
            {"metric": "inter_token_p95_ms", "cell": "chat", "margin": 0.1},
            {"metric": "accuracy", "cell": "facts", "margin": 0.12},
            {"metric": "answer_flips", "cell": "facts", "margin": 0.2},
            {"metric": "peak_memory_bytes", "margin": 0.1},
        ],
        "maturity": {"comparisons": 4, "days_between": 5, "allow_provisional": True},
    },
}

# Raw samples

BASE = {"resident": (41e6, 5.2e6), "candidate": (40.5e6, 4.6e6)}


def reading(side, slowdown):
    first, gap = BASE[side]
    times = [first * rng.lognormal(0, 0.01)]
    pace = rng.lognormal(0, 0.02)
    for _ in range(DECODE - 1):
        times.append(times[-1] + gap * pace * rng.lognormal(0, 0.03))
    return [int(t * slowdown) for t in times]


throughput = {side: [[reading(side, 1.6 if (side, block, repetition) in
                              {("resident", 3, 1), ("candidate", 7, 0)} else 1.0) for repetition in range(2)]
                     for block in range(BLOCKS)] for side in BASE}
answers = {"resident": [], "candidate": []}
for item in range(ITEMS):
    right = item % 3
    first = right if rng.uniform() < 0.7 else (right + int(rng.integers(1, 3))) % 3
    second = int(rng.integers(0, 3)) if rng.uniform() < 0.12 else first
    answers["resident"].append(first)
    answers["candidate"].append(second)
memory = {"resident": 400_000_000, "candidate": 424_000_000}

# The verdict's figures


def cumulative(times):
    return (PROMPT + DECODE) / (times[-1] * 1e-9)


METRICS = {
    "decode_tokens_per_second": (+1, lambda t: (DECODE - 1) / ((t[-1] - t[0]) * 1e-9)),
    "first_token_latency_ms": (-1, lambda t: t[0] * 1e-6),
    "inter_token_p95_ms": (-1, lambda t: float(np.quantile(np.diff(t), 0.95, method="inverted_cdf")) * 1e-6),
}


def is_void(block):
    rates = [[cumulative(times) for times in throughput[side][block]] for side in BASE]
    return any(abs(a - b) / min(a, b) > LIMIT for a, b in rates)


scored = [block for block in range(BLOCKS) if not is_void(block)]


def anytime(logs):
    """The values whose two-sided evidence, mixed over effects N(0, 1) in units of sd, stays below 1/alpha."""
    n, mean, total = len(logs), np.mean(logs), np.sum((logs - np.mean(logs)) ** 2)
    total = max(total, (n - 1) * 1e-6)

    def log_evidence(distance):
        r2 = n * distance**2 / (n * distance**2 + total)
        return -0.5 * math.log1p(n) - 0.5 * n * math.log(1 - n / (1 + n) * r2) + math.log(1 - CONFIDENCE)

    radius = optimize.brentq(log_evidence, 0, 5, xtol=1e-15, rtol=1e-14)
    return [math.exp(mean - radius), math.exp(mean + radius)]


def ratio(metric):
    sign, value = METRICS[metric]
    sides = {side: np.array([stats.gmean([value(t) for t in throughput[side][b]]) for b in scored]) for side in BASE}
    logs = sign * np.log(sides["candidate"] / sides["resident"])
    low, high = stats.t.interval(CONFIDENCE, len(logs) - 1, loc=logs.mean(), scale=stats.sem(logs))
    return {
        "ratio": math.exp(logs.mean()), "interval": [math.exp(low), math.exp(high)], "anytime": anytime(logs),
        "means": [float(stats.gmean(sides["resident"])), float(stats.gmean(sides["candidate"]))],
    }


def clopper_pearson(k, n, confidence):
    result = stats.binomtest(k, n).proportion_ci(confidence, method="exact")
    return result.low, result.high


right = {side: [answer == n % 3 for n, answer in enumerate(answers[side])] for side in answers}
gains = sum(c and not r for r, c in zip(right["resident"], right["candidate"]))
losses = sum(r and not c for r, c in zip(right["resident"], right["candidate"]))
flips = sum(r != c for r, c in zip(answers["resident"], answers["candidate"]))
gain, loss = (clopper_pearson(k, ITEMS, 1 - (1 - CONFIDENCE) / 2) for k in (gains, losses))

golden = {
    "envelope": envelope,
    "token_ns": throughput,
    "answers": answers,
    "peak_memory_bytes": memory,
    "expected": {
        "envelope_sha256": hashlib.sha256(
            json.dumps(envelope, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest(),
        "scored_blocks": scored,
        "ratios": {metric: ratio(metric) for metric in METRICS},
        "difference": (gains - losses) / ITEMS,
        "difference_interval": [gain[0] - loss[1], gain[1] - loss[0]],
        "mcnemar_p": stats.binomtest(gains, gains + losses, 0.5).pvalue,
        "shares": [sum(right["resident"]) / ITEMS, sum(right["candidate"]) / ITEMS],
        "flips": flips,
        "flips_interval": list(clopper_pearson(flips, ITEMS, CONFIDENCE)),
    },
}
print(json.dumps(golden))
