import Foundation
import JSON
import TestSupport
import Testing
import Tokenization

@testable import Checkpoint

/// Models and ids of `Fixtures/sentencepiece-golden.json`; Conformance/make-sentencepiece-golden.py says how it was made.
@Suite("SentencePiece tokenizers in GGUF files")
struct SentencePieceImportTests {
  struct Golden: Decodable {
    struct Encoding: Decodable {
      let text: String
      let ids: [TokenID]
    }

    struct Decoding: Decodable {
      let ids: [TokenID]
      let text: String
      let plain: String
    }

    let tokens: [String]
    let scores: [Float]
    let types: [Int32]
    let space_prefix: Bool
    let merge_count: Int
    let encodings: [Encoding]
    let decodings: [Decoding]

    static func load() throws -> [String: Golden] {
      let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures/sentencepiece-golden.json")
      return try JSONDecoder().decode([String: Golden].self, from: Data(contentsOf: file))
    }

    /// The metadata of a GGUF file.
    var builder: GGUFBuilder {
      var builder = GGUFBuilder()
      builder.metadata = [
        ("tokenizer.ggml.model", GGUFBuilder.string("llama")),
        ("tokenizer.ggml.tokens", GGUFBuilder.strings(tokens)),
        ("tokenizer.ggml.scores", GGUFBuilder.floats(scores)),
        ("tokenizer.ggml.token_type", GGUFBuilder.integers(types)),
        ("tokenizer.ggml.add_space_prefix", GGUFBuilder.bool(space_prefix)),
        (
          "tokenizer.ggml.bos_token_id",
          GGUFBuilder.uint32(UInt32(tokens.firstIndex { ["<s>", "<bos>"].contains($0) } ?? 0))
        ),
        (
          "tokenizer.ggml.eos_token_id",
          GGUFBuilder.uint32(UInt32(tokens.firstIndex { ["</s>", "<eos>"].contains($0) } ?? 0))
        ),
      ]
      return builder
    }
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ builder: GGUFBuilder) throws -> GGUFTokenizer {
    try GGUFTokenizer(try GGUFFile(contentsOf: try folder.write(builder.built, to: "m.gguf")))
  }

  private func load(_ source: GGUFTokenizer) throws -> Tokenizer {
    try folder.write(source.tokenizerText, to: "tokenizer.json")
    try folder.write(source.tokenizerConfig(contextLength: 64).serialized(), to: "tokenizer_config.json")
    return try Tokenizer(contentsOf: folder.url)
  }

  @Test("Ids and texts are those of the tokenizer that was published with the model", arguments: ["llama", "gemma"])
  func equalsOriginal(name: String) throws {
    let golden = try #require(try Golden.load()[name])
    let source = try read(golden.builder)
    #expect(source.merges.count == golden.merge_count)
    let tokenizer = try load(source)
    for encoding in golden.encodings {
      #expect(tokenizer.encode(encoding.text) == encoding.ids, "\(encoding.text.debugDescription)")
    }
    for decoding in golden.decodings {
      #expect(Array(tokenizer.decode(decoding.ids).utf8) == Array(decoding.text.utf8), "\(decoding.ids)")
      #expect(
        Array(tokenizer.decode(decoding.ids, skipSpecialTokens: true).utf8) == Array(decoding.plain.utf8),
        "\(decoding.ids)")
    }
    #expect(tokenizer.beginOfSequence == source.bosID.map(TokenID.init))
    #expect(tokenizer.endOfSequence == source.eosID.map(TokenID.init))
  }

  @Test("What the file says of the ends of a text is put around it")
  func ends() throws {
    let golden = try #require(try Golden.load()["llama"])
    var builder = golden.builder
    let text = try #require(golden.encodings.first { $0.text == "a" })
    builder.set("tokenizer.ggml.add_eos_token", GGUFBuilder.bool(true))
    #expect(try load(try read(builder)).encode("a") == text.ids + [2])
    builder.set("tokenizer.ggml.add_bos_token", GGUFBuilder.bool(false))
    #expect(try load(try read(builder)).encode("a") == text.ids.dropFirst() + [2])
    builder.set("tokenizer.ggml.add_eos_token", nil)
    #expect(try load(try read(builder)).encode("a") == Array(text.ids.dropFirst()))
  }

  @Test("Merges that the file lists are taken as they are")
  func listedMerges() throws {
    var builder = GGUFBuilder()
    builder.metadata = [
      ("tokenizer.ggml.model", GGUFBuilder.string("llama")),
      ("tokenizer.ggml.tokens", GGUFBuilder.strings(["<unk>", "a", "b", "c", "ab", "bc", "▁"])),
      ("tokenizer.ggml.token_type", GGUFBuilder.integers([2, 1, 1, 1, 1, 1, 1])),
      ("tokenizer.ggml.merges", GGUFBuilder.strings(["b c"])),
      ("tokenizer.ggml.add_space_prefix", GGUFBuilder.bool(false)),
    ]
    #expect(try load(try read(builder)).encode("abc<unk>x") == [1, 5, 0, 0])
    builder.set("tokenizer.ggml.merges", nil)
    #expect(throws: GGUFProblem.missingField("tokenizer.ggml.scores")) { try read(builder) }
    builder.set("tokenizer.ggml.scores", GGUFBuilder.floats([0, 0, 0, 0, -1, -2, 0]))
    #expect(try load(try read(builder)).encode("abc") == [4, 3])
    builder.set("tokenizer.ggml.scores", GGUFBuilder.floats([0, 0, 0, 0, -2, -1, 0]))
    #expect(try load(try read(builder)).encode("abc") == [1, 5])
    builder.set("tokenizer.ggml.scores", GGUFBuilder.floats([0, 0, 0, 0, .nan, -1, 0]))
    #expect(throws: GGUFProblem.badField("tokenizer.ggml.scores[4]", problem: "is not a finite number")) {
      try read(builder)
    }
    builder.set("tokenizer.ggml.scores", GGUFBuilder.floats([0]))
    #expect(
      throws: GGUFProblem.badField("tokenizer.ggml.scores", problem: "has 1 elements for 7 tokens")
    ) { try read(builder) }
  }
}
