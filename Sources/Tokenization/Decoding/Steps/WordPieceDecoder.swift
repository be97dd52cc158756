/// `WordPiece`: tokens begin with a space, except the first one and those that go on within a word.
struct WordPieceDecoder: DecoderKind {
  static let kind = "WordPiece"

  private let prefix: [UInt8]
  /// Whether spaces before punctuation and contractions go.
  private let cleansUp: Bool
  private var isFirst = true

  /// In this order, within each token.
  private static let cleanup: [(of: [UInt8], with: [UInt8])] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
    (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

  init(_ fields: JSONFields, _ reader: inout DecoderReader) throws(TokenizerProblem) {
    try reader.requireTokens(Self.self, fields)
    prefix = Array(try fields.string("prefix").utf8)
    cleansUp = try fields.bool("cleanup")
  }

  mutating func append(_ token: [UInt8]) -> [[UInt8]] {
    var token = token
    if !isFirst {
      if token.starts(with: prefix) { token.removeFirst(prefix.count) } else { token.insert(UInt8(ascii: " "), at: 0) }
    }
    isFirst = false
    return [cleansUp ? Self.cleaned(token) : token]
  }

  private static func cleaned(_ token: [UInt8]) -> [UInt8] {
    // Most tokens have nothing after a space that any of these begins with.
    guard zip(token, token.dropFirst()).contains(where: { $0 == UInt8(ascii: " ") && ".?!,'nd".utf8.contains($1) })
    else { return token }
    return cleanup.reduce(token) { $0.replacing($1.of, with: $1.with) }
  }
}
