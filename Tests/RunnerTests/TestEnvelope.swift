import Envelopes
import JSON

/// A small envelope: two throughput cells and a task of each kind.
enum TestEnvelope {
  static func make(blocks: Int = 2, seed: Int = 1) throws -> Envelope { try Envelope(source: json(blocks, seed)) }

  static func json(_ blocks: Int, _ seed: Int) -> JSONValue {
    [
      "schema": 1, "id": "test", "version": 1, "description": "For tests.",
      "sampling": ["temperature": 0, "top_p": 1, "seed": 0],
      "throughput": [
        ["id": "a", "text": "The quick brown fox. ", "prompt_tokens": 20, "decode_tokens": 4],
        ["id": "b", "text": "Jumps over the lazy dog. ", "prompt_tokens": 30, "decode_tokens": 2, "concurrency": 3],
      ],
      "accuracy": [
        [
          "id": "choice", "kind": "multiple_choice",
          "items": [["id": "c1", "prompt": "The capital of France is", "options": ["Paris", "cheese"], "answer": 0]],
        ],
        [
          "id": "cloze", "kind": "cloze",
          "items": [["id": "z1", "prompt": "The ___ is in the sky.", "options": ["sun", "sausage"], "answer": 0]],
        ],
        [
          "id": "exact", "kind": "exact_match", "max_tokens": 3,
          "items": [["id": "e1", "prompt": "1, 2, 3, 4,", "options": ["5, 6", "5"], "answer": 0]],
        ],
      ],
      "plan": [
        "blocks": .integer(blocks), "warm_ups": 1, "order_seed": .integer(seed), "divergence_limit": 0.9,
        "void_limit": 0.5,
      ],
      "promotion": [
        "confidence": 0.9,
        "objectives": [["metric": "cumulative_tokens_per_second", "cell": "a", "min_effect": 0.02]],
        "guardrails": [["metric": "peak_memory_bytes", "margin": 0.1]],
        "maturity": ["comparisons": 1, "days_between": 0, "allow_provisional": true],
      ],
    ]
  }
}
