/// What prints or changes something.
indirect enum Statement: Sendable {
  case text(String)
  case output(Expression, line: Int)
  case conditional([Branch], otherwise: [Statement])
  case loop(Loop)
  case assignment(Target, Expression, line: Int)
  /// `set` with a body: the text that the body prints, after the filters.
  case capture(Target, filters: [Postfix], body: [Statement], line: Int)
  case macro(MacroDefinition)
  /// `call`: a call that is given its body as the macro `caller`.
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

/// What a value is assigned to.
indirect enum Target: Sendable {
  case variable(NameTable.ID)
  /// A member of a namespace.
  case member(NameTable.ID, String)
  case tuple([Target])
}

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
  /// Which of `caller`, `varargs` and `kwargs` the body reads; without, such arguments are refused.
  let reads: Set<NameTable.ID>
  let line: Int

  struct Parameter: Sendable {
    let name: String
    let id: NameTable.ID
    let fallback: Expression?
  }
}

/// A template, read.
struct Program: Sendable {
  let statements: [Statement]
  let names: NameTable
}
