import Foundation

/// Colours for what a verdict says; none where standard output is no terminal or `NO_COLOR` is set.
///
/// <https://no-color.org>
struct TerminalStyle {
  let isColoured: Bool

  enum Colour: String {
    case good = "32"
    case bad = "31"
    case open = "33"
  }

  init(
    environment: [String: String] = ProcessInfo.processInfo.environment, isTerminal: Bool = Terminal.outputIsTerminal
  ) {
    isColoured = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
  }

  func paint(_ text: String, _ colour: Colour?) -> String {
    guard isColoured, let colour else { return text }
    return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
  }

  /// The colour of an outcome or of a rule's state; nil for other words.
  static func colour(of word: String) -> Colour? {
    switch word {
    case "promote", "won", "passed": .good
    case "reject", "broken": .bad
    case "hold", "inconclusive", "unresolved", "not shown": .open
    default: nil
    }
  }
}
