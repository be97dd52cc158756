extension Interpreter {
  func evaluatePostfix(_ base: Expression, _ steps: [Postfix]) throws(ChatTemplateError) -> Value {
    try apply(steps, to: try evaluate(base))
  }

  func apply(_ steps: [Postfix], to base: Value) throws(ChatTemplateError) -> Value {
    var value = base
    for step in steps {
      try charge(1)
      value = try apply(step, to: value)
    }
    return value
  }

  private func apply(_ step: Postfix, to value: Value) throws(ChatTemplateError) -> Value {
    switch step {
    case .attribute(let name): return try attribute(name, of: value)
    case .item(let index): return try item(try evaluate(index), of: value)
    case .slice(let start, let stop, let step):
      return try slice(value, start: try bound(start), stop: try bound(stop), step: try bound(step))
    case .call(let arguments): return try call(value, try evaluate(arguments))
    case .filter(let name, let builtin, let arguments):
      guard let builtin else { throw .unsupported("the filter '\(name)'", line: line) }
      return try builtin.call(self, value, try evaluate(arguments))
    case .test(let name, let builtin, let arguments, let negated):
      guard let builtin else { throw .unsupported("the test '\(name)'", line: line) }
      return .boolean(try builtin.call(self, value, try evaluate(arguments)).isTrue != negated)
    }
  }

  func evaluate(_ arguments: CallArguments) throws(ChatTemplateError) -> Arguments {
    var values = Arguments(positional: try evaluate(arguments.positional))
    for (name, expression) in arguments.named { values.named.append((name, try evaluate(expression))) }
    if let spread = arguments.spread { values.positional += try elements(of: try evaluate(spread)) }
    if let spread = arguments.namedSpread {
      guard case .dictionary(let dictionary) = try evaluate(spread) else {
        throw invalid("'**' needs a mapping")
      }
      for (key, value) in zip(dictionary.keys, dictionary.values) {
        guard let name = key.text else { throw invalid("'**' needs names for keys") }
        guard !values.named.contains(where: { sameText($0.name, name) }) else {
          throw invalid("the argument '\(name)' is given twice")
        }
        values.named.append((name, value))
        try charge(values.named.count / 8)
      }
    }
    return values
  }

  func call(_ callee: Value, _ arguments: Arguments) throws(ChatTemplateError) -> Value {
    switch callee {
    case .macro(let macro): return try call(macro, arguments)
    case .function(let builtin): return try builtin.call(self, .null, arguments)
    case .method(let method):
      guard let builtin = method.builtin else { throw .unsupported("the method '\(method.name)'", line: line) }
      return try builtin.call(self, method.receiver, arguments)
    case .undefined(let reason): throw undefined(reason)
    default: throw invalid("\(callee.kind) can't be called")
    }
  }
}
