/// Reads an RFC 8259 text strictly, from the front.
///
/// `readValue` parses whatever comes next into a tree. Callers that know what comes next use `consume`, `expect` and
/// `readString` instead, or scan `bytes` from `position` themselves, and build no tree: a vocabulary has more than a
/// hundred thousand names.
///
/// ```swift
/// try reader.expect(UInt8(ascii: "["))
/// repeat { names.append(try reader.readString()) } while reader.consume(UInt8(ascii: ","))
/// try reader.expect(UInt8(ascii: "]"))
/// ```
///
/// - Complexity: O(*n*) in bytes.
package struct JSONReader {
  /// How many arrays and objects may be open at once.
  static let depthLimit = 256

  package let bytes: UnsafeBufferPointer<UInt8>
  /// The index of the next byte to read.
  package var position = 0
  private var depth = 0
  /// Whether the last of two members of a name counts, as for most readers, instead of being an error.
  private let keepsLastOfName: Bool

  package init(_ bytes: UnsafeBufferPointer<UInt8>, keepsLastOfName: Bool = false) {
    self.bytes = bytes
    self.keepsLastOfName = keepsLastOfName
  }

  /// Parses the whole text as one value.
  mutating func readText() throws(JSONError) -> JSONValue {
    skipByteOrderMark()
    let value = try readValue()
    try expectEnd()
    return value
  }

  mutating func skipByteOrderMark() {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// An error at the current position.
  package func error(_ problem: JSONError.Problem) -> JSONError {
    let before = bytes.prefix(position)
    let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
    let lineStart = (before.lastIndex(of: 0x0A) ?? -1) + 1
    return JSONError(problem: problem, line: line, column: position - lineStart + 1)
  }
}

/// Punctuation. All of these skip white space first.
extension JSONReader {
  /// The next byte that is not white space, or nil at the end; the position is then that byte's.
  package mutating func peek() -> UInt8? {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      case let byte: return byte
      }
    }
    return nil
  }

  /// Passes over `byte` if it comes next.
  package mutating func consume(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  /// Passes over `byte`, which must come next.
  package mutating func expect(_ byte: UInt8) throws(JSONError) {
    guard let next = peek() else { throw error(.unexpectedEnd) }
    guard next == byte else { throw error(.unexpectedByte(next)) }
    position += 1
  }

  /// Requires that nothing but white space follows.
  package mutating func expectEnd() throws(JSONError) {
    guard peek() == nil else { throw error(.trailingContent) }
  }
}

