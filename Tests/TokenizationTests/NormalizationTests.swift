import Testing

@testable import Tokenization

/// A text after some steps.
private func normalized(_ text: String, _ steps: any NormalizerStep...) -> String {
  String(decoding: Normalizer(steps: steps).normalized(Array(text.utf8)), as: UTF8.self)
}

@Suite("Normalization form C")
struct NormalizationTests {
  /// From `tokenizers.normalizers.NFC().normalize_str(text)`.
  @Test(
    "Text is composed as the reference library does",
    arguments: [
      ("e\u{301}", "\u{E9}"), ("\u{1100}\u{1161}\u{11A8}", "\u{AC01}"), ("\u{AC00}\u{11A8}", "\u{AC01}"),
      ("\u{212B}", "\u{C5}"), ("a\u{307}\u{323}", "\u{1EA1}\u{307}"), ("\u{958}", "\u{915}\u{93C}"),
      ("\u{1D15E}", "\u{1D157}\u{1D165}"), ("\u{11099}\u{110BA}", "\u{1109A}"), ("\u{F900}", "\u{8C48}"),
      // A mark between blocks what follows it, unless its class is lower.
      ("a\u{305}\u{301}", "a\u{305}\u{301}"), ("a\u{323}\u{305}\u{301}", "\u{1EA1}\u{305}\u{301}"),
      ("\u{1100}\u{301}\u{1161}", "\u{1100}\u{301}\u{1161}"),
      // Two that Foundation gets wrong, and two that are newer than the reference's tables.
      ("\u{2006B}\u{323}", "\u{2006B}\u{323}"), ("a\u{301}\u{F73}\u{323}", "\u{1EA1}\u{F71}\u{F72}\u{301}"),
      ("a\u{11943}\u{323}", "a\u{11943}\u{323}"), ("\u{11935}\u{11930}", "\u{11935}\u{11930}"),
    ])
  func composition(_ text: String, _ composed: String) {
    #expect(scalars(normalized(text, NormalizationForm.nfc)) == scalars(composed))
  }

  @Test("Text that is composed already is left alone")
  func stableText() {
    for text in ["", "plain", "é à ü", "机器学习", "각", "😀 مرحبا"] {
      var copy = text
      #expect(copy.withUTF8 { Normalizer(steps: [NormalizationForm.nfc]).rewriting(UTF8Text($0)) } == nil)
    }
  }

  @Test("Words are told apart from those of text that was rewritten")
  func rewrittenParts() throws {
    let tokenizer = try Fixture.qwen2.tokenizer()
    let (first, second) = ("a long first part\nhello<|im_start|>", "<|im_end|>part\nhello")
    #expect(tokenizer.encode(first + "hello e\u{301}" + second) == tokenizer.encode(first + "hello \u{E9}" + second))
  }

  @Test("A long run of marks is put in order quickly")
  func manyMarks() {
    let text = "a" + String(repeating: "\u{301}\u{323}", count: 20_000)
    let result = normalized(text, NormalizationForm.nfc)
    #expect(result.unicodeScalars.count == 40_000)
    #expect(scalars(String(result.unicodeScalars.prefix(2))) == "1ea1 323")
  }
}

@Suite("Other steps of normalization")
struct NormalizerStepTests {
  /// From `tokenizers.normalizers.NFKC().normalize_str(text)` and the like.
  @Test(
    "Other forms decompose, or replace what looks alike, as the reference library does",
    arguments: [
      (NormalizationForm.nfd, "\u{E9}\u{AC01}", "e\u{301}\u{1100}\u{1161}\u{11A8}"),
      (.nfkd, "\u{FB01}\u{2460}\u{E9}", "fi1e\u{301}"), (.nfkc, "\u{FB01}\u{FF21}\u{1D400}\u{3B1}", "fiAA\u{3B1}"),
      // A mapping that only a canonical one leads to, and one that is newer than the reference's tables.
      (.nfkc, "\u{385}\u{1E9B}", " \u{308}\u{301}\u{1E61}"), (.nfkc, "\u{32FF}", "\u{32FF}"),
      (.nfc, "\u{FB01}\u{A0}", "\u{FB01}\u{A0}"),
    ])
  func forms(_ form: NormalizationForm, _ text: String, _ expected: String) {
    #expect(scalars(normalized(text, form)) == scalars(expected))
  }

  @Test("Characters become lower case one by one")
  func lowercase() {
    #expect(scalars(normalized("ÀΣ\u{130}ß", Lowercase())) == scalars("àσi\u{307}ß"))
  }

  @Test("White space is stripped at either end")
  func strip() {
    #expect(normalized("\u{A0} a b\n", Strip(left: true, right: true)) == "a b")
    #expect(normalized(" a ", Strip(left: true, right: false)) == "a ")
    #expect(normalized(" \u{3000}", Strip(left: true, right: true)) == "")
  }

  @Test("Steps follow one another, and nothing is put before nothing")
  func chain() throws {
    let spaces = Replace(try Pattern(literal: " "), with: "▁")
    #expect(normalized("a b", Prepend("▁"), spaces) == "▁a▁b")
    #expect(normalized("", Prepend("▁"), spaces) == "")
    #expect(normalized("a1b  22", Replace(try Pattern(#"\p{N}+|\s{2,}"#), with: "<n>")) == "a<n>b<n><n>")
  }
}
