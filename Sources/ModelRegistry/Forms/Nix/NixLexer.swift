/// Splits a Nix expression into tokens; comments, white space and the inside of strings are none.
///
/// Rules: the Nix manual's chapters "String literal" and "Comments".
///
/// - Complexity: O(*n*) in bytes; nested interpolations cost memory, not stack.
struct NixLexer {
  private let bytes: [UInt8]
  private var position = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Far above any registry's: whatever a file is of, it can't make its reader hold many levels open.
  private static let depthLimit = 256

  /// - Throws: `unterminated`, `nestedTooDeep`.
  static func tokens(of bytes: [UInt8]) throws(RegistryError.ContentProblem) -> [NixToken] {
    var lexer = NixLexer(bytes)
    var tokens: [NixToken] = []
    var depth = 0
    while let token = try lexer.next() {
      if token.isOpening { depth += 1 }
      if token.isClosing { depth -= 1 }
      guard depth <= depthLimit else {
        throw .nestedTooDeep(limit: depthLimit, line: bytes.line(of: token.range.lowerBound))
      }
      tokens.append(token)
    }
    return tokens
  }

  private mutating func next() throws(RegistryError.ContentProblem) -> NixToken? {
    try skipTrivia()
    guard let byte else { return nil }
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

  private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func isAt(_ text: StaticString) -> Bool {
    guard bytes.count - position >= text.utf8CodeUnitCount else { return false }
    for index in 0..<text.utf8CodeUnitCount where bytes[position + index] != text.utf8Start[index] { return false }
    return true
  }

  private mutating func skipTrivia() throws(RegistryError.ContentProblem) {
    while let byte {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      case UInt8(ascii: "#"): skip { $0 != 0x0A && $0 != 0x0D }
      case UInt8(ascii: "/") where isAt("/*"):
        let start = position
        position += 2
        while !isAt("*/") {
          guard position < bytes.count else { throw .unterminated("comment", line: bytes.line(of: start)) }
          position += 1
        }
        position += 2
      default: return
      }
    }
  }

  /// Skips an identifier, a keyword or a number. A prime belongs to an identifier: `x''` opens no string.
  private mutating func skipWord() -> Bool {
    guard let first = byte, Self.isWordByte(first), first != UInt8(ascii: "'"), first != UInt8(ascii: "-") else {
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
    while let byte, isSkipped(byte) { position += 1 }
  }
}

extension [UInt8] {
  /// The line of an offset, from 1.
  func line(of offset: Int) -> Int { self[..<offset].reduce(1) { $1 == 0x0A ? $0 + 1 : $0 } }

  /// The lines of the first few offsets, in file order.
  func lines(of offsets: [Int]) -> [Int] { offsets.sorted().prefix(8).map(line) }
}

/// Strings, with the expressions that are interpolated into them.
extension NixLexer {
  /// What is open, from the outermost string to the innermost interpolation.
  private enum Delimiter {
    case quotes
    case primes
    case brace
  }

  /// Skips a string of either kind with the expressions in it; true if it has any.
  ///
  /// - Throws: `unterminated`, naming the line where the outermost string begins.
  private mutating func skipString() throws(RegistryError.ContentProblem) -> Bool {
    let start = position
    var open: [Delimiter] = []
    var hasInterpolation = false
    openString(&open)
    while let innermost = open.last {
      guard position < bytes.count else { throw .unterminated("string", line: bytes.line(of: start)) }
      switch innermost {
      case .quotes: skipQuoted(&open)
      case .primes: skipIndented(&open)
      case .brace:
        hasInterpolation = true
        try skipExpression(&open)
      }
    }
    return hasInterpolation
  }

  private mutating func openString(_ open: inout [Delimiter]) {
    let isIndented = isAt("''")
    position += isIndented ? 2 : 1
    open.append(isIndented ? .primes : .quotes)
  }

  private mutating func skipQuoted(_ open: inout [Delimiter]) {
    if isAt("\"") {
      position += 1
      open.removeLast()
    } else if isAt("${") {
      position += 2
      open.append(.brace)
    } else {
      // `$$` is one unit, so that the brace in `$${` is plain text.
      position += isAt("\\") || isAt("$$") ? 2 : 1
    }
  }

  private mutating func skipIndented(_ open: inout [Delimiter]) {
    if isAt("''") {
      if isAt("'''") || isAt("''$") {
        position += 3
      } else if isAt("''\\") {
        position += 4
      } else {
        position += 2
        open.removeLast()
      }
    } else if isAt("${") {
      position += 2
      open.append(.brace)
    } else {
      position += isAt("$$") ? 2 : 1
    }
  }

  private mutating func skipExpression(_ open: inout [Delimiter]) throws(RegistryError.ContentProblem) {
    try skipTrivia()
    if skipWord() { return }
    if isAt("\"") || isAt("''") { return openString(&open) }
    if isAt("{") { open.append(.brace) }
    if isAt("}") { open.removeLast() }
    position += 1
  }
}

/// One lexical element of a Nix expression, as far as finding an attribute's value needs.
struct NixToken: Equatable {
  enum Kind: Equatable {
    /// An identifier, a keyword or a number.
    case word(String)
    /// A string in double quotes; its value if it has no interpolation and no line break.
    case string(String?)
    /// A string in two single quotes.
    case indentedString
    /// `${` outside of strings.
    case interpolation
    /// `==`, `!=`, `<=` or `>=`: kept apart from the `=` of a binding.
    case comparison
    /// Any other byte.
    case symbol(UInt8)
  }

  let kind: Kind
  let range: Range<Int>

  func `is`(_ symbol: Unicode.Scalar) -> Bool { kind == .symbol(UInt8(ascii: symbol)) }

  var isOpening: Bool { closer != nil }
  var isClosing: Bool { self.is("}") || self.is("]") || self.is(")") }

  /// What closes the bracket that it opens; nil if it opens none.
  var closer: Unicode.Scalar? {
    switch kind {
    case .interpolation, .symbol(UInt8(ascii: "{")): "}"
    case .symbol(UInt8(ascii: "[")): "]"
    case .symbol(UInt8(ascii: "(")): ")"
    default: nil
    }
  }
}
