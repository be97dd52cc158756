import Foundation
import JSON

/// An objective or a guardrail of a recorded verdict, in figures and in words with units.
public struct RuleFacts: Sendable, Equatable {
  public enum Kind: String, Sendable {
    case objective
    case guardrail
  }

  public let kind: Kind
  public let metric: String
  /// `all` for what is of the whole run.
  public let cell: String
  /// Such as `not shown`.
  public let state: String
  /// `leads`, `lags` or `level`; nil where undecided or without a better side.
  public let standing: String?
  /// What the figures are of, such as `better_ratio`; nil where nothing was measured.
  public let effectKind: String?
  /// A ratio, a share, or a difference of shares or nats; nil where nothing was measured.
  public let value: Double?
  /// Nil for an end that the data do not bound.
  public let lower: Double?
  public let upper: Double?
  /// The value that the interval must lie beyond, in the effect's own scale; nil where the verdict names none.
  public let threshold: Double?
  /// The effect with its interval, or that there is none.
  public let effect: String
  public let margin: String

  init(objective: JSONValue) {
    self.init(.objective, objective, margin: objective["min_effect"]?.number)
  }

  init(guardrail: JSONValue) {
    self.init(.guardrail, guardrail, margin: guardrail["margin"]?.number)
  }

  private init(_ kind: Kind, _ rule: JSONValue, margin: Double?) {
    let effect = rule["effect"]
    self.kind = kind
    metric = rule["metric"]?.string ?? "unknown"
    cell = rule["cell"]?.string ?? "all"
    state = (rule["state"]?.string ?? "unknown").replacing("_", with: " ")
    standing = rule["standing"]?.string
    effectKind = effect?["kind"]?.string
    value = (effect?["ratio"] ?? effect?["difference"] ?? effect?["share"])?.number
    lower = effect?["interval"]?["lower"]?.number
    upper = effect?["interval"]?["upper"]?.number
    threshold = margin.flatMap { Self.threshold(kind, effect?["kind"]?.string, $0) }
    self.effect = effect.flatMap(Self.text) ?? "not measured"
    self.margin = margin.map { Self.text(margin: $0, of: effect) } ?? ""
  }

  /// For programs: absent values are null.
  public var json: JSONValue {
    [
      "kind": .string(kind.rawValue), "metric": .string(metric), "cell": .string(cell), "state": .string(state),
      "standing": .init(standing), "effect_kind": .init(effectKind), "value": .init(value), "lower": .init(lower),
      "upper": .init(upper), "threshold": .init(threshold), "effect": .string(effect), "margin": .string(margin),
    ]
  }
}

extension RuleFacts {
  private static func threshold(_ kind: Kind, _ effect: String?, _ margin: Double) -> Double? {
    switch (effect, kind) {
    case ("better_ratio", .objective), ("candidate_to_resident_ratio", _): 1 + margin
    case ("better_ratio", .guardrail), ("first_degraded_round", _): 1 - margin
    case ("share_difference", .objective), ("nats_difference", .guardrail), ("flipped_share", _): margin
    case ("share_difference", .guardrail), ("nats_difference", .objective): -margin
    default: nil
    }
  }

  private static func text(_ effect: JSONValue) -> String? {
    if let ratio = effect["ratio"]?.number { return "× " + fixed(ratio, 3) + interval(effect, scale: 1, digits: 3) }
    guard let difference = effect["difference"]?.number else {
      return effect["share"]?.number.map { fixed($0 * 100, 1) + " %" + interval(effect, scale: 100, digits: 1) }
    }
    if effect["kind"]?.string == "nats_difference" {
      return fixed(difference, 4) + " nats" + interval(effect, scale: 1, digits: 4)
    }
    return fixed(difference * 100, 2) + " pp" + interval(effect, scale: 100, digits: 2)
  }

  /// In the unit of the effect that it bounds; a ratio's is a share of it.
  private static func text(margin: Double, of effect: JSONValue?) -> String {
    if effect?["kind"]?.string == "nats_difference" { return fixed(margin, 4) + " nats" }
    return fixed(margin * 100, 1) + (effect?["difference"] == nil ? " %" : " pp")
  }

  /// An absent end is infinite.
  private static func interval(_ effect: JSONValue, scale: Double, digits: Int) -> String {
    guard let ends = effect["interval"] else { return "" }
    let lower = ends["lower"]?.number.map { fixed($0 * scale, digits) } ?? "-∞"
    let upper = ends["upper"]?.number.map { fixed($0 * scale, digits) } ?? "∞"
    return " [\(lower), \(upper)]"
  }

  private static func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