/// Values.
extension JSONReader {
  /// Parses the next value.
  package mutating func readValue() throws(JSONError) -> JSONValue {
    guard let next = peek() else { throw error(.unexpectedEnd) }
    switch next {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard depth < Self.depthLimit else { throw error(.nestedTooDeeply(limit: Self.depthLimit)) }
      depth += 1
      defer { depth -= 1 }
      return next == UInt8(ascii: "{") ? .object(try readObject()) : .array(try readArray())
    case UInt8(ascii: "\""): return .string(try readString())
    case UInt8(ascii: "t"): return try readWord("true", .bool(true))
    case UInt8(ascii: "f"): return try readWord("false", .bool(false))
    case UInt8(ascii: "n"): return try readWord("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber()
    default: throw error(.unexpectedByte(next))
    }
  }

  /// - Throws: `.duplicateName` for a name that occurs twice, unless the last counts: readers disagree on which one does,
  ///   and here a file decides what is measured.
  private mutating func readObject() throws(JSONError) -> JSONObject {
    var object = JSONObject()
    try expect(UInt8(ascii: "{"))
    if consume(UInt8(ascii: "}")) { return object }
    repeat {
      let name = try readName()
      guard keepsLastOfName || object[name] == nil else { throw error(.duplicateName(name)) }
      object[name] = try readValue()
    } while consume(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
    return object
  }

  /// Reads a member's name and the colon; the position is then that of the member's value.
  mutating func readName() throws(JSONError) -> String {
    let name = try readString()
    try expect(UInt8(ascii: ":"))
    _ = peek()
    return name
  }

  private mutating func readArray() throws(JSONError) -> [JSONValue] {
    var elements: [JSONValue] = []
    try expect(UInt8(ascii: "["))
    if consume(UInt8(ascii: "]")) { return elements }
    repeat { elements.append(try readValue()) } while consume(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
    return elements
  }

  private mutating func readWord(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for index in 0..<word.utf8CodeUnitCount {
      guard position < bytes.count else { throw error(.unexpectedEnd) }
      guard skip(word.utf8Start[index]) else { throw error(.unexpectedByte(bytes[position])) }
    }
    return value
  }

  private mutating func readNumber() throws(JSONError) -> JSONValue {
    let start = position
    _ = skip(UInt8(ascii: "-"))
    let leadingZero = position < bytes.count && bytes[position] == UInt8(ascii: "0")
    let integerDigits = skipDigits()
    guard integerDigits > 0, !(leadingZero && integerDigits > 1) else { throw error(.invalidNumber) }
    var isIntegral = true
    if skip(UInt8(ascii: ".")) {
      isIntegral = false
      guard skipDigits() > 0 else { throw error(.invalidNumber) }
    }
    if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
      isIntegral = false
      if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
      guard skipDigits() > 0 else { throw error(.invalidNumber) }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isIntegral, let value = Int(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else { throw error(.numberOutOfRange) }
    return .number(value)
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) { position += 1 }
    return position - start
  }

  /// Passes over `byte` if it is at the current position.
  private mutating func skip(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }
}

/// Strings.
extension JSONReader {
  /// Parses the next value, which must be a string.
  package mutating func readString() throws(JSONError) -> String {
    try expect(UInt8(ascii: "\""))
    // What comes before `verbatimStart`, with escapes decoded; empty for most strings, which have none.
    var unescaped: [UInt8] = []
    var verbatimStart = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        let verbatim = UnsafeBufferPointer(rebasing: bytes[verbatimStart..<position])
        let decoded =
          unescaped.isEmpty
          ? String(validating: verbatim, as: UTF8.self) : String(validating: unescaped + verbatim, as: UTF8.self)
        guard let decoded else { throw error(.invalidUTF8) }
        position += 1
        return decoded
      case UInt8(ascii: "\\"):
        unescaped += bytes[verbatimStart..<position]
        position += 1
        unescaped += try readEscape()
        verbatimStart = position
      case 0..<0x20: throw error(.controlCharacterInString)
      default: position += 1
      }
    }
    throw error(.unexpectedEnd)
  }

  /// Reads the rest of an escape, after the backslash; returns the UTF-8 of its character.
  private mutating func readEscape() throws(JSONError) -> [UInt8] {
    guard position < bytes.count else { throw error(.unexpectedEnd) }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return Array(String(Character(try readUnicodeEscape())).utf8)
    default: throw error(.invalidEscape)
    }
  }

  /// The scalar of `XXXX`, or of `XXXX\uXXXX` if the first is a high surrogate.
  private mutating func readUnicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let first = try readHexQuad()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) else { throw error(.invalidEscape) }
    let second = try readHexQuad()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    else { throw error(.invalidEscape) }
    return scalar
  }

  private mutating func readHexQuad() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count else { throw error(.unexpectedEnd) }
      guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue, bytes[position] < 0x80 else {
        throw error(.invalidEscape)
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}

/// Skipping.
extension JSONReader {
  /// Passes over the next value and returns where it is, checking no more of it than that its brackets balance.
  package mutating func skipValue() throws(JSONError) -> Range<Int> {
    _ = peek()
    let start = position
    var depth = 0
    repeat {
      guard let next = peek() else { throw error(.unexpectedEnd) }
      switch next {
      case UInt8(ascii: "\""): try skipString()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: ":"):
        guard depth > 0 else { throw error(.unexpectedByte(next)) }
        if next == UInt8(ascii: "}") || next == UInt8(ascii: "]") { depth -= 1 }
        position += 1
      default: skipWord()
      }
    } while depth > 0
    return start..<position
  }

  private mutating func skipString() throws(JSONError) {
    position += 1
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"): position = min(position + 2, bytes.count)
      default: position += 1
      }
    }
    throw error(.unexpectedEnd)
  }

  /// Passes over a number or a constant, or over what is no JSON.
  private mutating func skipWord() {
    repeat { position += 1 } while position < bytes.count && !Self.endsWord(bytes[position])
  }

  /// Whether a number or a constant ends before this byte.
  package static func endsWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0...0x20, UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "\""), UInt8(ascii: "["), UInt8(ascii: "]"),
      UInt8(ascii: "{"), UInt8(ascii: "}"):
      true
    default: false
    }
  }
}
