import Foundation
import Measurements
import Verdicts

extension RuleFacts {
  /// The metric and its cell in words.
  var title: String {
    rule.cell.map { "\(rule.metric.title) of \($0)" } ?? rule.metric.title
  }

  /// A class of the style sheet.
  var tone: String {
    switch rule.state {
    case .objective(.won), .guardrail(.passed), .guardrail(.broken), .guardrail(.unresolved): stateName
    default: rule.standing == .lags ? "lags" : ""
    }
  }

  /// The interval drawn on a line: no difference in the middle, 50 % less and 50 % more at the ends. The text beside it
  /// says the same.
  ///
  /// Empty if there is no effect with a better side.
  var intervalImage: String {
    guard let effect = rule.effect, let value = effect.value, let zero = Self.zeros[effect.kind] else { return "" }
    let place = { (value: Double) in Int((min(max((value - zero) * 2, -1), 1) * 50 + 50).rounded()) }
    let (start, end) = (place(effect.lower ?? -.infinity), place(effect.upper ?? .infinity))
    let margin = threshold.map { "<path class=\"m\" d=\"M\(place($0)) 0v10\"/>" } ?? ""
    return """
      <svg class="interval \(tone)" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">\
      <path d="M50 0v10"/>\(margin)<path class="s" d="M\(start) 5H\(end)M\(place(value)) 2v6"/></svg>
      """
  }

  /// The value of no difference, for each kind of effect with a better side.
  private static let zeros: [Effect.Kind: Double] = [.betterRatio: 1, .shareDifference: 0]
}
