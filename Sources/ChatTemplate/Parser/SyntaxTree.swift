/// A template's syntax tree.
struct Program: Sendable {
  let statements: [Statement]
  let names: NameTable
}

/// Source that prints or changes something.
indirect enum Statement: Sendable {
  case text(String)
  case output(Expression, line: Int)
  case conditional([Branch], otherwise: [Statement])
  case loop(Loop)
  case assignment(Target, Expression, line: Int)
  /// `set` with a body: assigns the text that the body prints, after the filters.
  case capture(Target, filters: [Postfix], body: [Statement], line: Int)
  case macro(MacroDefinition)
  /// `call`: a call that passes its body as the macro `caller`.
  case call(Expression, CallArguments, body: MacroDefinition, line: Int)
  case filter([Postfix], body: [Statement], line: Int)
  case with([(Target, Expression)], body: [Statement], line: Int)
  case breakLoop
  case continueLoop
}

/// A condition and what it guards.
struct Branch: Sendable {
  let test: Expression
  let body: [Statement]
  let line: Int
}

/// The left side of an assignment.
indirect enum Target: Sendable {
  case variable(NameTable.ID)
  /// A member of a namespace.
  case member(NameTable.ID, String)
  case tuple([Target])
}

/// A `for` statement.
struct Loop: Sendable {
  let target: Target
  let sequence: Expression
  let filter: Expression?
  let body: [Statement]
  let otherwise: [Statement]
  let line: Int
}

/// A macro, or the body of a `call`.
struct MacroDefinition: Sendable {
  let name: String
  let id: NameTable.ID
  let parameters: [Parameter]
  let body: [Statement]
  /// Which of `caller`, `varargs` and `kwargs` the body reads; arguments for the others are refused.
  let reads: Set<NameTable.ID>
  let line: Int

  struct Parameter: Sendable {
    let name: String
    let id: NameTable.ID
    let fallback: Expression?
  }
}

/// Source that has a value.
///
/// Operators of one precedence are one node with many operands, and what follows an operand (members, calls, filters,
/// tests) is a list of steps. So long chains make wide trees, and only nesting in the source makes deep ones.
indirect enum Expression: Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case variable(NameTable.ID)
  case list([Expression])
  case tuple([Expression])
  case dictionary([(key: Expression, value: Expression)])
  case sign(SignOperator, Expression)
  case not(Expression)
  case all([Expression])
  case any([Expression])
  case comparison(Expression, [(Comparison, Expression)])
  case arithmetic(Expression, [(ArithmeticOperator, Expression)])
  case concatenation([Expression])
  case conditional(test: Expression, then: Expression, otherwise: Expression?)
  case postfix(Expression, [Postfix])
}

enum SignOperator: Sendable {
  case plus, minus
}

enum ArithmeticOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case modulo = "%"
  case power = "**"
}

enum Comparison: Sendable {
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, contained, notContained
}

/// A step applied to the value before it: a member, a call, a filter or a test.
indirect enum Postfix: Sendable {
  case attribute(String)
  case item(Expression)
  case slice(start: Expression?, stop: Expression?, step: Expression?)
  case call(CallArguments)
  case filter(name: String, Builtin?, CallArguments)
  case test(name: String, Builtin?, CallArguments, negated: Bool)
}

/// The arguments as written, before evaluation.
struct CallArguments: Sendable {
  var positional: [Expression] = []
  var named: [(name: String, value: Expression)] = []
  /// `*values`
  var spread: Expression?
  /// `**values`
  var namedSpread: Expression?
}

/// The variable names of a template, numbered so that a lookup compares integers.
struct NameTable: Sendable {
  typealias ID = Int

  static let loop = 0
  static let caller = 1
  static let varargs = 2
  static let kwargs = 3

  private(set) var names = ["loop", "caller", "varargs", "kwargs"]
  private var ids: [TextKey: ID] = [:]

  init() {
    for (id, name) in names.enumerated() { ids[TextKey(name)] = id }
  }

  mutating func id(of name: String) -> ID {
    if let id = ids[TextKey(name)] { return id }
    let id = names.count
    names.append(name)
    ids[TextKey(name)] = id
    return id
  }
}
