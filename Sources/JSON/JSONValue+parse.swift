extension JSONValue {
  /// Parses a UTF-8 JSON text.
  ///
  /// - Throws: `JSONError` with line and column; also for a name that occurs twice in one object and for nesting
  ///   deeper than 256 levels.
  public init(parsing bytes: some Collection<UInt8>) throws(JSONError) {
    let result = Self.withBytes(bytes) { buffer -> Result<JSONValue, JSONError> in
      var parser = JSONParser(buffer)
      do throws(JSONError) { return .success(try parser.parseText()) } catch { return .failure(error) }
    }
    self = try result.get()
  }

  /// Parses a JSON text.
  public init(parsing text: String) throws(JSONError) {
    try self.init(parsing: Array(text.utf8))
  }

  /// The byte range, quotes included, of the value at a path of object names; nil where the path leads nowhere.
  ///
  /// - Throws: `JSONError` where the bytes are not valid JSON.
  public static func range(ofValueAt path: [String], in bytes: [UInt8]) throws(JSONError) -> Range<Int>? {
    _ = try JSONValue(parsing: bytes)
    return bytes.withUnsafeBufferPointer { buffer in
      var parser = JSONParser(buffer)
      parser.skipByteOrderMark()
      return try? parser.range(ofValueAt: path[...])
    }
  }

  private static func withBytes<R>(_ bytes: some Collection<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    bytes.withContiguousStorageIfAvailable(body) ?? Array(bytes).withUnsafeBufferPointer(body)
  }
}

extension JSONParser {
  fileprivate mutating func range(ofValueAt path: ArraySlice<String>) throws(JSONError) -> Range<Int>? {
    skipWhitespace()
    guard let name = path.first else {
      let start = position
      _ = try parseValue()
      return start..<position
    }
    guard position < bytes.count, bytes[position] == UInt8(ascii: "{") else { return nil }
    var found: Range<Int>?
    try forEachMember { parser, member throws(JSONError) in
      if member == name, found == nil {
        var inner = parser
        found = try inner.range(ofValueAt: path.dropFirst())
      }
      _ = try parser.parseValue()
    }
    return found
  }
}
