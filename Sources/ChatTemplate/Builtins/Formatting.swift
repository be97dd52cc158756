import Foundation

/// Text from a pattern and values, by Python's two ways: `%` and `format`.
///
/// Rules: the Python documentation, "printf-style String Formatting" and "Format String Syntax".
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

  static let formatMethod = Builtin("format", acceptsMore: true) {
    interpreter, value, arguments throws(ChatTemplateError) in
    try interpreter.replacingFields(of: try interpreter.display(value), with: arguments.rest)
  }
}

/// How one value is laid out, in either way.
private struct Layout {
  var fill: Unicode.Scalar = " "
  /// `<`, `>`, `^` or `=`; nil for that of the value's type.
  var alignment: Unicode.Scalar?
  /// `+`, a space or `-`.
  var sign: Unicode.Scalar = "-"
  var isAlternate = false
  var hasThousands = false
  var width = 0
  var precision: Int?
  /// The letter of the presentation; nil for that of the value's type.
  var type: Unicode.Scalar?
}

/// `%`.
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
    case .tuple(let tuple): return try formatted(pattern, tuple.elements) { _ throws(ChatTemplateError) in nil }
    case .dictionary(let dictionary):
      return try formatted(pattern, []) { name throws(ChatTemplateError) in
        dictionary[try self.key(.string(name))]
      }
    default: return try formatted(pattern, [operand]) { _ throws(ChatTemplateError) in nil }
    }
  }

  private func conversion(
    _ rest: inout ArraySlice<Unicode.Scalar>, _ next: () throws(ChatTemplateError) -> Value
  ) throws(ChatTemplateError) -> Layout {
    var layout = Layout()
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
    if rest.first == "." {
      rest.removeFirst()
      layout.precision = try number(&rest, next) ?? 0
    }
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
      return index
    }
    return try digits(&rest)
  }

  private func converted(_ value: Value, _ layout: Layout) throws(ChatTemplateError) -> String {
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

/// `format`.
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
    var layout = Layout()
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
    case (.boolean, nil), (.string, nil), (.string, "s"), (.markup, nil), (.markup, "s"):
      let shown = try display(value)
      if layout.alignment == "=" { layout.alignment = "<" }
      return try padded(layout.precision.map { PythonText.prefix(shown, $0) } ?? shown, layout)
    case (.integer(let number), nil), (.integer(let number), "d"), (.integer(let number), "x"),
      (.integer(let number), "X"), (.integer(let number), "o"), (.integer(let number), "b"):
      layout.type = layout.type ?? "d"
      return try laidOut(number, layout)
    case (.number, nil) where layout.precision == nil:
      layout.alignment = layout.alignment ?? ">"
      return try padded(try display(value), layout)
    default:
      guard let number = value.real, !value.isUndefined else {
        if text.isEmpty { return try display(value) }
        throw invalid("'\(text)' is no layout of \(value.kind)")
      }
      layout.type = layout.type ?? "g"
      return try laidOut(number, layout)
    }
  }
}

/// Numbers and padding.
extension Interpreter {
  private func digits(_ rest: inout ArraySlice<Unicode.Scalar>) throws(ChatTemplateError) -> Int? {
    let digits = rest.prefix(while: \.isDigit)
    rest = rest.dropFirst(digits.count)
    if digits.isEmpty { return nil }
    guard let value = Int(PythonText.string(digits)) else { throw tooLarge }
    try checkSize(value)
    return value
  }

  private func laidOut(_ number: Int, _ layout: Layout) throws(ChatTemplateError) -> String {
    let radix = ["x": 16, "X": 16, "o": 8, "b": 2][layout.type ?? "d"] ?? 10
    var digits = String(number.magnitude, radix: radix, uppercase: layout.type == "X")
    if let precision = layout.precision, digits.utf8.count < precision {
      digits = String(repeating: "0", count: precision - digits.utf8.count) + digits
    }
    if layout.hasThousands { digits = Self.grouped(digits) }
    let prefix = layout.isAlternate && radix != 10 ? "0\(layout.type ?? "x")" : ""
    return try padded(digits, layout, sign: sign(isNegative: number < 0, layout) + prefix)
  }

  private func laidOut(_ number: Double, _ layout: Layout) throws(ChatTemplateError) -> String {
    let percent = layout.type == "%"
    let places = layout.precision ?? 6
    guard places <= 400 else { throw invalid("too many decimal places") }
    let type = percent ? "f" : layout.type.map(String.init) ?? "g"
    var digits = String(format: "%.\(places)\(type)", (percent ? 100 * number : number).magnitude)
    if layout.hasThousands {
      let whole = digits.prefix { $0 != "." && $0 != "e" }
      digits = Self.grouped(String(whole)) + digits.dropFirst(whole.count)
    }
    return try padded(
      digits + (percent ? "%" : ""), layout, sign: sign(isNegative: number.sign == .minus && !number.isNaN, layout))
  }

  private func sign(isNegative: Bool, _ layout: Layout) -> String {
    isNegative ? "-" : layout.sign == "-" ? "" : String(layout.sign)
  }

  private static func grouped(_ digits: String) -> String {
    var grouped = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { grouped += "," }
      grouped.append(digit)
    }
    return grouped
  }

  private func padded(_ text: String, _ layout: Layout, sign: String? = nil) throws(ChatTemplateError) -> String {
    let whole = (sign ?? "") + text
    let missing = layout.width - whole.unicodeScalars.count
    guard missing > 0 else { return whole }
    try chargeText(missing)
    let alignment = layout.alignment ?? (sign == nil ? "<" : ">")
    func fill(_ count: Int) -> String { String(repeating: String(layout.fill), count: count) }
    switch alignment {
    case "<": return whole + fill(missing)
    case "^": return fill(missing / 2) + whole + fill(missing - missing / 2)
    case "=": return (sign ?? "") + fill(missing) + text
    default: return fill(missing) + whole
    }
  }
}

extension String {
  /// The text of a list's one element.
  fileprivate var droppingBrackets: String { String(dropFirst().dropLast()) }
}
