extension Parser {
  mutating func parseLoop(line: Int) throws(ChatTemplateError) -> Statement {
    surroundingLoops += 1
    defer { surroundingLoops -= 1 }
    let target = try parseTarget(allowsMembers: false)
    guard skip(name: "in") else { throw unexpected("expected 'in'") }
    let sequence = try parseTuple(allowsConditional: false)
    let filter = skip(name: "if") ? try parseExpression() : nil
    if at(name: "recursive") { throw .unsupported("a recursive loop", line: line) }
    reachableLoops += 1
    let (body, end) = try parseInnerBody(until: ["endfor", "else"])
    reachableLoops -= 1
    let otherwise = end == "else" ? try parseInnerBody(until: ["endfor"]).body : []
    return .loop(
      Loop(target: target, sequence: sequence, filter: filter, body: body, otherwise: otherwise, line: line))
  }

  mutating func parseMacro(line: Int) throws(ChatTemplateError) -> Statement {
    let name = try expectName()
    guard !Self.constants.contains(name) else { throw .syntax("'\(name)' can't be assigned to", line: line) }
    return .macro(try parseDefinition(name: name, end: "endmacro", line: line))
  }

  mutating func parseCallBlock(line: Int) throws(ChatTemplateError) -> Statement {
    let parameters = at(.leftParenthesis) ? try parseParameters() : []
    let call = try parseExpression()
    guard case .postfix(let base, var steps) = call, case .call(let arguments)? = steps.popLast() else {
      throw .syntax("'call' needs a call", line: line)
    }
    let body = try parseDefinition(name: "caller", parameters: parameters, end: "endcall", line: line)
    return .call(steps.isEmpty ? base : .postfix(base, steps), arguments, body: body, line: line)
  }

  /// Parses a body that is a function to Jinja: `break` can't leave it.
  mutating func parseScope(until end: String) throws(ChatTemplateError) -> [Statement] {
    let loops = reachableLoops
    reachableLoops = 0
    defer { reachableLoops = loops }
    return try parseInnerBody(until: [end]).body
  }

  private mutating func parseDefinition(
    name: String, parameters: [MacroDefinition.Parameter]? = nil, end: String, line: Int
  ) throws(ChatTemplateError) -> MacroDefinition {
    let outerReads = specialReads
    specialReads = []
    defer { specialReads = outerReads.union(specialReads) }
    let parameters = if let parameters { parameters } else { try parseParameters() }
    let body = try parseScope(until: end)
    return MacroDefinition(
      name: name, id: names.id(of: name), parameters: parameters, body: body,
      reads: specialReads.subtracting(parameters.map(\.id)), line: line)
  }

  private mutating func parseParameters() throws(ChatTemplateError) -> [MacroDefinition.Parameter] {
    var parameters: [MacroDefinition.Parameter] = []
    try expect(.symbol(.leftParenthesis))
    while !at(.rightParenthesis) {
      if !parameters.isEmpty { try expect(.symbol(.comma)) }
      let line = self.line
      let name = try expectName()
      let id = names.id(of: name)
      guard !Self.constants.contains(name), !parameters.contains(where: { $0.id == id }) else {
        throw .syntax("'\(name)' can't be a parameter here", line: line)
      }
      let fallback = skip(.assign) ? try parseExpression() : nil
      if fallback == nil, parameters.last?.fallback != nil {
        throw .syntax("the parameter '\(name)' needs a default, as those before it have one", line: line)
      }
      parameters.append(MacroDefinition.Parameter(name: name, id: id, fallback: fallback))
    }
    next()
    return parameters
  }
}
