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

  /// `tokenizers`: `decode([3 + byte, …])` of the fixture.
  @Test("Bytes of byte fallback wait for another token, and become text together or not at all")
  func byteFallback() throws {
    let tokenizer = try Fixture.llama2.tokenizer()
    func ids(_ bytes: [UInt8]) -> [TokenID] { bytes.compactMap { tokenizer.tokenID(of: "<0x\(hex($0))>") } }
    let word = try #require(tokenizer.tokenID(of: "a"))
    let space = try #require(tokenizer.tokenID(of: "▁"))
    for (tokens, expected) in [
      ([space, word] + ids(Array("€".utf8)) + [word], ["", "a", "", "", "", "€a", ""]),
      (ids([0xE2, 0x82, 0xAC, 0xFF]) + [word], ["", "", "", "", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}a", ""]),
      ([word, space] + ids([0xC3]), ["a", " ", "", "\u{FFFD}"]), ([space, space], ["", " ", ""]),
    ] {
      var stream = TokenStream(tokenizer)
      #expect(tokens.map { stream.append($0) } + [stream.finish()] == expected)
      #expect(tokenizer.decode(tokens) == expected.joined())
    }
    #expect(tokenizer.bytes(of: ids([0xE2])[0]) == [0xE2] && tokenizer.bytes(of: space) == [0x20])
  }

  private func hex(_ byte: UInt8) -> String {
    String(byte / 16, radix: 16, uppercase: true) + String(byte % 16, radix: 16, uppercase: true)
  }

  @Test("A stream begins anew after it has finished")
  func restart() throws {
    let tokenizer = try Fixture.mistral.tokenizer()
    var stream = TokenStream(tokenizer)
    let ids = tokenizer.encode("a b", addSpecialTokens: false)
    for _ in 0..<2 { #expect(ids.map { stream.append($0) }.joined() + stream.finish() == "a b") }
  }

  @Test("Ids that are not a token's become no text")
  func unknownIDs() {
    var stream = TokenStream(tokenizer)
    #expect(stream.append(-1) == "" && stream.append(9999) == "" && stream.append(.max) == "")
    #expect(tokenizer.decode([-1, 0x61, .max, .min]) == "a")
    #expect(tokenizer.bytes(of: -1) == nil && tokenizer.bytes(of: 0xE9) == [0xE9])
  }
}
