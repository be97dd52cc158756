/// Text from a pattern with fields in braces and values.
///
/// Rules: the Python documentation, "Format String Syntax".
extension Builtin {
  static let formatMethod = Builtin("format", acceptsMore: true) {
    interpreter, value, arguments throws(ChatTemplateError) in
    try interpreter.replacingFields(of: try interpreter.display(value), with: arguments.rest)
  }
}

extension Interpreter {
  /// The text of a pattern with fields in braces.
  fileprivate func replacingFields(of pattern: String, with arguments: Arguments) throws(ChatTemplateError) -> Value {
    var next: Int? = 0
    let text = try replacingFields(Array(pattern.unicodeScalars)[...], arguments, &next, level: 0)
    return try string(text)
  }

  private func replacingFields(
    _ pattern: ArraySlice<Unicode.Scalar>, _ arguments: Arguments, _ next: inout Int?, level: Int
  ) throws(ChatTemplateError) -> String {
    guard level < 2 else { throw invalid("fields are nested too deeply") }
    var result = ""
    var rest = pattern
    try charge(1 + pattern.count / 32)
    while let scalar = rest.popFirst() {
      if scalar == "{" || scalar == "}", rest.first == scalar {
        rest.removeFirst()
        result.unicodeScalars.append(scalar)
      } else if scalar == "}" {
        throw invalid("a single '}' in a pattern")
      } else if scalar == "{" {
        let field = try field(&rest)
        result += try replaced(field, arguments, &next, level)
      } else {
        result.unicodeScalars.append(scalar)
      }
      try checkSize(result.utf8.count)
    }
    return result
  }

  /// Reads a field up to its closing brace, with the fields in its layout.
  private func field(_ rest: inout ArraySlice<Unicode.Scalar>) throws(ChatTemplateError) -> ArraySlice<Unicode.Scalar> {
    var depth = 1
    for index in rest.indices {
      if rest[index] == "{" { depth += 1 }
      if rest[index] == "}" { depth -= 1 }
      if depth == 0 {
        defer { rest = rest[(index + 1)...] }
        return rest[..<index]
      }
    }
    throw invalid("a field of a pattern does not end")
  }

  private func replaced(
    _ field: ArraySlice<Unicode.Scalar>, _ arguments: Arguments, _ next: inout Int?, _ level: Int
  ) throws(ChatTemplateError) -> String {
    let colon = field.firstIndex(of: ":")
    var name = field[..<(colon ?? field.endIndex)]
    var conversion: Unicode.Scalar?
    if let mark = name.lastIndex(of: "!") {
      conversion = name[(mark + 1)...].first
      name = name[..<mark]
    }
    var value = try value(of: name, arguments, &next)
    switch conversion {
    case nil: break
    case "s": value = .string(try display(value))
    case "r", "a": value = .string(try display(try list([value])).droppingBrackets)
    default: throw invalid("a field has an unknown conversion")
    }
    guard let colon else { return try display(value) }
    let layout = try replacingFields(field[(colon + 1)...], arguments, &next, level: level + 1)
    return try laidOut(value, by: layout)
  }

  /// The value that a field names: by its position, by a name, and by members of those.
  private func value(
    of name: ArraySlice<Unicode.Scalar>, _ arguments: Arguments, _ next: inout Int?
  ) throws(ChatTemplateError) -> Value {
    let head = name.prefix { $0 != "." && $0 != "[" }
    let text = PythonText.string(head)
    var value: Value
    if head.allSatisfy(\.isDigit) {
      if !head.isEmpty { next = nil }
      guard let place = head.isEmpty ? next : Int(text) else {
        throw invalid("a pattern counts its fields or leaves it to the order, not both")
      }
      if head.isEmpty { next = place + 1 }
      guard arguments.positional.indices.contains(place) else { throw invalid("a pattern has more fields than values") }
      value = arguments.positional[place]
    } else {
      guard let named = arguments.named.first(where: { $0.name == text }) else {
        throw invalid("a pattern names '\(text)', which is not given")
      }
      value = named.value
    }
    var rest = name.dropFirst(head.count)
    while let mark = rest.popFirst() {
      let end = mark == "[" ? rest.firstIndex(of: "]") : rest.firstIndex { $0 == "." || $0 == "[" } ?? rest.endIndex
      guard let end else { throw invalid("a member in a pattern does not end") }
      let member = PythonText.string(rest[..<end])
      rest = mark == "[" ? rest[(end + 1)...] : rest[end...]
      if mark == "[" {
        value = try item(Int(member).map(Value.integer) ?? .string(member), of: value)
      } else {
        value = try attribute(member, of: value)
      }
    }
    return value
  }

  private func laidOut(_ value: Value, by text: String) throws(ChatTemplateError) -> String {
    var rest = Array(text.unicodeScalars)[...]
    var layout = TextLayout()
    let alignments: [Unicode.Scalar] = ["<", ">", "^", "="]
    if rest.count > 1, alignments.contains(rest[rest.startIndex + 1]) {
      (layout.fill, layout.alignment) = (rest[rest.startIndex], rest[rest.startIndex + 1])
      rest = rest.dropFirst(2)
    } else if let first = rest.first, alignments.contains(first) {
      layout.alignment = rest.popFirst()
    }
    if let sign = rest.first, ["+", "-", " "].contains(sign) {
      layout.sign = sign
      rest.removeFirst()
    }
    if rest.first == "#" {
      layout.isAlternate = true
      rest.removeFirst()
    }
    if rest.first == "0" {
      if layout.alignment == nil { (layout.fill, layout.alignment) = ("0", "=") }
      rest.removeFirst()
    }
    layout.width = try digits(&rest) ?? 0
    if rest.first == "," || rest.first == "_" {
      layout.hasThousands = rest.popFirst() == ","
    }
    if rest.first == "." {
      rest.removeFirst()
      layout.precision = try digits(&rest)
    }
    layout.type = rest.popFirst()
    guard rest.isEmpty else { throw invalid("'\(text)' is no layout") }
    switch (value, layout.type) {
    case (.boolean, nil) where layout.width == 0, (.string, nil), (.string, "s"), (.markup, nil), (.markup, "s"):
      let shown = try display(value)
      if layout.alignment == "=" { layout.alignment = "<" }
      return try padded(layout.precision.map { PythonText.prefix(shown, $0) } ?? shown, layout)
    case (.integer, nil), (.boolean, nil), (.integer, "d"), (.integer, "x"), (.integer, "X"), (.integer, "o"),
      (.integer, "b"), (.boolean, "d"), (.boolean, "x"), (.boolean, "X"), (.boolean, "o"), (.boolean, "b"):
      layout.type = layout.type ?? "d"
      return try laidOut(value.index ?? 0, layout)
    case (.number, nil) where layout.precision == nil:
      layout.alignment = layout.alignment ?? ">"
      return try padded(try display(value), layout)
    default:
      guard let number = value.real, !value.isUndefined else {
        if text.isEmpty { return try display(value) }
        throw invalid("'\(text)' is no layout of \(value.kind)")
      }
      layout.type = layout.type ?? "g"
      guard let type = layout.type, ["e", "E", "f", "F", "g", "G", "%"].contains(type) else {
        throw invalid("'\(text)' is no layout of \(value.kind)")
      }
      return try laidOut(number, layout)
    }
  }
}
