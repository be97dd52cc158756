import Measurements

/// The numbers of a contract in words.
enum Phrase {
  /// `1 block`, `2 blocks`.
  static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  /// At most two decimals, none that are zero.
  static func number(_ value: Double) -> String {
    let rounded = (value * 100).rounded() / 100
    return Int(exactly: rounded).map(String.init) ?? "\(rounded)"
  }

  static func percent(_ share: Double) -> String { "\(number(share * 100)) %" }

  /// An amount of that metric's comparison: relative for ratios, in percentage points for shares.
  static func amount(_ value: Double, of metric: Metric) -> String {
    switch metric.comparison {
    case .ratio, .bound: percent(value)
    case .difference, .share: "\(number(value * 100)) points"
    case .nats: "\(value) nats a token"
    }
  }

  static func subject(_ metric: Metric, _ cell: CellID?) -> String {
    "\(metric.title) (\(metric.unit)) of \(cell?.rawValue ?? "the run")"
  }

  /// The text in lines of at most that many characters, broken at spaces.
  static func wrapped(_ text: String, columns: Int) -> [String] {
    text.split(whereSeparator: \.isWhitespace).reduce(into: []) { lines, word in
      if let last = lines.last, last.count + 1 + word.count <= columns {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
  }
}
