extension Builtin {
  static let sequenceFilters: [Builtin] = [
    Builtin("length", length), Builtin("count", length), Builtin("first", first), Builtin("last", last),
    Builtin("list", list), Builtin("items", items), Builtin("reverse", reverse),
    Builtin("join", ["d", "attribute"], join), Builtin("sum", ["attribute", "start"], sum),
    Builtin("attr", ["name"], required: 1, attribute),
  ]

  private static let length: Body = { interpreter, value, _ throws(ChatTemplateError) in
    .integer(try interpreter.length(of: value))
  }

  private static let first: Body = { interpreter, value, _ throws(ChatTemplateError) in
    let first: Value?
    if case .iterator(let iterator) = value {
      first = iterator.next()
    } else if let text = value.text {
      first = text.unicodeScalars.first.map { .string(String($0)) }
    } else {
      first = try interpreter.elements(of: value).first
    }
    return first ?? .undefined(.because("an empty sequence has no first element"))
  }

  private static let last: Body = { interpreter, value, _ throws(ChatTemplateError) in
    if case .iterator = value { throw interpreter.invalid("an iterator has no last element; make it a list") }
    let last: Value?
    if let text = value.text {
      last = text.unicodeScalars.last.map { .string(String($0)) }
    } else {
      last = try interpreter.elements(of: value).last
    }
    return last ?? .undefined(.because("an empty sequence has no last element"))
  }

  private static let list: Body = { interpreter, value, _ throws(ChatTemplateError) in
    try interpreter.list(try interpreter.elements(of: value))
  }

  private static let items: Body = { interpreter, value, _ throws(ChatTemplateError) in
    if value.isUndefined { return try interpreter.iterator([]) }
    guard case .dictionary(let dictionary) = value else {
      throw interpreter.invalid("\(value.kind) has no items")
    }
    return try interpreter.iterator(try interpreter.pairs(of: dictionary))
  }

  private static let reverse: Body = { interpreter, value, _ throws(ChatTemplateError) in
    if let text = value.text {
      var reversed = String.UnicodeScalarView()
      reversed.append(contentsOf: text.unicodeScalars.reversed())
      return try interpreter.string(String(reversed))
    }
    let reversed = Array(try interpreter.elements(of: value).reversed())
    if case .iterator = value { return try interpreter.list(reversed) }
    return try interpreter.iterator(reversed)
  }

  private static let join: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    let separator = try interpreter.display(arguments[0] ?? .string(""))
    let path = try interpreter.path(arguments[1])
    var text = ""
    var isFirst = true
    for element in try interpreter.elements(of: value) {
      if !isFirst { text += separator }
      isFirst = false
      text += try interpreter.display(try interpreter.follow(path, from: element))
      try interpreter.charge(1 + separator.utf8.count / 32)
      try interpreter.checkSize(text.utf8.count)
    }
    return try interpreter.string(text)
  }

  private static let sum: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    let path = try interpreter.path(arguments[0])
    var sum = arguments[1] ?? .integer(0)
    if sum.text != nil { throw interpreter.invalid("strings can't be summed; join them") }
    for element in try interpreter.elements(of: value) {
      sum = try interpreter.apply(.add, sum, try interpreter.follow(path, from: element))
    }
    return sum
  }

  private static let attribute: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    let name = try interpreter.display(arguments[0] ?? .null)
    guard case .dictionary = value else { return try interpreter.attribute(name, of: value) }
    return interpreter.method(name, of: value) ?? interpreter.missing(name, value)
  }
}

extension Interpreter {
  /// The steps of an attribute argument: `a.b.0` is the first element of a member's member.
  func path(_ attribute: Value?) throws(ChatTemplateError) -> [Value] {
    guard let attribute, !attribute.isNull else { return [] }
    guard let text = attribute.text else { return [attribute] }
    try allotText(text.utf8.count)
    return PythonText.split(text, at: ".", limit: nil).map { part in
      let isIndex = !part.isEmpty && part.unicodeScalars.allSatisfy(\.isDigit)
      return isIndex ? Int(part).map(Value.integer) ?? .string(part) : .string(part)
    }
  }

  /// The member at the end of a path.
  func follow(_ path: [Value], from value: Value) throws(ChatTemplateError) -> Value {
    var value = value
    for step in path {
      try charge(1)
      value = try item(step, of: value)
    }
    return value
  }
}
