import JSON

/// Pulls values out of a JSON text one at a time, without building a tree.
///
/// A vocabulary and its merges are a hundred thousand strings, read at every start of an engine; everything else in the
/// file is parsed as a `JSONValue`.
struct JSONReader {
  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// The byte at the next value or punctuation, or nil at the end.
  mutating func peek() -> UInt8? {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      case let byte: return byte
      }
    }
    return nil
  }

  mutating func consume(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  mutating func expect(_ byte: UInt8) throws(TokenizerProblem) {
    guard consume(byte) else { throw syntaxProblem() }
  }

  /// Calls `member` at each member's value with its name; it must consume that value.
  ///
  /// - Throws: `.field` for a name that occurs twice: readers disagree on which one counts.
  mutating func forEachMember(
    _ member: (inout JSONReader, String) throws(TokenizerProblem) -> Void
  ) throws(TokenizerProblem) {
    try expect(UInt8(ascii: "{"))
    if consume(UInt8(ascii: "}")) { return }
    var names = Set<[UInt8]>()
    repeat {
      let bytes = try readString()
      let name = String(decoding: bytes, as: UTF8.self)
      guard names.insert(bytes).inserted else { throw .field(name, problem: "occurs twice in one object") }
      try expect(UInt8(ascii: ":"))
      try member(&self, name)
    } while consume(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
  }

  /// The next value, of any kind.
  mutating func readValue() throws(TokenizerProblem) -> JSONValue {
    try parse(bytes[try skipValue()])
  }

  /// Passes over a value and returns where it is; what is inside it is not checked.
  mutating func skipValue() throws(TokenizerProblem) -> Range<Int> {
    _ = peek()
    let start = position
    var depth = 0
    repeat {
      switch peek() {
      case UInt8(ascii: "\""): try skipString()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        position += 1
      case UInt8(ascii: ","), UInt8(ascii: ":"): position += 1
      case nil: throw syntaxProblem()
      default: skipWord()
      }
      if depth < 0 { throw syntaxProblem() }
    } while depth > 0
    return start..<position
  }

  private mutating func skipString() throws(TokenizerProblem) {
    position += 1
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"): position += 2
      default: position += 1
      }
    }
    throw syntaxProblem()
  }

  /// A number, a constant, or something that is no JSON and will be found out when it is parsed.
  private mutating func skipWord() {
    repeat { position += 1 } while position < bytes.count && !Self.endsWord(bytes[position])
  }

  static func endsWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0...0x20, UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "\""), UInt8(ascii: "["), UInt8(ascii: "]"),
      UInt8(ascii: "{"), UInt8(ascii: "}"):
      true
    default: false
    }
  }

  /// The strict parser's view of the whole text: only it knows line and column.
  func syntaxProblem() -> TokenizerProblem {
    do throws(TokenizerProblem) { _ = try parse(bytes[...]) } catch { return error }
    return .field("byte \(position)", problem: "is not what the format has there")
  }

  private func parse(_ slice: Slice<UnsafeBufferPointer<UInt8>>) throws(TokenizerProblem) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(parsing: UnsafeBufferPointer(rebasing: slice))
    } catch {
      guard slice.count < bytes.count else { throw .json(error) }
      throw syntaxProblem()
    }
  }
}
