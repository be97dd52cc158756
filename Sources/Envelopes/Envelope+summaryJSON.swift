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
      "embedding": .array(
        embedding.map { ["id": .string($0.id.rawValue), "regime": .string($0.regime)] }),
      "endurance": .array(
        endurance.map { ["id": .string($0.id.rawValue), "regime": .string($0.regime)] }),
      "plan": plan.summaryJSON,
      "requests": [
        "warm_ups": .integer(requests.warmUps), "throughput": .integer(requests.throughput),
        "answers": .integer(requests.answers), "turns": .integer(requests.turns),
      ],
      "promotion": source["promotion"] ?? .null,
    ]
  }
}

extension Plan {
  fileprivate var summaryJSON: JSONValue {
    let seed = JSONValue.integer(Int(clamping: orderSeed))
    return switch unit {
    case .blocks(let divergenceLimit):
      [
        "blocks": .integer(blocks), "minimum_blocks": .integer(minimumBlocks), "warm_ups": .integer(warmUps),
        "order_seed": seed, "divergence_limit": .number(divergenceLimit), "void_limit": .number(voidLimit),
      ]
    case .rounds(let slice):
      [
        "rounds": .integer(blocks), "minimum_rounds": .integer(minimumBlocks),
        "slice_milliseconds": .number(slice.seconds * 1000),
        "slice_warm_up_milliseconds": .number(slice.warmUpSeconds * 1000), "order_seed": seed,
        "void_limit": .number(voidLimit),
      ]
    }
  }
}

extension ThroughputCell {
  fileprivate var summaryJSON: JSONValue {
    [
      "id": .string(id.rawValue), "prompt_tokens": .integer(promptTokens), "decode_tokens": .integer(decodeTokens),
      "concurrency": .integer(concurrency), "cached_tokens": .integer(cachedTokens),
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
