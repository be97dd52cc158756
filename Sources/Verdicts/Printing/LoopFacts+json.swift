import JSON

extension LoopFacts {
  /// The loop for programs, a member for each round.
  public var json: JSONValue {
    [
      "regime": .string(regime),
      "first_degraded_round": firstDegradedRound.map { .integer($0) } ?? .null,
      "first_degraded_round_interval": degradedInterval?.ends ?? .null,
      "failures": .object(JSONObject(failures.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })),
      "rounds": .array(
        rounds.map { round in
          [
            "round": .integer(round.number), "prompt_tokens": .integer(round.promptTokens),
            "cached_tokens": .integer(round.cachedTokens),
            "first_token_ms": .init(round.firstTokenMilliseconds),
            "failures": .array(round.failures.map { .string($0) }),
          ]
        }),
    ]
  }
}
