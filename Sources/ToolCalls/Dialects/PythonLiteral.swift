import JSON

/// Reads Python literals: strings, numbers, `True`, `None`, lists, tuples and mappings.
///
/// JSON's `true`, `false` and `null` are also read, since templates mix the two.
///
/// Format: the Python language reference, "Lexical analysis", literals.
struct PythonLiteral {
  private static let depthLimit = 64

  var scanner: ByteScanner
  /// Whether a bare word is read as a text.
  var takesWords = false
  private var depth = 0

  init(_ scanner: ByteScanner, takesWords: Bool = false) {
    self.scanner = scanner
    self.takesWords = takesWords
  }

  /// The value of a text that is one literal; nil for another text.
  static func value(_ text: String) -> JSONValue? {
    var literal = PythonLiteral(ByteScanner(text))
    guard let value = literal.read() else { return nil }
    literal.scanner.skipSpace()
    return literal.scanner.isAtEnd ? value : nil
  }

  /// Reads the literal that comes next; nil if none does.
  mutating func read() -> JSONValue? {
    scanner.skipSpace()
    guard depth < Self.depthLimit, let first = scanner.next else { return nil }
    depth += 1
    defer { depth -= 1 }
    switch first {
    case UInt8(ascii: "["): return elements(from: "[", to: "]").map { .array($0.values) }
    case UInt8(ascii: "("):
      guard let (values, hasComma) = elements(from: "(", to: ")") else { return nil }
      // Without a comma, parentheses are only around a value.
      return values.count == 1 && !hasComma ? values[0] : .array(values)
    case UInt8(ascii: "{"): return members().map { .object($0) }
    default:
      if stringPrefix() != nil { return strings().map { .string($0) } }
      return word()
    }
  }

  private mutating func elements(
    from opening: String, to closing: String
  ) -> (values: [JSONValue], hasComma: Bool)? {
    _ = scanner.skip(opening)
    var values: [JSONValue] = []
    var hasComma = false
    while true {
      if scanner.skipAfterSpace(closing) { return (values, hasComma) }
      guard let value = read() else { return nil }
      values.append(value)
      if scanner.skipAfterSpace(",") {
        hasComma = true
        continue
      }
      return scanner.skipAfterSpace(closing) ? (values, hasComma) : nil
    }
  }

  private mutating func members() -> JSONObject? {
    _ = scanner.skip("{")
    var members = JSONObject()
    while true {
      if scanner.skipAfterSpace("}") { return members }
      guard case .string(let name)? = read(), scanner.skipAfterSpace(":"), let value = read() else { return nil }
      members[name] = value
      if scanner.skipAfterSpace(",") { continue }
      return scanner.skipAfterSpace("}") ? members : nil
    }
  }

  private mutating func word() -> JSONValue? {
    let text = scanner.text { PythonCalls.isNamePart($0) || [0x2E, 0x2B, 0x2D].contains($0) }
    switch text {
    case "": return nil
    case "True", "true": return .bool(true)
    case "False", "false": return .bool(false)
    case "None", "null": return .null
    default: return Self.number(text) ?? (takesWords ? .string(text) : nil)
    }
  }

  /// A number with underscores between digits, a sign, and a base for integers.
  private static func number(_ text: String) -> JSONValue? {
    let sign = text.first == "-" ? -1 : 1
    let unsigned = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
    guard let first = unsigned.utf8.first, first == UInt8(ascii: ".") || (0x30...0x39).contains(first),
      !unsigned.hasSuffix("_"), !unsigned.contains("__")
    else { return nil }
    let digits = unsigned.replacing("_", with: "").lowercased()
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) {
      return Int(digits.dropFirst(2), radix: radix).map { .integer(sign * $0) }
    }
    let isOctalOfOld =
      digits.utf8.count > 1 && digits.hasPrefix("0") && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    guard !isOctalOfOld || digits.utf8.allSatisfy({ $0 == 0x30 }) else { return nil }
    if let value = Int(digits) { return .integer(sign * value) }
    guard let value = Double(digits), value.isFinite else { return nil }
    return .number(Double(sign) * value)
  }
}

/// Strings.
extension PythonLiteral {
  private struct Prefix {
    var length: Int
    var isRaw: Bool
    var quote: UInt8
  }

  /// What a string begins with before its quote; nil if none comes next.
  private func stringPrefix() -> Prefix? {
    var index = scanner.position
    var isRaw = false
    while index < scanner.bytes.count, index - scanner.position <= 2 {
      switch scanner.bytes[index] {
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        return Prefix(length: index - scanner.position, isRaw: isRaw, quote: scanner.bytes[index])
      case UInt8(ascii: "r"), UInt8(ascii: "R"): isRaw = true
      case UInt8(ascii: "u"), UInt8(ascii: "U"), UInt8(ascii: "b"), UInt8(ascii: "B"): break
      default: return nil
      }
      index += 1
    }
    return nil
  }

