import JSON
import Measurements

extension Envelope {
  /// The contract for programs: the file's content with defaults filled in, its hash and the number of requests, but
  /// without prompts and items.
  public var summaryJSON: JSONValue {
    [
      "id": .string(id),
      "version": .integer(version),
      "hash": .string(hash.rawValue),
      "description": .string(summary),
      "sampling": [
        "temperature": .number(sampling.temperature), "top_p": .number(sampling.topP),
        "seed": .integer(Int(clamping: sampling.seed)),
      ],
      "throughput": .array(throughput.map(\.summaryJSON)),
      "accuracy": .array(accuracy.map(\.summaryJSON)),
      "tool_loops": .array(
        toolLoops.map {
          [
            "id": .string($0.id.rawValue), "trace": .string($0.trace.id), "rounds": .integer($0.trace.rounds.count),
            "regime": .string($0.regime),
          ]
        }),
      "plan": [
        "blocks": .integer(plan.blocks), "minimum_blocks": .integer(plan.minimumBlocks),
        "warm_ups": .integer(plan.warmUps),
        "order_seed": .integer(Int(clamping: plan.orderSeed)), "divergence_limit": .number(plan.divergenceLimit),
        "void_limit": .number(plan.voidLimit),
      ],
      "requests": [
        "warm_ups": .integer(requests.warmUps), "throughput": .integer(requests.throughput),
        "answers": .integer(requests.answers), "turns": .integer(requests.turns),
      ],
      "promotion": source["promotion"] ?? .null,
    ]
  }
}

extension ThroughputCell {
  fileprivate var summaryJSON: JSONValue {
    [
      "id": .string(id.rawValue), "prompt_tokens": .integer(promptTokens), "decode_tokens": .integer(decodeTokens),
      "concurrency": .integer(concurrency),
    ]
  }
}

extension AccuracyTask {
  fileprivate var summaryJSON: JSONValue {
    [
      "id": .string(id.rawValue), "kind": .string(kind.rawValue), "chat": .bool(usesChatTemplate),
      "max_tokens": .integer(maximumTokens), "items": .integer(items.count),
    ]
  }
}
