extension Builtin {
  /// Jinja's functions and those of transformers, by name.
  static let functions = table([
    Builtin("range", ["start", "stop", "step"], required: 1, range),
    Builtin("dict", acceptsMore: true, dict), Builtin("namespace", acceptsMore: true, namespace),
    Builtin("raise_exception", ["message"], required: 1, raiseException),
    Builtin("strftime_now", ["format"], required: 1, strftimeNow),
  ])

  /// The longest range that Jinja's sandbox allows.
  private static let maximumRange = 100_000

  private static let range: Body = { interpreter, _, arguments throws(ChatTemplateError) in
    let first = try interpreter.index(arguments[0])
    let start = arguments[1] == nil ? 0 : first
    let stop = arguments[1] == nil ? first : try interpreter.index(arguments[1])
    let step = arguments[2] == nil ? 1 : try interpreter.index(arguments[2])
    guard step != 0 else { throw interpreter.invalid("the step of a range can't be 0") }
    let isEmpty = step > 0 ? start >= stop : start <= stop
    let (distance, overflow) = stop.subtractingReportingOverflow(start)
    let count = isEmpty ? 0 : (distance.magnitude - 1) / step.magnitude + 1
    guard isEmpty || (!overflow && count <= maximumRange) else {
      throw interpreter.invalid("a range can't be longer than \(maximumRange)")
    }
    return .range(RangeValue(start: start, stop: stop, step: step, count: Int(count)))
  }

  private static let dict: Body = { interpreter, _, arguments throws(ChatTemplateError) in
    .dictionary(try interpreter.dictionary(of: try interpreter.members(arguments.rest)))
  }

  private static let namespace: Body = { interpreter, _, arguments throws(ChatTemplateError) in
    let namespace = try interpreter.makeNamespace()
    let members = try interpreter.members(arguments.rest)
    for (index, member) in members.enumerated() {
      guard let name = member.key.text else { throw interpreter.invalid("a namespace's members need names") }
      try interpreter.checkMemberName(name)
      try interpreter.charge(1 + index / 8)
      namespace[name] = member.value
    }
    return .namespace(namespace)
  }

  private static let raiseException: Body = { interpreter, _, arguments throws(ChatTemplateError) in
    throw .raised(try interpreter.display(arguments[0] ?? .null), line: interpreter.line)
  }

  private static let strftimeNow: Body = { interpreter, _, arguments throws(ChatTemplateError) in
    guard let format = arguments[0]?.text else { throw interpreter.invalid("'strftime_now' needs a format") }
    return try interpreter.string(interpreter.clock.text(format))
  }
}

extension Interpreter {
  /// An argument of `range`.
  fileprivate func index(_ value: Value?) throws(ChatTemplateError) -> Int {
    if case .undefined(let reason)? = value { throw undefined(reason) }
    guard let index = value?.index else { throw invalid("'range' needs whole numbers") }
    return index
  }

  /// The members in the arguments of `dict` and `namespace`: those of a mapping or of pairs, then the named ones.
  fileprivate func members(_ arguments: Arguments) throws(ChatTemplateError) -> [(key: Value, value: Value)] {
    guard arguments.positional.count <= 1 else { throw invalid("at most one mapping can be given") }
    var members: [(key: Value, value: Value)] = []
    switch arguments.positional.first {
    case nil: break
    case .undefined(let reason)?: throw undefined(reason)
    case .dictionary(let dictionary)?:
      for (key, value) in zip(dictionary.keys, dictionary.values) { members.append((key, value)) }
    case let pairs?:
      for pair in try elements(of: pairs) {
        let values = try elements(of: pair)
        guard values.count == 2 else { throw invalid("a mapping is made of pairs") }
        members.append((values[0], values[1]))
      }
    }
    for (name, value) in arguments.named { members.append((.string(name), value)) }
    return members
  }
}
