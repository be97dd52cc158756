extension Interpreter {
  func evaluate(_ expression: Expression) throws(ChatTemplateError) -> Value {
    try charge(1)
    switch expression {
    case .null: return .null
    case .boolean(let value): return .boolean(value)
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    case .string(let text): return .string(text)
    case .variable(let id): return variable(id)
    default:
      try descend()
      defer { depth -= 1 }
      return try evaluateCompound(expression)
    }
  }

  private func evaluateCompound(_ expression: Expression) throws(ChatTemplateError) -> Value {
    switch expression {
    case .list(let elements): return try list(try evaluate(elements))
    case .tuple(let elements): return try tuple(try evaluate(elements))
    case .dictionary(let members): return try evaluateDictionary(members)
    case .sign(let sign, let operand): return try evaluateSign(sign, operand)
    case .not(let operand): return .boolean(try !evaluate(operand).isTrue)
    case .all(let operands): return try evaluateUntil(false, operands)
    case .any(let operands): return try evaluateUntil(true, operands)
    case .comparison(let first, let rest): return .boolean(try evaluateComparison(first, rest))
    case .arithmetic(let first, let rest):
      var value = try evaluate(first)
      for (operation, operand) in rest { value = try apply(operation, value, try evaluate(operand)) }
      return value
    case .concatenation(let operands):
      var text = ""
      for operand in operands { text += try display(try evaluate(operand)) }
      return try string(text)
    case .conditional(let test, let then, let otherwise):
      if try evaluate(test).isTrue { return try evaluate(then) }
      guard let otherwise else { return .undefined(.because("an inline 'if' without 'else' did not hold")) }
      return try evaluate(otherwise)
    case .postfix(let base, let steps): return try apply(steps, to: try evaluate(base))
    default: return .null
    }
  }

  func evaluate(_ expressions: [Expression]) throws(ChatTemplateError) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(expressions.count)
    for expression in expressions { values.append(try evaluate(expression)) }
    return values
  }

  private func evaluateDictionary(
    _ members: [(key: Expression, value: Expression)]
  ) throws(ChatTemplateError) -> Value {
    var values: [(key: Value, value: Value)] = []
    for member in members { values.append((try evaluate(member.key), try evaluate(member.value))) }
    return .dictionary(try dictionary(of: values))
  }

  private func evaluateSign(_ sign: SignOperator, _ operand: Expression) throws(ChatTemplateError) -> Value {
    let value = try evaluate(operand)
    if case .undefined(let reason) = value { throw undefined(reason) }
    if case .number(let number) = value { return .number(sign == .minus ? -number : number) }
    guard let integer = value.index else { throw invalid("\(value.kind) has no sign") }
    guard sign == .plus || integer != .min else { throw invalid("an integer does not fit 64 bits") }
    return .integer(sign == .minus ? -integer : integer)
  }

  /// The first operand with that truth value, else the last: `or` stops at true, `and` at false.
  private func evaluateUntil(_ truth: Bool, _ operands: [Expression]) throws(ChatTemplateError) -> Value {
    var value = Value.null
    for operand in operands {
      value = try evaluate(operand)
      if value.isTrue == truth { return value }
    }
    return value
  }

  /// Whether each neighboring pair of a chain `a < b < c` holds; operands after one that does not are not evaluated.
  private func evaluateComparison(
    _ first: Expression, _ rest: [(Comparison, Expression)]
  ) throws(ChatTemplateError) -> Bool {
    var left = try evaluate(first)
    for (comparison, operand) in rest {
      let right = try evaluate(operand)
      guard try holds(comparison, left, right) else { return false }
      left = right
    }
    return true
  }
}

/// Members, calls, filters and tests.
extension Interpreter {
  /// Applies the steps after an operand, one after the other.
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
    case .key(let name): return try item(name, of: value)
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
    if let spread = arguments.spread {
      let elements = try elements(of: try evaluate(spread))
      try allot(elements.count)
      values.positional += elements
    }
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
