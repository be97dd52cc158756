import JSON

/// Reads Python literals: strings, numbers, `True`, `None`, lists, tuples and mappings.
///
/// JSON's `true`, `false` and `null` are also read, since templates mix the two.
struct PythonLiteral {
  private static let depthLimit = 64

  var scanner: TextScanner
  /// Whether a bare word is read as a text.
  var takesWords = false
  private var depth = 0

  init(_ scanner: TextScanner, takesWords: Bool = false) {
    self.scanner = scanner
    self.takesWords = takesWords
  }

  /// The value of a text that is one literal; nil for another text.
  static func value(_ text: String) -> JSONValue? {
    var literal = PythonLiteral(TextScanner(text))
    guard let value = literal.read() else { return nil }
    literal.scanner.skipWhitespace()
    return literal.scanner.isAtEnd ? value : nil
  }

  /// Reads the literal that comes next; nil if none does.
  mutating func read() -> JSONValue? {
    scanner.skipWhitespace()
    guard depth < Self.depthLimit, let first = scanner.rest.first else { return nil }
    depth += 1
    defer { depth -= 1 }
    switch first {
    case "\"", "'": return text(quote: String(first)).map { .string($0) }
    case "[": return elements(from: "[", to: "]").map { .array($0) }
    case "(": return elements(from: "(", to: ")").map { .array($0) }
    case "{": return members().map { .object($0) }
    default: return word()
    }
  }

  private mutating func elements(from opening: String, to closing: String) -> [JSONValue]? {
    _ = scanner.skip(opening)
    var values: [JSONValue] = []
    while true {
      scanner.skipWhitespace()
      if scanner.skip(closing) { return values }
      guard let value = read() else { return nil }
      values.append(value)
      scanner.skipWhitespace()
      if scanner.skip(",") { continue }
      return scanner.skip(closing) ? values : nil
    }
  }

  private mutating func members() -> JSONObject? {
    _ = scanner.skip("{")
    var members: [(String, JSONValue)] = []
    while true {
      scanner.skipWhitespace()
      if scanner.skip("}") { return JSONObject(members) }
      guard case .string(let name)? = read() else { return nil }
      scanner.skipWhitespace()
      guard scanner.skip(":"), let value = read() else { return nil }
      members.append((name, value))
      scanner.skipWhitespace()
      if scanner.skip(",") { continue }
      return scanner.skip("}") ? JSONObject(members) : nil
    }
  }

  private mutating func word() -> JSONValue? {
    let text = scanner.text { $0.isLetter || $0.isNumber || "_.+-".contains($0) }
    switch text {
    case "": return nil
    case "True", "true": return .bool(true)
    case "False", "false": return .bool(false)
    case "None", "null": return .null
    default: break
    }
    if let value = Int(text) { return .integer(value) }
    if text.first?.isLetter == false, let value = Double(text), value.isFinite { return .number(value) }
    return takesWords ? .string(text) : nil
  }

  private mutating func text(quote: String) -> String? {
    _ = scanner.skip(quote)
    var text = ""
    while !scanner.isAtEnd {
      text += scanner.text { $0 != "\\" && String($0) != quote }
      if scanner.skip(quote) { return text }
      guard scanner.skip("\\") else { return nil }
      guard let escaped = escape() else { return nil }
      text += escaped
    }
    return nil
  }

  private mutating func escape() -> String? {
    let plain = ["n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "\"": "\"", "\n": ""]
    for (code, text) in plain where scanner.skip(code) { return text }
    for (code, digits) in [("x", 2), ("u", 4), ("U", 8)] where scanner.skip(code) {
      let hex = scanner.rest.prefix(digits)
      guard hex.count == digits, let value = UInt32(hex, radix: 16), let scalar = Unicode.Scalar(value) else {
        return nil
      }
      scanner = TextScanner(scanner.rest.dropFirst(digits))
      return String(Character(scalar))
    }
    // As in Python, an unknown escape stays as it is.
    return "\\"
  }
}
