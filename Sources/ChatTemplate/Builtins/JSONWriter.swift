/// Writes JSON with the spacing and numbers of Python's `json.dumps`, as models saw it in training.
struct JSONWriter {
  let interpreter: Interpreter
  let escapesNonASCII: Bool
  /// The indentation per level; nil writes one line.
  let indent: String?
  /// The text between elements, and between a key and its value.
  let separators: (element: String, key: String)
  let sortsKeys: Bool
  private(set) var text = ""

  init(
    interpreter: Interpreter, escapesNonASCII: Bool, indent: String?, separators: (element: String, key: String)?,
    sortsKeys: Bool
  ) {
    self.interpreter = interpreter
    self.escapesNonASCII = escapesNonASCII
    self.indent = indent
    self.separators = separators ?? (indent == nil ? ", " : ",", ": ")
    self.sortsKeys = sortsKeys
  }

  mutating func write(_ value: Value, level: Int) throws(ChatTemplateError) {
    try interpreter.charge(1)
    try interpreter.checkSize(text.utf8.count)
    switch value {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += Self.text(of: value)
    case .string(let string), .markup(let string): try writeString(string)
    case .list(let list), .tuple(let list): try writeArray(list.elements, level: level)
    case .dictionary(let dictionary): try writeObject(dictionary, level: level)
    default: throw interpreter.invalid("\(value.kind) can't be written as JSON")
    }
  }

  private mutating func writeArray(_ elements: Elements, level: Int) throws(ChatTemplateError) {
    guard !elements.isEmpty else { return text += "[]" }
    try interpreter.descend()
    defer { interpreter.depth -= 1 }
    text += "["
    for (index, element) in elements.enumerated() {
      if index > 0 { text += separators.element }
      breakLine(level: level + 1)
      try write(element, level: level + 1)
    }
    breakLine(level: level)
    text += "]"
  }

  private mutating func writeObject(_ dictionary: DictionaryValue, level: Int) throws(ChatTemplateError) {
    guard dictionary.count > 0 else { return text += "{}" }
    try interpreter.descend()
    defer { interpreter.depth -= 1 }
    text += "{"
    for (position, index) in try order(of: dictionary).enumerated() {
      if position > 0 { text += separators.element }
      breakLine(level: level + 1)
      try writeString(try name(of: dictionary.keys[index]))
      text += separators.key
      try write(dictionary.values[index], level: level + 1)
    }
    breakLine(level: level)
    text += "}"
  }

  /// The order in which to write the members.
  private func order(of dictionary: DictionaryValue) throws(ChatTemplateError) -> [Int] {
    let indices = Array(0..<dictionary.count)
    guard sortsKeys else { return indices }
    var names: [String] = []
    for key in dictionary.keys {
      guard let name = key.text else { throw interpreter.invalid("only names can be sorted as keys of JSON") }
      names.append(name)
    }
    try interpreter.charge(names.count)
    return indices.sorted { textPrecedes(names[$0], names[$1]) }
  }

  private func name(of key: Value) throws(ChatTemplateError) -> String {
    switch key {
    case .string(let text), .markup(let text): return text
    case .null: return "null"
    case .boolean(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .number(let value): return Self.text(of: value)
    default: throw interpreter.invalid("\(key.kind) can't be a key of JSON")
    }
  }

  private mutating func breakLine(level: Int) {
    guard let indent else { return }
    text += "\n"
    for _ in 0..<level { text += indent }
  }

  private mutating func writeString(_ string: String) throws(ChatTemplateError) {
    try interpreter.charge(string.utf8.count / 32)
    text += "\""
    let isPlain = string.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C && ($0 < 0x7F || !escapesNonASCII) }
    if isPlain {
      text += string
    } else {
      for scalar in string.unicodeScalars { writeEscaped(scalar) }
    }
    text += "\""
  }

  private mutating func writeEscaped(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\"": text += "\\\""
    case "\\": text += "\\\\"
    case "\n": text += "\\n"
    case "\r": text += "\\r"
    case "\t": text += "\\t"
    case "\u{08}": text += "\\b"
    case "\u{0C}": text += "\\f"
    case _ where scalar.value < 0x20 || (escapesNonASCII && !scalar.isASCII):
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    default: text.unicodeScalars.append(scalar)
    }
  }

  private static func text(of number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
    return PythonText.text(of: number)
  }
}

extension Interpreter {
  /// The argument `indent` of `tojson`: a number of spaces, or the text itself.
  func jsonIndent(_ value: Value?) throws(ChatTemplateError) -> String? {
    if let text = value?.text { return try checked(text) }
    guard let count = try optionalIndex(value) else { return nil }
    try checkSize(count)
    return String(repeating: " ", count: max(count, 0))
  }

  /// The argument `separators` of `tojson`; nil if it is left out or none.
  func jsonSeparators(_ value: Value?) throws(ChatTemplateError) -> (element: String, key: String)? {
    guard let value, !value.isNull else { return nil }
    let separators = try elements(of: value)
    guard separators.count == 2, let element = separators[0].text, let key = separators[1].text else {
      throw invalid("'tojson' needs two separators")
    }
    return (element, key)
  }
}
