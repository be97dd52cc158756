/// `Metaspace`: the character that stands for a space is one again; the first token loses it instead.
struct DecoderMetaspace: DecoderKind {
  static let kind = "Metaspace"

  private let replacement: [UInt8]
  private let isPrepended: Bool
  private var isFirst = true

  init(_ fields: JSONFields, _ reader: inout DecoderReader) throws(TokenizerProblem) {
    try reader.requireTokens(Self.self, fields)
    let metaspace = try Metaspace(fields)
    replacement = Array(metaspace.replacement.utf8)
    isPrepended = metaspace.prepending != .never
  }

  mutating func append(_ token: [UInt8]) -> [[UInt8]] {
    defer { isFirst = false }
    return [token.replacing(replacement, with: isFirst && isPrepended ? [] : [UInt8(ascii: " ")])]
  }
}
