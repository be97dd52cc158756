extension Builtin {
  static let stringMethods = MethodTable(
    known: table(stripMethods, splitMethods, searchMethods, caseMethods, classMethods),
    other: [
      "casefold", "center", "encode", "expandtabs", "format", "format_map", "isdecimal", "isidentifier", "isnumeric",
      "isprintable", "istitle", "ljust", "maketrans", "rjust", "swapcase", "translate", "zfill",
    ])

  private static let stripMethods: [Builtin] = [
    Builtin("strip", ["chars"], strip(leading: true, trailing: true)),
    Builtin("lstrip", ["chars"], strip(leading: true, trailing: false)),
    Builtin("rstrip", ["chars"], strip(leading: false, trailing: true)),
    Builtin("removeprefix", ["prefix"], required: 1, removePrefix),
    Builtin("removesuffix", ["suffix"], required: 1, removeSuffix),
  ]

  private static let caseMethods: [Builtin] = [
    text("upper") { $0.uppercased() }, text("lower", PythonText.lowercased),
    text("capitalize", PythonText.capitalized), text("title", PythonText.titled),
  ]

  private static let classMethods: [Builtin] = [
    check("isspace", PythonText.isSpace), check("isdigit", PythonText.isDigit), check("isalpha", PythonText.isAlpha),
    check("isalnum", PythonText.isAlphanumeric), check("islower", PythonText.isLowercase),
    check("isupper", PythonText.isUppercase), check("isascii") { $0.utf8.allSatisfy { $0 < 0x80 } },
  ]

  private static func text(_ name: String, _ change: @escaping @Sendable (String) -> String) -> Builtin {
    Builtin(name) { interpreter, value, _ throws(ChatTemplateError) in
      try interpreter.string(change(try interpreter.owner(value)))
    }
  }

  private static func check(_ name: String, _ holds: @escaping @Sendable (String) -> Bool) -> Builtin {
    Builtin(name) { interpreter, value, _ throws(ChatTemplateError) in
      .boolean(holds(try interpreter.owner(value)))
    }
  }

  private static func strip(leading: Bool, trailing: Bool) -> Body {
    { interpreter, value, arguments throws(ChatTemplateError) in
      let characters = try interpreter.characters(arguments[0])
      let text = try interpreter.owner(value)
      return try interpreter.string(
        PythonText.stripped(text, of: characters, leading: leading, trailing: trailing))
    }
  }

  private static let removePrefix: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    let text = try interpreter.owner(value)
    let prefix = try interpreter.text(arguments[0], "removeprefix")
    guard text.utf8.starts(with: prefix.utf8) else { return try interpreter.string(text) }
    return try interpreter.string(String(decoding: text.utf8.dropFirst(prefix.utf8.count), as: UTF8.self))
  }

  private static let removeSuffix: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    let text = try interpreter.owner(value)
    let suffix = try interpreter.text(arguments[0], "removesuffix")
    guard text.utf8.reversed().starts(with: suffix.utf8.reversed()) else { return try interpreter.string(text) }
    return try interpreter.string(String(decoding: text.utf8.dropLast(suffix.utf8.count), as: UTF8.self))
  }
}

extension Interpreter {
  /// The text of the string that a method belongs to.
  func owner(_ value: Value) throws(ChatTemplateError) -> String {
    let text = value.text ?? ""
    try chargeText(text.utf8.count)
    return text
  }

  /// A string given to a method.
  func text(_ value: Value?, _ method: String) throws(ChatTemplateError) -> String {
    guard let text = value?.text else { throw invalid("'\(method)' needs a string") }
    try chargeText(text.utf8.count)
    return text
  }

  /// The characters to strip; nil, for white space, where none are given.
  func characters(_ value: Value?) throws(ChatTemplateError) -> Set<Unicode.Scalar>? {
    guard let value, !value.isNull else { return nil }
    return Set(try text(value, "strip").unicodeScalars)
  }
}
