extension Parser {
  /// Names that are values, not variables.
  static let constants: Set<String> = ["true", "false", "none", "True", "False", "None"]

  /// Parses what a `set`, `for` or `with` assigns to.
  mutating func parseTarget(allowsMembers: Bool) throws(ChatTemplateError) -> Target {
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

  var atTupleEnd: Bool {
    switch current.kind {
    case .outputEnd, .blockEnd, .symbol(.rightParenthesis): true
    default: false
    }
  }
}
