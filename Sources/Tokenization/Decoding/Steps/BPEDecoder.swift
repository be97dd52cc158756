/// `BPEDecoder`: the suffix of tokens that end a word becomes a space, except in the last token.
struct BPEDecoder: DecoderKind {
  static let kind = "BPEDecoder"
  static let awaitsNext = true

  private let suffix: [UInt8]
  /// It may be the last.
  private var token: [UInt8]?

  init(_ fields: JSONFields, _ reader: inout DecoderReader) throws(TokenizerProblem) {
    try reader.requireTokens(Self.self, fields)
    suffix = Array(try fields.string("suffix").utf8)
    guard !suffix.isEmpty else {
      throw .unsupported(field: fields.path(of: "suffix"), value: "empty", supported: ["one or more characters"])
    }
  }

  mutating func append(_ token: [UInt8]) -> [[UInt8]] {
    defer { self.token = token }
    return self.token.map { [$0.replacing(suffix, with: [UInt8(ascii: " ")])] } ?? []
  }

  mutating func finish() -> [[UInt8]] {
    defer { token = nil }
    return token.map { [$0.replacing(suffix, with: [])] } ?? []
  }
}
