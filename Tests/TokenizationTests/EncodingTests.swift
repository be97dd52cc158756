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

@Suite("Words with a visible space")
struct MetaspaceTests {
  private func ids(_ preTokenizer: String, _ text: String) throws -> [TokenID] {
    var file = TokenizerText.characters
    file.preTokenizer = preTokenizer
    file.addedTokens = #"[{"id":5,"content":"<x>","special":true}]"#
    return try file.tokenizer().encode(text)
  }

  /// From the reference library on the same file.
  @Test(
    "The character is put before every text, the first or none",
    arguments: [
      ("always", "a<x>b", [4, 1, 5, 4, 2]), ("first", "a<x>b", [4, 1, 5, 2]), ("never", "a<x>b", [1, 5, 2]),
      ("first", "<x>b a", [5, 2, 4, 1]), ("always", " a", [4, 1]), ("first", "", []),
    ])
  func prepending(_ scheme: String, _ text: String, _ expected: [TokenID]) throws {
    for split in [true, false] {
      let step = #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"\#(scheme)","split":\#(split)}"#
      #expect(try ids(step, text) == expected)
      #expect(try ids(#"{"type":"Sequence","pretokenizers":[\#(step)]}"#, text) == expected)
    }
  }
}

@Suite("Unigram models")
struct UnigramTests {
  private func ids(_ vocabulary: String, _ text: String, options: String = "") throws -> [TokenID] {
    var file = TokenizerText.characters
    file.model = #"{"type":"Unigram","unk_id":0,\#(options)"vocab":[["?",0],\#(vocabulary)]}"#
    return try file.tokenizer().encode(text)
  }

  /// From the reference library on the same file.
  @Test("The pieces with the greatest sum of scores count, and unknown characters are one piece")
  func pieces() throws {
    let vocabulary = #"["a",-1],["b",-1],["ab",-1.5],["abc",-9],["c",-2]"#
    #expect(try ids(vocabulary, "abcab") == [3, 5, 3])
    #expect(try ids(vocabulary, "axyzb") == [1, 0, 2])
    #expect(try ids(vocabulary, "?é?") == [0])
    #expect(
      try ids(vocabulary + #",["<0xC3>",-9],["<0xA9>",-9]"#, "aéx", options: #""byte_fallback":true,"#) == [1, 0])
    #expect(
      try ids(vocabulary + #",["<0xC3>",-9],["<0xA9>",-9]"#, "aé", options: #""byte_fallback":true,"#) == [1, 6, 7])
  }

  @Test("A long word is cut in linear time")
  func longWord() throws {
    let vocabulary = #"["a",-1],["aa",-1.5],["aaaa",-9]"#
    #expect(try ids(vocabulary, String(repeating: "a", count: 100_000)).count == 50_000)
  }
}
