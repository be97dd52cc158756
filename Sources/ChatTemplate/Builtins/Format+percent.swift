/// Text from a pattern with `%` conversions and values.
///
/// Rules: the Python documentation, "printf-style String Formatting".
extension Builtin {
  static let formatFilter = Builtin("format", acceptsMore: true) {
    interpreter, value, arguments throws(ChatTemplateError) in
    let rest = arguments.rest
    guard rest.positional.isEmpty || rest.named.isEmpty else {
      throw interpreter.invalid("'format' takes values by position or by name, not both")
    }
    let pattern = try interpreter.display(value)
    if rest.named.isEmpty { return try interpreter.formatted(pattern, rest.positional, named: { _ in nil }) }
    return try interpreter.formatted(pattern, []) { name in rest.named.first { $0.name == name }?.value }
  }
}

extension Interpreter {
  /// The text of a pattern with `%` conversions.
  ///
  /// - Parameter named: Finds the value of `%(name)s`.
  func formatted(
    _ pattern: String, _ values: [Value], named: (String) throws(ChatTemplateError) -> Value?
  ) throws(ChatTemplateError) -> Value {
    var result = ""
    var rest = Array(pattern.unicodeScalars)[...]
    var values = values[...]
    var usesNames = false
    try chargeText(pattern.utf8.count)
    while let scalar = rest.popFirst() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      var name: String?
      if rest.first == "(" {
        let end = rest.firstIndex(of: ")")
        guard let end else { throw invalid("a name in a pattern does not end") }
        name = PythonText.string(rest[(rest.startIndex + 1)..<end])
        rest = rest[(end + 1)...]
        usesNames = true
      }
      func next() throws(ChatTemplateError) -> Value {
        if let name {
          guard let value = try named(name) else { throw invalid("a pattern names '\(name)', which is not given") }
          return value
        }
        guard let value = values.popFirst() else { throw invalid("a pattern has more conversions than values") }
        return value
      }
      let layout = try conversion(&rest, next)
      if layout.type == "%" {
        result += "%"
      } else {
        result += try converted(try next(), layout)
      }
      try checkSize(result.utf8.count)
    }
    guard values.isEmpty || usesNames else { throw invalid("not all values are used by the pattern") }
    return try string(result)
  }

  /// `pattern % values`.
  func formatted(_ pattern: String, with operand: Value) throws(ChatTemplateError) -> Value {
    switch operand {
    case .tuple(let tuple): return try formatted(pattern, Array(tuple.elements)) { _ throws(ChatTemplateError) in nil }
    case .dictionary(let dictionary):
      return try formatted(pattern, []) { name throws(ChatTemplateError) in
        dictionary[try self.key(.string(name))]
      }
    default: return try formatted(pattern, [operand]) { _ throws(ChatTemplateError) in nil }
    }
  }

  private func conversion(
    _ rest: inout ArraySlice<Unicode.Scalar>, _ next: () throws(ChatTemplateError) -> Value
  ) throws(ChatTemplateError) -> TextLayout {
    var layout = TextLayout()
    flags: while let flag = rest.first {
      switch flag {
      case "-": layout.alignment = "<"
      case "0": if layout.alignment == nil { (layout.fill, layout.alignment) = ("0", "=") }
      case "+", " ": if layout.sign != "+" { layout.sign = flag }
      case "#": layout.isAlternate = true
      default: break flags
      }
      rest.removeFirst()
    }
    if layout.alignment == "<" { layout.fill = " " }
    layout.width = try number(&rest, next) ?? 0
    if layout.width < 0 { (layout.width, layout.alignment, layout.fill) = (-layout.width, "<", " ") }
    if rest.first == "." {
      rest.removeFirst()
      layout.precision = max(0, try number(&rest, next) ?? 0)
    }
    // A length, which Python reads and ignores.
    if let length = rest.first, ["h", "l", "L"].contains(length) { rest.removeFirst() }
    guard let type = rest.popFirst() else { throw invalid("a pattern ends within a conversion") }
    layout.type = type
    return layout
  }

  private func number(
    _ rest: inout ArraySlice<Unicode.Scalar>, _ next: () throws(ChatTemplateError) -> Value
  ) throws(ChatTemplateError) -> Int? {
    if rest.first == "*" {
      rest.removeFirst()
      guard let index = try next().index else { throw invalid("a width must be a whole number") }
      try checkSize(Int(clamping: index.magnitude))
      return index
    }
    return try digits(&rest)
  }

  private func converted(_ value: Value, _ layout: TextLayout) throws(ChatTemplateError) -> String {
    var layout = layout
    let type = layout.type
    switch type {
    case "s", "r", "a":
      layout.alignment = layout.alignment == "<" ? "<" : ">"
      layout.fill = " "
      let text = type == "s" ? try display(value) : try display(try list([value])).droppingBrackets
      layout.type = "s"
      return try padded(layout.precision.map { PythonText.prefix(text, $0) } ?? text, layout)
    case "c":
      let text = if let code = value.index { try character(code) } else { try display(value) }
      layout.alignment = layout.alignment == "<" ? "<" : ">"
      return try padded(text, layout)
    case "d", "i", "u", "x", "X", "o":
      let whole: Int? =
        if let index = value.index { index } else if let real = value.real { try truncated(real) } else { nil }
      guard let number = whole else {
        throw invalid("%\(type.map(String.init) ?? "") takes a number, got \(value.kind)")
      }
      layout.type = type == "i" || type == "u" ? "d" : type
      return try laidOut(number, layout)
    case "f", "F", "e", "E", "g", "G":
      guard let number = value.real else { throw invalid("%f takes a number, got \(value.kind)") }
      return try laidOut(number, layout)
    default: throw invalid("'%\(type.map(String.init) ?? "")' is no conversion")
    }
  }

  private func character(_ code: Int) throws(ChatTemplateError) -> String {
    guard let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init) else { throw invalid("no character \(code)") }
    return String(scalar)
  }
}
