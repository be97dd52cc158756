import JSON

/// Reads a text from front to back, byte by byte: a tag is a tag whatever combining character follows it.
struct ByteScanner {
  let bytes: [UInt8]
  /// The index of the next byte to read.
  var position: Int
  /// The furthest index that any attempt has read to, for a bound on the work of all of them.
  private(set) var furthest: Int

  init(_ bytes: [UInt8], at position: Int = 0) {
    self.bytes = bytes
    self.position = position
    furthest = position
  }

  init(_ text: String) { self.init(Array(text.utf8)) }

  var isAtEnd: Bool { position >= bytes.count }

  /// Whether an attempt has read up to the end of the text, so that it may only lack the rest.
  var isCutOff: Bool { isAtEnd || furthest >= bytes.count }

  /// The next byte; nil at the end.
  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Whether a mark stands at an index.
  func starts(with mark: String, at index: Int) -> Bool {
    let mark = mark.utf8
    guard bytes.count - index >= mark.count else { return false }
    var index = index
    for byte in mark {
      if bytes[index] != byte { return false }
      index += 1
    }
    return true
  }

  func starts(with mark: String) -> Bool { starts(with: mark, at: position) }

  /// Passes over a mark if it comes next.
  mutating func skip(_ mark: String) -> Bool {
    guard starts(with: mark) else { return false }
    position += mark.utf8.count
    return true
  }

  /// Passes over a mark after white space if both come next; else stays.
  mutating func skipAfterSpace(_ mark: String) -> Bool {
    let start = position
    skipSpace()
    if skip(mark) { return true }
    position = start
    return false
  }

  /// Passes over ASCII white space.
  mutating func skipSpace() { position = index(afterSpaceFrom: position) }

  func index(afterSpaceFrom index: Int) -> Int {
    var index = index
    while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
    return index
  }

  /// Where a mark next stands, from an index on; nil if it does not.
  mutating func firstIndex(of mark: String, from index: Int) -> Int? {
    guard let first = mark.utf8.first else { return nil }
    var index = index
    while index < bytes.count {
      if bytes[index] == first, starts(with: mark, at: index) {
        furthest = max(furthest, index)
        return index
      }
      index += 1
    }
    furthest = bytes.count
    return nil
  }

  /// Where a mark first stands within a range; nil if it does not.
  func firstIndex(of mark: String, in range: Range<Int>) -> Int? {
    range.first { index in starts(with: mark, at: index) && index + mark.utf8.count <= range.upperBound }
  }

  /// Reads the text up to a mark and passes over the mark; nil, with nothing read, if there is no such mark.
  mutating func text(upTo mark: String) -> String? {
    guard let index = firstIndex(of: mark, from: position) else { return nil }
    defer { position = index + mark.utf8.count }
    return text(position..<index)
  }

  /// Reads the bytes for which the condition holds.
  mutating func text(while isPart: (UInt8) -> Bool) -> String {
    let start = position
    while position < bytes.count, isPart(bytes[position]) { position += 1 }
    furthest = max(furthest, position)
    return text(start..<position)
  }

  /// Reads the name of a tool: anything but white space, brackets, quotes and commas.
  mutating func name() -> String { text { $0 > 0x20 && !Self.nameEnds.contains($0) } }

  private static let nameEnds = Array("<>(){}[]\"'`,;=|".utf8)

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// Reads a JSON value; nil, with nothing read, if none comes next.
  mutating func json() -> JSONValue? {
    let (start, text) = (position, bytes)
    let (value, end): (JSONValue?, Int) = text.withUnsafeBufferPointer { buffer in
      // From here on, so that an error does not count the lines before.
      var reader = JSONReader(UnsafeBufferPointer(rebasing: buffer[start...]), keepsLastOfName: true)
      let value = try? reader.readValue()
      return (value, start + reader.position)
    }
    furthest = max(furthest, end)
    if value != nil { position = end }
    return value
  }
}

extension String {
  /// The text without white space at either end.
  var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else {
      return ""
    }
    return String(self[first...last])
  }
}
