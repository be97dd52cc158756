import Foundation
import Statistics

/// How figures are written for people: always with their unit, and a point for every locale.
enum Figures {
  /// A share or a relative difference as per cent, without sign: `4.20 %`.
  static func percent(_ share: Double) -> String { fixed(share * 100, "%.2f") + " %" }

  /// A relative difference as per cent: `+4.20 %`.
  static func signedPercent(_ difference: Double) -> String { fixed(difference * 100, "%+.2f") + " %" }

  /// A share or a margin for a table: `4.2 %`, `70 %`.
  static func brief(percent share: Double) -> String {
    let percent = share * 100
    return fixed(percent, percent.rounded() == percent ? "%.0f" : "%.1f") + " %"
  }

  /// A relative change for a table: `+29.7 %` where more is better, `9.5 % less` where less is.
  static func change(_ change: Double, isMoreBetter: Bool) -> String {
    if isMoreBetter { return fixed(change * 100, "%+.1f") + " %" }
    let rounded = (change * 1000).rounded() / 10
    return rounded == 0 ? "0.0 %" : fixed(rounded.magnitude, "%.1f") + (rounded < 0 ? " % less" : " % more")
  }

  /// A difference of shares for a table: `-1.5 pp`.
  static func briefPoints(_ difference: Double) -> String { fixed(difference * 100, "%+.1f") + " pp" }

  /// An end of an axis: `-60 %`.
  static func axis(_ value: Double) -> String { fixed(value * 100, "%+.0f") + " %" }

  /// A difference of shares in percentage points: `-1.50 pp`.
  static func points(_ difference: Double) -> String { fixed(difference * 100, "%+.2f") + " pp" }

  /// A difference of nats per token, three significant digits at least: `+0.0123 nats/token`.
  static func nats(_ value: Double, unit: String = " nats/token") -> String { fixed(value, "%+.5f") + unit }

  /// A difference of rank correlations: `-0.0123 rho`.
  static func rho(_ difference: Double, unit: String = " rho") -> String { fixed(difference, "%+.4f") + unit }

  /// Both ends of an interval times 100: `[+6.90, +9.70] %`.
  static func interval(_ lower: Double, _ upper: Double, format: String = "%+.2f", unit: String) -> String {
    "[\(fixed(lower * 100, format)), \(fixed(upper * 100, format))] \(unit)"
  }

  static func confidence(_ confidence: Double) -> String { plain((confidence * 1e6).rounded() / 1e4) + " %" }

  /// A ratio: `1.021x`.
  static func times(_ ratio: Double) -> String { fixed(ratio, "%.3f") + "x" }

  /// A probability: `0.0313`, `3.1e-05`.
  static func probability(_ p: Double) -> String { fixed(p, p < 0.001 ? "%.1e" : "%.4f") }

  /// An interval of round numbers or of their ratio: `[1.03, 79.5]`.
  static func rounds(_ interval: ConfidenceInterval) -> String {
    "[\(fixed(interval.lower, "%.3g")), \(fixed(interval.upper, "%.3g"))]"
  }

  /// At most four significant digits.
  static func plain(_ value: Double) -> String { fixed(value, "%.4g") }

  /// Three significant digits, and all digits of a larger integral part: `96.4`.
  static func brief(_ value: Double) -> String {
    fixed(value, value.magnitude >= 100 && value.magnitude < 1e6 ? "%.0f" : "%.3g")
  }

  /// Four significant digits, and all digits of a larger integral part: `96.40`.
  static func measured(_ value: Double) -> String {
    fixed(value, value.magnitude >= 1000 && value.magnitude < 1e6 ? "%.0f" : "%#.4g")
  }

  /// In decimal multiples: `412.3 MB`.
  static func bytes(_ bytes: Int64) -> String {
    var value = Double(bytes)
    for unit in ["B", "kB", "MB", "GB"] {
      if value < 1000 { return plain(value) + " " + unit }
      value /= 1000
    }
    return plain(value) + " TB"
  }

  /// A count with its noun: `1 block`, `2 blocks`.
  static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  /// The first few of a list, with how many there are more.
  static func list(_ names: [String], limit: Int = 5, separator: String = ", ") -> String {
    let more = names.count - limit
    return names.prefix(limit).joined(separator: separator) + (more > 0 ? " and \(more) more" : "")
  }

  private static func fixed(_ value: Double, _ format: String) -> String {
    value.isFinite ? String(format: format, value) : value.isNaN ? "?" : value < 0 ? "-inf" : "+inf"
  }
}
