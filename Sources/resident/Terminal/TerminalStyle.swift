import Foundation
import Measurements

/// Colours for what a verdict says; none if standard output is no terminal or `NO_COLOR` is set.
///
/// <https://no-color.org>
struct TerminalStyle {
  let isColoured: Bool

  init(
    environment: [String: String] = ProcessInfo.processInfo.environment, isTerminal: Bool = Terminal.outputIsTerminal
  ) {
    isColoured = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
  }

  /// An outcome or a rule's state in its colour; any other text as it is.
  func painted(_ word: String) -> String {
    guard isColoured, let colour = Colour(of: word) else { return word }
    return "\u{1B}[\(colour.rawValue)m\(word)\u{1B}[0m"
  }

  /// A table with headings, every column to the left; each line ends with a line feed.
  ///
  /// - Parameter rows: As many cells each as there are columns; names from outside may hold anything.
  func table(_ columns: [String], _ rows: [[String]]) -> String {
    let rows = [columns] + rows.map { $0.map(\.printable) }
    let table = TextTable(aligning: rows, as: .words)
    return rows.map { "  \(table.line($0, style: painted))\n" }.joined()
  }

  private enum Colour: String {
    case green = "32"
    case red = "31"
    case yellow = "33"

    init?(of word: String) {
      switch word {
      case "TAKE", "promote", "shown", "ok": self = .green
      case "reject", "broken": self = .red
      case "KEEP", "hold", "inconclusive", "not shown", "open", "too noisy", "no bound yet", "no data": self = .yellow
      default: return nil
      }
    }
  }
}
