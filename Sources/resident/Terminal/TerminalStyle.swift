import Foundation
import Measurements
import Platform

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

  /// An outcome or a rule's state with marks of its colour around it; any other text as it is.
  ///
  /// Only ``Terminal/write(_:_:)`` makes colours of the marks; everywhere else they are filtered like other controls.
  func painted(_ word: String) -> String {
    guard isColoured, let colour = Colour(of: word) else { return word }
    return "\(colour.mark)\(word)\(Colour.none.mark)"
  }

  /// The text with colours in place of their marks.
  ///
  /// - Parameter filter: What all other text becomes, part by part.
  func coloured(_ text: String, filter: (String) -> String) -> String {
    guard isColoured else { return filter(text) }
    var output = ""
    var part = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if let colour = Colour.allCases.first(where: { $0.mark == scalar }) {
        output += filter(String(part)) + "\u{1B}[\(colour.code)m"
        part = .init()
      } else {
        part.append(scalar)
      }
    }
    return output + filter(String(part))
  }

  /// A table with headings, every column to the left; each line ends with a line feed.
  ///
  /// - Parameter rows: As many cells each as there are columns; names from outside may hold anything.
  func table(_ columns: [String], _ rows: [[String]]) -> String {
    let rows = [columns] + rows.map { $0.map(\.printable) }
    let table = TextTable(aligning: rows, as: .words)
    return rows.map { "  \(table.line($0, style: painted))\n" }.joined()
  }

  private enum Colour: CaseIterable {
    case green, red, yellow
    /// The terminal's own.
    case none

    init?(of word: String) {
      switch word {
      case "TAKE", "promote", "shown", "ok": self = .green
      case "reject", "broken": self = .red
      case "KEEP", "hold", "inconclusive", "not shown", "open", "too noisy", "no bound yet", "no data": self = .yellow
      default: return nil
      }
    }

    /// One of the device controls, which no text keeps that was made printable.
    var mark: Unicode.Scalar {
      switch self {
      case .none: "\u{11}"
      case .green: "\u{12}"
      case .red: "\u{13}"
      case .yellow: "\u{14}"
      }
    }

    /// Of ECMA-48's SGR.
    var code: Int {
      switch self {
      case .none: 0
      case .green: 32
      case .red: 31
      case .yellow: 33
      }
    }
  }
}
