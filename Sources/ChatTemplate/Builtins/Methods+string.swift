extension Builtin {
  static let stringMethods = MethodTable(
    known: table(stripMethods, splitMethods, searchMethods, caseMethods, classMethods, [formatMethod]),
    other: [
      "casefold", "center", "encode", "expandtabs", "format_map", "isdecimal", "isidentifier", "isnumeric",
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

/// Splitting, joining and searching.
extension Builtin {
  private static let splitMethods: [Builtin] = [
    Builtin("split", ["sep", "maxsplit"], split(fromEnd: false)),
    Builtin("rsplit", ["sep", "maxsplit"], split(fromEnd: true)), Builtin("splitlines", ["keepends"], splitLines),
    Builtin("partition", ["sep"], required: 1, partition(fromEnd: false)),
    Builtin("rpartition", ["sep"], required: 1, partition(fromEnd: true)),
    Builtin("join", ["iterable"], required: 1, join),
    Builtin("replace", ["old", "new", "count"], required: 2, replace),
  ]

  private static let searchMethods: [Builtin] = [
    Builtin("startswith", ["prefix", "start"], required: 1, matches { $0.utf8.starts(with: $1.utf8) }),
    Builtin(
      "endswith", ["suffix", "start"], required: 1,
      matches { $0.utf8.reversed().starts(with: $1.utf8.reversed()) }),
    Builtin("find", ["sub"], required: 1, find(fromEnd: false, isNeeded: false)),
    Builtin("rfind", ["sub"], required: 1, find(fromEnd: true, isNeeded: false)),
    Builtin("index", ["sub"], required: 1, find(fromEnd: false, isNeeded: true)),
    Builtin("rindex", ["sub"], required: 1, find(fromEnd: true, isNeeded: true)),
    Builtin("count", ["sub"], required: 1, count),
  ]

  private static func split(fromEnd: Bool) -> Body {
    { interpreter, value, arguments throws(ChatTemplateError) in
      let text = try interpreter.owner(value)
      let given = try interpreter.optionalIndex(arguments[1]) ?? -1
      let limit = given < 0 ? nil : given
      var parts: [String]
      if let separator = arguments[0], !separator.isNull {
        let separator = try interpreter.text(separator, "split")
        guard !separator.isEmpty else { throw interpreter.invalid("can't split at an empty string") }
        parts = PythonText.split(text, at: separator, limit: limit, fromEnd: fromEnd)
      } else {
        parts = PythonText.splitAtSpace(text, limit: limit, fromEnd: fromEnd)
      }
      return try interpreter.list(of: parts)
    }
  }

  private static let splitLines: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    let text = try interpreter.owner(value)
    return try interpreter.list(of: PythonText.lines(text, keepingEnds: try interpreter.isSet(arguments[0])))
  }

  private static func partition(fromEnd: Bool) -> Body {
    { interpreter, value, arguments throws(ChatTemplateError) in
      let text = try interpreter.owner(value)
      let separator = try interpreter.text(arguments[0], "partition")
      guard !separator.isEmpty else { throw interpreter.invalid("can't split at an empty string") }
      let parts = PythonText.split(text, at: separator, limit: 1, fromEnd: fromEnd)
      guard parts.count == 2 else {
        return try interpreter.tuple((fromEnd ? ["", "", text] : [text, "", ""]).map(Value.string))
      }
      return try interpreter.tuple([parts[0], separator, parts[1]].map(Value.string))
    }
  }

  private static let join: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    let separator = try interpreter.owner(value)
    var text = ""
    for (index, element) in try interpreter.elements(of: arguments[0] ?? .null).enumerated() {
      guard let part = element.text else { throw interpreter.invalid("'join' needs strings, not \(element.kind)") }
      if index > 0 { text += separator }
      text += part
      try interpreter.charge(1 + (separator.utf8.count + part.utf8.count) / 32)
      try interpreter.checkSize(text.utf8.count)
    }
    return try interpreter.string(text)
  }

  private static let replace: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    let old = try interpreter.text(arguments[0], "replace")
    let new = try interpreter.text(arguments[1], "replace")
    let count = try interpreter.optionalIndex(arguments[2])
    return try interpreter.replace(old, with: new, in: try interpreter.owner(value), count: count)
  }

  private static func matches(_ holds: @escaping @Sendable (String, String) -> Bool) -> Body {
    { interpreter, value, arguments throws(ChatTemplateError) in
      var text = try interpreter.owner(value)
      if let start = try interpreter.optionalIndex(arguments[1]) {
        text = try interpreter.slice(.string(text), start: start, stop: nil, step: nil).text ?? ""
      }
      if case .tuple(let candidates)? = arguments[0] {
        for candidate in candidates.elements {
          if holds(text, try interpreter.text(candidate, "startswith")) { return .boolean(true) }
        }
        return .boolean(false)
      }
      return .boolean(holds(text, try interpreter.text(arguments[0], "startswith")))
    }
  }

  private static func find(fromEnd: Bool, isNeeded: Bool) -> Body {
    { interpreter, value, arguments throws(ChatTemplateError) in
      let text = Array(try interpreter.owner(value).utf8)
      let search = TextSearch(for: try interpreter.text(arguments[0], "find"))
      let match = fromEnd ? search.lastMatch(in: text) : search.firstMatch(in: text)
      guard let match else {
        if isNeeded { throw interpreter.invalid("the text is not in the string") }
        return .integer(-1)
      }
      return .integer(String(decoding: text[..<match], as: UTF8.self).unicodeScalars.count)
    }
  }

  private static let count: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    let text = try interpreter.owner(value)
    let part = try interpreter.text(arguments[0], "count")
    if part.isEmpty { return .integer(text.unicodeScalars.count + 1) }
    return .integer(TextSearch(for: part).matches(in: Array(text.utf8)).count)
  }
}

/// Arguments, and what filters share with methods.
extension Interpreter {
  /// The text of a method's owner, counted as handled.
  fileprivate func owner(_ value: Value) throws(ChatTemplateError) -> String {
    let text = value.text ?? ""
    try allotText(text.utf8.count)
    return text
  }

  /// An argument that must be a string.
  fileprivate func text(_ value: Value?, _ method: String) throws(ChatTemplateError) -> String {
    guard let text = value?.text else { throw invalid("'\(method)' needs a string") }
    try allotText(text.utf8.count)
    return text
  }

  /// The characters to strip; nil, for white space, if none are given.
  func characters(_ value: Value?) throws(ChatTemplateError) -> Set<Unicode.Scalar>? {
    guard let value, !value.isNull else { return nil }
    return Set(try text(value, "strip").unicodeScalars)
  }

  /// Replaces the first `count` occurrences, or all; an empty text occurs around every character.
  func replace(_ old: String, with new: String, in text: String, count: Int?) throws(ChatTemplateError) -> Value {
    try allotText(text.utf8.count)
    let limit = count.map { $0 < 0 ? Int.max : $0 } ?? Int.max
    let bytes = Array(text.utf8)
    let places =
      old.isEmpty
      ? bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 } + [bytes.count] : TextSearch(for: old).matches(in: bytes)
    let (growth, overflow) = min(places.count, limit).multipliedReportingOverflow(by: new.utf8.count)
    try allotText(overflow ? Int.max : growth)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + growth)
    var end = 0
    for place in places.prefix(limit) {
      result += bytes[end..<place]
      result += new.utf8
      end = place + old.utf8.count
    }
    result += bytes[end...]
    return try string(String(decoding: result, as: UTF8.self))
  }
}
