extension Builtin {
  static let textFilters: [Builtin] = [
    Builtin("upper", upper), Builtin("lower", lower), Builtin("capitalize", capitalize), Builtin("title", title),
    Builtin("trim", ["chars"], trim), Builtin("string", string), Builtin("safe", safe),
    Builtin("escape", escape), Builtin("e", escape), Builtin("forceescape", forceEscape),
    Builtin("replace", ["old", "new", "count"], required: 2, replace),
    Builtin("indent", ["width", "first", "blank"], indent), formatFilter,
    Builtin("truncate", ["length", "killwords", "end", "leeway"], truncate), Builtin("wordcount", wordCount),
    Builtin("tojson", ["ensure_ascii", "indent", "separators", "sort_keys"], toJSON),
    Builtin("default", ["default_value", "boolean"], fallback), Builtin("d", ["default_value", "boolean"], fallback),
  ]

  private static let upper: Body = { interpreter, value, _ throws(ChatTemplateError) in
    try interpreter.string(interpreter.display(value).uppercased())
  }

  private static let lower: Body = { interpreter, value, _ throws(ChatTemplateError) in
    try interpreter.string(PythonText.lowercased(try interpreter.display(value)))
  }

  private static let capitalize: Body = { interpreter, value, _ throws(ChatTemplateError) in
    try interpreter.string(PythonText.capitalized(try interpreter.display(value)))
  }

  /// Unlike Python's method of that name, words end at white space, hyphens and opening brackets only.
  private static let title: Body = { interpreter, value, _ throws(ChatTemplateError) in
    var result = ""
    var rest = Array(try interpreter.display(value).unicodeScalars)[...]
    while let first = rest.first {
      let separates = isSeparator(first)
      let run = rest.prefix { isSeparator($0) == separates }
      rest = rest.dropFirst(run.count)
      result += separates ? "" : first.properties.uppercaseMapping
      result += PythonText.lowercased(PythonText.string(separates ? run : run.dropFirst()))
    }
    return try interpreter.string(result)
  }

  private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isSpace || "-({[<".unicodeScalars.contains(scalar)
  }

  private static let trim: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    let text = try interpreter.display(value)
    return try interpreter.string(PythonText.stripped(text, of: try interpreter.characters(arguments[0])))
  }

  private static let string: Body = { interpreter, value, _ throws(ChatTemplateError) in
    if case .markup = value { return value }
    return try interpreter.string(try interpreter.display(value))
  }

  private static let safe: Body = { interpreter, value, _ throws(ChatTemplateError) in
    .markup(try interpreter.checked(try interpreter.display(value)))
  }

  private static let escape: Body = { interpreter, value, _ throws(ChatTemplateError) in
    if case .markup = value { return value }
    return .markup(try interpreter.checked(PythonText.escaped(try interpreter.display(value))))
  }

  private static let forceEscape: Body = { interpreter, value, _ throws(ChatTemplateError) in
    .markup(try interpreter.checked(PythonText.escaped(try interpreter.display(value))))
  }

  private static let replace: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    let old = try interpreter.display(arguments[0] ?? .null)
    let new = try interpreter.display(arguments[1] ?? .null)
    let count = try interpreter.optionalIndex(arguments[2])
    return try interpreter.replace(old, with: new, in: try interpreter.display(value), count: count)
  }

  private static let indent: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    if case .undefined(let reason) = value { throw interpreter.undefined(reason) }
    guard let text = value.text else { throw interpreter.invalid("\(value.kind) can't be indented") }
    let width: String
    if let given = arguments[0]?.text {
      width = given
    } else {
      let count = try interpreter.optionalIndex(arguments[0]) ?? 4
      try interpreter.checkSize(count)
      width = String(repeating: " ", count: max(count, 0))
    }
    let lines = PythonText.lines(text + "\n")
    try interpreter.charge(lines.count * (1 + width.utf8.count / 32))
    var result = arguments.flag(1) ? width : ""
    for (index, line) in lines.enumerated() {
      if index > 0 { result += "\n" }
      if index > 0, arguments.flag(2) || !line.isEmpty { result += width }
      result += line
      try interpreter.checkSize(result.utf8.count)
    }
    return try interpreter.string(result)
  }

  private static let truncate: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    let text = try interpreter.display(value)
    let length = try interpreter.optionalIndex(arguments[0]) ?? 255
    let end = try arguments[2].map { value throws(ChatTemplateError) in try interpreter.display(value) } ?? "..."
    let leeway = try interpreter.optionalIndex(arguments[3]) ?? 5
    let endLength = end.unicodeScalars.count
    guard length >= endLength else { throw interpreter.invalid("'truncate' needs a length of at least \(endLength)") }
    guard leeway >= 0 else { throw interpreter.invalid("'truncate' needs a leeway of at least 0") }
    if text.unicodeScalars.count - leeway <= length { return try interpreter.string(text) }
    let kept = PythonText.prefix(text, length - endLength)
    if arguments.flag(1) { return try interpreter.string(kept + end) }
    // Up to the last space; all of it if there is none.
    let words = kept.utf8.lastIndex(of: 0x20).map { String(kept[..<$0]) } ?? kept
    return try interpreter.string(words + end)
  }

  /// How many runs of word characters there are: letters, digits and underscores.
  private static let wordCount: Body = { interpreter, value, _ throws(ChatTemplateError) in
    var count = 0
    var isInWord = false
    for scalar in try interpreter.display(value).unicodeScalars {
      let isWord = scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      if isWord, !isInWord { count += 1 }
      isInWord = isWord
    }
    return .integer(count)
  }

  private static let toJSON: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    var writer = JSONWriter(
      interpreter: interpreter, escapesNonASCII: arguments.flag(0), indent: try interpreter.jsonIndent(arguments[1]),
      separators: try interpreter.jsonSeparators(arguments[2]), sortsKeys: arguments.flag(3))
    try writer.write(value, level: 0)
    return try interpreter.string(writer.text)
  }

  private static let fallback: Body = { _, value, arguments throws(ChatTemplateError) in
    let replaces = value.isUndefined || (arguments.flag(1) && !value.isTrue)
    return replaces ? arguments[0] ?? .string("") : value
  }
}
