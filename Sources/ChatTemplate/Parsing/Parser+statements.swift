extension Parser {
  /// Parses up to a tag of one of those names, whose name becomes the current token; with no names, to the end.
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

  /// Parses the body of a tag and takes the tag that ends it; what follows is the rest of that tag.
  mutating func parseBody(until ends: [String]) throws(ChatTemplateError) -> (body: [Statement], end: String) {
    _ = skip(.colon)
    try expect(.blockEnd)
    let body = try parseStatements(until: ends)
    return (body, try expectName())
  }

  /// Parses the body of a tag that has variables of its own.
  mutating func parseInnerBody(until ends: [String]) throws(ChatTemplateError) -> (body: [Statement], end: String) {
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
    case "with": return [try parseWith(line: line)]
    case "filter":
      let filters = try parseFilterChain(startsInline: true)
      return [.filter(filters, body: try parseInnerBody(until: ["endfilter"]).body, line: line)]
    case "print": return try parsePrint(line: line)
    case "break", "continue":
      guard reachableLoops > 0 else { throw .syntax("'\(tag)' outside a loop", line: line) }
      return [tag == "break" ? .breakLoop : .continueLoop]
    case "include", "import", "from", "extends", "block", "autoescape":
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
      branches.append(Branch(test: test, body: body, line: line))
      switch end {
      case "elif": continue
      case "else": return .conditional(branches, otherwise: try parseBody(until: ["endif"]).body)
      default: return .conditional(branches, otherwise: [])
      }
    }
  }

  private mutating func parseSet(line: Int) throws(ChatTemplateError) -> Statement {
    let target = try parseTarget(allowsMembers: true)
    if skip(.assign) { return .assignment(target, try parseTuple(), line: line) }
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
