/// `ByteFallback`: tokens that spell a byte, such as `<0x0A>`, become text together: all of a run, or U+FFFD for each.
struct ByteFallback: DecoderKind {
  static let kind = "ByteFallback"

  /// The bytes of the run that is open.
  private var bytes: [UInt8] = []

  init() {}

  init(_ fields: JSONFields, _ reader: inout DecoderReader) throws(TokenizerProblem) {
    try reader.requireTokens(Self.self, fields)
  }

  mutating func append(_ token: [UInt8]) -> [[UInt8]] {
    if let byte = token.fallbackByte {
      bytes.append(byte)
      return []
    }
    return finish() + [token]
  }

  mutating func finish() -> [[UInt8]] {
    guard !bytes.isEmpty else { return [] }
    defer { bytes = [] }
    if String(validating: bytes, as: UTF8.self) != nil { return [bytes] }
    return bytes.map { _ in Array("\u{FFFD}".utf8) }
  }
}

extension [UInt8] {
  /// The byte that a token such as `<0x0A>` spells; nil for any other.
  var fallbackByte: UInt8? {
    guard count == 6, starts(with: "<0x".utf8), self[5] == UInt8(ascii: ">") else { return nil }
    // What the reference library parses as two hexadecimal digits may also be a sign and one digit.
    if self[3] == UInt8(ascii: "+") { return UInt8(String(decoding: self[4..<5], as: UTF8.self), radix: 16) }
    return self[3] == UInt8(ascii: "-") ? nil : UInt8(String(decoding: self[3..<5], as: UTF8.self), radix: 16)
  }
}
