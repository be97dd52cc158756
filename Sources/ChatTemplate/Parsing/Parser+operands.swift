extension Parser {
  /// Parses an operand with its sign and what follows it.
  ///
  /// A sign binds tighter than a filter and looser than a member: `-x.y|abs` is `(-(x.y))|abs`.
  mutating func parseUnary(takesFilters: Bool = true) throws(ChatTemplateError) -> Expression {
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
