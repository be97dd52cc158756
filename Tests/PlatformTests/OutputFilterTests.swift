import Testing

@testable import Platform

@Suite("The filter of what is printed")
struct OutputFilterTests {
  private static let attacks: [(text: String, shown: String)] = [
    ("\u{1B}[31mred\u{1B}[0m", " [31mred [0m"),
    ("\u{1B}]0;title\u{07}", " ]0;title "),
    ("C1 \u{9B}2J, DEL \u{7F}, BEL \u{07}, NUL \u{0}", "C1  2J, DEL  , BEL  , NUL  "),
    ("turned \u{202E}txt.exe\u{202C} \u{2066}x\u{2069}", "turned  txt.exe   x "),
    ("no\u{200B}width\u{FEFF}\u{2060}\u{AD}", "no width   "),
    ("two\u{2028}lines\u{2029}", "two lines "),
    ("over\rwritten", "over written"),
    ("::error::x", ": :error::x"),
    ("a\n  \t::warning file=x::y\n", "a\n  \t: :warning file=x::y\n"),
    ("\u{1B}::set-output name=a::b", " : :set-output name=a::b"),
    ("\u{A0}\u{3000}::stop-commands::t", "\u{A0}\u{3000}: :stop-commands::t"),
    ("x ##[set-env name=A;]b ###[group]", "x ## [set-env name=A;]b ### [group]"),
    ("a\r\n::debug::b\r\n", "a\n: :debug::b\n"),
    ("\r::debug::b", " : :debug::b"),
  ]

  private static let kept = [
    "plain\ttext\nof two lines\n", "a::b, c :: d", ": one colon", "# heading\n## [link](x)",
    "Zürich — 1 × 2 ≤ 3 ✓ 日本語 🙂",
  ]

  @Test("What a terminal or a workflow's log obeys is shown and not obeyed", arguments: attacks)
  func attack(_ attack: (text: String, shown: String)) {
    #expect(OutputFilter.filtered(attack.text) == attack.shown)
  }

  @Test("What nobody obeys stays as it is", arguments: kept)
  func keeps(_ text: String) { #expect(OutputFilter.filtered(text) == text) }

  @Test("No cut of the stream lets anything pass", arguments: attacks)
  func pieces(_ attack: (text: String, shown: String)) {
    var filter = OutputFilter()
    var shown = ""
    for scalar in attack.text.unicodeScalars { shown += filter.filtered(String(scalar)) }
    #expect(shown == attack.shown)
  }
}
