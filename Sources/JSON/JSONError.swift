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
