extension Parser {
  /// Parses up to a tag of one of those names, and leaves that name as the current token; without names, to the end.
  mutating func parseStatements(until ends: [String]) throws(ChatTemplateError) -> [Statement] {
    try enter()
    defer { nesting -= 1 }
    var statements: [Statement] = []
    while true {
      let line = self.line
      switch current.kind {
      case .text(let text):
        statements.append(.text(text))
        next()
      case .outputBegin:
        next()
        statements.append(.output(try parseTuple(), line: line))
        try expect(.outputEnd)
      case .blockBegin:
        next()
        if case .name(let name) = current.kind, ends.contains(name) { return statements }
        statements += try parseStatement()
        try expect(.blockEnd)
      default:
        guard ends.isEmpty, current.kind == .end else {
          let missing = ends.map { "'\($0)'" }.joined(separator: " or ")
          throw unexpected(ends.isEmpty ? "expected text or a tag" : "expected \(missing)")
        }
        return statements
      }
    }
  }

  /// Parses the body of a tag and the name of the tag that ends it; the rest of that tag comes next.
  private mutating func parseBody(until ends: [String]) throws(ChatTemplateError) -> (body: [Statement], end: String) {
    _ = skip(.colon)
    try expect(.blockEnd)
    let body = try parseStatements(until: ends)
    return (body, try expectName())
  }

  /// Parses the body of a tag with its own variables.
  private mutating func parseInnerBody(until ends: [String]) throws(ChatTemplateError) -> (
    body: [Statement], end: String
  ) {
    let known = unknownNames.count
    let result = try parseBody(until: ends)
    try refuseUnknownNames(since: known)
    return result
  }

  private mutating func parseStatement() throws(ChatTemplateError) -> [Statement] {
    let line = self.line
    let tag = try expectName()
    switch tag {
    case "if": return [try parseConditional()]
    case "for": return [try parseLoop(line: line)]
    case "set": return [try parseSet(line: line)]
    case "macro": return [try parseMacro(line: line)]
    case "call": return [try parseCallBlock(line: line)]
    case "generation": return [.with([], body: try parseScope(until: "endgeneration"), line: line)]
    case "block": return [try parseBlock(line: line)]
    case "with": return [try parseWith(line: line)]
    case "filter":
      let filters = try parseFilterChain(startsInline: true)
      return [.filter(filters, body: try parseInnerBody(until: ["endfilter"]).body, line: line)]
    case "print": return try parsePrint(line: line)
    case "break", "continue":
      guard reachableLoops > 0 else { throw .syntax("'\(tag)' outside a loop", line: line) }
      return [tag == "break" ? .breakLoop : .continueLoop]
    case "include", "import", "from", "extends", "autoescape":
      throw .unsupported("the tag '\(tag)'", line: line)
    default: throw .syntax("unknown tag '\(tag)'", line: line)
    }
  }

  private mutating func parseConditional() throws(ChatTemplateError) -> Statement {
    let known = unknownNames.count
    defer { unknownNames.removeSubrange(min(known, unknownNames.count)...) }
    var branches: [Branch] = []
    while true {
      let line = self.line
      let test = try parseTuple(allowsConditional: false)
      let (body, end) = try parseBody(until: ["elif", "else", "endif"])
      let soleTest = SoleTest(leading: test, number: soleTests)
      if soleTest != nil { soleTests += 1 }
      branches.append(Branch(test: test, soleTest: soleTest, body: body, line: line))
      switch end {
      case "elif": continue
      case "else": return .conditional(branches, otherwise: try parseBody(until: ["endif"]).body)
      default: return .conditional(branches, otherwise: [])
      }
    }
  }

  private mutating func parseSet(line: Int) throws(ChatTemplateError) -> Statement {
    let target = try parseTarget(allowsMembers: true)
    if skip(.assign) {
      let value = try parseTuple()
      return value.growth(of: target, line: line) ?? .assignment(target, value, line: line)
    }
    let filters = try parseFilterChain(startsInline: false)
    return .capture(target, filters: filters, body: try parseInnerBody(until: ["endset"]).body, line: line)
  }

  private mutating func parseWith(line: Int) throws(ChatTemplateError) -> Statement {
    var assignments: [(Target, Expression)] = []
    while current.kind != .blockEnd {
      if !assignments.isEmpty { try expect(.symbol(.comma)) }
      let target = try parseTarget(allowsMembers: false)
      try expect(.symbol(.assign))
      assignments.append((target, try parseExpression()))
    }
    return .with(assignments, body: try parseInnerBody(until: ["endwith"]).body, line: line)
  }

  private mutating func parsePrint(line: Int) throws(ChatTemplateError) -> [Statement] {
    var outputs: [Statement] = []
    while current.kind != .blockEnd {
      if !outputs.isEmpty { try expect(.symbol(.comma)) }
      outputs.append(.output(try parseExpression(), line: line))
    }
    return outputs
  }
}

