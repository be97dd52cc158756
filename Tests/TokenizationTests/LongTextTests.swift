import Testing

@testable import Tokenization

@Suite("Long and monotonous texts")
struct LongTextTests {
  /// Minutes, were merging quadratic in a word's length.
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
