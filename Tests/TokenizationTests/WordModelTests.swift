import Testing

@testable import Tokenization

@Suite("Models of words")
struct WordModelTests {
  /// From the reference library on the same file.
  @Test(
    "WordPiece takes the longest token from the left, and a word that is not covered or too long is unknown",
    arguments: [
      ("ab", [3]), ("abb", [3, 4]), ("abab", [3, 5]), ("aab", [1, 5]), ("aba", [0]), ("x", [0]), ("a x b", [1, 0, 2]),
      ("abbbbb", [3, 4, 4, 4, 4]), ("abbbbbb", [0]), ("", []), (" ", []), ("a#b", [1, 6, 2]), ("bé", [0]),
    ])
  func wordPieces(_ text: String, _ ids: [TokenID]) throws {
    #expect(try TokenizerText.wordPieces.tokenizer().encode(text) == ids)
  }

  @Test("A long word is cut in linear time, whatever the file says about its length")
  func longWord() throws {
    var text = TokenizerText.wordPieces
    text.model = text.model?.replacing(":6,", with: ":9000000000000000000,")
    let count = 100_000
    #expect(try text.tokenizer().encode(String(repeating: "b", count: count)).count == count)
    #expect(try text.tokenizer().encode(String(repeating: "b", count: count) + "a") == [0])
  }

  /// From the reference library on the same file.
  @Test("WordLevel takes whole words")
  func words() throws {
    var text = TokenizerText.wordPieces
    text.decoder = "null"
    text.model = #"{"type":"WordLevel","unk_token":"?","vocab":{"?":0,"a":1,"ab":2}}"#
    let tokenizer = try text.tokenizer()
    #expect(tokenizer.encode("a ab aab, a") == [1, 2, 0, 0, 1])
    #expect(tokenizer.decode([1, 2, 0]) == "a ab ?")
  }

  /// From the reference library on the same file.
  @Test("Of the oldest files, which do not name their model, its members tell the kind")
  func untyped() throws {
    var text = TokenizerText.wordPieces
    text.model = text.model?.replacing(#""type":"WordPiece","#, with: "")
    #expect(try text.tokenizer().encode("abb") == [3, 4])
    text.model = #"{"unk_token":"?","vocab":{"?":0,"a":1,"abb":2}}"#
    #expect(try text.tokenizer().encode("abb") == [2])
  }

  /// From the reference library on the same file.
  @Test("Merges drop a prefix of their right token, wherever the file names it")
  func affixes() throws {
    var text = TokenizerText.wordPieces
    text.decoder = #"{"type":"BPEDecoder","suffix":"$"}"#
    let vocabulary = ###""vocab":{"?":0,"a":1,"##b":2,"##b$":3,"ab":4,"abb$":5,"a$":6}"###
    let merges = ###""merges":[["a","##b"],["ab","##b$"]]"###
    let affixes = ###""continuing_subword_prefix":"##","end_of_word_suffix":"$""###
    for members in [[affixes, vocabulary, merges], [vocabulary, merges, affixes], [merges, affixes, vocabulary]] {
      text.model = #"{"type":"BPE","unk_token":"?","# + members.joined(separator: ",") + "}"
      let tokenizer = try text.tokenizer()
      #expect(tokenizer.encode("abb a ba") == [5, 6, 0, 0])
      #expect(tokenizer.decode([5, 6, 5]) == "abb a abb")
      #expect(tokenizer.bytes(of: 6) == Array("a ".utf8))
    }
  }
}

@Suite("Decoders")
struct DecoderTests {
  /// `ab`, `##b` and the like, decoded at once and in a stream.
  private func decoded(_ decoder: String, _ ids: [TokenID]) throws -> String {
    var text = TokenizerText.wordPieces
    text.decoder = decoder
    text.model = text.model?.replacing(###""#":6"###, with: ###""#":6,".":7,"bb":8,"'s":9,"a do not":10"###)
    let tokenizer = try text.tokenizer()
    var stream = TokenStream(tokenizer)
    let streamed = ids.map { stream.append($0) }.joined() + stream.finish()
    #expect(tokenizer.decode(ids) == streamed)
    return streamed
  }

  private func sequence(_ steps: String...) -> String {
    #"{"type":"Sequence","decoders":[\#(steps.joined(separator: ","))]}"#
  }

  /// From `tokenizers.decoders.WordPiece("##", cleanup).decode(tokens)`.
  @Test("WordPiece joins tokens into words, and cleans up within each")
  func wordPiece() throws {
    func decoder(_ cleanup: Bool) -> String { ###"{"type":"WordPiece","prefix":"##","cleanup":\###(cleanup)}"### }
    #expect(try decoded(decoder(true), [3, 4, 1, 7, 9, 10]) == "abb a.'s a don't")
    #expect(try decoded(decoder(false), [3, 4, 1, 7, 9, 10]) == "abb a . 's a do not")
    #expect(try decoded(decoder(true), [4, 7]) == "##b.")
  }

  /// From `tokenizers.decoders.Sequence([…]).decode(tokens)`.
  @Test("Strip takes from both ends of each token, or of the text")
  func strip() throws {
    let strip = #"{"type":"Strip","content":"b","start":1,"stop":2}"#
    let fuse = #"{"type":"Fuse"}"#
    #expect(try decoded(sequence(strip, fuse), [3, 1, 3]) == "aaa")
    #expect(try decoded(sequence(fuse, strip), [2, 2, 3, 2, 1, 2, 8, 2]) == "babbabb")
    #expect(try decoded(sequence(fuse, strip), [1, 2]) == "a")
    #expect(try decoded(sequence(fuse, strip), [1, 8, 1]) == "abba")
  }
}
