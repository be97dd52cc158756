/// Reads one RFC 8259 text from bytes, strictly, and knows where each value stands.
///
/// Names that occur twice in one object are refused: readers disagree on which one counts, and here a file decides what
/// is measured.
///
/// - Complexity: O(*n*) in bytes.
struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0
  private var depth = 0
  private static let depthLimit = 256

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// The whole text as one value.
  mutating func parseText() throws(JSONError) -> JSONValue {
    skipByteOrderMark()
    let value = try parseValue()
    skipWhitespace()
    guard position == bytes.count else { throw error(.trailingContent) }
    return value
  }

  mutating func parseValue() throws(JSONError) -> JSONValue {
    skipWhitespace()
    guard position < bytes.count else { throw error(.unexpectedEnd) }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try nested { parser throws(JSONError) in .object(try parser.parseObject()) }
    case UInt8(ascii: "["): return try nested { parser throws(JSONError) in .array(try parser.parseArray()) }
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
    case let byte: throw error(.unexpectedByte(byte))
    }
  }

  /// Calls `member` at the start of each member's value; it must consume that value.
  mutating func forEachMember(
    _ member: (inout JSONParser, String) throws(JSONError) -> Void
  ) throws(JSONError) {
    try expect(UInt8(ascii: "{"))
    skipWhitespace()
    if consume(UInt8(ascii: "}")) { return }
    repeat {
      skipWhitespace()
      guard position < bytes.count else { throw error(.unexpectedEnd) }
      guard bytes[position] == UInt8(ascii: "\"") else { throw error(.unexpectedByte(bytes[position])) }
      let name = try parseString()
      skipWhitespace()
      try expect(UInt8(ascii: ":"))
      skipWhitespace()
      try member(&self, name)
      skipWhitespace()
    } while consume(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    guard depth < Self.depthLimit else { throw error(.nestedTooDeeply(limit: Self.depthLimit)) }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  private mutating func parseObject() throws(JSONError) -> JSONObject {
    var members: [JSONObject.Member] = []
    // As bytes: two spellings of "é" are two names, but equal strings.
    var names = Set<[UInt8]>()
    try forEachMember { parser, name throws(JSONError) in
      guard names.insert(Array(name.utf8)).inserted else { throw parser.error(.duplicateName(name)) }
      members.append(.init(name: name, value: try parser.parseValue()))
    }
    return JSONObject(uniqueMembers: members)
  }

  private mutating func parseArray() throws(JSONError) -> [JSONValue] {
    try expect(UInt8(ascii: "["))
    var elements: [JSONValue] = []
    skipWhitespace()
    if consume(UInt8(ascii: "]")) { return elements }
    repeat {
      elements.append(try parseValue())
      skipWhitespace()
    } while consume(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
    return elements
  }

  private mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for index in 0..<word.utf8CodeUnitCount { try expect(word.utf8Start[index]) }
    return value
  }

  mutating func skipWhitespace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  mutating func skipByteOrderMark() {
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
  }

  mutating func consume(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  mutating func expect(_ byte: UInt8) throws(JSONError) {
    guard position < bytes.count else { throw error(.unexpectedEnd) }
    guard bytes[position] == byte else { throw error(.unexpectedByte(bytes[position])) }
    position += 1
  }

  func error(_ problem: JSONError.Problem) -> JSONError {
    let before = bytes.prefix(position)
    let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
    let lineStart = (before.lastIndex(of: 0x0A) ?? -1) + 1
    return JSONError(problem: problem, line: line, column: position - lineStart + 1)
  }
}
