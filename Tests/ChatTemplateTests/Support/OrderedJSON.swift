import ChatTemplate
import Foundation

/// Reads the fixtures, which are well formed, with members in their order.
struct OrderedJSON {
  private let bytes: [UInt8]
  private var position = 0

  static func value(of file: URL) throws -> TemplateValue {
    var reader = OrderedJSON(bytes: Array(try Data(contentsOf: file)))
    return try reader.value()
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func value() throws -> TemplateValue {
    skipSpace()
    switch bytes[position] {
    case UInt8(ascii: "{"):
      var members: [(String, TemplateValue)] = []
      while try nextElement(end: UInt8(ascii: "}")) {
        let name = try string()
        skipSpace()
        position += 1
        members.append((name, try value()))
      }
      return .object(TemplateObject(members))
    case UInt8(ascii: "["):
      var elements: [TemplateValue] = []
      while try nextElement(end: UInt8(ascii: "]")) { elements.append(try value()) }
      return .array(elements)
    case UInt8(ascii: "\""): return .string(try string())
    default: return try scalar()
    }
  }

  /// Moves past an opening bracket or a comma to the next element, or past the end.
  private mutating func nextElement(end: UInt8) throws -> Bool {
    skipSpace()
    if bytes[position] != end { position += 1 }
    skipSpace()
    guard bytes[position] == end else { return true }
    position += 1
    return false
  }

  private mutating func string() throws -> String {
    let start = position
    position += 1
    while bytes[position] != UInt8(ascii: "\"") { position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1 }
    position += 1
    return try JSONDecoder().decode(String.self, from: Data(bytes[start..<position]))
  }

  private mutating func scalar() throws -> TemplateValue {
    let start = position
    while position < bytes.count, !",]} \n".utf8.contains(bytes[position]) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    switch text {
    case "null": return .null
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    default:
      if let integer = Int(text) { return .integer(integer) }
      return .number(try JSONDecoder().decode(Double.self, from: Data(text.utf8)))
    }
  }

  private mutating func skipSpace() {
    while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
  }
}

extension TemplateValue {
  subscript(_ name: String) -> TemplateValue? {
    guard case .object(let object) = self else { return nil }
    return object[name]
  }

  var members: [(String, TemplateValue)] {
    guard case .object(let object) = self else { return [] }
    return object.members.map { ($0.name, $0.value) }
  }

  var elements: [TemplateValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  var integer: Int? {
    guard case .integer(let value) = self else { return nil }
    return value
  }
}
