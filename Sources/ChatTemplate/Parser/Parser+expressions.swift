/// Operators, by precedence.
extension Parser {
  /// Parses expressions between commas: a single one without a comma is itself, others are a tuple.
  mutating func parseTuple(
    allowsConditional: Bool = true, allowsEmpty: Bool = false
  ) throws(ChatTemplateError) -> Expression {
    var elements: [Expression] = []
    var isTuple = false
    while !atTupleEnd {
      elements.append(allowsConditional ? try parseExpression() : try parseOr())
      guard skip(.comma) else { break }
      isTuple = true
    }
    if !isTuple, let element = elements.first { return element }
    guard isTuple || allowsEmpty else { throw unexpected("expected an expression") }
    return .tuple(elements)
  }

  mutating func parseExpression() throws(ChatTemplateError) -> Expression {
    try enter()
    defer { nesting -= 1 }
    let outerNesting = nesting
    defer { nesting = outerNesting }
    let known = unknownNames.count
    var value = try parseOr()
    while skip(name: "if") {
      try enter()
      let test = try parseOr()
      let otherwise = skip(name: "else") ? try parseExpression() : nil
      value = .conditional(test: test, then: value, otherwise: otherwise)
      unknownNames.removeSubrange(known...)
    }
    return value
  }

  private mutating func parseOr() throws(ChatTemplateError) -> Expression {
    var operands = [try parseAnd()]
    while skip(name: "or") { operands.append(try parseAnd()) }
    return operands.count == 1 ? operands[0] : .any(operands)
  }

  private mutating func parseAnd() throws(ChatTemplateError) -> Expression {
    var operands = [try parseNot()]
    while skip(name: "and") { operands.append(try parseNot()) }
    return operands.count == 1 ? operands[0] : .all(operands)
  }

  private mutating func parseNot() throws(ChatTemplateError) -> Expression {
    var negations = 0
    while skip(name: "not") { negations += 1 }
    let operand = try parseComparison()
    if negations == 0 { return operand }
    return negations % 2 == 1 ? .not(operand) : .not(.not(operand))
  }

  private mutating func parseComparison() throws(ChatTemplateError) -> Expression {
    let first = try parseSum()
    var rest: [(Comparison, Expression)] = []
    while let comparison = consumeComparison() { rest.append((comparison, try parseSum())) }
    return rest.isEmpty ? first : .comparison(first, rest)
  }

  private mutating func consumeComparison() -> Comparison? {
    let comparison: Comparison
    switch current.kind {
    case .symbol(.equal): comparison = .equal
    case .symbol(.notEqual): comparison = .notEqual
    case .symbol(.less): comparison = .less
    case .symbol(.lessOrEqual): comparison = .lessOrEqual
    case .symbol(.greater): comparison = .greater
    case .symbol(.greaterOrEqual): comparison = .greaterOrEqual
    case .name("in"): comparison = .contained
    case .name("not") where following == .name("in"):
      next()
      comparison = .notContained
    default: return nil
    }
    next()
    return comparison
  }

  private mutating func parseSum() throws(ChatTemplateError) -> Expression {
    let first = try parseConcatenation()
    var rest: [(ArithmeticOperator, Expression)] = []
    while true {
      if skip(.plus) {
        rest.append((.add, try parseConcatenation()))
      } else if skip(.minus) {
        rest.append((.subtract, try parseConcatenation()))
      } else {
        return rest.isEmpty ? first : .arithmetic(first, rest)
      }
    }
  }

  private mutating func parseConcatenation() throws(ChatTemplateError) -> Expression {
    var operands = [try parseProduct()]
    while skip(.tilde) { operands.append(try parseProduct()) }
    return operands.count == 1 ? operands[0] : .concatenation(operands)
  }

  private mutating func parseProduct() throws(ChatTemplateError) -> Expression {
    let first = try parsePower()
    var rest: [(ArithmeticOperator, Expression)] = []
    while let operation = productOperator {
      next()
      rest.append((operation, try parsePower()))
    }
    return rest.isEmpty ? first : .arithmetic(first, rest)
  }

  private var productOperator: ArithmeticOperator? {
    switch current.kind {
    case .symbol(.multiply): .multiply
    case .symbol(.divide): .divide
    case .symbol(.floorDivide): .floorDivide
    case .symbol(.modulo): .modulo
    default: nil
    }
  }

  private mutating func parsePower() throws(ChatTemplateError) -> Expression {
    let first = try parseUnary()
    var rest: [(ArithmeticOperator, Expression)] = []
    while skip(.power) { rest.append((.power, try parseUnary())) }
    return rest.isEmpty ? first : .arithmetic(first, rest)
  }
}

/// Operands.
extension Parser {
  /// Parses an operand with its sign and what follows it.
  ///
  /// A sign binds tighter than a filter and looser than a member: `-x.y|abs` is `(-(x.y))|abs`.
  private mutating func parseUnary(takesFilters: Bool = true) throws(ChatTemplateError) -> Expression {
    var operand: Expression
    if at(.minus) || at(.plus) {
      try enter()
      defer { nesting -= 1 }
      let sign: SignOperator = next().kind == .symbol(.minus) ? .minus : .plus
      operand = .sign(sign, try parseUnary(takesFilters: false))
    } else {
      operand = try parsePrimary()
    }
    let steps = try parseSteps(takesFilters: takesFilters)
    if !steps.isEmpty { operand = .postfix(operand, steps) }
    return operand
  }

  mutating func parsePrimary() throws(ChatTemplateError) -> Expression {
    let token = next()
    switch token.kind {
    case .name("true"), .name("True"): return .boolean(true)
    case .name("false"), .name("False"): return .boolean(false)
    case .name("none"), .name("None"): return .null
    case .name(let name):
      let id = names.id(of: name)
      if id == NameTable.loop { readsLoop = true }
      if id == NameTable.caller || id == NameTable.varargs || id == NameTable.kwargs { specialReads.insert(id) }
      return .variable(id)
    case .string(var text):
      while case .string(let more) = current.kind {
        text += more
        next()
      }
      return .string(text)
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    case .symbol(.leftParenthesis):
      let value = try parseTuple(allowsEmpty: true)
      try expect(.symbol(.rightParenthesis))
      return value
    case .symbol(.leftBracket): return .list(try parseListElements())
    case .symbol(.leftBrace): return .dictionary(try parseDictionaryMembers())
    default: throw .syntax("expected an expression, found \(token.kind)", line: token.line)
    }
  }

  private mutating func parseListElements() throws(ChatTemplateError) -> [Expression] {
    var elements: [Expression] = []
    while !at(.rightBracket) {
      elements.append(try parseExpression())
      guard skip(.comma) else { break }
    }
    try expect(.symbol(.rightBracket))
    return elements
  }

  private mutating func parseDictionaryMembers() throws(ChatTemplateError) -> [(key: Expression, value: Expression)] {
    var members: [(key: Expression, value: Expression)] = []
    while !at(.rightBrace) {
      let key = try parseExpression()
      try expect(.symbol(.colon))
      members.append((key, try parseExpression()))
      guard skip(.comma) else { break }
    }
    try expect(.symbol(.rightBrace))
    return members
  }
}
