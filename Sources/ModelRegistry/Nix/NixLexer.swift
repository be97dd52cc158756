/// Splits a Nix expression into tokens; comments, white space and the inside of strings give none.
///
/// Rules: the Nix manual's chapters "String literal" and "Comments".
///
/// - Complexity: O(*n*) in bytes; nested interpolations cost memory, not stack.
struct NixLexer {
  let bytes: [UInt8]
  var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  static func tokens(of bytes: [UInt8]) throws(RegistryError.ContentProblem) -> [NixToken] {
    var lexer = NixLexer(bytes)
    var tokens: [NixToken] = []
    while let token = try lexer.next() { tokens.append(token) }
    return tokens
  }

  private mutating func next() throws(RegistryError.ContentProblem) -> NixToken? {
    try skipTrivia()
    guard let byte = byte() else { return nil }
    let start = position
    if skipWord() {
      return NixToken(kind: .word(String(decoding: bytes[start..<position], as: UTF8.self)), range: start..<position)
    }
    if isAt("\"") || isAt("''") {
      let isIndented = byte == UInt8(ascii: "'")
      let hasInterpolation = try skipString()
      let range = start..<position
      if isIndented { return NixToken(kind: .indentedString, range: range) }
      return NixToken(kind: .string(hasInterpolation ? nil : NixString.value(of: bytes[range])), range: range)
    }
    for (text, kind) in Self.pairs where isAt(text) {
      position += 2
      return NixToken(kind: kind, range: start..<position)
    }
    position += 1
    return NixToken(kind: .symbol(byte), range: start..<position)
  }

  private static let pairs: [(StaticString, NixToken.Kind)] = [
    ("${", .interpolation), ("==", .comparison), ("!=", .comparison), ("<=", .comparison), (">=", .comparison),
  ]

  func byte(_ offset: Int = 0) -> UInt8? {
    position + offset < bytes.count ? bytes[position + offset] : nil
  }

  func isAt(_ text: StaticString) -> Bool {
    guard bytes.count - position >= text.utf8CodeUnitCount else { return false }
    for index in 0..<text.utf8CodeUnitCount where bytes[position + index] != text.utf8Start[index] { return false }
    return true
  }

  mutating func skipTrivia() throws(RegistryError.ContentProblem) {
    while let byte = byte() {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      case UInt8(ascii: "#"): skip { $0 != 0x0A && $0 != 0x0D }
      case UInt8(ascii: "/") where isAt("/*"):
        let start = position
        position += 2
        while !isAt("*/") {
          guard position < bytes.count else { throw .unterminated("comment", line: Self.line(of: start, in: bytes)) }
          position += 1
        }
        position += 2
      default: return
      }
    }
  }

  /// Skips an identifier, a keyword or a number. A prime belongs to an identifier: `x''` opens no string.
  mutating func skipWord() -> Bool {
    guard let first = byte(), Self.isWordByte(first), first != UInt8(ascii: "'"), first != UInt8(ascii: "-") else {
      return false
    }
    skip(Self.isWordByte)
    return true
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "'"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private mutating func skip(_ isSkipped: (UInt8) -> Bool) {
    while let byte = byte(), isSkipped(byte) { position += 1 }
  }

  /// The line of an offset, from 1.
  static func line(of offset: Int, in bytes: [UInt8]) -> Int {
    bytes[..<offset].reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
  }

  /// The lines of the first few offsets, in file order.
  static func lines(of offsets: [Int], in bytes: [UInt8]) -> [Int] {
    offsets.sorted().prefix(8).map { line(of: $0, in: bytes) }
  }
}
