import Foundation
import JSON
import Measurements
import Verdicts

/// An objective or a guardrail of a recorded verdict, in figures and in words with units.
public struct RuleFacts: Sendable, Equatable {
  public enum Kind: String, Sendable {
    case objective
    case guardrail
  }

  public let rule: RecordedRule
  /// As every output for people shows it.
  public let row: EvidenceRow

  init(_ rule: RecordedRule, _ facts: [RecordedFacts]) {
    self.rule = rule
    row = EvidenceRow(rule, facts)
  }

  public var kind: Kind { rule.isObjective ? .objective : .guardrail }

  /// `all` for a metric of the whole run, or of all cells.
  public var cellName: String { rule.cell?.rawValue ?? "all" }

  /// The value that the interval must lie beyond, in the effect's scale; nil if nothing was measured.
  public var threshold: Double? {
    switch (rule.effect?.kind, kind) {
    case (.betterRatio, .objective), (.candidateToResidentRatio, _): 1 + rule.limit
    case (.betterRatio, .guardrail), (.firstDegradedRound, _): 1 - rule.limit
    case (.shareDifference, .objective), (.correlationDifference, .objective), (.natsDifference, .guardrail),
      (.flippedShare, _), (.limitedFigure, _):
      rule.limit
    case (.shareDifference, .guardrail), (.correlationDifference, .guardrail), (.natsDifference, .objective):
      -rule.limit
    case (nil, _): nil
    }
  }

  /// The state for programs, such as `not shown`.
  private var stateName: String {
    let name =
      switch rule.state {
      case .objective(let state): state.rawValue
      case .guardrail(let state): state.rawValue
      }
    return name.replacing("_", with: " ")
  }

  /// For programs: absent values are null.
  public var json: JSONValue {
    [
      "kind": .string(kind.rawValue), "metric": .string(rule.metric.rawValue), "cell": .string(cellName),
      "state": .string(stateName), "standing": .init(rule.standing?.rawValue),
      "effect_kind": .init(rule.effect?.kind.rawValue), "value": .init(rule.effect?.value),
      "lower": .init(rule.effect?.lower), "upper": .init(rule.effect?.upper), "threshold": .init(threshold),
      "effect": .string(row.effect), "margin": .string(row.limit),
    ]
  }
}
