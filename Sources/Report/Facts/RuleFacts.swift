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

  init(_ rule: RecordedRule) { self.rule = rule }

  public var kind: Kind {
    switch rule.state {
    case .objective: .objective
    case .guardrail: .guardrail
    }
  }

  /// `all` for a metric of the whole run.
  public var cellName: String { rule.cell?.rawValue ?? "all" }

  /// Such as `not shown`.
  public var stateName: String {
    let name =
      switch rule.state {
      case .objective(let state): state.rawValue
      case .guardrail(let state): state.rawValue
      }
    return name.replacing("_", with: " ")
  }

  /// The value that the interval must lie beyond, in the effect's scale; nil if nothing was measured.
  public var threshold: Double? {
    switch (rule.effect?.kind, kind) {
    case (.betterRatio, .objective), (.candidateToResidentRatio, _): 1 + rule.limit
    case (.betterRatio, .guardrail), (.firstDegradedRound, _): 1 - rule.limit
    case (.shareDifference, .objective), (.natsDifference, .guardrail), (.flippedShare, _): rule.limit
    case (.shareDifference, .guardrail), (.natsDifference, .objective): -rule.limit
    case (nil, _): nil
    }
  }

  /// The effect with its interval, or `not measured`.
  public var effect: String {
    guard let effect = rule.effect, let value = effect.value else { return "not measured" }
    return switch effect.kind {
    case .betterRatio, .candidateToResidentRatio, .firstDegradedRound:
      "× " + Self.fixed(value, 3) + Self.interval(effect, scale: 1, digits: 3)
    case .flippedShare: Self.fixed(value * 100, 1) + " %" + Self.interval(effect, scale: 100, digits: 1)
    case .natsDifference: Self.fixed(value, 4) + " nats" + Self.interval(effect, scale: 1, digits: 4)
    case .shareDifference: Self.fixed(value * 100, 2) + " pp" + Self.interval(effect, scale: 100, digits: 2)
    }
  }

  /// The minimum effect or the margin in the unit of the effect that it bounds; that of a ratio is in percent.
  public var margin: String {
    switch rule.effect?.kind {
    case .natsDifference: Self.fixed(rule.limit, 4) + " nats"
    case .shareDifference: Self.fixed(rule.limit * 100, 1) + " pp"
    default: Self.fixed(rule.limit * 100, 1) + " %"
    }
  }

  /// For programs: absent values are null.
  public var json: JSONValue {
    [
      "kind": .string(kind.rawValue), "metric": .string(rule.metric.rawValue), "cell": .string(cellName),
      "state": .string(stateName), "standing": .init(rule.standing?.rawValue),
      "effect_kind": .init(rule.effect?.kind.rawValue), "value": .init(rule.effect?.value),
      "lower": .init(rule.effect?.lower), "upper": .init(rule.effect?.upper), "threshold": .init(threshold),
      "effect": .string(effect), "margin": .string(margin),
    ]
  }

  /// The interval in brackets, with a missing end as infinity.
  private static func interval(_ effect: RecordedEffect, scale: Double, digits: Int) -> String {
    guard effect.hasInterval else { return "" }
    let lower = effect.lower.map { fixed($0 * scale, digits) } ?? "-∞"
    let upper = effect.upper.map { fixed($0 * scale, digits) } ?? "∞"
    return " [\(lower), \(upper)]"
  }

  private static func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
