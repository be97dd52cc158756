extension JSONValue {
  /// Parses a UTF-8 JSON text.
  ///
  /// - Throws: `JSONError` with line and column; also for a name that occurs twice in one object and for nesting
  ///   deeper than 256 levels.
  public init(parsing bytes: some Collection<UInt8>) throws(JSONError) {
    let result = Self.withBytes(bytes) { buffer -> Result<JSONValue, JSONError> in
      var reader = JSONReader(buffer)
      do throws(JSONError) { return .success(try reader.readText()) } catch { return .failure(error) }
    }
    self = try result.get()
  }

  /// Parses a JSON text.
  ///
  /// - Throws: As `init(parsing:)` of bytes does.
  public init(parsing text: String) throws(JSONError) {
    try self.init(parsing: Array(text.utf8))
  }

  /// The byte range, quotes included, of the value at a path of object names; nil if the path leads nowhere.
  ///
  /// - Throws: `JSONError` if the bytes are not valid JSON.
  public static func range(ofValueAt path: [String], in bytes: [UInt8]) throws(JSONError) -> Range<Int>? {
    _ = try JSONValue(parsing: bytes)
    return bytes.withUnsafeBufferPointer { buffer in
      var reader = JSONReader(buffer)
      reader.skipByteOrderMark()
      return try? reader.range(ofValueAt: path[...])
    }
  }

  private static func withBytes<R>(_ bytes: some Collection<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    bytes.withContiguousStorageIfAvailable(body) ?? Array(bytes).withUnsafeBufferPointer(body)
  }
}

extension JSONReader {
  /// Leaves the position anywhere; the text must be valid.
  fileprivate mutating func range(ofValueAt path: ArraySlice<String>) throws(JSONError) -> Range<Int>? {
    guard let name = path.first else { return try skipValue() }
    guard consume(UInt8(ascii: "{")), !consume(UInt8(ascii: "}")) else { return nil }
    repeat {
      if try readName() == name {
        var inner = self
        if let range = try inner.range(ofValueAt: path.dropFirst()) { return range }
      }
      _ = try skipValue()
    } while consume(UInt8(ascii: ","))
    return nil
  }
}

/// Why some bytes are not a JSON text, and where.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Problem: Equatable, Sendable {
    case unexpectedEnd
    case unexpectedByte(UInt8)
    case invalidUTF8
    case invalidEscape
    case controlCharacterInString
    case invalidNumber
    case numberOutOfRange
    case duplicateName(String)
    case nestedTooDeeply(limit: Int)
    case trailingContent
  }

  public let problem: Problem
  /// From 1.
  public let line: Int
  /// In bytes, from 1.
  public let column: Int

  public var description: String {
    let what =
      switch problem {
      case .unexpectedEnd: "the text ends too early"
      case .unexpectedByte(let byte) where (0x21...0x7E).contains(byte):
        "unexpected '\(Character(Unicode.Scalar(byte)))'"
      case .unexpectedByte(let byte): "unexpected byte 0x\(String(byte, radix: 16))"
      case .invalidUTF8: "invalid UTF-8"
      case .invalidEscape: "invalid escape in a string"
      case .controlCharacterInString: "unescaped control character in a string"
      case .invalidNumber: "invalid number"
      case .numberOutOfRange: "number out of range"
      case .duplicateName(let name): "the name \"\(name)\" occurs twice in one object"
      case .nestedTooDeeply(let limit): "nested more than \(limit) levels deep"
      case .trailingContent: "content after the end of the value"
      }
    return "not valid JSON: \(what) at line \(line), column \(column)"
  }
}
