import JSON

/// How tokens become text again.
enum Decoder: Sendable, Equatable {
  /// The bytes of all tokens, joined.
  case byteLevel
  /// The characters of tokens, rewritten token by token, and then as one text.
  case characters(tokenSteps: [TokenStep], textSteps: [TextStep])

  /// What happens to each token, before tokens are joined.
  enum TokenStep: Sendable, Equatable {
    case replace(Pattern, with: String)
    /// Tokens that spell a byte, such as `<0x0A>`, become text together: all of a run, or U+FFFD for each.
    case byteFallback
    /// A character that stands for a space; the first token may lose it instead.
    case metaspace(Metaspace)
    /// Without up to so many of a character at the start.
    case strip(Unicode.Scalar, atMost: Int)
  }

  /// What happens to the text that the tokens make.
  enum TextStep: Sendable, Equatable {
    case replace(Unicode.Scalar, with: String)
    case strip(Unicode.Scalar, atMost: Int)
  }

  /// More than any published tokenizer has.
  static let stepLimit = 64
}

/// Reading.
extension Decoder {
  /// The `decoder` value.
  ///
  /// - Throws: `TokenizerProblem` with the path of the field.
  static func read(_ value: JSONValue?) throws(TokenizerProblem) -> Decoder {
    guard let value, value != .null else {
      throw .unsupported(
        field: "decoder", value: value == nil ? "missing" : "null", supported: DecoderReader.supported)
    }
    var reader = DecoderReader()
    try reader.read(value, path: "decoder")
    guard reader.isByteLevel else { return .characters(tokenSteps: reader.tokenSteps, textSteps: reader.textSteps) }
    return .byteLevel
  }
}

private struct DecoderReader {
  static let supported = ["ByteFallback", "ByteLevel", "Fuse", "Metaspace", "Replace", "Sequence", "Strip"]

  var isByteLevel = false
  var tokenSteps: [Decoder.TokenStep] = []
  var textSteps: [Decoder.TextStep] = []
  private var growth = TextGrowth()
  private var isFused = false
  private var hasMetaspace = false

  mutating func read(_ value: JSONValue, path: String) throws(TokenizerProblem) {
    let fields = try JSONFields(value, path: path)
    let type = try fields.string("type")
    if type == "Sequence" {
      for (index, step) in try fields.array("decoders").enumerated() {
        try read(step, path: "\(path).decoders[\(index)]")
      }
      return
    }
    // After bytes are joined, characters that no text has could be found across them.
    guard !isByteLevel || type == "Fuse", tokenSteps.count + textSteps.count < Decoder.stepLimit else {
      throw .field(path, problem: "follows a ByteLevel step, or too many others")
    }
    switch type {
    case "ByteLevel":
      guard tokenSteps.isEmpty, textSteps.isEmpty, !isFused else {
        throw .field(path, problem: "is a ByteLevel step after others")
      }
      isByteLevel = true
    case "Fuse": isFused = true
    case "Replace" where isFused: textSteps.append(try characterReplacement(fields))
    case "Replace":
      let (pattern, content) = try fields.replacement(&growth)
      tokenSteps.append(.replace(pattern, with: content))
    case "Strip":
      let (scalar, count) = try Self.strip(fields)
      if isFused {
        textSteps.append(.strip(scalar, atMost: count))
      } else {
        tokenSteps.append(.strip(scalar, atMost: count))
      }
    case "ByteFallback" where !isFused && !tokenSteps.contains(.byteFallback): tokenSteps.append(.byteFallback)
    case "Metaspace" where !isFused && !hasMetaspace:
      hasMetaspace = true
      tokenSteps.append(.metaspace(try Metaspace(fields)))
    default:
      throw .unsupported(
        field: fields.path(of: "type"), value: isFused ? "\(type) after Fuse" : type,
        supported: Self.supported + ["ByteFallback and Metaspace once, before Fuse"])
    }
  }

  private mutating func characterReplacement(_ fields: JSONFields) throws(TokenizerProblem) -> Decoder.TextStep {
    let pattern = try fields.fields("pattern")
    let source = try pattern.optionalString("String") ?? ""
    guard let scalar = source.unicodeScalars.first, source.unicodeScalars.count == 1 else {
      throw .unsupported(
        field: fields.path(of: "pattern"), value: source, supported: ["a String of one character after Fuse"])
    }
    return .replace(scalar, with: try fields.replacement(&growth).content)
  }

  private static func strip(_ fields: JSONFields) throws(TokenizerProblem) -> (Unicode.Scalar, Int) {
    let content = try fields.string("content")
    guard let scalar = content.unicodeScalars.first, content.unicodeScalars.count == 1 else {
      throw .field(fields.path(of: "content"), problem: "is not one character")
    }
    guard let start = fields["start"]?.integer, let stop = fields["stop"]?.integer, start >= 0 else {
      throw .field(fields.path(of: "start"), problem: "is not a number, or \"stop\" is none")
    }
    guard stop == 0 else {
      throw .unsupported(field: fields.path(of: "stop"), value: "\(stop)", supported: ["0"])
    }
    return (scalar, start)
  }
}
