import JSON
import Store

/// Verdicts about candidates for the role `default`, which `org/old` holds.
enum VerdictDocument {
  static func record(
    _ number: Int64, outcome: String = "hold", candidate: String = "org/new", weights: String = "aa",
    speed: Double = 100, accuracy: Double = 0.5, stage: String = "provisional", validated: Int = 1
  ) -> VerdictRecord {
    VerdictRecord(
      session: SessionNumber(rawValue: number), recordedAt: 1_763_866_260 + Double(number), outcome: outcome,
      verdict: [
        "outcome": .string(outcome), "reason": "No objective is won.",
        "maturity": [
          "stage": .string(stage), "validated_comparisons": .integer(validated), "needed_comparisons": 4,
        ],
        "subject": [
          "session": .string("session-\(number)"), "role": "default",
          "envelope": ["id": "smoke", "version": 1, "sha256": "e0"], "environment_class": "isolated",
          "resident": contender("org/old", weights: "00"), "candidate": contender(candidate, weights: weights),
          "host": [
            "fingerprint": "f00d", "os": "Linux", "architecture": "x86_64", "chip": "Some CPU", "physical_cores": 2,
            "memory_bytes": 1,
          ],
        ],
        "objectives": [
          [
            "metric": "decode_tokens_per_second", "cell": "short", "state": "not_shown", "standing": "lags",
            "min_effect": 0.03,
            "effect": ["kind": "better_ratio", "ratio": 0.96, "interval": ["lower": 0.95, "upper": .null]],
          ]
        ],
        "guardrails": [], "gaps": [], "refusals": [],
        "facts": [
          fact("resident", "cumulative_tokens_per_second", 80), fact("resident", "accuracy", 0.6),
          fact("candidate", "cumulative_tokens_per_second", speed), fact("candidate", "accuracy", accuracy),
        ],
      ])
  }

  private static func contender(_ model: String, weights: String) -> JSONValue {
    [
      "model": .string(model), "weights_sha256": .string(weights),
      "engine": ["name": "native", "version": "1", "instruction_set": "avx2", "threads": 2], "load_seconds": 1,
      "readiness_seconds": 0.1, "peak_memory_bytes": 0,
    ]
  }

  private static func fact(_ side: String, _ metric: String, _ value: Double) -> JSONValue {
    [
      "cell": metric == "accuracy" ? "facts" : "short", "side": .string(side),
      "means": [["metric": .string(metric), "value": .number(value), "unit": "", "count": 10]],
    ]
  }
}
