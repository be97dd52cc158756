import Testing

@testable import Tokenization

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
    let result = String(decoding: Normalizer.nfc.normalized(Array(text.utf8)), as: UTF8.self)
    #expect(scalars(result) == scalars(composed))
  }

  @Test("Text that is composed already is left alone")
  func stableText() {
    for text in ["", "plain", "é à ü", "机器学习", "각", "😀 مرحبا"] {
      var copy = text
      #expect(copy.withUTF8 { Normalizer.nfc.rewriting(UTF8Text($0)) } == nil)
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
    let result = String(decoding: Normalizer.nfc.normalized(Array(text.utf8)), as: UTF8.self)
    #expect(result.unicodeScalars.count == 40_000)
    #expect(scalars(String(result.unicodeScalars.prefix(2))) == "1ea1 323")
  }
}