  /// Reads one string and those that follow it, which are parts of the same.
  private mutating func strings() -> String? {
    var bytes: [UInt8] = []
    while let prefix = stringPrefix() {
      scanner.position += prefix.length
      guard let part = string(prefix) else { return nil }
      bytes += part
      let start = scanner.position
      scanner.skipSpace()
      if stringPrefix() == nil {
        scanner.position = start
        break
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func string(_ prefix: Prefix) -> [UInt8]? {
    let quote = String(Unicode.Scalar(prefix.quote))
    let end = scanner.starts(with: quote + quote + quote) ? quote + quote + quote : quote
    _ = scanner.skip(end)
    var bytes: [UInt8] = []
    while let byte = scanner.next {
      if byte == prefix.quote, scanner.skip(end) { return bytes }
      scanner.position += 1
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      if prefix.isRaw {
        // A quote after it is part of the text, as is the backslash.
        guard let next = scanner.next else { return nil }
        bytes += [byte, next]
        scanner.position += 1
      } else {
        guard let escaped = escape() else { return nil }
        bytes += escaped
      }
    }
    // For the bound on all attempts, and so that a cut-off string is told from another fault.
    _ = scanner.text { _ in false }
    return nil
  }

  private static let plain: [UInt8: UInt8] = [
    UInt8(ascii: "n"): 0x0A, UInt8(ascii: "t"): 0x09, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "a"): 0x07,
    UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "v"): 0x0B, UInt8(ascii: "\\"): 0x5C,
    UInt8(ascii: "'"): 0x27, UInt8(ascii: "\""): 0x22,
  ]

  /// Reads what follows a backslash; nil if the text ends or the escape is none that Python allows.
  private mutating func escape() -> [UInt8]? {
    guard let code = scanner.next else { return nil }
    scanner.position += 1
    if let plain = Self.plain[code] { return [plain] }
    switch code {
    case 0x0A: return []
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      var value = UInt32(code - 0x30)
      for _ in 0..<2 {
        guard let digit = scanner.next, (0x30...0x37).contains(digit) else { break }
        value = value * 8 + UInt32(digit - 0x30)
        scanner.position += 1
      }
      return utf8(value)
    case UInt8(ascii: "x"): return hexadecimal(2)
    case UInt8(ascii: "u"): return hexadecimal(4)
    case UInt8(ascii: "U"): return hexadecimal(8)
    case UInt8(ascii: "N"):
      guard scanner.skip("{"), let name = scanner.text(upTo: "}") else { return nil }
      return UnicodeNames.scalar(named: name).map { Array(String(Character($0)).utf8) }
    // As in Python, an unknown escape stays as it is.
    default: return [UInt8(ascii: "\\"), code]
    }
  }

  private mutating func hexadecimal(_ digits: Int) -> [UInt8]? {
    let end = scanner.position + digits
    guard end <= scanner.bytes.count else { return nil }
    let text = scanner.text(scanner.position..<end)
    guard text.allSatisfy(\.isHexDigit), let value = UInt32(text, radix: 16) else { return nil }
    scanner.position = end
    // Two halves of a pair, as JSON writes them.
    if (0xD800..<0xDC00).contains(value), digits == 4, scanner.starts(with: "\\u") {
      let next = scanner.text(scanner.position + 2..<min(scanner.bytes.count, scanner.position + 6))
      if let low = UInt32(next, radix: 16), (0xDC00..<0xE000).contains(low) {
        scanner.position += 6
        return utf8(0x10000 + (value - 0xD800) << 10 + (low - 0xDC00))
      }
    }
    return utf8(value)
  }

  private func utf8(_ value: UInt32) -> [UInt8]? {
    Unicode.Scalar(value).map { Array(String(Character($0)).utf8) }
  }
}

/// Characters by their names in Unicode.
private enum UnicodeNames {
  private static let scalars: [String: Unicode.Scalar] = {
    var scalars: [String: Unicode.Scalar] = [:]
    for value in (0x20..<0x3_0000 as Range<UInt32>).joined(with: 0xE_0000..<0xE_0200) {
      guard let scalar = Unicode.Scalar(value), let name = scalar.properties.name else { continue }
      scalars[name] = scalar
    }
    return scalars
  }()

  static func scalar(named name: String) -> Unicode.Scalar? { scalars[name.uppercased()] }
}

extension Range<UInt32> {
  fileprivate func joined(with other: Range<UInt32>) -> [UInt32] { Array(self) + Array(other) }
}
