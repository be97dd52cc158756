import Envelopes
import JSON

/// Envelopes to calibrate, with nothing but throughput.
enum CalibratedEnvelope {
  /// Up to 48 blocks per cell, either of two objectives wins.
  static func byBlocks() throws -> Envelope {
    try Envelope(source: source(1, plan: blockPlan, promotion: blockRule))
  }

  /// Up to 48 rounds of two small cells, so that simulating them takes little.
  static func byRounds() throws -> Envelope {
    try Envelope(source: source(2, plan: roundPlan, promotion: roundRule))
  }

  private static func source(_ schema: Int, plan: JSONValue, promotion: JSONValue) -> JSONValue {
    let lengths = schema == 1 ? [("short", 64, 64), ("medium", 512, 128)] : [("short", 64, 32), ("medium", 128, 64)]
    return [
      "schema": .integer(schema), "id": "calibrated", "version": 1, "description": "For tests.",
      "sampling": ["temperature": 0, "top_p": 1, "seed": 1],
      "throughput": .array(
        lengths.map { id, prompt, decode in
          [
            "id": .string(id), "text": "Hello.", "prompt_tokens": .integer(prompt), "decode_tokens": .integer(decode),
          ]
        }),
      "accuracy": [], "plan": plan, "promotion": promotion,
    ]
  }

  private static let maturity: JSONValue = ["comparisons": 1, "days_between": 0, "allow_provisional": true]

  private static let blockPlan: JSONValue = [
    "blocks": 48, "minimum_blocks": 6, "warm_ups": 1, "order_seed": 1, "divergence_limit": 0.15, "void_limit": 0.25,
  ]

  private static let blockRule: JSONValue = [
    "confidence": 0.95,
    "objectives": [
      ["metric": "cumulative_tokens_per_second", "cell": "short", "min_effect": 0.01],
      ["metric": "cumulative_tokens_per_second", "cell": "medium", "min_effect": 0.01],
    ],
    "guardrails": [
      ["metric": "decode_tokens_per_second", "cell": "medium", "margin": 0.05],
      ["metric": "first_token_latency_ms", "cell": "medium", "margin": 0.1],
      ["metric": "inter_token_p95_ms", "cell": "medium", "margin": 0.15],
    ], "maturity": maturity,
  ]

  private static let roundPlan: JSONValue = [
    "rounds": 48, "minimum_rounds": 6, "slice_milliseconds": 35, "order_seed": 1,
  ]

  private static let roundRule: JSONValue = [
    "confidence": 0.95,
    "primary": [
      "metric": "cumulative_tokens_per_second", "min_effect": 0.01, "expected_effect": 0.03,
      "cells": ["short": 1, "medium": 1],
    ],
    "guardrails": [
      ["metric": "cumulative_tokens_per_second", "cell": "short", "margin": 0.05],
      ["metric": "total_time_ms", "margin": 0.01, "mean": "arithmetic"],
      ["metric": "steady_token_share", "margin": 0.1],
    ],
    "unguarded": .array(unguarded),
    "maturity": maturity,
  ]

  private static let unguarded: [JSONValue] = {
    let metrics = [
      "decode_tokens_per_second", "prefill_tokens_per_second", "first_token_latency_ms", "inter_token_p95_ms",
      "inter_token_p99_ms", "worst_second_tokens_per_second", "peak_memory_bytes",
    ]
    let reason: JSONValue = "a test's envelope is short"
    var all = metrics.map { name -> JSONValue in ["metric": .string(name), "reason": reason] }
    all.append(["metric": "cumulative_tokens_per_second", "cell": "medium", "reason": reason])
    return all
  }()
}
