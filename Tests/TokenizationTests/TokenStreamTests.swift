import Testing

@testable import Tokenization

@Suite("Streaming text")
struct TokenStreamTests {
  /// One token per byte, whose id is the byte.
  private let tokenizer: Tokenizer

  init() throws { tokenizer = try TokenizerText().tokenizer() }

  private func pieces(_ bytes: [UInt8]) -> [String] {
    var stream = TokenStream(tokenizer)
    return bytes.map { stream.append(TokenID($0)) } + [stream.finish()]
  }

  @Test("A character appears once its last byte has come")
  func completeCharacters() {
    #expect(pieces(Array("é😀".utf8)) == ["", "é", "", "", "", "😀", ""])
  }

  @Test("A byte that cannot be completed is replaced at once, an unfinished character at the end")
  func invalidBytes() {
    #expect(pieces([0x80, 0x61, 0xFF]) == ["\u{FFFD}", "a", "\u{FFFD}", ""])
    #expect(pieces([0xF0, 0x9F, 0x61]) == ["", "", "\u{FFFD}a", ""])
    #expect(pieces([0xE0, 0x80]) == ["", "\u{FFFD}\u{FFFD}", ""])
    #expect(pieces([0xED, 0xA0, 0xE2, 0x82]) == ["", "\u{FFFD}\u{FFFD}", "", "", "\u{FFFD}"])
    #expect(pieces([0xF4, 0x8F, 0xBF, 0xBF, 0xF4, 0x90]) == ["", "", "", "\u{10FFFF}", "", "\u{FFFD}\u{FFFD}", ""])
  }

  @Test("Ids that are not a token's become no text")
  func unknownIDs() {
    var stream = TokenStream(tokenizer)
    #expect(stream.append(-1) == "" && stream.append(9999) == "" && stream.append(.max) == "")
    #expect(tokenizer.decode([-1, 0x61, .max, .min]) == "a")
    #expect(tokenizer.bytes(of: -1) == nil && tokenizer.bytes(of: 0xE9) == [0xE9])
  }
}
