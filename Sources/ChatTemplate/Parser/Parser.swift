/// Builds the syntax tree from tokens, with Jinja's grammar.
struct Parser {
  /// Nested levels of statements and brackets; published templates need about ten.
  static let maximumNesting = 48

  let tokens: [Token]
  var position = 0
  var names = NameTable()
  var nesting = 0
  /// Loops that `break` and `continue` can reach from here; macros hide those around them.
  var reachableLoops = 0
  /// All loops around this place. Inside one, `loop` can't be assigned to.
  var surroundingLoops = 0
  /// Whether `loop` has been read since the innermost loop began.
  var readsLoop = false
  /// The blocks so far, by name.
  var blocks: [String: MacroDefinition] = [:]
  /// How many conditions of the template depend on one variable alone.
  var soleTests = 0
  /// Which of `caller`, `varargs` and `kwargs` have been read in the macro being parsed.
  var specialReads: Set<NameTable.ID> = []
  /// Filters and tests of unknown name since the innermost scope began, outside conditions.
  ///
  /// As in Jinja, such a name makes the whole template invalid unless a condition around it may keep it from running.
  var unknownNames: [ChatTemplateError] = []

  init(tokens: [Token]) { self.tokens = tokens }

  mutating func parse() throws(ChatTemplateError) -> Program {
    let statements = try parseStatements(until: [])
    try refuseUnknownNames(since: 0)
    return Program(statements: statements, names: names, soleTests: soleTests, blocks: blocks)
  }

  /// The current token; the lexer puts an end token last, and `next` never passes it.
  var current: Token { tokens[position] }

  var line: Int { current.line }

  var following: Token.Kind { tokens[min(position + 1, tokens.count - 1)].kind }

  @discardableResult
  mutating func next() -> Token {
    let token = tokens[position]
    if position + 1 < tokens.count { position += 1 }
    return token
  }

  func at(_ symbol: Token.Symbol) -> Bool { current.kind == .symbol(symbol) }

  func at(name: String) -> Bool { current.kind == .name(name) }

  mutating func skip(_ symbol: Token.Symbol) -> Bool {
    guard at(symbol) else { return false }
    next()
    return true
  }

  mutating func skip(name: String) -> Bool {
    guard at(name: name) else { return false }
    next()
    return true
  }

  mutating func expect(_ kind: Token.Kind) throws(ChatTemplateError) {
    guard current.kind == kind else { throw unexpected("expected \(kind)") }
    next()
  }

  mutating func expectName() throws(ChatTemplateError) -> String {
    guard case .name(let name) = current.kind else { throw unexpected("expected a name") }
    next()
    return name
  }

  /// Throws the first error of an unknown name beyond the given number of them.
  func refuseUnknownNames(since count: Int) throws(ChatTemplateError) {
    if unknownNames.count > count { throw unknownNames[count] }
  }

  func unexpected(_ problem: String) -> ChatTemplateError {
    .syntax("\(problem), found \(current.kind)", line: line)
  }

  /// Enters a level of nesting; the caller leaves it by subtracting one from `nesting`.
  mutating func enter() throws(ChatTemplateError) {
    nesting += 1
    guard nesting <= Self.maximumNesting else {
      throw .limit(.nesting, maximum: Self.maximumNesting, line: line)
    }
  }
}
