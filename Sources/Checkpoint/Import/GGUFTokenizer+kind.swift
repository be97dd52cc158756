import JSON

/// The parts of a `tokenizer.json` that follow from the kind of tokenizer alone.
extension GGUFTokenizer.Kind {
  var addsBOSByDefault: Bool {
    switch self {
    case .byteLevel(let words): words.addsBOSByDefault
    case .sentencePiece: true
    }
  }

  /// Whether a word that is a token stays whole, without merging.
  var ignoresMerges: Bool {
    switch self {
    case .byteLevel(let words): words.ignoresMerges
    case .sentencePiece: false
    }
  }

  /// Whether characters may lack a token, so that one stands for them.
  var hasUnknown: Bool { if case .sentencePiece = self { true } else { false } }

  /// Whether tokens such as `<0x0A>` stand for the bytes of characters that lack a token.
  var hasByteTokens: Bool {
    switch self {
    case .byteLevel: false
    case .sentencePiece(_, let hasBytes): hasBytes
    }
  }

  var normalizer: JSONValue {
    switch self {
    case .byteLevel(let words): words.normalizer
    case .sentencePiece(addsSpacePrefix: false, _): Self.spaces
    // As published for Llama 2: SentencePiece puts a space before every part of a text between special tokens.
    case .sentencePiece: ["type": "Sequence", "normalizers": [["type": "Prepend", "prepend": "▁"], Self.spaces]]
    }
  }

  private static let spaces: JSONValue = ["type": "Replace", "pattern": ["String": " "], "content": "▁"]

  var preTokenizer: JSONValue {
    switch self {
    case .byteLevel(let words): words.json
    case .sentencePiece: .null
    }
  }

  /// What puts nothing around a text.
  var postProcessor: JSONValue {
    switch self {
    case .byteLevel(.smollm), .sentencePiece: .null
    case .byteLevel: ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true]
    }
  }

  var decoder: JSONValue {
    switch self {
    case .byteLevel: return ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true]
    case .sentencePiece(let addsSpacePrefix, _):
      var steps: [JSONValue] = [
        ["type": "Replace", "pattern": ["String": "▁"], "content": " "], ["type": "ByteFallback"], ["type": "Fuse"],
      ]
      if addsSpacePrefix { steps.append(["type": "Strip", "content": " ", "start": 1, "stop": 0]) }
      return ["type": "Sequence", "decoders": .array(steps)]
    }
  }
}
