import Platform
import Testing

@testable import resident

@Suite("Colours and tables of the terminal")
struct TerminalStyleTests {
  private let plain = TerminalStyle(environment: [:], isTerminal: false)
  private let coloured = TerminalStyle(environment: ["TERM": "xterm"], isTerminal: true)

  /// As the terminal gets it.
  private func shown(_ text: String) -> String { coloured.coloured(text) { OutputFilter.filtered($0) } }

  @Test("Columns are aligned to the left, and nothing from outside breaks a line")
  func table() {
    let rows = [["default", "promote", "4"], ["a\nb", "hold", ""]]
    #expect(
      plain.table(["role", "outcome", "blocks"], rows) == """
          role     outcome  blocks
          default  promote  4
          a b      hold

        """)
  }

  @Test("A colour takes no width")
  func colour() {
    #expect(
      shown(coloured.table(["outcome", "role"], [["hold", "x"]]))
        == "  outcome  role\n  \u{1B}[33mhold\u{1B}[0m     x\n")
  }

  @Test("Only outcomes and states of rules are coloured")
  func words() {
    #expect(shown(coloured.painted("shown")) == "\u{1B}[32mshown\u{1B}[0m")
    #expect(shown(coloured.painted("broken")) == "\u{1B}[31mbroken\u{1B}[0m")
    #expect(coloured.painted("winner") == "winner")
  }

  @Test("A text from outside brings no colour of its own")
  func foreignColour() {
    #expect(shown("\u{1B}[31mhold") == " [31mhold")
    #expect(shown(coloured.table(["a"], [["\u{13}x"]])) == "  a\n   x\n")
    #expect(plain.coloured("\u{13}x") { OutputFilter.filtered($0) } == " x")
  }

  @Test(
    "NO_COLOR and a dumb terminal leave text as it is",
    arguments: [["NO_COLOR": "1", "TERM": "xterm"], ["TERM": "dumb"]])
  func noColour(environment: [String: String]) {
    #expect(TerminalStyle(environment: environment, isTerminal: true).painted("won") == "won")
  }
}
