import Foundation
import Measurements

extension RuleFacts {
  /// The metric and its cell in words.
  var title: String {
    let name = Metric(rawValue: metric)?.title ?? metric
    return cell == "all" ? name : "\(name) of \(cell)"
  }

  /// A class of the style sheet.
  var tone: String {
    switch state {
    case "won", "passed", "broken", "unresolved": state
    default: standing == "lags" ? "lags" : ""
    }
  }

  /// The interval drawn on a line: no difference in the middle, half as much or half as much again at the ends; empty
  /// where there is no interval. The text beside it says the same.
  var intervalImage: String {
    guard let value, let zero = Self.zeros[effectKind ?? ""] else { return "" }
    let place = { (value: Double) in Int((min(max((value - zero) * 2, -1), 1) * 50 + 50).rounded()) }
    let (start, end) = (place(lower ?? -.infinity), place(upper ?? .infinity))
    let margin = threshold.map { "<path class=\"m\" d=\"M\(place($0)) 0v10\"/>" } ?? ""
    return """
      <svg class="interval \(tone)" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">\
      <path d="M50 0v10"/>\(margin)<path class="s" d="M\(start) 5H\(end)M\(place(value)) 2v6"/></svg>
      """
  }

  /// No difference, by kind of effect with a better side.
  private static let zeros = ["better_ratio": 1.0, "share_difference": 0]
}
