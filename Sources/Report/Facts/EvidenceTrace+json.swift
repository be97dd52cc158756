import JSON
import Verdicts

extension EvidenceTrace {
  /// For programs: absent values and unbounded ends are null.
  public var json: JSONValue {
    [
      "metric": .string(metric.rawValue), "cell": .string(cell.rawValue), "unit": .string(metric.unit),
      "rule": .string(isObjective ? "objective" : "guardrail"), "threshold": .init(threshold),
      "points": .array(points.map(\.json)),
    ]
  }

  /// Whether it is about an objective rather than a guardrail.
  var isObjective: Bool {
    guard case .win = aim else { return false }
    return true
  }
}

extension EvidenceTrace.Point {
  fileprivate var json: JSONValue {
    [
      "session": .string(session), "block": .integer(block), "resident": .init(pair?.resident),
      "candidate": .init(pair?.candidate), "better_ratio": .init(betterRatio), "void_reason": .init(voidReason),
      "ratio": .init(effect?.ratio), "lower": .init(effect?.interval.lower), "upper": .init(effect?.interval.upper),
    ]
  }
}
