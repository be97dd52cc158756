@testable import Tokenization

/// The text of a `tokenizer.json` with a token a byte, whose id is the byte, and parts to replace.
struct TokenizerText {
  var addedTokens = "[]"
  var normalizer = "null"
  var preTokenizer = #"{"type":"ByteLevel","add_prefix_space":false,"use_regex":true}"#
  var postProcessor = "null"
  var decoder = #"{"type":"ByteLevel"}"#
  var modelOptions = #""type":"BPE","#
  /// More members of the vocabulary, each with a comma before.
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

  func tokenizer() throws(TokenizerProblem) -> Tokenizer {
    try Tokenizer(TokenizerFile(parsing: Array(text.utf8)))
  }
}
