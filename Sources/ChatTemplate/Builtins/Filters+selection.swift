extension Builtin {
  static let selectionFilters: [Builtin] = [
    Builtin("map", acceptsMore: true, map),
    Builtin("select", acceptsMore: true, selection(byAttribute: false, keeps: true)),
    Builtin("reject", acceptsMore: true, selection(byAttribute: false, keeps: false)),
    Builtin("selectattr", acceptsMore: true, selection(byAttribute: true, keeps: true)),
    Builtin("rejectattr", acceptsMore: true, selection(byAttribute: true, keeps: false)),
  ]

  private static let map: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    guard value.isTrue else { return try interpreter.iterator([]) }
    var rest = arguments.rest
    var mapped: [Value] = []
    if rest.positional.isEmpty, let attribute = rest.take("attribute") {
      let fallback = rest.take("default") ?? .null
      if let extra = rest.named.first { throw interpreter.invalid("'map' has no parameter '\(extra.name)'") }
      let path = try interpreter.path(attribute)
      for element in try interpreter.elements(of: value) {
        mapped.append(try interpreter.follow(path, from: element, fallback: fallback))
      }
      return try interpreter.iterator(mapped)
    }
    guard let name = rest.positional.first?.text else { throw interpreter.invalid("'map' needs the name of a filter") }
    guard let filter = Builtin.filters[name] else {
      throw .unsupported("the filter '\(name)'", line: interpreter.line)
    }
    rest.positional.removeFirst()
    try interpreter.descend()
    defer { interpreter.depth -= 1 }
    for element in try interpreter.elements(of: value) {
      try interpreter.charge(1)
      mapped.append(try filter.call(interpreter, element, rest))
    }
    return try interpreter.iterator(mapped)
  }

  /// The four filters that keep or drop elements by a test, of the element or of a member of it.
  private static func selection(byAttribute: Bool, keeps: Bool) -> Body {
    { interpreter, value, arguments throws(ChatTemplateError) in
      guard value.isTrue else { return try interpreter.iterator([]) }
      var rest = arguments.rest
      var path: [Value] = []
      if byAttribute {
        guard !rest.positional.isEmpty else { throw interpreter.invalid("the name of an attribute is missing") }
        path = try interpreter.path(rest.positional.removeFirst())
      }
      let test = try interpreter.takeTest(from: &rest)
      var kept: [Value] = []
      for element in try interpreter.elements(of: value) {
        try interpreter.charge(1)
        let subject = try interpreter.follow(path, from: element)
        let result = if let test { try test.call(interpreter, subject, rest) } else { subject }
        if result.isTrue == keeps { kept.append(element) }
      }
      return try interpreter.iterator(kept)
    }
  }
}

extension Interpreter {
  /// Removes the name of a test from the arguments and returns that test; nil if there is no argument.
  fileprivate func takeTest(from arguments: inout Arguments) throws(ChatTemplateError) -> Builtin? {
    guard let first = arguments.positional.first else { return nil }
    arguments.positional.removeFirst()
    let name = try display(first)
    guard let test = Builtin.tests[name] else { throw .unsupported("the test '\(name)'", line: line) }
    return test
  }

  /// The member at the end of a path; a missing member on the way is the fallback, unless that is null.
  fileprivate func follow(
    _ path: [Value], from value: Value, fallback: Value
  ) throws(ChatTemplateError) -> Value {
    var value = value
    for step in path {
      value = try item(step, of: value)
      if value.isUndefined, !fallback.isNull { value = fallback }
      try charge(1)
    }
    return value
  }
}

extension Arguments {
  /// Removes and returns a named argument; nil if it was not given.
  fileprivate mutating func take(_ name: String) -> Value? {
    named.firstIndex { $0.name == name }.map { named.remove(at: $0).value }
  }
}
