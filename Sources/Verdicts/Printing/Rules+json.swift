import JSON
import Measurements

extension ObjectiveResult {
  var json: JSONValue {
    [
      "metric": .string(metric.rawValue), "cell": .string(cell.rawValue), "state": .string(state.rawValue),
      "standing": .init(standing?.rawValue), "min_effect": .number(minimumEffect), "effect": effect?.json ?? .null,
      "gaps": .array(gaps.map { .string($0.code) }),
    ]
  }
}

extension GuardrailResult {
  var json: JSONValue {
    [
      "metric": .string(metric.rawValue), "cell": .init(cell?.rawValue), "state": .string(state.rawValue),
      "margin": .number(margin), "budget_bytes": budgetBytes.map { .integer(Int($0)) } ?? .null,
      "effect": effect?.json ?? .null, "gaps": .array(gaps.map { .string($0.code) }),
    ]
  }
}

extension CellFacts {
  var json: JSONValue {
    [
      "cell": .string(cell.rawValue),
      "side": .string(side.rawValue),
      "regime": regime.map {
        [
          "prompt_tokens": .integer($0.promptTokens), "decode_tokens": .integer($0.decodeTokens),
          "cached_tokens": .integer($0.cachedTokens), "concurrency": .integer($0.concurrency),
        ]
      } ?? .null,
      "successes": .integer(successes),
      "unscored": .integer(unscored),
      "means": .array(
        figures.map {
          [
            "metric": .string($0.metric.rawValue), "value": .init($0.value), "unit": .string($0.metric.unit),
            "count": .integer($0.count),
          ]
        }),
      "loop": loop?.json ?? .null,
    ]
  }
}

extension Gap {
  var json: JSONValue {
    var object = JSONObject([
      ("code", .string(code)), ("cell", .init(cell?.rawValue)), ("message", .string(description)),
    ])
    if case .unpaired(_, let residentOnly, let candidateOnly, let neither) = self {
      object["resident_only_items"] = .array(residentOnly.map { .string($0) })
      object["candidate_only_items"] = .array(candidateOnly.map { .string($0) })
      object["unanswered_items"] = .array(neither.map { .string($0) })
    }
    return .object(object)
  }
}
