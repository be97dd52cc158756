import Testing

@testable import Tokenization

@Suite("Added tokens")
struct AddedTokenTests {
  /// Ids from the reference library on the same file: `Tokenizer.from_file("gpt2/tokenizer.json").encode(text).ids`.
  @Test(
    "Flags decide how much of the text a token takes",
    arguments: [
      ("a  <both>  b", [61, 1208, 1202, 1208, 62]),
      ("a <left>b<right> c", [61, 1200, 62, 1201, 63]),
      ("xword word", [84, 83, 257, 64, 184, 1204]),
      ("<a><b><c><a><b>x<a>", [1206, 28, 63, 30, 1206, 84, 1205]),
      ("<word>s <word>", [28, 1204, 30, 79, 184, 1203]),
      ("naïve é", [1209]),
    ])
  func flags(_ text: String, _ ids: [TokenID]) throws {
    #expect(try Fixture.gpt2.tokenizer().encode(text) == ids)
  }

  /// From the reference library: `decode([1304])` and the like.
  @Test("An added token decodes as normalized, and as byte-level text where it can be")
  func decoding() throws {
    let tokenizer = try Fixture.qwen2.tokenizer()
    let (normalized, verbatim) = (tokenizer.tokenID(of: "Cafe\u{301}"), tokenizer.tokenID(of: "<e\u{301}>"))
    #expect(scalars(tokenizer.decode([normalized ?? -1])) == scalars("Caf\u{FFFD}"))
    #expect(scalars(tokenizer.decode([verbatim ?? -1])) == scalars("<e\u{301}>"))
  }

  @Test("Special tokens are left out of text on request, other added tokens are not")
  func skipping() throws {
    let tokenizer = try Fixture.qwen2.tokenizer()
    let ids = tokenizer.encode("<|im_start|>a<tool_call>b<|im_end|>")
    #expect(tokenizer.decode(ids, skipSpecialTokens: true) == "a<tool_call>b")
    #expect(tokenizer.decode(ids) == "<|im_start|>a<tool_call>b<|im_end|>")
  }
}

@Suite("Long and monotonous texts")
struct LongTextTests {
  /// Would take minutes if merging were quadratic in a word's length.
  @Test(
    "Come back whole, and quickly",
    arguments: [("a", 50_000), (" ", 50_000), (" \n", 25_000), ("7", 50_000), ("<|im_start|", 5_000), ("'", 50_000)])
  func roundTrip(_ unit: String, _ count: Int) throws {
    let text = String(repeating: unit, count: count) + "x"
    for fixture in [Fixture.llama3, .qwen2] {
      let tokenizer = try fixture.tokenizer()
      let ids = tokenizer.encode(text, addSpecialTokens: false)
      #expect(tokenizer.decode(ids).utf8.elementsEqual(text.utf8))
    }
  }
}
