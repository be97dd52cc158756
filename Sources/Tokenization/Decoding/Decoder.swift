import JSON

/// One step from tokens to text.
///
/// It is given the tokens one by one, or after a `Fuse` step the pieces of the one text that they are by then. It may hold
/// back what later ones can change.
protocol DecoderStep: Sendable {
  /// Takes a token and returns what is certain with it.
  mutating func append(_ token: [UInt8]) -> [[UInt8]]

  /// Returns what is held back.
  mutating func finish() -> [[UInt8]]

  /// Whether each token is held back until another one follows.
  static var awaitsNext: Bool { get }
}

extension DecoderStep {
  static var awaitsNext: Bool { false }

  mutating func finish() -> [[UInt8]] { [] }
}

/// One kind of step, as a `decoder` object describes it.
protocol DecoderKind: DecoderStep {
  /// The value of `type` that stands for it.
  static var kind: String { get }

  /// - Parameter reader: What was read before.
  /// - Throws: `TokenizerProblem` with the path of the field.
  init(_ fields: JSONFields, _ reader: inout DecoderReader) throws(TokenizerProblem)
}

/// How tokens become text again.
enum Decoder: Sendable {
  /// The bytes of all tokens, joined.
  case byteLevel
  /// The characters of tokens, rewritten step by step.
  case characters([any DecoderStep])

  /// More than any published tokenizer has.
  static let stepLimit = 64

  var isByteLevel: Bool {
    if case .byteLevel = self { true } else { false }
  }

  /// The steps, ready for a first token.
  var steps: [any DecoderStep] {
    switch self {
    case .byteLevel: []
    case .characters(let steps): steps
    }
  }
}

/// Reading.
extension Decoder {
  /// The `decoder` value; without one, tokens are joined by spaces.
  ///
  /// - Throws: `TokenizerProblem` with the path of the field.
  static func read(_ value: JSONValue?) throws(TokenizerProblem) -> Decoder {
    guard let value, value != .null else { return .characters([SpacesBetween()]) }
    var reader = DecoderReader()
    try reader.read(value, path: "decoder")
    return reader.isByteLevel ? .byteLevel : .characters(reader.steps)
  }
}

/// Reads a decoder, and knows what its steps so far are.
struct DecoderReader {
  private static let stepTypes: [any DecoderKind.Type] = [
    BPEDecoder.self, ByteFallback.self, DecoderMetaspace.self, DecoderReplace.self, DecoderStrip.self,
    WordPieceDecoder.self,
  ]

  fileprivate private(set) var isByteLevel = false
  fileprivate private(set) var steps: [any DecoderStep] = []
  /// How much longer the steps make text.
  var growth = TextGrowth()
  /// Whether all tokens are one text by now.
  private(set) var isFused = false

  fileprivate mutating func read(_ value: JSONValue, path: String) throws(TokenizerProblem) {
    let fields = try JSONFields(value, path: path)
    let kind = try fields.string("type")
    if kind == "Sequence" {
      for (index, step) in try fields.array("decoders").enumerated() {
        try read(step, path: "\(path).decoders[\(index)]")
      }
      return
    }
    let type = Self.stepTypes.first { $0.kind == kind }
    guard type != nil || kind == "ByteLevel" || kind == "Fuse" else {
      throw fields.unread(
        .decoder, kind: kind, read: Self.stepTypes.map { $0.kind } + ["ByteLevel", "Fuse", "Sequence"])
    }
    // After bytes are joined, characters that no text has could be found across them.
    guard !isByteLevel || kind == "Fuse", kind != "ByteLevel" || (steps.isEmpty && !isFused),
      steps.count < Decoder.stepLimit
    else {
      throw .unsupported(
        field: path, value: "\(kind) beside ByteLevel, or one of many steps",
        supported: ["ByteLevel alone", "\(Decoder.stepLimit) steps"])
    }
    if kind == "ByteLevel" { isByteLevel = true }
    if kind == "Fuse" { isFused = true }
    if let type { steps.append(try type.init(fields, &self)) }
  }

  /// Requires that a step of this kind comes before tokens are one text, and is the first of its kind.
  func requireTokens(_ type: (some DecoderKind).Type, _ fields: JSONFields) throws(TokenizerProblem) {
    guard isFused || steps.contains(where: { Swift.type(of: $0) == type }) else { return }
    throw .unsupported(
      field: fields.path(of: "type"), value: "\(try fields.string("type")) after Fuse, or a second time",
      supported: ["one before Fuse"])
  }
}
