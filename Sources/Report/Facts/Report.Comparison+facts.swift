import Foundation
import JSON

extension Report.Comparison {
  /// Objectives before guardrails, in the envelope's order.
  public var rules: [RuleFacts] {
    (verdict["objectives"]?.array ?? []).map(RuleFacts.init(objective:))
      + (verdict["guardrails"]?.array ?? []).map(RuleFacts.init(guardrail:))
  }

  /// - Parameter side: `resident` or `candidate`.
  public func model(_ side: String) -> String { verdict["subject"]?[side]?["model"]?.string ?? "unknown" }

  /// The session's UUID.
  public var session: String { verdict["subject"]?["session"]?.string ?? "unknown" }

  public var envelope: String { verdict["subject"]?["envelope"]?["id"]?.string ?? "unknown" }

  public var role: String? { verdict["subject"]?["role"]?.string }

  public var environment: String { verdict["subject"]?["environment_class"]?.string ?? "unknown" }

  /// When the verdict was recorded, as a day in UTC.
  public var recordedDay: String { recordedAt.day }

  public var reason: String { verdict["reason"]?.string ?? "" }

  /// For example `provisional, 2 of 4`.
  public var maturity: String {
    let maturity = verdict["maturity"]
    let counts =
      "\(maturity?["validated_comparisons"]?.integer ?? 0) of \(maturity?["needed_comparisons"]?.integer ?? 0)"
    return "\(maturity?["stage"]?.string ?? "unknown"), \(counts)"
  }

  /// What is missing before the verdict is final, each in words; empty where nothing is.
  public var lacks: [String] {
    let maturity = verdict["maturity"]
    guard maturity?["stage"]?.string != "final" else { return [] }
    let obstacles = ["refusals", "gaps"].flatMap { verdict[$0]?.array ?? [] }.compactMap { $0["message"]?.string }
    let open = rules.filter { $0.kind == .guardrail && $0.state == "unresolved" }
      .map { "\($0.metric) of \($0.cell) leaves its margin open" }
    let missing = (maturity?["needed_comparisons"]?.integer ?? 0).subtractingReportingOverflow(
      maturity?["validated_comparisons"]?.integer ?? 0)
    let more = missing.overflow ? 0 : missing.partialValue
    let comparisons =
      more > 0 ? ["\(more) more validated \(more == 1 ? "comparison" : "comparisons") of the same weights"] : []
    let classes = (maturity?["missing_environment_classes"]?.array ?? []).compactMap(\.string)
      .map { "a comparison measured \($0)" }
    return (outcome == "inconclusive" ? obstacles + open : []) + comparisons + classes
  }

  /// The comparison as a row of the index, for programs.
  public var json: JSONValue {
    [
      "number": .integer(Int(number.rawValue)), "outcome": .string(outcome), "role": .init(role),
      "candidate": .string(model("candidate")), "resident": .string(model("resident")),
      "envelope": .string(envelope), "environment_class": .string(environment), "recorded_at_s": .init(recordedAt),
      "maturity": .string(maturity), "lacks": .init(lacks), "reason": .string(reason),
      "rules": .array(rules.map(\.json)),
    ]
  }
}

extension Double {
  /// Seconds since 1970 as a day in UTC; those that no calendar has are shown as `unknown`.
  var day: String {
    guard abs(self) < 1e11 else { return "unknown" }
    return Date(timeIntervalSince1970: self).formatted(.iso8601.year().month().day())
  }
}
