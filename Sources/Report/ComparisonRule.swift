import Foundation
import JSON

/// An objective or a guardrail of a recorded verdict, in words and figures with units.
struct ComparisonRule {
  let kind: String
  let metric: String
  let cell: String
  let state: String
  let standing: String?
  /// The effect with its interval, or that there is none.
  let effect: String
  let margin: String

  init(objective: JSONValue) {
    self.init(kind: "objective", objective, margin: objective["min_effect"]?.number)
  }

  init(guardrail: JSONValue) {
    self.init(kind: "guardrail", guardrail, margin: guardrail["margin"]?.number)
  }

  private init(kind: String, _ rule: JSONValue, margin: Double?) {
    self.kind = kind
    metric = rule["metric"]?.string ?? "unknown"
    cell = rule["cell"]?.string ?? "all"
    state = (rule["state"]?.string ?? "unknown").replacing("_", with: " ")
    standing = rule["standing"]?.string
    effect = rule["effect"].flatMap(Self.text) ?? "not measured"
    self.margin = margin.map { Self.text(margin: $0, of: rule["effect"]) } ?? ""
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

extension Report.Comparison {
  var rules: [ComparisonRule] {
    (verdict["objectives"]?.array ?? []).map(ComparisonRule.init(objective:))
      + (verdict["guardrails"]?.array ?? []).map(ComparisonRule.init(guardrail:))
  }

  func model(_ side: String) -> String { verdict["subject"]?[side]?["model"]?.string ?? "unknown" }

  /// The session's UUID.
  var session: String { verdict["subject"]?["session"]?.string ?? "unknown" }

  var envelope: String { verdict["subject"]?["envelope"]?["id"]?.string ?? "unknown" }

  /// When the verdict was recorded, as a day in UTC.
  var recordedDay: String {
    Date(timeIntervalSince1970: recordedAt).formatted(.iso8601.year().month().day())
  }

  var reason: String { verdict["reason"]?.string ?? "" }

  /// For example `provisional, 2 of 4`.
  var maturity: String {
    let maturity = verdict["maturity"]
    let counts =
      "\(maturity?["validated_comparisons"]?.integer ?? 0) of \(maturity?["needed_comparisons"]?.integer ?? 0)"
    return "\(maturity?["stage"]?.string ?? "unknown"), \(counts)"
  }
}
