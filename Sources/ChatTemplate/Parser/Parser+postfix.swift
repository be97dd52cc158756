/// What follows an operand: members, calls, filters and tests.
extension Parser {
  /// Parses members, calls, filters and tests after an operand.
  ///
  /// After the first filter or test only calls may follow, not members: `x|first.name` is no Jinja.
  mutating func parseSteps(takesFilters: Bool) throws(ChatTemplateError) -> [Postfix] {
    var steps: [Postfix] = []
    while let step = try parseMemberStep() { steps.append(step) }
    guard takesFilters else { return steps }
    while true {
      if at(.pipe) {
        steps += try parseFilterChain(startsInline: false)
      } else if at(name: "is") {
        steps.append(try parseTest())
      } else if at(.leftParenthesis) {
        steps.append(.call(try parseArguments()))
      } else {
        return steps
      }
    }
  }

  /// Parses `| name(arguments)` any number of times; inline, the first comes without its bar.
  mutating func parseFilterChain(startsInline: Bool) throws(ChatTemplateError) -> [Postfix] {
    var filters: [Postfix] = []
    var isInline = startsInline
    while isInline || skip(.pipe) {
      isInline = false
      let (name, builtin) = try parseBuiltin("filter", from: Builtin.filters)
      let arguments = at(.leftParenthesis) ? try parseArguments() : CallArguments()
      filters.append(.filter(name: name, builtin, arguments))
    }
    return filters
  }

  private mutating func parseTest() throws(ChatTemplateError) -> Postfix {
    next()
    let negated = skip(name: "not")
    let (name, builtin) = try parseBuiltin("test", from: Builtin.tests)
    var arguments = CallArguments()
    if at(.leftParenthesis) {
      arguments = try parseArguments()
    } else if startsTestArgument {
      if at(name: "is") { throw .syntax("tests can't be chained with 'is'", line: line) }
      let operand = try parsePrimary()
      let steps = try parseSteps(takesFilters: false)
      arguments.positional = [steps.isEmpty ? operand : .postfix(operand, steps)]
    }
    return .test(name: name, builtin, arguments, negated: negated)
  }

  /// Whether the current token begins an argument that a test takes without parentheses.
  private var startsTestArgument: Bool {
    switch current.kind {
    case .name("else"), .name("or"), .name("and"): false
    case .name, .string, .integer, .number, .symbol(.leftBracket), .symbol(.leftBrace): true
    default: false
    }
  }

  /// Parses the name of a filter or a test, and records one that Jinja does not know.
  private mutating func parseBuiltin(
    _ kind: String, from known: [String: Builtin]
  ) throws(ChatTemplateError) -> (String, Builtin?) {
    let line = self.line
    var name = try expectName()
    while skip(.dot) { name += "." + (try expectName()) }
    if known[name] == nil, !Builtin.unsupportedFilters.contains(name) {
      unknownNames.append(.syntax("no \(kind) is named '\(name)'", line: line))
    }
    return (name, known[name])
  }

  private mutating func parseMemberStep() throws(ChatTemplateError) -> Postfix? {
    if skip(.dot) {
      let token = next()
      switch token.kind {
      case .name(let name): return .attribute(MemberName(name, id: names.id(of: name)))
      case .integer(let index): return .item(.integer(index))
      default: throw .syntax("expected a name or a number after '.', found \(token.kind)", line: token.line)
      }
    }
    if skip(.leftBracket) { return try parseSubscript() }
    return at(.leftParenthesis) ? .call(try parseArguments()) : nil
  }

  /// Parses the brackets after a value: an index, a slice, or several indices, which are a tuple.
  private mutating func parseSubscript() throws(ChatTemplateError) -> Postfix {
    var indices: [Expression] = []
    while !at(.rightBracket) {
      let start = at(.colon) ? nil : try parseExpression()
      if at(.colon) {
        guard indices.isEmpty else { throw .unsupported("a slice beside other indices", line: line) }
        return try parseSlice(start: start)
      }
      if let start { indices.append(start) }
      if !at(.rightBracket) { try expect(.symbol(.comma)) }
    }
    next()
    if indices.count == 1, case .string(let text) = indices[0] { return .key(MemberName(text, id: names.id(of: text))) }
    return .item(indices.count == 1 ? indices[0] : .tuple(indices))
  }

  private mutating func parseSlice(start: Expression?) throws(ChatTemplateError) -> Postfix {
    next()
    let stop = at(.colon) || at(.rightBracket) ? nil : try parseExpression()
    let step = skip(.colon) && !at(.rightBracket) ? try parseExpression() : nil
    try expect(.symbol(.rightBracket))
    return .slice(start: start, stop: stop, step: step)
  }

  private mutating func parseArguments() throws(ChatTemplateError) -> CallArguments {
    var arguments = CallArguments()
    let line = self.line
    try expect(.symbol(.leftParenthesis))
    while !at(.rightParenthesis) {
      let isPlain = arguments.spread == nil && arguments.namedSpread == nil
      if at(.multiply), isPlain {
        next()
        arguments.spread = try parseExpression()
      } else if at(.power), arguments.namedSpread == nil {
        next()
        arguments.namedSpread = try parseExpression()
      } else if case .name(let name) = current.kind, following == .symbol(.assign), arguments.namedSpread == nil {
        next()
        next()
        guard !arguments.named.contains(where: { $0.name == name }) else {
          throw .syntax("the argument '\(name)' is given twice", line: line)
        }
        arguments.named.append((name, try parseExpression()))
      } else if isPlain, arguments.named.isEmpty {
        arguments.positional.append(try parseExpression())
      } else {
        throw .syntax("a positional argument follows a named one", line: line)
      }
      guard skip(.comma) else { break }
    }
    try expect(.symbol(.rightParenthesis))
    return arguments
  }
}