/// Tags with their own variables.
extension Parser {
  private mutating func parseLoop(line: Int) throws(ChatTemplateError) -> Statement {
    surroundingLoops += 1
    defer { surroundingLoops -= 1 }
    let target = try parseTarget(allowsMembers: false)
    guard skip(name: "in") else { throw unexpected("expected 'in'") }
    let sequence = try parseTuple(allowsConditional: false)
    let filter = skip(name: "if") ? try parseExpression() : nil
    if at(name: "recursive") { throw .unsupported("a recursive loop", line: line) }
    reachableLoops += 1
    let outerReads = readsLoop
    readsLoop = false
    let (body, end) = try parseInnerBody(until: ["endfor", "else"])
    reachableLoops -= 1
    let bodyReads = readsLoop
    readsLoop = outerReads || bodyReads
    let otherwise = end == "else" ? try parseInnerBody(until: ["endfor"]).body : []
    let (steadyBranches, isSelective) = Self.conditions(of: body, target)
    return .loop(
      Loop(
        target: target, readsLoop: bodyReads, sequence: sequence, filter: filter, body: body, otherwise: otherwise,
        line: line, steadyBranches: filter == nil ? steadyBranches : 0, isSelective: isSelective))
  }

  /// What a body that is one condition says before it runs, as `Loop` describes it.
  private static func conditions(of body: [Statement], _ target: Target) -> (steadyBranches: Int, isSelective: Bool) {
    guard case .variable(let element) = target, body.count == 1,
      case .conditional(let branches, let otherwise) = body[0]
    else { return (0, false) }
    return (
      branches.prefix { $0.test.isPlain(without: [element, NameTable.loop]) }.count,
      otherwise.isEmpty && branches.allSatisfy { $0.soleTest?.variable == element }
    )
  }

  private mutating func parseMacro(line: Int) throws(ChatTemplateError) -> Statement {
    let name = try expectName()
    guard !Self.constants.contains(name) else { throw .syntax("'\(name)' can't be assigned to", line: line) }
    return .macro(try parseDefinition(name: name, end: "endmacro", line: line))
  }

  private mutating func parseBlock(line: Int) throws(ChatTemplateError) -> Statement {
    let name = try expectName()
    guard blocks[name] == nil else { throw .syntax("the block '\(name)' is there twice", line: line) }
    let isScoped = skip(name: "scoped")
    if at(name: "required") { throw .unsupported("a block that another template has to fill", line: line) }
    let definition = try parseDefinition(name: name, parameters: [], end: "endblock", line: line)
    _ = skip(name: name)
    guard blocks[name] == nil else { throw .syntax("the block '\(name)' is there twice", line: line) }
    blocks[name] = definition
    return .block(definition, isScoped: isScoped)
  }

  private mutating func parseCallBlock(line: Int) throws(ChatTemplateError) -> Statement {
    let parameters = at(.leftParenthesis) ? try parseParameters() : []
    let call = try parseExpression()
    guard case .postfix(let base, var steps) = call, case .call(let arguments)? = steps.popLast() else {
      throw .syntax("'call' needs a call", line: line)
    }
    let body = try parseDefinition(name: "caller", parameters: parameters, end: "endcall", line: line)
    return .call(steps.isEmpty ? base : .postfix(base, steps), arguments, body: body, line: line)
  }

  /// Parses a body that Jinja compiles to a function: `break` can't leave it.
  private mutating func parseScope(until end: String) throws(ChatTemplateError) -> [Statement] {
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

/// Assignment targets.
extension Parser {
  /// Names that are values, not variables.
  private static let constants: Set<String> = ["true", "false", "none", "True", "False", "None"]

  /// Parses the target of a `set`, `for` or `with`.
  private mutating func parseTarget(allowsMembers: Bool) throws(ChatTemplateError) -> Target {
    var targets: [Target] = []
    var isTuple = false
    while !atTupleEnd {
      targets.append(try parseSingleTarget(allowsMembers: allowsMembers))
      guard skip(.comma) else { break }
      isTuple = true
    }
    guard let first = targets.first else { throw unexpected("expected a name to assign to") }
    return isTuple ? .tuple(targets) : first
  }

  private mutating func parseSingleTarget(allowsMembers: Bool) throws(ChatTemplateError) -> Target {
    if skip(.leftParenthesis) {
      try enter()
      defer { nesting -= 1 }
      let target = try parseTarget(allowsMembers: false)
      try expect(.symbol(.rightParenthesis))
      return target
    }
    let line = self.line
    let name = try expectName()
    guard !Self.constants.contains(name) else { throw .syntax("'\(name)' can't be assigned to", line: line) }
    let id = names.id(of: name)
    if allowsMembers, skip(.dot) { return .member(id, try expectName()) }
    guard id != NameTable.loop || surroundingLoops == 0 else {
      throw .syntax("'loop' can't be assigned to inside a loop", line: line)
    }
    return .variable(id)
  }

  /// Whether a tuple without brackets ends here.
  var atTupleEnd: Bool {
    switch current.kind {
    case .outputEnd, .blockEnd, .symbol(.rightParenthesis): true
    default: false
    }
  }
}
