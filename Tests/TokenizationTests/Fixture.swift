import Foundation
import Testing

@testable import Tokenization

/// A small tokenizer of each kind, with what the reference library makes of varied text.
///
/// Made by Conformance/make-fixtures.py, which has the command in its docstring.
enum Fixture: String, CaseIterable {
  case gpt2, smollm, llama3, qwen2, o200k, deepseek, llama2, mistral, gemma, unigram, bert, xlmr
  case wordLevel = "word_level"

  struct Cases: Decodable {
    struct Encoding: Decodable {
      let text: String
      let ids: [TokenID]
    }

    struct Decoding: Decodable {
      let ids: [TokenID]
      let text: String
      /// Without special tokens.
      let plain: String
    }

    let encodings: [Encoding]
    let decodings: [Decoding]
  }

  private var folder: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/\(rawValue)")
  }

  func tokenizer() throws -> Tokenizer { try Tokenizer(contentsOf: folder) }

  func cases() throws -> Cases {
    try JSONDecoder().decode(Cases.self, from: Data(contentsOf: folder.appendingPathComponent("cases.json")))
  }

  func file() throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appendingPathComponent("tokenizer.json"))) }
}

/// The text of a `tokenizer.json` with one token per byte, whose id is the byte, and parts to replace.
struct TokenizerText {
  var addedTokens = "[]"
  var normalizer = "null"
  var preTokenizer = #"{"type":"ByteLevel","add_prefix_space":false,"use_regex":true}"#
  var postProcessor = "null"
  var decoder = #"{"type":"ByteLevel"}"#
  var modelOptions = #""type":"BPE","#
  /// More members of the vocabulary, each after a comma.
  var vocabulary = ""
  var merges = "[]"
  var model: String?

  /// The characters of the byte alphabet, by byte.
  static let alphabet: [Character] = {
    var characters = Array(repeating: Character(" "), count: 256)
    for scalar in (0x21...0x143).compactMap({ Unicode.Scalar(UInt32($0)) }) {
      if let byte = ByteAlphabet.byte(spelledBy: scalar.value) { characters[Int(byte)] = Character(scalar) }
    }
    return characters
  }()

  var text: String {
    let bytes = Self.alphabet.enumerated().map { byte, character in
      let isEscaped = character == "\"" || character == "\\"
      return "\"\(isEscaped ? "\\" : "")\(character)\":\(byte)"
    }
    let model =
      model ?? "{\(modelOptions)\"vocab\":{\(bytes.joined(separator: ","))\(vocabulary)},\"merges\":\(merges)}"
    return """
      {"version":"1.0","added_tokens":\(addedTokens),"normalizer":\(normalizer),"pre_tokenizer":\(preTokenizer),
      "post_processor":\(postProcessor),"decoder":\(decoder),"model":\(model)}
      """
  }

  /// A file whose tokens are words and their parts: `a`, `b`, `ab`, `##b`, `##ab` and an unknown token.
  static var wordPieces: TokenizerText {
    TokenizerText(
      preTokenizer: #"{"type":"BertPreTokenizer"}"#, decoder: ###"{"type":"WordPiece","prefix":"##","cleanup":true}"###,
      model: """
        {"type":"WordPiece","unk_token":"?","continuing_subword_prefix":"##","max_input_chars_per_word":6,
        "vocab":{"?":0,"a":1,"b":2,"ab":3,"##b":4,"##ab":5,"#":6}}
        """)
  }

  /// A file whose tokens are characters: `a`, `b`, `ab`, `▁` and an unknown token.
  static var characters: TokenizerText {
    TokenizerText(
      preTokenizer: "null", decoder: #"{"type":"Fuse"}"#,
      model: #"{"unk_token":"?","vocab":{"?":0,"a":1,"b":2,"ab":3,"▁":4},"merges":[["a","b"]]}"#)
  }

  func tokenizer() throws(TokenizerProblem) -> Tokenizer {
    try Tokenizer(TokenizerFile(parsing: Array(text.utf8)))
  }
}

/// The scalars of a text as hexadecimal numbers: comparing strings would take canonical equivalents for equal.
func scalars(_ text: String) -> String {
  text.unicodeScalars.map { String($0.value, radix: 16) }.joined(separator: " ")
}
