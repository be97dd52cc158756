import Envelopes
import Statistics

/// How many items it takes to see a difference of accuracy between two models, beside what an envelope has.
struct SampleSizeTable {
  let envelope: Envelope

  private static let differences = [0.01, 0.02, 0.03, 0.05]
  private static let discordantShares = [0.03, 0.05, 0.10, 0.20]
  private static let power = 0.9

  /// Several lines, without a trailing newline.
  var text: String {
    let items = envelope.accuracy.filter { !$0.kind.isText }.reduce(0) { $0 + $1.items.count }
    let header = "  difference" + Self.discordantShares.map { Self.column("\(Self.percent($0)) changed") }.joined()
    let rows = Self.differences.map { difference in
      "  " + Self.padded("\(Self.percent(difference, unit: "points"))", to: 10)
        + Self.discordantShares.map { share in Self.column(needed(difference, share, of: items)) }.joined()
    }
    return """
      Items that show a difference of accuracy (McNemar's test, two-sided at 5 %, power \(Self.percent(Self.power)))
      by the share of items that one model alone has right; * marks what the \(items) items here suffice for
      \(([header] + rows).joined(separator: "\n"))
      """
  }

  private func needed(_ difference: Double, _ share: Double, of items: Int) -> String {
    let count = try? SampleSize.pairedAnswers(
      difference: difference, discordantShare: share, power: Self.power, alpha: 0.05)
    return count.map { "\($0)\($0 <= items ? "*" : "")" } ?? "-"
  }

  private static func percent(_ share: Double, unit: String = "%") -> String {
    "\(Int((share * 100).rounded())) \(unit)"
  }

  private static func column(_ text: String) -> String { String(repeating: " ", count: max(1, 14 - text.count)) + text }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
